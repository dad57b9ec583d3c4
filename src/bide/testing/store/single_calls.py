"""Calls that come one at a time, under keys with budgets: each is reserved for by itself and settled once."""

from typing import Any

from msgspec.structs import replace

from bide.core.bucket import Part
from bide.core.budget import BudgetExhaustedError, PriceUnknownError, Reservation
from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.core.identifiers import new_identifier
from bide.core.key import Key
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.store.passages import Passage, Passed
from bide.store.reports import Price
from bide.store.taking import Gathering, NewCall, ReusedKeyError, Taken
from bide.testing.scene import Scene, report
from bide.testing.store.budgets import spending
from bide.testing.store.case import StoreCase
from bide.testing.store.keys import make_key


def passage(scene: Scene, key: Key | None, reserved: int | None, **changes: Any) -> Passage:
    """A call about to be passed on."""
    fields: dict[str, Any] = {
        "external_id": new_identifier("req", scene.entropy),
        "owner": scene.owner,
        "key": None if key is None else key.id,
        "workflow": None,
        "path": "/v1/chat/completions",
        "account": scene.account,
        "model": scene.model,
        "urgency": "default",
        "holder": scene.holder,
        "body_bytes": 10,
        "output_tokens": 20,
        "sent_at": scene.now,
        "reserved": reserved,
        "has_budget": key is not None and key.has_budget,
    }
    return Passage(**(fields | changes))


def passed(scene: Scene, one: Passage, amount: int | None = None, *, billed: bool = True) -> Passed:
    """What became of it: an answer for `amount`; None: of unknown price."""
    return Passed(
        external_id=one.external_id,
        state=AttemptState.ANSWERED if billed else AttemptState.REFUSED,
        status=200,
        code=None,
        price=Price(Usage(), None, amount, amount) if billed else None,
        suspected=False,
        first_token_at=None,
        finished_at=scene.now,
    )


def call(scene: Scene, key: Key | None, reserved: int | None, **changes: Any) -> NewCall:
    """A call that may wait."""
    gathering = Gathering(
        scene.owner,
        None if key is None else key.id,
        None,
        OnMiss.RESCUE,
        scene.now + HOUR,
        scene.now + MINUTE,
        new_identifier("job", scene.entropy),
    )
    fields: dict[str, Any] = {
        "external_id": new_identifier("req", scene.entropy),
        "gathering": gathering,
        "account": scene.account,
        "model": scene.model,
        "endpoint": "/v1/chat/completions",
        "part": Part.GUARANTEED,
        "body": b"{}",
        "input_tokens": 1,
        "output_tokens": 20,
        "path": "/v1/chat/completions",
        "asked_model": scene.model,
        "digest": b"digest",
        "idempotency_key": None,
        "urgency": "header",
        "deadline": scene.now + HOUR,
        "stream": False,
        "holder": None,
        "reserved": reserved,
        "has_budget": key is not None and key.has_budget,
    }
    return NewCall(**(fields | changes))


class SingleCallCases(StoreCase):
    """`passages.record`, `calls.take` and `calls.cancel`."""

    async def test_an_intent_over_its_budget_is_not_on_record_and_its_neighbours_are(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=100)
        begun = [passage(scene, one, amount) for one, amount in ((key, 60), (key, 50), (None, 0), (key, 40))]
        made = await scene.store.passages.record(begun, [])
        assert [type(one) for one in made] == [Reservation, BudgetExhaustedError, Reservation, Reservation]
        found = [await scene.store.passages.find(scene.owner, one.external_id) for one in begun]
        assert [None if row is None else row["reserved"] for row in found] == [60, None, 0, 40]
        assert (await spending(scene, key.id))["2027-01-15"] == (100, 0)

    async def test_an_end_gives_back_what_was_reserved_once_and_spends_what_it_cost(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=100)
        begun = [passage(scene, key, 30) for _ in range(3)]
        await scene.store.passages.record(begun, [])
        scene.now += DAY
        ends = [passed(scene, begun[0], 7), passed(scene, begun[1], None), passed(scene, begun[2], billed=False)]
        for _ in range(2):  # told twice, booked once
            await scene.store.passages.record([], ends)
            assert await spending(scene, key.id) == {
                "2027-01": (0, 37),
                "2027-01-16": (0, 37),
            }

    async def test_what_ends_makes_room_for_what_begins_with_it(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=30)
        first, second = passage(scene, key, 30), passage(scene, key, 25)
        await scene.store.passages.record([first], [])
        [made] = await scene.store.passages.record([second], [passed(scene, first, 5)])
        assert made == Reservation(25)

    async def test_a_call_that_begins_and_ends_in_one_write_is_ended(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        one = passage(scene, key, 0)
        await scene.store.passages.record([one], [passed(scene, one, 9)])
        row = await scene.store.passages.find(scene.owner, one.external_id)
        assert row is not None
        assert (row["state"], row["holder"], row["amount"]) == ("answered", None, 9)
        assert (await spending(scene, key.id))["2027-01"] == (0, 9)

    async def test_a_price_that_nobody_knows_is_refused_where_a_budget_is_hard(self, scene: Scene) -> None:
        hard, _ = await make_key(scene, budget_month=10)
        soft, _ = await make_key(scene, budget_month=10, budget_hard=False)
        begun = [passage(scene, hard, None), passage(scene, soft, None), passage(scene, soft, 30)]
        refused, unpriced, over = await scene.store.passages.record(begun, [])
        assert isinstance(refused, PriceUnknownError)
        assert unpriced == Reservation(unpriced=True)
        assert isinstance(over, Reservation)
        assert [one.left for one in over.exceeded] == [0]

    async def test_a_deferred_call_over_its_budget_does_not_fail_its_neighbours(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=100)
        other, _ = await make_key(scene)
        calls = [call(scene, one, amount) for one, amount in ((key, 60), (key, 50), (other, 0), (key, 40), (None, 0))]
        taken = await scene.store.calls.take(calls, scene.now)
        assert [type(one) for one in taken] == [Taken, BudgetExhaustedError, Taken, Taken, Taken]
        assert (await spending(scene, key.id))["2027-01-15"] == (100, 0)
        jobs = {one.job for one in taken if isinstance(one, Taken)}
        assert len(jobs) == 3
        for job in jobs:
            for bucket in await scene.buckets(await scene.store.jobs.get(scene.owner, job)):
                claimed = await scene.call(bucket)
                await scene.settle_calls([report(one.attempt, amount=3) for one in claimed])
        assert (await spending(scene, key.id))["2027-01-15"] == (0, 6)
        assert (await spending(scene, other.id))["2027-01-15"] == (0, 3)

    async def test_where_no_call_fits_no_job_is_made(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=1)
        [refused] = await scene.store.calls.take([call(scene, key, 2)], scene.now)
        assert isinstance(refused, BudgetExhaustedError)
        assert await scene.store.jobs.recent(scene.owner, 10) == []

    async def test_the_same_again_under_its_idempotency_key_reserves_nothing_more(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=100)
        calls = [call(scene, key, 40, idempotency_key="k") for _ in range(2)]
        calls.append(call(scene, key, 40, idempotency_key="k", digest=b"another"))
        first, again, other = await scene.store.calls.take(calls, scene.now)
        assert isinstance(first, Taken)
        assert isinstance(again, Taken)
        assert (again.external_id, again.is_new) == (first.external_id, False)
        assert again.kept == (calls[0].deadline, scene.now)
        assert isinstance(other, ReusedKeyError)
        assert other.used_for == first.external_id
        assert (await spending(scene, key.id))["2027-01-15"] == (40, 0)

    async def test_a_call_that_is_cancelled_gives_its_reservation_back(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=100)
        [taken] = await scene.store.calls.take([call(scene, key, 40)], scene.now)
        assert isinstance(taken, Taken)
        for expected in (True, False):
            assert await scene.store.calls.cancel(scene.owner, taken.external_id, scene.now) is expected
            assert set((await spending(scene, key.id)).values()) <= {(0, 0)}

    async def test_what_is_settled_is_counted_of_the_jobs_that_are_asked_about(self, scene: Scene) -> None:
        key, _ = await make_key(scene)

        async def taken(number: int) -> Taken:
            """A call of a job of its own."""
            new = call(scene, key, 0)
            gathering = replace(new.gathering, workflow=f"workflow {number}")
            [one] = await scene.store.calls.take([replace(new, gathering=gathering)], scene.now)
            assert isinstance(one, Taken)
            return one

        first, *between, last = [await taken(number) for number in range(62)]
        for one in (between[0], last):
            assert await scene.store.calls.cancel(scene.owner, one.external_id, scene.now)
        assert await scene.store.calls.settled_counts([last.job, first.job]) == {last.job: 1}

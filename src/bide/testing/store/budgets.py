"""Budgets: never overspent by those who reserve at the same time, and exact once everything is settled."""

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bide.core.bucket import Bucket, Phase
from bide.core.budget import BudgetExhaustedError, PriceUnknownError, Reservation, Span
from bide.core.clock import DAY, HOUR
from bide.core.errors import NotFoundError
from bide.core.money import Ceiling
from bide.core.states import AttemptState, BatchState, RequestState
from bide.store import budgets, queries
from bide.store.database import Transaction
from bide.testing.scene import BODY_LENGTH, OUTPUT_TOKENS, Handed, Scene, report
from bide.testing.store.case import OpenStore, StoreCase
from bide.testing.store.keys import make_key

SPENDING = queries.parse(
    "-- name: spending\nSELECT period, reserved, spent FROM spending WHERE key_id = :key ORDER BY period;"
)["spending"]

CEILING = Ceiling(1_000, 5_000)
EACH = BODY_LENGTH + 5 * OUTPUT_TOKENS
"""What is reserved for each made-up request at these rates."""

ANSWERED, ERRORED, LOST = AttemptState.ANSWERED, AttemptState.ERRORED, AttemptState.LOST

AT_ONCE, FIT = 100, 37
"""How many reserve at the same time, and how many of them fit."""

UNSUITED = (HealthCheck.function_scoped_fixture, HealthCheck.differing_executors, HealthCheck.too_slow)
"""Every example has a key and a job of its own in the case's store, and every driver runs the examples, on a machine as busy as it is."""

STEPS = st.tuples(
    st.sampled_from(["call", "batch", "rescued batch", "give up", "late answer"]),
    st.sampled_from([ANSWERED, ANSWERED, ERRORED, LOST]),
    st.integers(0, 2_000),  # what it costs: less or more than was reserved
    st.integers(0, 40),  # hours that have passed before
)


async def spending(scene: Scene, key: int) -> dict[str, tuple[int, int]]:
    """What a key has reserved and spent, by period."""
    rows = await scene.store.database.read("spending", lambda transaction: transaction.all(SPENDING, key=key))
    return {row["period"]: (row["reserved"], row["spent"]) for row in rows if row["reserved"] or row["spent"]}


async def hold(scene: Scene, handed: Handed, ceilings: Mapping[int, Ceiling | None] | None = None) -> Reservation:
    """Reserve for all requests of a job."""
    rates = {bucket.id: CEILING for bucket in handed.buckets} if ceilings is None else ceilings
    return await scene.store.database.write(
        "hold", lambda transaction: budgets.reserve_job(transaction, handed.job.id, rates, scene.now)
    )


class BudgetCases(StoreCase):
    """`reserve` and `settle`, and what settles by itself when requests are."""

    async def test_what_fits_is_reserved_in_the_day_and_in_the_month(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=10, budget_month=100)
        assert await scene.store.budgets.reserve(key.id, 7, scene.now) == Reservation(7)
        assert await scene.store.budgets.reserve(key.id, 3, scene.now) == Reservation(3)
        assert await spending(scene, key.id) == {"2027-01": (10, 0), "2027-01-15": (10, 0)}
        standings = await scene.store.budgets.standings(key.id, scene.now)
        assert (standings[Span.DAY].left, standings[Span.MONTH].left) == (0, 90)

    @pytest.mark.parametrize(
        ("day", "month", "span", "renews_at"),
        [
            pytest.param(10, 100, Span.DAY, 1_800_057_600_000_000, id="the day's"),
            pytest.param(100, 10, Span.MONTH, 1_801_440_000_000_000, id="the month's"),
            pytest.param(0, None, Span.DAY, 1_800_057_600_000_000, id="nothing at all"),
        ],
    )
    async def test_what_does_not_fit_is_refused_and_leaves_nothing_reserved(
        self, scene: Scene, day: int, month: int | None, span: Span, renews_at: int
    ) -> None:
        key, _ = await make_key(scene, budget_day=day, budget_month=month)
        first = min(8, day)
        await scene.store.budgets.reserve(key.id, first, scene.now)
        with pytest.raises(BudgetExhaustedError, match=f"the {span} budget of {key.external_id}") as refused:
            await scene.store.budgets.reserve(key.id, 3, scene.now)
        standing = refused.value.standing
        assert (standing.span, standing.reserved, refused.value.needed) == (span, first, 3)
        assert standing.renews_at == renews_at
        assert set((await spending(scene, key.id)).values()) <= {(first, 0)}

    async def test_who_catches_the_refusal_in_a_transaction_has_reserved_nothing(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=1, budget_month=100)

        async def try_it(transaction: Transaction) -> bool:
            try:
                await budgets.reserve(transaction, key.id, 2, scene.now)
            except BudgetExhaustedError:
                return True
            return False

        assert await scene.store.database.write("try", try_it)
        assert await spending(scene, key.id) == {}

    async def test_a_budget_that_warns_says_so_and_refuses_nothing(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=10, budget_month=15, budget_hard=False)
        assert (await scene.store.budgets.reserve(key.id, 10, scene.now)).exceeded == ()
        [exceeded] = (await scene.store.budgets.reserve(key.id, 1, scene.now)).exceeded
        assert (exceeded.span, exceeded.reserved, exceeded.left) == (Span.DAY, 11, 0)
        both = await scene.store.budgets.reserve(key.id, 5, scene.now)
        assert {one.span for one in both.exceeded} == {Span.DAY, Span.MONTH}
        assert (await spending(scene, key.id))["2027-01"] == (16, 0)

    async def test_an_unknown_price_is_not_free(self, scene: Scene) -> None:
        hard, _ = await make_key(scene, budget_month=10**15)
        with pytest.raises(PriceUnknownError, match="name one under `prices`"):
            await scene.store.budgets.reserve(hard.id, None, scene.now)
        for changes in ({"budget_month": 1, "budget_hard": False}, {}):
            other, _ = await make_key(scene, **changes)
            assert await scene.store.budgets.reserve(other.id, None, scene.now) == Reservation(unpriced=True)

    async def test_a_key_without_budgets_is_reckoned_all_the_same(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        await scene.store.budgets.reserve(key.id, 10**18, scene.now)
        await scene.store.budgets.settle(key.id, 10**18, 5, scene.now, scene.now)
        assert await spending(scene, key.id) == {"2027-01": (0, 5), "2027-01-15": (0, 5)}

    async def test_nobody_s_budget_is_an_error(self, scene: Scene) -> None:
        with pytest.raises(NotFoundError, match="bide keys list"):
            await scene.store.budgets.reserve(4711, 1, scene.now)

    async def test_a_new_day_and_a_new_month_begin_with_nothing_spent(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=10, budget_month=25)
        for _ in range(2):
            await scene.store.budgets.reserve(key.id, 10, scene.now)
            await scene.store.budgets.settle(key.id, 10, 10, scene.now, scene.now)
            scene.now += DAY
        with pytest.raises(BudgetExhaustedError, match="month"):
            await scene.store.budgets.reserve(key.id, 6, scene.now)
        scene.now += 15 * DAY
        await scene.store.budgets.reserve(key.id, 10, scene.now)

    async def test_a_reservation_is_given_back_where_it_was_made_and_spent_where_it_is_settled(
        self, scene: Scene
    ) -> None:
        key, _ = await make_key(scene, budget_day=100)
        made_at = scene.now
        await scene.store.budgets.reserve(key.id, 60, made_at)
        scene.now += 17 * DAY
        await scene.store.budgets.settle(key.id, 60, 40, made_at, scene.now)
        assert await spending(scene, key.id) == {"2027-02": (0, 40), "2027-02-01": (0, 40)}

    @pytest.mark.parametrize("budgeted", ["budget_day", "budget_month"])
    async def test_of_many_who_reserve_at_once_as_many_as_fit_succeed(
        self, scene: Scene, open_store: OpenStore, budgeted: str
    ) -> None:
        key, _ = await make_key(scene, **{budgeted: 10 * FIT + 9})
        stores = [await open_store() for _ in range(4)]
        ends = await asyncio.gather(
            *(stores[turn % 4].budgets.reserve(key.id, 10, scene.now) for turn in range(AT_ONCE)),
            return_exceptions=True,
        )
        for store in stores:
            await store.close()
        assert [type(end) for end in ends].count(Reservation) == FIT
        assert [type(end) for end in ends].count(BudgetExhaustedError) == AT_ONCE - FIT
        assert set((await spending(scene, key.id)).values()) == {(10 * FIT, 0)}

    async def test_a_job_reserves_for_each_of_its_requests(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=5 * EACH)
        handed = await scene.hand_in(3, 2, key_id=key.id)
        assert handed.job.key_id == key.id
        assert (await hold(scene, handed)).amount == 5 * EACH
        with pytest.raises(BudgetExhaustedError):
            await hold(scene, await scene.hand_in(1, key_id=key.id))
        assert set((await spending(scene, key.id)).values()) == {(5 * EACH, 0)}

    async def test_a_job_that_does_not_fit_is_not_accepted(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=3 * EACH - 1)
        for count, accepted in ((2, True), (1, False)):
            job = await scene.begin(key_id=key.id)
            newest = await scene.store.requests.newest()
            bucket = await scene.bucket_in(job)
            await scene.store.requests.add(await scene.rows(job, bucket, count))
            if accepted:
                await scene.accept(job, count, newest, ceilings={bucket: CEILING})
            else:
                with pytest.raises(BudgetExhaustedError):
                    await scene.accept(job, count, newest, ceilings={bucket: CEILING})
                assert [one.id for one in await scene.store.jobs.abandoned(scene.now)] == [job.id]
        assert set((await spending(scene, key.id)).values()) == {(2 * EACH, 0)}

    async def test_a_job_that_exceeds_a_budget_that_warns_says_so_in_its_events(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=EACH, budget_hard=False)
        job = await scene.begin(key_id=key.id)
        bucket = await scene.bucket_in(job)
        await scene.store.requests.add(await scene.rows(job, bucket, 2))
        await scene.accept(job, 2, ceilings={bucket: CEILING})
        events = await scene.store.events.of_job(scene.owner, job.id)
        assert [event["detail"] for event in events if event["kind"] == "budget.exceeded"] == [
            f'{{"over": {EACH}, "period": "2027-01-15"}}'
        ]

    async def test_a_job_without_a_key_reserves_nothing(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        assert await hold(scene, handed) == Reservation()
        [call, _] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])

    async def test_of_a_job_with_an_unknown_price_nothing_is_accepted_within_a_budget(self, scene: Scene) -> None:
        key, _ = await make_key(scene, budget_day=10**15)
        handed = await scene.hand_in(1, 1, key_id=key.id)
        first, second = handed.buckets
        with pytest.raises(PriceUnknownError):
            await hold(scene, handed, {first.id: CEILING, second.id: None})
        assert await spending(scene, key.id) == {}
        free, _ = await make_key(scene)
        other = await scene.hand_in(1, 1, key_id=free.id)
        made = await hold(scene, other, {other.buckets[0].id: CEILING, other.buckets[1].id: None})
        assert (made.amount, made.unpriced) == (EACH, True)

    async def test_an_answer_gives_its_reservation_back_and_is_spent_at_what_it_cost(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(2, key_id=key.id)
        await hold(scene, handed)
        calls = await scene.call(handed.bucket)
        scene.now += DAY
        reports = [report(calls[0].attempt, amount=9)]
        await scene.settle_calls(reports)
        expected = {"2027-01": (EACH, 9), "2027-01-15": (EACH, 0), "2027-01-16": (0, 9)}
        assert await spending(scene, key.id) == expected
        await scene.settle_calls(reports)  # told twice, booked once
        assert await spending(scene, key.id) == expected
        await scene.settle_calls([report(calls[1].attempt, ERRORED, permanent=True)])
        assert (await spending(scene, key.id))["2027-01"] == (0, 9)

    async def test_what_may_be_tried_again_keeps_its_reservation(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(1, key_id=key.id)
        await hold(scene, handed)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, LOST, amount=3, suspected=True)])
        assert set((await spending(scene, key.id)).values()) == {(EACH, 3)}

    async def test_waste_is_spent_and_a_suspicion_is_taken_back_on_its_own_day(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(1, key_id=key.id)
        await hold(scene, handed)
        [lost] = await scene.call(handed.bucket)
        await scene.settle_calls([report(lost.attempt, LOST, amount=50, suspected=True)])
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, amount=9)])
        assert set((await spending(scene, key.id)).values()) == {(0, 59)}
        scene.now += DAY
        await scene.settle_calls([report(lost.attempt, amount=8)])
        assert await spending(scene, key.id) == {"2027-01": (0, 17), "2027-01-15": (0, 9), "2027-01-16": (0, 8)}

    async def test_an_answer_of_unknown_price_counts_at_what_was_reserved_for_it(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(2, key_id=key.id)
        await hold(scene, handed)
        first, second = await scene.call(handed.bucket)
        await scene.settle_calls([report(first.attempt, amount=None), report(second.attempt, amount=1)])
        assert set((await spending(scene, key.id)).values()) == {(0, EACH + 1)}

    @pytest.mark.parametrize("phase", [Phase.WAITING, Phase.BATCHED])
    async def test_what_is_given_up_gives_its_reservation_back(self, scene: Scene, phase: Phase) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(3, key_id=key.id)
        await hold(scene, handed)
        if phase is Phase.BATCHED:
            await scene.batch(handed.bucket)
        scene.now += DAY
        assert await scene.store.requests.give_up(handed.bucket, RequestState.CANCELLED, phase, 2, scene.now) == 2
        assert await spending(scene, key.id) == {"2027-01": (EACH, 0), "2027-01-15": (EACH, 0)}
        assert await scene.store.requests.give_up(handed.bucket, RequestState.CANCELLED, phase, 2, scene.now) == 1
        assert await spending(scene, key.id) == {}

    async def test_a_job_that_is_forgotten_gives_its_reservations_back(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        job = await scene.begin(key_id=key.id)
        bucket = await scene.bucket_in(job)
        await scene.store.requests.add(await scene.rows(job, bucket, 3))
        rates = {bucket: CEILING}
        await scene.store.database.write(
            "hold", lambda transaction: budgets.reserve_job(transaction, job.id, rates, scene.now)
        )
        assert set((await spending(scene, key.id)).values()) == {(3 * EACH, 0)}
        await scene.store.forget(job)
        assert await spending(scene, key.id) == {}

    async def test_several_keys_in_one_landing_are_told_apart(self, scene: Scene) -> None:
        keys = [(await make_key(scene))[0] for _ in range(2)]
        jobs = [await scene.hand_in(1, key_id=key.id) for key in keys] + [await scene.hand_in(1)]
        for handed in jobs:
            await hold(scene, handed)
        calls = [(await scene.call(handed.bucket))[0] for handed in jobs]
        await scene.settle_calls([report(call.attempt, amount=10**turn) for turn, call in enumerate(calls)])
        assert [set((await spending(scene, key.id)).values()) for key in keys] == [{(0, 1)}, {(0, 10)}]

    @given(story=st.lists(STEPS, max_size=8))
    @settings(max_examples=25, deadline=None, suppress_health_check=UNSUITED)
    async def test_in_the_end_nothing_is_reserved_and_spent_is_what_the_entries_say(
        self, scene: Scene, story: list[tuple[str, AttemptState, int, int]]
    ) -> None:
        key, _ = await make_key(scene)
        handed = await scene.hand_in(4, key_id=key.id)
        await hold(scene, handed)
        lost: list[int] = []
        for kind, verdict, amount, hours in story:
            scene.now += hours * HOUR
            if kind == "late answer":
                for attempt in lost:  # one at a time, as calls come back: two of one request never land together
                    await scene.settle_calls([report(attempt, amount=amount)])
                lost.clear()
            for bucket in await scene.buckets(handed.job):
                lost += await _step(scene, bucket, kind, verdict, amount)
        for bucket in await scene.buckets(handed.job):
            await scene.store.requests.give_up(bucket, RequestState.EXPIRED, Phase.WAITING, 10, scene.now)
        entries = sum(one.amount or 0 for one in await scene.store.ledger.totals(scene.owner, handed.job.id))
        found = await spending(scene, key.id)
        assert {reserved for reserved, _ in found.values()} <= {0}
        assert sum(spent for period, (_, spent) in found.items() if len(period) == 7) == entries
        assert sum(spent for period, (_, spent) in found.items() if len(period) == 10) == entries


async def _step(scene: Scene, bucket: Bucket, kind: str, verdict: AttemptState, amount: int) -> list[int]:
    """One step of a story, to its end; the calls that were lost in it."""
    if kind == "give up":
        await scene.store.requests.give_up(bucket, RequestState.EXPIRED, Phase.WAITING, 1, scene.now)
    elif kind == "call":
        attempts = [call.attempt for call in await scene.call(bucket, 2)]
        await scene.settle_calls([report(one, verdict, amount=amount, suspected=verdict is LOST) for one in attempts])
        return attempts if verdict is LOST else []
    elif kind in ("batch", "rescued batch") and bucket.tally(Phase.WAITING).requests:
        batch = await scene.batch(bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        if kind == "rescued batch":
            calls = await scene.call(bucket, 2, batch)
            await scene.settle_calls([report(call.attempt, amount=amount + 1) for call in calls])
        if verdict is not LOST:
            await scene.land(batch, [report(one, verdict, amount=amount) for one in attempts[1:]])
        await scene.write_off(batch)
        await scene.store.batches.harvested((batch.id, batch.fence), scene.now)
    return []

"""What was spent, by whatever one asks for: exact beyond 64 bits, each owner's own, and still there when its jobs are gone."""

import pytest
from msgspec.structs import replace

from bide.core.clock import DAY, FAR_FUTURE
from bide.core.errors import InputError
from bide.core.states import AttemptState, BatchState
from bide.store import costs
from bide.store.costs import PARTS, Group, Stretch
from bide.store.ledger import Total
from bide.store.reports import Price
from bide.testing.scene import START, USAGE, Scene, report
from bide.testing.store.case import StoreCase
from bide.testing.store.keys import make_key
from bide.testing.store.retention import answered, purged
from bide.testing.store.single_calls import call, passage, passed

ALWAYS = Stretch()
HUGE = 4 * 10**18
"""1e-12 USD: two of them are more than 64 bits hold."""

TODAY = START // DAY


async def spend(
    scene: Scene, *amounts: int | None, card: int | None = None, key: int | None = None, **changes: str
) -> None:
    """A job whose requests were called and answered for so much each."""
    handed = await scene.hand_in(len(amounts), key_id=key, **changes)
    claimed = await scene.call(handed.bucket)
    prices = [Price(USAGE, card, amount, None if amount is None else 2 * amount) for amount in amounts]
    await scene.settle_calls([report(one.attempt, price=price) for one, price in zip(claimed, prices, strict=True)])


async def sums(scene: Scene, *parts: str, stretch: Stretch = ALWAYS, owner: str | None = None) -> dict[Group, int]:
    """By group, what the answers that were used cost."""
    found: dict[Group, int] = {}
    for group, total in await scene.store.costs.totals(owner, parts, stretch):
        found[group] = found.get(group, 0) + (total.amount if total.kind == "paid" else 0)
    return found


class CostCases(StoreCase):
    """`totals`, `dearest` and `extent`."""

    async def test_each_part_divides_by_what_it_names_as_far_as_sums_can_be_held(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key, _ = await make_key(scene)
        await spend(scene, 1, 2, workflow="tickets", key=key.id)
        scene.now += DAY
        await spend(scene, 4, workflow="reviews")
        at, model = scene.account, scene.model
        assert await sums(scene) == {Group(): 7}
        assert await sums(scene, "workflow") == {Group(workflow="tickets"): 3, Group(workflow="reviews"): 4}
        assert await sums(scene, "key") == {Group(key=key.id): 3, Group(): 4}
        assert await sums(scene, "model") == {Group(model=model): 7}
        assert await sums(scene, "provider") == {Group(provider=at): 7}
        assert await sums(scene, "lane") == {Group(lane="realtime"): 7}
        assert await sums(scene, "day") == {Group(day=TODAY): 3, Group(day=TODAY + 1): 4}
        assert await sums(scene, *PARTS) == {
            Group("tickets", key.id, model, at, "realtime", TODAY): 3,
            Group("reviews", None, model, at, "realtime", TODAY + 1): 4,
        }
        monkeypatch.setattr(costs, "MOST", 1)
        with pytest.raises(InputError, match="by workflow there are more than 1 sums; divide by less"):
            await sums(scene, "workflow")

    async def test_a_stretch_ends_before_its_end_and_has_its_own_days(self, scene: Scene) -> None:
        await spend(scene, 1)
        scene.now += DAY
        await spend(scene, 2)
        assert await sums(scene, stretch=Stretch(START, START + DAY)) == {Group(): 1}
        assert await sums(scene, stretch=Stretch(START + 1, START + DAY + 1)) == {Group(): 2}
        midnight = -(-START // DAY) * DAY  # a zone in which it is just now
        assert await sums(scene, "day", stretch=Stretch(offset=midnight - START)) == {
            Group(day=midnight // DAY): 1,
            Group(day=midnight // DAY + 1): 2,
        }
        assert await scene.store.costs.extent(None) == (START, START + DAY)

    async def test_sums_are_exact_beyond_64_bits(self, scene: Scene) -> None:
        for amount in (HUGE + 1, HUGE + 1, HUGE + 5):
            await spend(scene, amount // 2, amount // 2, amount % 2)
        one = passage(scene, None, 0)
        many = [replace(one, external_id=f"req_{number}") for number in range(3)]
        await scene.store.passages.record(many, [])
        await scene.store.passages.record([], [passed(scene, each, HUGE) for each in many])
        [(_, deferred), (_, at_once)] = await scene.store.costs.totals(None, (), ALWAYS)
        assert (deferred.amount, deferred.listed) == (3 * HUGE + 7, 2 * (3 * HUGE + 7))
        assert (at_once.amount, at_once.listed, at_once.entries) == (3 * HUGE, 3 * HUGE, 3)

    async def test_what_is_unknown_is_counted_and_waste_is_apart(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        first, second, third, _ = await scene.attempts(batch)
        called = {one.carried_by: one.attempt for one in await scene.call(handed.bucket, batch=batch)}
        unlisted = Price(USAGE, None, 7, None)
        await scene.settle_calls(
            [
                report(called[first], amount=5),
                report(called[second], amount=None),
                report(called[third], AttemptState.LOST, amount=11, suspected=True),
            ]
        )
        await scene.land(batch, [report(first, amount=3), report(second, amount=None), report(third, price=unlisted)])
        found = {(total.kind, total.lane): total for _, total in await scene.store.costs.totals(None, (), ALWAYS)}
        twice = USAGE.plus(USAGE)
        assert found == {
            ("paid", "realtime"): Total("paid", "realtime", None, 2, 1, 5, 10, twice),
            ("paid", "batch"): Total("paid", "batch", None, 1, 0, 7, 0, USAGE, 1),
            ("waste", "batch"): Total("waste", "batch", "answered twice", 2, 1, 3, 6, twice),
            ("suspected", "realtime"): Total("suspected", "realtime", "no reply came", 1, 0, 11, 22, USAGE),
        }
        await scene.write_off(batch)

    async def test_an_owner_has_their_own_only(self, scene: Scene) -> None:
        await spend(scene, 1)
        other = Scene(scene.store, "other", owner="somebody")
        await spend(other, 2)
        one = passage(other, None, 0)
        await other.store.passages.record([one], [])
        await other.store.passages.record([], [passed(other, one, 4)])
        assert await sums(scene, owner="local") == {Group(): 1}
        assert await sums(scene, owner="somebody") == {Group(): 6}
        assert await sums(scene) == {Group(): 7}
        assert await scene.store.costs.extent("nobody") is None

    async def test_passages_have_a_place_and_what_was_not_billed_has_none(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        asked = [passage(scene, key, 0, workflow="chat"), passage(scene, None, 0), passage(scene, None, 0)]
        await scene.store.passages.record(asked, [])
        ends = [passed(scene, asked[0], 5), passed(scene, asked[1], billed=False)]
        lost = replace(passed(scene, asked[2], 9), suspected=True, state=AttemptState.LOST)
        await scene.store.passages.record([], [*ends, lost])
        found = await scene.store.costs.totals(None, PARTS, ALWAYS)
        assert {(one.kind, one.amount, one.listed, group) for group, one in found} == {
            ("paid", 5, 5, Group("chat", key.id, scene.model, scene.account, "realtime", TODAY)),
            ("suspected", 9, 9, Group(None, None, scene.model, scene.account, "realtime", TODAY)),
        }

    async def test_when_a_job_is_purged_its_entries_still_say_whose_they_were(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        card = await scene.store.ledger.keep_card("acme", "large", "standard", "2027-01-15", "{}")
        handed = await scene.hand_in(1, key_id=key.id)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        await scene.land(batch, [report((await scene.attempts(batch))[0], price=Price(USAGE, card, 3, 6))])
        harvested = await scene.store.batches.harvested((batch.id, batch.fence), scene.now)
        due = await scene.claim(harvested)
        await scene.store.batches.cleaned((due.id, due.fence), 0, scene.now)
        await answered(scene, 1)
        scene.now += 40 * DAY
        await purged(scene, await scene.get(handed.job))
        assert await sums(scene, "key", "model", "provider") == {
            Group(key=key.id, model="large", provider="acme"): 3,
            Group(model=scene.model, provider=scene.account): 1_000,
        }
        [dear] = await scene.store.costs.dearest(None, (), ALWAYS, 1)
        assert (dear.amount, dear.median, dear.requests) == (1_000, 3, 2)

    async def test_the_dearest_are_held_against_the_one_in_the_middle_of_their_group(self, scene: Scene) -> None:
        await spend(scene, 10, 10, 10, 12, 90, workflow="cheap", external_id="job_cheap")
        await spend(scene, 100, 100, 105, workflow="dear", external_id="job_dear")
        await spend(scene, 5_000, None, workflow="alone")
        found = await scene.store.costs.dearest("local", ("workflow", "day"), ALWAYS, 2)
        assert [(one.group.workflow, one.amount, one.median, one.requests, one.name) for one in found] == [
            ("cheap", 90, 10, 5, "job_cheap:ticket-5"),
            ("dear", 105, 100, 3, "job_dear:ticket-3"),
        ]
        assert {one.owner for one in found} == {"local"}
        [first] = await scene.store.costs.dearest(None, (), ALWAYS, 1)
        assert (first.amount, first.median, first.requests) == (5_000, 90, 9)
        assert await scene.store.costs.dearest(None, (), Stretch(START + 1, FAR_FUTURE), 5) == []

    async def test_single_calls_that_stand_out_are_named_as_their_callers_know_them(self, scene: Scene) -> None:
        taken = [call(scene, None, 0) for _ in range(3)]
        await scene.store.calls.take(taken, scene.now)
        [bucket] = (await scene.store.snapshots.take("host", scene.now)).buckets
        claimed = await scene.call(bucket)
        await scene.settle_calls([report(one.attempt, amount=10**place) for place, one in enumerate(claimed)])
        once = passage(scene, None, 0)
        await scene.store.passages.record([once], [])
        await scene.store.passages.record([], [passed(scene, once, 1_000)])
        found = await scene.store.costs.dearest(None, ("lane",), ALWAYS, 5)
        assert [(one.name, one.amount, one.median) for one in found] == [
            (once.external_id, 1_000, 10),
            (taken[2].external_id, 100, 10),
        ]

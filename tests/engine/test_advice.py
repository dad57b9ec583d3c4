"""How the batches of the last day did, from a store: what ended in it counts, by account and model."""

from tests.engine.desk import Desk

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.decision import Decided
from bide.core.states import BatchOutcome
from bide.engine.advice import Record, as_table, records
from bide.lanes.outcome.advice import Reaction
from bide.testing.scene import held


async def batches(desk: Desk, count: int, late: int) -> None:
    """So many batches, of which the first `late` come back after the last safe moment of their requests."""
    scene = desk.scene
    for number in range(count):
        handed = await scene.hand_in(2, deadline=scene.now + HOUR)
        scene.decided = Decided("a batch is a free option", scene.now + 50 * MINUTE, {"work": MINUTE})
        batch = await scene.batch(handed.bucket)
        scene.now += 2 * HOUR if number < late else MINUTE
        await scene.store.batches.ended(held(batch), outcome=BatchOutcome.COMPLETED, ended_at=scene.now, now=scene.now)


async def looked(desk: Desk) -> list[Record]:
    scene = desk.scene
    desk.clock.move_to(scene.now)
    return await records(desk.context, await scene.store.snapshots.take("host", scene.now), scene.now)


async def test_batches_that_come_back_too_late_are_told_with_what_helps(desk: Desk) -> None:
    await batches(desk, 8, late=6)
    [record] = await looked(desk)
    assert (record.account, record.model) == (desk.scene.account, desk.scene.model)
    assert (record.review.batches, record.review.missed, record.review.is_bad) == (8, 6, True)
    assert Reaction.LONGER_DEADLINE in [one.reaction for one in record.advice]
    assert "6 of 8 batches came back too late" in record.text
    told = as_table(record)
    assert (told["missed"], told["is_bad"]) == (6, True)
    assert told["advice"][0]["gain"] >= told["advice"][-1]["gain"] > 0


async def test_batches_that_come_back_in_time_need_no_advice(desk: Desk) -> None:
    await batches(desk, 8, late=0)
    [record] = await looked(desk)
    assert (record.review.missed, record.advice) == (0, [])


async def test_what_ended_before_the_last_day_is_over(desk: Desk) -> None:
    await batches(desk, 8, late=6)
    desk.scene.now += DAY + MINUTE
    assert await looked(desk) == []

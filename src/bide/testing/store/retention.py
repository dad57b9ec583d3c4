"""What is over goes after a while, whole and in steps; what is not, and what somebody still needs, stays."""

import pytest

from bide.core.clock import DAY
from bide.core.errors import LeaseLostError, NotFoundError, StoreError
from bide.core.job import Job
from bide.core.states import AttemptState, BatchState
from bide.lanes.outcome.retention import Horizon, month_start
from bide.store.bodies import NewObject
from bide.store.passages import Passage
from bide.store.purge import Hold
from bide.store.taking import Taken
from bide.testing.scene import Handed, Scene, report
from bide.testing.store.case import StoreCase
from bide.testing.store.single_calls import call, passage, passed

MONTH = 40 * DAY
"""Later than this nothing is of the month in which it was done."""


def horizon(scene: Scene) -> Horizon:
    """Everything that was over a day ago may go, unless it is of this month."""
    before = min(scene.now - DAY, month_start(scene.now))
    return Horizon(before, scene.now - DAY, before, 0, month_start(scene.now))


async def hold(scene: Scene, *, at_once: bool = True) -> Hold | None:
    """The lease of a purge, if it can be had."""
    fence = await scene.store.purge.claim(scene.holder, scene.now, scene.lease_until, at_once=at_once)
    return None if fence is None else Hold(fence, scene.lease_until)


async def answered(scene: Scene, *sizes: int) -> Handed:
    """A job that a batch has answered, and that is done."""
    handed = await scene.hand_in(*sizes)
    for bucket in handed.buckets:
        batch = await scene.batch(bucket, BatchState.ENDED)
        await scene.land(batch, [report(attempt) for attempt in await scene.attempts(batch)])
        await scene.write_off(batch)
        harvested = await scene.store.batches.harvested((batch.id, batch.fence), scene.now)
        if harvested.due_at is not None:
            due = await scene.claim(harvested)
            await scene.store.batches.cleaned((due.id, due.fence), 0, scene.now)
    return Handed(await scene.get(handed.job), handed.buckets)


async def purged(scene: Scene, job: Job) -> None:
    """A job, through all its steps."""
    lease = await hold(scene)
    assert lease is not None
    assert await scene.store.purge.take(lease, job, horizon(scene), scene.now)
    after: int | None = 0
    while after is not None:
        after = await scene.store.purge.thin(lease, job, after)
    await scene.store.purge.finish(lease, job)
    await scene.store.purge.rest(lease.fence, scene.now)


async def may_go(scene: Scene) -> list[int]:
    return [job.id for job in await scene.store.purge.eligible(horizon(scene), scene.now, 100)]


class RetentionCases(StoreCase):
    """`claim`, `eligible`, `take`, `thin`, `finish`, `drop_batch`, `sweep`, `walk` and `forget_names` of a purge."""

    async def test_what_is_over_for_long_enough_may_go_and_the_newest_may_not(self, scene: Scene) -> None:
        first, second = await answered(scene, 2), await answered(scene, 1)
        assert first.job.done_at is not None
        assert await may_go(scene) == []
        scene.now += MONTH
        assert await may_go(scene) == [first.job.id]  # the second is the newest: its numbers must not be given again
        assert second.job.done_at is not None
        await scene.hand_in(1)
        assert await may_go(scene) == [first.job.id]  # the newest attempt is of the second

    async def test_what_was_paid_this_month_stays(self, scene: Scene) -> None:
        scene.now = month_start(scene.now) + 3 * DAY
        old = await answered(scene, 1)
        await answered(scene, 1)
        scene.now += 5 * DAY
        assert await may_go(scene) == []
        scene.now += 30 * DAY
        assert await may_go(scene) == [old.job.id]

    async def test_what_is_not_over_stays_and_is_not_taken(self, scene: Scene) -> None:
        running = await scene.hand_in(1)
        retried = await answered(scene, 1)
        failing = await scene.hand_in(1)
        [one] = await scene.call(failing.bucket)
        await scene.settle_calls([report(one.attempt, verdict=AttemptState.ERRORED, permanent=True)])
        await scene.retry(await scene.get(failing.job))
        undelivered = await answered(scene, 1)
        await answered(scene, 1)
        scene.now += MONTH
        assert await may_go(scene) == [retried.job.id, undelivered.job.id]
        lease = await hold(scene)
        assert lease is not None
        for kept in (running.job, failing.job):
            assert not await scene.store.purge.take(lease, kept, horizon(scene), scene.now)
            assert (await scene.get(kept)).external_id == kept.external_id
        await scene.store.purge.rest(lease.fence, scene.now)

    async def test_a_job_goes_with_all_that_is_its_own_and_its_neighbours_stay(self, scene: Scene) -> None:
        """The audit at the end finds nothing that points nowhere."""
        gone, kept = await answered(scene, 3, 2), await answered(scene, 2)
        name = f"bodies-{gone.job.external_id}"
        await scene.store.bodies.objects.put(name, b"{}")
        await scene.store.bodies.add(scene.owner, NewObject(name, "bodies", 2), scene.now)
        newest = await answered(scene, 1)
        scene.now += MONTH
        entries = await scene.store.ledger.totals(scene.owner, gone.job.id)
        await purged(scene, gone.job)
        with pytest.raises(NotFoundError):
            await scene.get(gone.job)
        assert await scene.store.ledger.totals(scene.owner, gone.job.id) == entries
        assert [job.id for job in await scene.store.jobs.recent(scene.owner, 9)] == [newest.job.id, kept.job.id]
        told = [row["kind"] for row in await scene.store.events.of_job(scene.owner, gone.job.id)]
        assert told[-1] == "job.purged"
        await self._sweep(scene)
        with pytest.raises(StoreError):
            await scene.store.bodies.objects.read(name, 0, 2)

    async def _sweep(self, scene: Scene) -> None:
        lease = await hold(scene)
        assert lease is not None
        for batch, tag in await scene.store.purge.empty_batches(horizon(scene), 100):
            await scene.store.purge.drop_batch(lease, batch, tag)
        assert await scene.store.purge.empty_batches(horizon(scene), 100) == []
        after: int | None = 0
        while after is not None:
            after = await scene.store.purge.sweep(lease, after)
        await scene.store.purge.rest(lease.fence, scene.now)

    async def test_a_job_that_was_taken_is_nobody_s_and_is_gone_on_with(self, scene: Scene) -> None:
        gone = await answered(scene, 2)
        await answered(scene, 1)
        scene.now += MONTH
        lease = await hold(scene)
        assert lease is not None
        assert await scene.store.purge.take(lease, gone.job, horizon(scene), scene.now)
        with pytest.raises(NotFoundError):
            await scene.get(gone.job)
        with pytest.raises(NotFoundError, match="purged meanwhile"):
            await scene.retry(gone.job)
        [left] = await scene.store.purge.taken(10)
        scene.now = lease.until + 1  # its worker died
        again = await hold(scene)
        assert again is not None
        with pytest.raises(LeaseLostError):
            await scene.store.purge.thin(lease, left, 0)
        assert await scene.store.purge.thin(again, left, 0) is not None
        assert await scene.store.purge.thin(again, left, 0) is None
        await scene.store.purge.finish(again, left)
        assert await scene.store.purge.taken(10) == []
        await scene.store.purge.rest(again.fence, scene.now)

    async def test_one_worker_purges_at_a_time_and_when_it_is_due(self, scene: Scene) -> None:
        lease = await hold(scene)
        assert lease is not None
        assert await hold(scene) is None
        await scene.store.purge.rest(lease.fence, scene.now + DAY)
        assert await hold(scene, at_once=False) is None
        another = await hold(scene)
        assert another is not None
        assert another.fence > lease.fence
        await scene.store.purge.rest(another.fence, scene.now)

    async def test_calls_go_with_their_bodies_in_the_database(self, scene: Scene) -> None:
        taken = await scene.store.calls.take([call(scene, None, 0) for _ in range(3)], scene.now)
        [job] = {one.job for one in taken if isinstance(one, Taken)}
        found = await scene.store.jobs.get(scene.owner, job)
        for bucket in await scene.buckets(found):
            claimed = await scene.call(bucket)
            await scene.settle_calls([report(one.attempt) for one in claimed])
        await answered(scene, 1)
        scene.now += MONTH
        await purged(scene, await scene.store.jobs.get(scene.owner, job))
        await self._sweep(scene)
        for one in taken:
            assert isinstance(one, Taken)
            with pytest.raises(NotFoundError):
                await scene.store.calls.outcome(scene.owner, one.external_id)

    async def test_events_and_passages_go_with_time_and_what_is_under_way_stays(self, scene: Scene) -> None:
        running = await scene.hand_in(1)
        passages: list[Passage] = [passage(scene, None, 0) for _ in range(3)]
        await scene.store.passages.record(passages, [passed(scene, passages[0], 5)])
        scene.now += MONTH
        late = passage(scene, None, 0)
        await scene.store.passages.record([late], [passed(scene, late, 5)])
        lease = await hold(scene)
        assert lease is not None
        walk = await scene.store.purge.walk(lease, "passages", horizon(scene).passages, 0)
        assert (walk.after, walk.gone) == (None, 1)
        there = [await scene.store.passages.find(scene.owner, one.external_id) for one in (*passages, late)]
        assert [row is not None for row in there] == [False, True, True, True]
        assert (await scene.store.purge.walk(lease, "events", horizon(scene).events, 0)).gone == 0
        assert await scene.store.events.of_job(scene.owner, running.job.id)
        assert await scene.store.purge.forget_names(lease, horizon(scene).passages) == 0
        await scene.store.purge.rest(lease.fence, scene.now)

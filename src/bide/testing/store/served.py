"""Served batches: on record with their create, brought to one end, shown in an order that only grows."""

from dataclasses import replace

import pytest

from bide.core.clock import DAY, HOUR
from bide.core.deadline import OnMiss
from bide.core.errors import NotFoundError
from bide.core.identifiers import new_identifier, new_tag
from bide.core.served import ServedBatch
from bide.core.states import BatchOutcome, BatchState, ServedState
from bide.core.usage import Usage
from bide.store.served import RESULTS, Ending, NewServed
from bide.store.taking import ReusedKeyError
from bide.testing.scene import USAGE, Handed, Scene, report
from bide.testing.store.case import StoreCase


def new_served(scene: Scene) -> NewServed:
    return NewServed(
        external_id=new_identifier("batch", scene.entropy),
        endpoint=scene.endpoint,
        completion_window="1h",
        metadata='{"mine":"yes"}',
        input_file="file-1",
        partial=False,
        output_life=DAY,
        deadline=scene.now + HOUR,
        said_by="completion_window",
        priority=None,
        on_miss=OnMiss.EXPIRE,
        workflow="nightly",
        digest=b"content",
        holder=scene.holder,
    )


async def create(scene: Scene, **changes: object) -> ServedBatch:
    """A batch on record."""
    batch, is_new = await scene.store.served.create(scene.owner, replace(new_served(scene), **changes), scene.now)
    assert is_new
    return batch


async def run(scene: Scene, *sizes: int, **changes: object) -> tuple[ServedBatch, Handed]:
    """A batch that runs, and its job."""
    batch = await create(scene, **changes)
    handed = await scene.hand_in(*sizes, idempotency_key=batch.external_id)
    names = [f"file-{new_tag(scene.entropy)}" for _ in range(2)]
    await scene.store.served.run(batch, handed.job.id, names[0], names[1], scene.now)
    return await scene.store.served.get(batch.id), handed


ENDING = Ending(BatchOutcome.COMPLETED, 3, 0, "{}")


class ServedCases(StoreCase):
    """The verbs of `bide.store.served`."""

    async def test_a_created_batch_is_what_was_asked(self, scene: Scene) -> None:
        batch = await create(scene, partial=True)
        assert (batch.state, batch.partial, batch.on_miss) == (ServedState.VALIDATING, True, OnMiss.EXPIRE)
        assert (batch.metadata, batch.workflow, batch.created_at) == ('{"mine":"yes"}', "nightly", scene.now)
        assert await scene.store.served.find(scene.owner, batch.external_id) == batch
        with pytest.raises(NotFoundError):
            await scene.store.served.find("another", batch.external_id)

    async def test_an_idempotency_key_is_good_for_one_batch_of_an_owner(self, scene: Scene) -> None:
        first = await create(scene, idempotency_key="k")
        again = replace(new_served(scene), idempotency_key="k")
        assert await scene.store.served.create(scene.owner, again, scene.now) == (first, False)
        other = replace(again, digest=b"other", metadata='{"mine":"no"}')
        with pytest.raises(
            ReusedKeyError, match=rf"used for {first.external_id}, and its metadata\.mine was different"
        ):
            await scene.store.served.create(scene.owner, other, scene.now)
        other, is_new = await scene.store.served.create("another", again, scene.now)
        assert is_new
        assert other.external_id != first.external_id

    async def test_a_retry_attaches_once_to_a_create_that_was_not_answered(self, scene: Scene) -> None:
        told = await create(scene)
        await scene.store.served.told(told.id, scene.now)
        untold = await create(scene)
        attach = scene.store.served.attach
        assert await attach("another", b"content", scene.now) is None
        assert await attach(scene.owner, b"other", scene.now) is None
        found = await attach(scene.owner, b"content", scene.now)
        assert found is not None
        assert found.id == untold.id
        assert await attach(scene.owner, b"content", scene.now) is None

    async def test_batches_are_listed_newest_first_to_their_owner(self, scene: Scene) -> None:
        ids = [(await create(scene)).external_id for _ in range(4)]
        listed = scene.store.served.list
        assert [one.external_id for one in await listed(scene.owner, None, 3)] == ids[:0:-1]
        assert [one.external_id for one in await listed(scene.owner, ids[1], 3)] == ids[:1]
        assert await listed("another", None, 3) == []
        with pytest.raises(NotFoundError):
            await listed("another", ids[1], 3)

    async def test_what_a_gateway_was_reading_is_taken_over_once(self, scene: Scene) -> None:
        batch = await create(scene)
        failed = await create(scene)
        await scene.store.served.fail(failed.id, "[]", scene.now)
        served = scene.store.served
        assert await served.holders() == [scene.holder]
        assert await served.take_over("nobody", "next") == []
        assert [one.id for one in await served.take_over(scene.holder, "next")] == [batch.id]
        assert await served.take_over(scene.holder, "third") == []
        assert await served.holders() == ["next"]

    async def test_a_batch_leaves_validation_once(self, scene: Scene) -> None:
        batch, handed = await run(scene, 3)
        assert (batch.state, batch.job_id, batch.model) == (ServedState.RUNNING, handed.job.id, scene.model)
        await scene.store.served.fail(batch.id, "[]", scene.now)
        assert not await scene.store.served.withdraw(batch.id, scene.now)
        assert await scene.store.served.get(batch.id) == batch
        assert await scene.store.served.holders() == []

    async def test_a_batch_that_is_cancelled_first_runs_as_a_cancelled_job_or_not_at_all(self, scene: Scene) -> None:
        batch = await create(scene)
        cancelled = await scene.store.served.cancel(scene.owner, batch.external_id, scene.now)
        assert cancelled.cancelling_at == scene.now
        handed = await scene.hand_in(2)
        await scene.store.served.run(batch, handed.job.id, "file-1", "file-2", scene.now)
        assert (await scene.get(handed.job)).cancelled_at == scene.now
        other = await create(scene)
        assert not await scene.store.served.withdraw(other.id, scene.now)
        await scene.store.served.cancel(scene.owner, other.external_id, scene.now)
        assert await scene.store.served.withdraw(other.id, scene.now)
        ended = await scene.store.served.get(other.id)
        assert (ended.state, ended.outcome) == (ServedState.ENDED, BatchOutcome.CANCELLED)

    async def test_a_cancel_reaches_the_job_and_counts_once(self, scene: Scene) -> None:
        batch, handed = await run(scene, 2)
        with pytest.raises(NotFoundError):
            await scene.store.served.cancel("another", batch.external_id, scene.now)
        first = await scene.store.served.cancel(scene.owner, batch.external_id, scene.now)
        scene.now += HOUR
        assert await scene.store.served.cancel(scene.owner, batch.external_id, scene.now) == first
        assert (await scene.get(handed.job)).cancelled_at == first.cancelling_at

    async def test_a_batch_ends_once_with_its_files(self, scene: Scene) -> None:
        batch, handed = await run(scene, 3)
        assert await scene.store.served.answered(scene.owner, 10) == []
        lying = await scene.batch(handed.bucket, BatchState.ENDED)
        await scene.land(lying, [report(one) for one in await scene.attempts(lying)])
        assert [one.id for one in await scene.store.served.answered(scene.owner, 10)] == [batch.id]
        assert await scene.store.served.answered("another", 10) == []
        assert await scene.store.served.usage(scene.owner, handed.job.id) == Usage(*(3 * count for count in USAGE))
        await scene.store.served.end(batch, ENDING, scene.now)
        await scene.store.served.end(batch, replace(ENDING, outcome=BatchOutcome.EXPIRED, failed=3), scene.now)
        ended = await scene.store.served.get(batch.id)
        assert (ended.state, ended.outcome, ended.succeeded) == (ServedState.ENDED, BatchOutcome.COMPLETED, 3)
        assert (ended.output_file, ended.error_file) == (batch.output_file, None)
        files = await scene.store.files.list(scene.owner, after=None, purpose=RESULTS, limit=9, now=scene.now)
        assert [(one.external_id, one.expires_at) for one in files] == [(batch.output_file, scene.now + DAY)]
        assert await scene.store.served.answered(scene.owner, 10) == []

    async def test_rows_that_were_shown_keep_their_places(self, scene: Scene) -> None:
        batch, handed = await run(scene, 5, partial=True)
        lying = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(lying)
        served = scene.store.served
        assert await served.show(batch.id, handed.job) == 0
        await scene.land(lying, [report(attempts[3]), report(attempts[1])])
        assert await served.show(batch.id, handed.job) == 2
        first = [(row["place"], row["line"]) for row in await served.lines(batch.id, 0, 10)]
        assert [place for place, _ in first] == [1, 2]
        assert sorted(line for _, line in first) == [2, 4]
        assert await served.show(batch.id, handed.job) == 0
        await scene.land(lying, [report(one) for one in attempts])
        assert await served.show(batch.id, handed.job) == 3
        assert await served.shown(batch.id) == 5
        later = [(row["place"], row["line"]) for row in await served.lines(batch.id, 0, 10)]
        assert later == [*first, (3, 1), (4, 3), (5, 5)]
        assert [row["place"] for row in await served.lines(batch.id, 3, 1)] == [4]

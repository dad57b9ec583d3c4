"""Message batches: there with their job or not at all, listed from both ends, taken over once by a retry."""

from dataclasses import replace

import pytest

from bide.core.bucket import Part, Phase
from bide.core.errors import NotFoundError
from bide.core.identifiers import new_identifier
from bide.store.jobs import Acceptance
from bide.store.message_batches import NewMessageBatch, TakenError, UnendedError
from bide.store.taking import ReusedKeyError
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase

FOUND = Acceptance(
    fingerprint="f",
    input_id=None,
    requests=0,
    refused=0,
    admission="{}",
    first_request=None,
    last_request=None,
    host=None,
)


async def accept(scene: Scene, digest: bytes = b"d", key: str | None = None, requests: int = 0) -> str:
    """A batch of so many requests; its id."""
    job = await scene.begin()
    found = FOUND
    if requests:
        bucket = await scene.bucket_in(job, Part.REST)
        newest = await scene.store.requests.newest()
        await scene.store.requests.add(await scene.rows(job, bucket, requests))
        first, last = await scene.store.requests.extent(job.id, newest)
        found = replace(FOUND, requests=requests, first_request=first, last_request=last)
    new = NewMessageBatch(new_identifier("msgbatch", scene.entropy), scene.now, digest, key, scene.holder)
    await scene.store.message_batches.accept(scene.owner, job.id, new, found, scene.now)
    return new.external_id


class MessageBatchCases(StoreCase):
    """`accept`, `get`, `page`, `attach`, `delete`."""

    async def test_a_batch_is_accepted_with_its_job(self, scene: Scene) -> None:
        name = await accept(scene, requests=3)
        batch = await scene.store.message_batches.get(scene.owner, name)
        assert (batch.state, batch.requests, batch.open, batch.answered_at) == ("running", 3, 3, None)
        assert batch.counts[Phase.WAITING] == 3

    async def test_an_idempotency_key_is_good_for_one_batch_and_its_job_is_not_accepted(self, scene: Scene) -> None:
        name = await accept(scene, key="k")
        with pytest.raises(TakenError) as taken:
            await accept(scene, key="k")
        assert taken.value.external_id == name
        with pytest.raises(ReusedKeyError):
            await accept(scene, b"other", key="k")
        assert len(await scene.store.jobs.recent(scene.owner, 10)) == 1
        known = scene.store.message_batches.known
        assert await known(scene.owner, NewMessageBatch("new", 0, b"d", "k", "worker")) == name
        assert await known("another", NewMessageBatch("new", 0, b"d", "k", "worker")) is None

    async def test_lists_are_paged_from_the_newest_and_in_both_directions(self, scene: Scene) -> None:
        names = [await accept(scene) for _ in range(4)]
        first, second, third, fourth = reversed(names)
        page = scene.store.message_batches.page
        assert [one.external_id for one in await page(scene.owner, 2)] == [first, second]
        assert [one.external_id for one in await page(scene.owner, 9, after=second)] == [third, fourth]
        assert [one.external_id for one in await page(scene.owner, 2, before=fourth)] == [second, third]
        assert await page(scene.owner, 9, before=first) == []
        await scene.store.message_batches.delete(scene.owner, second, scene.now)
        assert [one.external_id for one in await page(scene.owner, 2)] == [first, third]
        assert [one.external_id for one in await page(scene.owner, 1, after=second)] == [third]
        with pytest.raises(NotFoundError):
            await page(scene.owner, 1, after="msgbatch_unknown")

    async def test_a_retry_takes_over_what_nobody_was_told_of_once(self, scene: Scene) -> None:
        first, second = await accept(scene), await accept(scene)
        verbs = scene.store.message_batches

        async def attach(owner: str = scene.owner, digest: bytes = b"d") -> str | None:
            return await verbs.attach(owner, NewMessageBatch("new", 0, digest, None, "another"))

        assert await attach() is None
        await verbs.let_go(first, "nobody")
        await verbs.let_go(second, scene.holder)
        assert await attach("another") is None
        assert await attach(digest=b"e") is None
        assert await attach() == second
        assert await attach() is None
        assert await verbs.holders() == ["another", "worker"]
        await verbs.release_holder("worker")
        assert await attach() == first
        for name in (first, second):
            await verbs.delivered(name, scene.now)
        assert await verbs.holders() == []
        assert await attach() is None

    async def test_only_what_has_ended_is_deleted_and_then_it_is_gone(self, scene: Scene) -> None:
        running, ended = await accept(scene, requests=1), await accept(scene)
        verbs = scene.store.message_batches
        with pytest.raises(UnendedError):
            await verbs.delete(scene.owner, running, scene.now)
        await verbs.delete(scene.owner, ended, scene.now)
        for again in (verbs.get(scene.owner, ended), verbs.delete(scene.owner, ended, scene.now)):
            with pytest.raises(NotFoundError):
                await again

    async def test_a_batch_is_its_owner_s_alone(self, scene: Scene) -> None:
        name = await accept(scene)
        verbs = scene.store.message_batches
        assert await verbs.page("another", 10) == []
        for forbidden in (
            verbs.get("another", name),
            verbs.delete("another", name, scene.now),
            verbs.page("another", 1, after=name),
        ):
            with pytest.raises(NotFoundError):
                await forbidden

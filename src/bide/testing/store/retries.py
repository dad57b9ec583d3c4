"""Retries: the failed requests of a job once more, each in one retry at a time."""

import asyncio

import pytest

from bide.core.bucket import Bucket, Phase, Tally
from bide.core.errors import RefusedError
from bide.core.states import AttemptState
from bide.store.attempts import ClaimedCall
from bide.testing.scene import TOKENS, Handed, Scene, report
from bide.testing.store.case import OpenStore, StoreCase


async def fail(scene: Scene, bucket: Bucket, answered: int = 0) -> list[ClaimedCall]:
    """Settle a bucket's requests: the first few with an answer, the others with an error; their calls."""
    calls = list(await scene.call(bucket))
    failures = [report(call.attempt, AttemptState.ERRORED, permanent=True) for call in calls[answered:]]
    await scene.settle_calls([report(call.attempt) for call in calls[:answered]] + failures)
    return calls


async def lines(scene: Scene, handed: Handed) -> list[int]:
    """The lines of a job's requests."""
    return [row["line"] for row in await scene.store.requests.results(scene.owner, handed.job, 0, 100)]


class RetryCases(StoreCase):
    """Verbs over retries."""

    async def test_failed_requests_are_copied_into_a_retry_with_their_bodies(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        calls = await fail(scene, handed.bucket, answered=1)
        retry = await scene.retry(handed.job)
        assert (retry.job.requests, retry.job.parent_id) == (2, handed.job.id)
        assert (retry.bucket.account, retry.bucket.model) == (scene.account, scene.model)
        assert (retry.bucket.waiting, retry.bucket.longest) == (Tally(2, 2 * TOKENS), 200)
        assert await lines(scene, retry) == [2, 3]
        assert [call.body for call in await scene.call(retry.bucket)] == [call.body for call in calls[1:]]

    async def test_failures_of_several_buckets_are_one_bucket_of_the_retry(self, scene: Scene) -> None:
        handed = await scene.hand_in(2, 1)
        for bucket in handed.buckets:
            await fail(scene, bucket)
        retry = await scene.retry(handed.job)
        assert retry.bucket.tallies == {Phase.WAITING: Tally(3, 3 * TOKENS)}
        assert retry.job.requests == 3

    async def test_what_has_not_failed_is_not_tried_again_and_leaves_nothing_behind(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        await fail(scene, handed.bucket, answered=2)
        with pytest.raises(RefusedError, match="nothing to try again"):
            await scene.retry(handed.job)
        assert await scene.store.jobs.abandoned(scene.now) == []

    async def test_what_a_retry_has_is_not_taken_by_another(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        await fail(scene, handed.bucket)
        first = await scene.retry(handed.job)
        with pytest.raises(RefusedError, match="a retry has them already"):
            await scene.retry(handed.job)
        await fail(scene, first.bucket, answered=1)
        assert await lines(scene, await scene.retry(handed.job)) == [2]
        with pytest.raises(RefusedError, match="a retry has them already"):
            await scene.retry(first.job)

    async def test_of_retries_that_start_together_one_takes_a_request(
        self, scene: Scene, open_store: OpenStore
    ) -> None:
        handed = await scene.hand_in(20, 20)
        for bucket in handed.buckets:
            await fail(scene, bucket)
        stores = [await open_store() for _ in range(3)]
        others = [Scene(store, f"other {number}") for number, store in enumerate(stores)]
        ends = await asyncio.gather(*(other.retry(handed.job) for other in others), return_exceptions=True)
        [taken] = [end for end in ends if isinstance(end, Handed)]
        assert taken.job.requests == 40
        assert [type(end) for end in ends if end is not taken] == [RefusedError] * 2
        assert len(await scene.store.jobs.retries(scene.owner, handed.job.id)) == 1
        for store in stores:
            await store.close()

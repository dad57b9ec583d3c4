"""Jobs: begun, promised, forgotten, cancelled, finished."""

import asyncio

import pytest

from bide.core.bucket import Phase
from bide.core.errors import ConflictError, NotFoundError
from bide.core.job import Job
from bide.core.states import AttemptState, BatchState, JobState, RequestState
from bide.store.filling import Room
from bide.store.jobs import HandedInError, NewJob
from bide.testing.scene import ROOMY, Scene, held, report
from bide.testing.store.case import StoreCase


class JobCases(StoreCase):
    """Verbs over jobs."""

    async def test_a_job_that_is_being_read_promises_nothing(self, scene: Scene) -> None:
        job = await scene.begin()
        await scene.store.requests.add(await scene.rows(job, await scene.bucket_in(job), 3))
        assert job.state is JobState.ACCEPTING
        assert await scene.store.jobs.recent(scene.owner, 10) == []
        assert await scene.buckets(job) == []
        assert not await scene.store.is_busy()

    async def test_of_the_same_read_at_the_same_time_one_is_accepted(self, scene: Scene) -> None:
        jobs = [await scene.begin(), await scene.begin()]
        outcomes = await asyncio.gather(*[scene.accept(job, 0, once=True) for job in jobs], return_exceptions=True)
        [first] = [one for one in outcomes if isinstance(one, Job)]
        [second] = [one for one in outcomes if isinstance(one, HandedInError)]
        assert second.job == first.external_id
        other = await scene.begin(destination="elsewhere")
        assert (await scene.accept(other, 0, once=True)).accepted_at == scene.now
        beside = await scene.begin()
        assert (await scene.accept(beside, 0)).accepted_at == scene.now
        scene.now += 1
        later = await scene.begin()
        assert (await scene.accept(later, 0, once=True)).accepted_at == scene.now, "whoever reads later has looked"

    async def test_an_accepted_job_is_running_with_all_that_was_found(self, scene: Scene) -> None:
        handed = await scene.hand_in(3, 2, workflow="tickets", max_cost=5, destination="{}", host="here")
        job = handed.job
        assert (job.state, job.requests, job.accepted_at) == (JobState.RUNNING, 5, scene.now)
        assert (job.workflow, job.max_cost, job.fingerprint) == ("tickets", 5, "content")
        assert job.last_request is not None
        assert job.first_request is not None
        assert job.last_request - job.first_request >= 4
        assert [one.waiting.requests for one in handed.buckets] == [3, 2]
        assert await scene.store.is_busy()
        assert (await scene.get(job)) == job
        assert (await scene.store.jobs.find(scene.owner, job.external_id)) == job

    async def test_a_job_is_accepted_once(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        with pytest.raises(ConflictError):
            await scene.accept(handed.job, 7)
        assert (await scene.get(handed.job)).requests == 1

    async def test_a_job_without_requests_is_done_at_once(self, scene: Scene) -> None:
        job = await scene.accept(await scene.begin(), 0)
        assert (job.state, job.answered_at, job.done_at) == (JobState.DONE, scene.now, scene.now)

    async def test_an_idempotency_key_is_of_one_accepted_job_an_owner(self, scene: Scene) -> None:
        first, second = await scene.begin(idempotency_key="key"), await scene.begin(idempotency_key="key")
        assert await scene.store.jobs.with_idempotency_key(scene.owner, "key") is None
        await scene.accept(first, 0)
        with pytest.raises(ConflictError):
            await scene.accept(second, 0)
        found = await scene.store.jobs.with_idempotency_key(scene.owner, "key")
        assert found is not None
        assert found.id == first.id
        other = Scene(scene.store, "other", owner="other")
        await other.accept(await other.begin(idempotency_key="key"), 0)

    async def test_an_external_id_is_of_one_job(self, scene: Scene) -> None:
        new = NewJob(
            external_id="job_same",
            kind="run",
            name="",
            deadline=1,
            on_miss="late",
            priority_source="by",
            parameters="{}",
        )
        await scene.store.jobs.begin(scene.owner, new, scene.now)
        with pytest.raises(ConflictError):
            await scene.store.jobs.begin(scene.owner, new, scene.now)

    async def test_a_job_that_was_never_accepted_is_forgotten_piece_by_piece(self, scene: Scene) -> None:
        kept = await scene.hand_in(2)
        job = await scene.begin()
        await scene.store.requests.add(await scene.rows(job, await scene.bucket_in(job), 3))
        assert [one.id for one in await scene.store.jobs.abandoned(scene.now)] == [job.id]
        assert not await scene.store.jobs.forget(job.id)
        assert await scene.store.jobs.forget(job.id)
        assert await scene.store.jobs.abandoned(scene.now) == []
        assert await scene.store.requests.extent(job.id, 0) == (None, None)
        with pytest.raises(NotFoundError):
            await scene.get(job)
        assert (await scene.store.jobs.progress(scene.owner, kept.job.id)).total == 2

    async def test_an_accepted_job_cannot_be_forgotten(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        assert await scene.store.jobs.forget(handed.job.id)
        assert (await scene.get(handed.job)).state is JobState.RUNNING
        assert len(await scene.store.requests.results(scene.owner, handed.job, 0, 10)) == 2

    async def test_a_job_that_is_being_forgotten_cannot_be_accepted(self, scene: Scene) -> None:
        job = await scene.begin()
        await scene.store.requests.add(await scene.rows(job, await scene.bucket_in(job), 3))
        await scene.store.jobs.forget(job.id)
        with pytest.raises(ConflictError):
            await scene.accept(job, 3)
        assert await scene.store.jobs.forget(job.id)

    async def test_nothing_more_is_planned_for_a_cancelled_job(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        batch = await scene.open(handed.bucket)
        await scene.store.batches.fill(held(batch), handed.bucket, Room(1, ROOMY.size, ROOMY.tokens), 1)
        cancelled = await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
        assert (cancelled.state, cancelled.cancelled_at) == (JobState.CANCELLING, scene.now)
        assert (await scene.store.batches.fill(held(batch), handed.bucket, ROOMY, 10)).requests == 0
        assert await scene.call(handed.bucket) == []
        sealed = await scene.store.batches.seal(held(batch), scene.now)
        other = scene.store.batches.open(
            scene.new_batch(), handed.bucket.id, scene.holder, scene.lease_until, scene.now
        )
        assert await other is None
        assert not await scene.store.batches.still_wanted(sealed.id)
        again = await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now + 1)
        assert again.cancelled_at == scene.now

    async def test_what_a_cancelled_job_has_in_flight_still_settles(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        [call] = await scene.call(handed.bucket, 1)
        await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
        bucket = handed.bucket
        assert await scene.store.requests.give_up(bucket, RequestState.CANCELLED, Phase.WAITING, 10, scene.now) == 2
        assert (await scene.get(handed.job)).answered_at is None
        assert await scene.settle_calls([report(call.attempt)]) == 1
        done = await scene.get(handed.job)
        assert done.state is JobState.DONE
        progress = await scene.store.jobs.progress(scene.owner, done.id)
        assert progress.phases == {Phase.CANCELLED: 2, Phase.REALTIME: 1}
        assert (await scene.store.jobs.cancel(scene.owner, done.id, scene.now)) == done

    async def test_a_job_is_answered_with_its_last_request_and_done_with_its_last_attempt(self, scene: Scene) -> None:
        handed = await scene.hand_in(2, 1, destination="{}", host="here")
        first, second = handed.buckets
        batch = await scene.batch(first, BatchState.ENDED)
        [call] = await scene.call(second)
        scene.now += 1
        await scene.land(batch, [report(one) for one in await scene.attempts(batch)])
        assert (await scene.get(handed.job)).answered_at is None
        scene.now += 1
        await scene.settle_calls([report(call.attempt)])
        answered = await scene.get(handed.job)
        assert (answered.state, answered.answered_at, answered.done_at) == (JobState.RUNNING, scene.now, None)
        assert await scene.buckets(handed.job) == []
        scene.now += 1
        await scene.store.batches.harvested(held(batch), scene.now)
        done = await scene.get(handed.job)
        assert (done.state, done.done_at, done.answered_at) == (JobState.DONE, scene.now, scene.now - 1)
        kinds = [event["kind"] for event in await scene.store.events.of_job(scene.owner, done.id)]
        assert [kind for kind in kinds if kind.startswith("job.")] == ["job.running", "job.answered", "job.done"]

    async def test_a_call_in_flight_keeps_an_answered_job_from_being_done(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        [call] = await scene.call(handed.bucket, batch=batch)
        await scene.land(batch, [report(one) for one in await scene.attempts(batch)])
        await scene.store.batches.harvested(held(batch), scene.now)
        assert (await scene.get(handed.job)).state is JobState.RUNNING
        await scene.settle_calls([report(call.attempt, AttemptState.LOST, suspected=True)])
        assert (await scene.get(handed.job)).state is JobState.DONE

    async def test_jobs_are_listed_newest_first_and_retries_oldest_first(self, scene: Scene) -> None:
        first = (await scene.hand_in(1, destination="there")).job
        second = (await scene.hand_in(1)).job
        retries = [(await scene.hand_in(1, kind="retry", parent_id=first.id)).job for _ in range(2)]
        recent = [one.id for one in await scene.store.jobs.recent(scene.owner, 3)]
        assert recent == [retries[1].id, retries[0].id, second.id]
        assert [one.id for one in await scene.store.jobs.retries(scene.owner, first.id)] == [one.id for one in retries]

    @pytest.mark.parametrize("destination", [None, "there"])
    async def test_a_job_is_found_by_its_fingerprint_however_many_came_after_it(
        self, scene: Scene, destination: str | None
    ) -> None:
        first = await scene.accept(await scene.begin(destination=destination, parameters="first"), 0)
        for number in range(25):
            later = await scene.begin(destination=destination, parameters="later")
            await scene.accept(later, 0, fingerprint=f"later {number}")
        await scene.begin(destination=destination, fingerprint="content")  # never accepted
        await scene.accept(await scene.begin(destination="elsewhere"), 0)
        await Scene(scene.store, "other", owner="other").hand_in(1, destination=destination)
        jobs = scene.store.jobs
        assert await jobs.with_fingerprint(scene.owner, destination, "content") == first
        assert await jobs.with_fingerprint(scene.owner, destination, "another content") is None
        assert await jobs.has_like(scene.owner, destination, "first")
        assert not await jobs.has_like(scene.owner, destination, "never asked for")
        assert await jobs.unfinished_at(scene.owner, destination, None) is None

    async def test_an_unfinished_job_is_found_by_its_place_and_its_name(self, scene: Scene) -> None:
        first = (await scene.hand_in(1, destination="there", name="first.jsonl")).job
        for _ in range(25):
            await scene.hand_in(1, name="other.jsonl")
        nameless = (await scene.hand_in(1, name="first.jsonl")).job
        jobs = scene.store.jobs
        assert await jobs.unfinished_at(scene.owner, "there", None) == first
        assert await jobs.unfinished_at(scene.owner, "the", None) == first, "whatever follows the place"
        assert await jobs.has_like(scene.owner, "the", "whatever: it is unfinished")
        assert await jobs.unfinished_at(scene.owner, "here", None) is None
        assert await jobs.unfinished_at(scene.owner, None, "first.jsonl") == nameless
        assert await jobs.unfinished_at(scene.owner, None, "second.jsonl") is None
        assert await jobs.has_like(scene.owner, None, "whatever: it is unfinished")
        assert not await jobs.has_like(scene.owner, "elsewhere", "{}")

    async def test_progress_tells_where_requests_are_and_what_they_cost(self, scene: Scene) -> None:
        handed = await scene.hand_in(5)
        batch = await scene.batch(handed.bucket, requests=2)
        calls = await scene.call(handed.bucket, 2)
        await scene.settle_calls([report(calls[0].attempt, amount=70), report(calls[1].attempt, amount=None)])
        progress = await scene.store.jobs.progress(scene.owner, handed.job.id)
        assert progress.phases == {Phase.WAITING: 1, Phase.BATCHED: 2, Phase.REALTIME: 2}
        assert (progress.total, progress.open) == (5, 3)
        assert (progress.paid, progress.listed, progress.wasted, progress.unpriced) == (70, 140, 0, 1)
        assert [one.id for one in await scene.store.batches.of_job(handed.job.id)] == [batch.id]

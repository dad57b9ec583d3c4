"""Landing: what a report means for its request, whatever came before it and whatever comes again."""

import pytest

from bide.core.bucket import MOST_LOSSES, Part, Phase
from bide.core.span import Span
from bide.core.states import AttemptState, BatchOutcome, BatchState
from bide.store.attempts import MOST_ERRORS
from bide.store.bodies import NewObject
from bide.store.jobs import Progress
from bide.store.reports import new_object
from bide.testing.scene import Handed, Scene, held, report, span
from bide.testing.store.case import StoreCase

ANSWERED, ERRORED, REFUSED, LOST = (
    AttemptState.ANSWERED,
    AttemptState.ERRORED,
    AttemptState.REFUSED,
    AttemptState.LOST,
)


class LandingCases(StoreCase):
    """`Attempts.land` and `Batches.land`: the one place where outcomes settle."""

    async def _progress(self, scene: Scene, handed: Handed) -> Progress:
        return await scene.store.jobs.progress(scene.owner, handed.job.id)

    async def _reasons(self, scene: Scene, handed: Handed) -> dict[tuple[str, str | None], int]:
        """By (kind, reason), how many entries there are."""
        totals = await scene.store.ledger.totals(scene.owner, handed.job.id)
        return {(total.kind, total.reason): total.entries for total in totals}

    async def test_a_chunk_of_a_result_file_lands_as_a_whole(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        reports = [
            report(attempts[0], amount=10, status=200, response=span(0)),
            report(attempts[1], ERRORED, status=400, code="bad", permanent=True, response=span(11)),
            report(attempts[2], REFUSED, code="batch_expired"),
        ]
        assert await scene.land(batch, reports, NewObject("answers-1", "answers", 22)) == 3
        progress = await self._progress(scene, handed)
        assert progress.phases == {Phase.BATCH: 1, Phase.FAILED: 1, Phase.WAITING: 1, Phase.BATCHED: 1}
        assert (progress.paid, progress.listed) == (10, 20)
        first, second, *_ = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        assert await scene.store.bodies.name(first["object_id"]) == "answers-1"
        assert (first["start"], second["start"]) == (0, 11)
        landed = await scene.store.batches.get(batch.id)
        assert landed.output_rows == 3

    @pytest.mark.parametrize("state", [BatchState.SUBMITTED, BatchState.CANCELLING])
    async def test_answers_land_while_their_batch_runs(self, scene: Scene, state: BatchState) -> None:
        handed = await scene.hand_in(3)
        batch = await scene.batch(handed.bucket, state)
        first, *others = await scene.attempts(batch)
        assert await scene.store.batches.missing(batch) == {first, *others}
        assert (
            await scene.land(batch, [report(first, amount=10, response=span())], NewObject("answers-1", "answers", 11))
            == 1
        )
        running = await scene.store.batches.get(batch.id)
        assert (running.state, running.output_rows) == (state, 1)
        ended = await scene.store.batches.ended(
            held(batch), outcome=BatchOutcome.COMPLETED, output_file="output", ended_at=scene.now, now=scene.now
        )
        assert ended.output_rows == 0
        assert await scene.store.batches.missing(ended) == set(others)
        assert await scene.land(ended, [report(attempt, amount=10) for attempt in (first, *others)]) == 2
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid) == ({Phase.BATCH: 3}, 30)
        assert await scene.store.batches.missing(ended) == frozenset()

    async def test_the_answers_of_a_chunk_may_lie_in_several_objects(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        one, two, three = await scene.attempts(batch)
        reports = [
            report(three, response=Span(new_object(0), 0, 10, -1)),
            report(one, response=Span(new_object(1), 0, 10, -1)),
            report(two, response=Span(new_object(1), 11, 10, -1)),
        ]
        objects = [NewObject("answers-1", "answers", 11), NewObject("answers-2", "answers", 22)]
        assert await scene.land(batch, reports, *objects) == 3
        results = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        found = [(await scene.store.bodies.name(row["object_id"]), row["start"]) for row in results]
        assert found == [("answers-2", 0), ("answers-2", 11), ("answers-1", 0)]

    async def test_the_same_reports_again_change_nothing(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        reports = [report(attempts[0]), report(attempts[1], ERRORED), report(attempts[2], REFUSED)]
        answers = NewObject("answers-1", "answers", 22)
        assert await scene.land(batch, reports, answers) == 3
        before = (await self._progress(scene, handed), await self._reasons(scene, handed))
        assert await scene.land(batch, reports, answers) == 0
        assert await scene.land(batch, [report(attempts[0], ERRORED), report(attempts[2])], answers) == 0
        assert (await self._progress(scene, handed), await self._reasons(scene, handed)) == before

    async def test_of_an_attempt_reported_twice_at_once_the_first_report_counts(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        [attempt] = await scene.attempts(batch)
        assert await scene.land(batch, [report(attempt, amount=1), report(attempt, ERRORED, permanent=True)]) == 1
        assert (await self._progress(scene, handed)).phases == {Phase.BATCH: 1}

    @pytest.mark.parametrize("batch_first", [True, False])
    async def test_the_first_answer_wins_and_the_other_is_waste(self, scene: Scene, batch_first: bool) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        [carried] = await scene.attempts(batch)
        [call] = await scene.call(handed.bucket, batch=batch)
        assert call.carried_by == carried
        lands = [
            lambda: scene.land(batch, [report(carried, amount=5)]),
            lambda: scene.settle_calls([report(call.attempt, amount=9)]),
        ]
        for land in lands if batch_first else reversed(lands):
            assert await land() == 1
        progress = await self._progress(scene, handed)
        assert progress.phases == {Phase.BATCH if batch_first else Phase.REALTIME: 1}
        assert (progress.paid, progress.wasted) == ((5, 9) if batch_first else (9, 5))
        assert ("waste", "answered twice") in await self._reasons(scene, handed)
        [row] = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        assert row["attempt"] == (carried if batch_first else call.attempt)

    async def test_an_error_is_tried_again_until_there_were_too_many(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        for attempt in range(1, MOST_ERRORS + 1):
            [call] = await scene.call(handed.bucket)
            await scene.settle_calls([report(call.attempt, ERRORED, status=500)])
            expected = Phase.FAILED if attempt == MOST_ERRORS else Phase.WAITING
            assert (await self._progress(scene, handed)).phases == {expected: 1}
        assert await scene.call(handed.bucket) == []

    async def test_a_permanent_error_fails_the_request_at_once(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, ERRORED, permanent=True, status=400)])
        assert (await self._progress(scene, handed)).phases == {Phase.FAILED: 1}

    async def test_what_was_refused_does_not_count_as_an_error(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        for _ in range(MOST_ERRORS + 2):
            [call] = await scene.call(handed.bucket)
            await scene.settle_calls([report(call.attempt, REFUSED, status=429)])
        assert (await self._progress(scene, handed)).phases == {Phase.WAITING: 1}

    async def test_an_error_that_was_billed_is_waste(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        price = report(0, amount=33).price
        await scene.settle_calls([report(call.attempt, ERRORED, price=price)])
        assert (await self._progress(scene, handed)).wasted == 33
        assert await self._reasons(scene, handed) == {("waste", "answered with an error"): 1}

    async def test_a_request_fails_only_when_its_other_attempt_does_not_answer(self, scene: Scene) -> None:
        """A call that is refused leaves the request where the batch has it."""
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        [call] = await scene.call(handed.bucket, batch=batch)
        assert (await self._progress(scene, handed)).phases == {Phase.CALLING: 1}
        await scene.settle_calls([report(call.attempt, REFUSED)])
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        await scene.land(batch, [report(one, REFUSED) for one in await scene.attempts(batch)])
        assert (await self._progress(scene, handed)).phases == {Phase.WAITING: 1}

    async def test_a_lost_call_is_suspected_and_waits_again(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, LOST, amount=50, suspected=True)])
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.suspected, progress.paid) == ({Phase.WAITING: 1}, 50, 0)
        assert await self._reasons(scene, handed) == {("suspected", "no reply came"): 1}

    @pytest.mark.parametrize("suspicion", [50, None])
    async def test_a_lost_call_that_is_answered_after_all_is_suspected_no_more(
        self, scene: Scene, suspicion: int | None
    ) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, LOST, amount=suspicion, suspected=True)])
        assert await scene.settle_calls([report(call.attempt, amount=20)]) == 1
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.suspected, progress.paid) == ({Phase.REALTIME: 1}, 0, 20)
        assert progress.unpriced == 0
        assert await scene.settle_calls([report(call.attempt, amount=20)]) == 0
        assert (await scene.get(handed.job)).answered_at is not None

    async def test_a_late_answer_is_waste_when_another_call_was_faster(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [lost] = await scene.call(handed.bucket)
        await scene.settle_calls([report(lost.attempt, LOST, amount=50, suspected=True)])
        [second] = await scene.call(handed.bucket)
        await scene.settle_calls([report(second.attempt, amount=20)])
        await scene.settle_calls([report(lost.attempt, amount=21)])
        progress = await self._progress(scene, handed)
        assert (progress.paid, progress.wasted, progress.suspected) == (20, 21, 0)

    async def test_what_batches_lose_again_and_again_is_only_called(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        for _ in range(MOST_LOSSES):
            batch = await scene.batch(handed.bucket, BatchState.ENDED)
            await scene.land(batch, [report(one) for one in (await scene.attempts(batch))[1:]])
            await scene.write_off(batch)
            await scene.store.batches.harvested(held(batch), scene.now)
        assert (await self._progress(scene, handed)).phases == {Phase.STUBBORN: 1, Phase.BATCH: 1}
        opened = await scene.store.batches.open(
            scene.new_batch(), handed.bucket.id, scene.holder, scene.lease_until, scene.now
        )
        assert opened is None
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])
        assert (await self._progress(scene, handed)).open == 0

    async def test_an_unknown_price_stays_unknown(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        first, second = await scene.call(handed.bucket)
        await scene.settle_calls([report(first.attempt, amount=None), report(second.attempt, amount=7)])
        progress = await self._progress(scene, handed)
        assert (progress.paid, progress.listed, progress.unpriced) == (7, 14, 1)
        [total] = await scene.store.ledger.totals(scene.owner, handed.job.id)
        assert (total.entries, total.unpriced, total.amount) == (2, 1, 7)

    async def test_each_model_has_its_part_of_the_progress(self, scene: Scene) -> None:
        job, newest = await scene.begin(), await scene.store.requests.newest()
        usual = scene.model
        for line, (model, part) in enumerate(
            [("other", Part.GUARANTEED), (usual, Part.GUARANTEED), (usual, Part.REST)]
        ):
            scene.model = model
            await scene.store.requests.add(await scene.rows(job, await scene.bucket_in(job, part), 1, line + 1))
        handed = Handed(accepted := await scene.accept(job, 3, newest), await scene.buckets(accepted))
        calls = [await scene.call(bucket) for bucket in handed.buckets]
        await scene.settle_calls([report(call.attempt, amount=5) for [call] in calls])
        shares = await scene.store.jobs.progress_by_model(scene.owner, handed.job.id)
        assert [(*key, share.phases, share.paid, share.listed) for key, share in shares.items()] == sorted(
            [
                (scene.account, "other", {Phase.REALTIME: 1}, 5, 10),
                (scene.account, usual, {Phase.REALTIME: 2}, 10, 20),
            ],
            key=lambda row: row[1],
        )

    async def test_an_answer_that_was_not_billed_has_no_entry(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, price=None)])
        assert (await self._progress(scene, handed)).phases == {Phase.REALTIME: 1}
        assert await scene.store.ledger.totals(scene.owner, handed.job.id) == []

    async def test_reports_about_nothing_change_nothing(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        assert await scene.settle_calls([]) == 0
        assert await scene.settle_calls([report(4_711)]) == 0
        assert (await self._progress(scene, handed)).phases == {Phase.WAITING: 1}

    async def test_a_batch_settles_only_attempts_of_its_own(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        batch = await scene.batch(handed.bucket, BatchState.ENDED, 1)
        other = await scene.batch(handed.bucket, BatchState.ENDED, 1)
        [call] = await scene.call(handed.bucket)
        [foreign] = await scene.attempts(other)
        assert await scene.land(batch, [report(foreign), report(call.attempt)]) == 0
        assert await scene.settle_calls([report(foreign)]) == 0
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 2, Phase.CALLING: 1}

    async def test_reports_of_several_jobs_land_together(self, scene: Scene) -> None:
        handed = [await scene.hand_in(1, 1) for _ in range(2)]
        calls = [call for one in handed for bucket in one.buckets for call in await scene.call(bucket)]
        assert await scene.settle_calls([report(call.attempt, amount=3) for call in reversed(calls)]) == 4
        for one in handed:
            assert (await self._progress(scene, one)).paid == 6
            assert (await scene.get(one.job)).done_at == scene.now

    async def test_thousands_land_at_a_time(self, scene: Scene) -> None:
        handed = await scene.hand_in(5_000)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        reports = [report(one, amount=1) if one % 5 else report(one, ERRORED) for one in attempts]
        assert await scene.land(batch, reports) == 5_000
        assert await scene.land(batch, reports) == 0
        progress = await self._progress(scene, handed)
        assert progress.phases == {Phase.BATCH: 4_000, Phase.WAITING: 1_000}
        assert progress.paid == 4_000

    async def test_the_tokens_and_instants_of_a_report_are_kept(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        made = report(call.attempt, first_token_at=scene.now + 1, finished_at=scene.now + 2)
        await scene.settle_calls([made])
        [total] = await scene.store.ledger.totals(scene.owner, handed.job.id)
        assert made.price is not None
        assert total.usage == made.price.usage
        span = await scene.store.ledger.realtime_span(scene.owner, handed.job.id)
        assert span == (scene.now, scene.now + 2)

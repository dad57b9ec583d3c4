"""Caps: what may cost more is held, goes as far as answers turn out cheaper, and fails where they do not."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bide.core.bucket import Phase
from bide.core.money import Ceiling
from bide.core.states import AttemptState, BatchState, JobState, RequestState
from bide.store.caps import Fit
from bide.store.jobs import Progress
from bide.testing.scene import BODY_LENGTH, OUTPUT_TOKENS, Handed, Scene, report
from bide.testing.store.budgets import UNSUITED, spending
from bide.testing.store.case import StoreCase
from bide.testing.store.keys import make_key

CEILING = Ceiling(10**6, 5 * 10**6)
EACH = (BODY_LENGTH * CEILING.input + OUTPUT_TOKENS * CEILING.output) // 1_000
"""What each made-up request may cost at these rates, in 1e-12 USD."""

FITTING = {0: 0, EACH - 1: 0, EACH: 1, 3 * EACH - 1: 2, 5 * EACH: 5, 1 << 61: 5}
"""By cap, how many of five requests fit."""

OUTCOMES = st.tuples(
    st.sampled_from(["call", "batch", "rescued batch"]),
    st.sampled_from([AttemptState.ANSWERED, AttemptState.ANSWERED, AttemptState.ERRORED]),
    st.integers(0, EACH),
)


async def capped(scene: Scene, size: int, cap: int, key: int | None = None, **changes: Any) -> tuple[Handed, Fit]:
    """An accepted job under a cap."""
    job = await scene.begin(max_cost=cap, key_id=key, **changes)
    newest, bucket = await scene.store.requests.newest(), await scene.bucket_in(job)
    await scene.store.requests.add(await scene.rows(job, bucket, size))
    first, last = await scene.store.requests.extent(job.id, newest)
    fit = await scene.store.held.measure(job.id, {bucket: CEILING}, cap, first or 0, last or 0)
    held_after = fit.last if fit.requests < size else None
    ceilings = {} if key is None else {bucket: CEILING}
    accepted = await scene.accept(job, size, newest, held_after=held_after, held_why="the cap", ceilings=ceilings)
    return Handed(accepted, await scene.buckets(accepted)), fit


async def stands(scene: Scene, handed: Handed) -> Progress:
    return await scene.store.jobs.progress(scene.owner, handed.job.id)


async def waiting(scene: Scene, handed: Handed) -> int:
    """How many requests of a job anybody would plan."""
    return sum(bucket.waiting.requests for bucket in await scene.buckets(handed.job))


async def answer(scene: Scene, handed: Handed, *amounts: int | None) -> None:
    """Call what waits and answer it, for so much each."""
    for bucket in await scene.buckets(handed.job):
        claimed = await scene.call(bucket, len(amounts))
        await scene.settle_calls(
            [report(one.attempt, amount=amount) for one, amount in zip(claimed, amounts, strict=False)]
        )


class CapCases(StoreCase):
    """`measure` and `release`, and what is held when a job is accepted."""

    async def test_so_many_fit_as_the_cap_holds_at_their_dearest(self, scene: Scene) -> None:
        for cap, fits in FITTING.items():
            job = await scene.begin(max_cost=cap)
            newest, bucket = await scene.store.requests.newest(), await scene.bucket_in(job)
            await scene.store.requests.add(await scene.rows(job, bucket, 5))
            first, last = await scene.store.requests.extent(job.id, newest)
            fit = await scene.store.held.measure(job.id, {bucket: CEILING}, cap, first or 0, last or 0)
            assert (fit.requests, fit.guaranteed, fit.bound) == (fits, fits, 5 * EACH), cap
            await scene.store.forget(job)

    async def test_what_does_not_fit_is_planned_by_nobody_until_answers_are_cheaper(self, scene: Scene) -> None:
        handed, fit = await capped(scene, 10, 4 * EACH)
        assert (fit.requests, await waiting(scene, handed), (await stands(scene, handed)).held) == (4, 4, 6)
        assert await scene.store.held.release(handed.job.id, scene.now) == 0
        await answer(scene, handed, EACH // 2, EACH // 2)
        assert await scene.store.held.release(handed.job.id, scene.now) == 1
        assert (await waiting(scene, handed), (await stands(scene, handed)).held) == (3, 5)
        await answer(scene, handed, 0, 0, 0)
        assert await scene.store.held.release(handed.job.id, scene.now) == 3
        await answer(scene, handed, 0, 0, 0)
        assert await scene.store.held.release(handed.job.id, scene.now) == 2
        await answer(scene, handed, EACH, EACH)
        assert (await scene.get(handed.job)).state is JobState.DONE

    async def test_what_still_does_not_fit_when_nothing_is_under_way_fails_and_says_why(self, scene: Scene) -> None:
        key, _ = await make_key(scene)
        handed, _ = await capped(scene, 5, 2 * EACH, key.id)
        assert await spending(scene, key.id) == {"2027-01": (5 * EACH, 0), "2027-01-15": (5 * EACH, 0)}
        await answer(scene, handed, EACH, EACH)
        assert await scene.store.held.release(handed.job.id, scene.now) == 3
        job = await scene.get(handed.job)
        assert (job.state, (await stands(scene, handed)).phases) == (
            JobState.DONE,
            {Phase.REALTIME: 2, Phase.FAILED: 3},
        )
        failed = [
            row
            for row in await scene.store.requests.results(scene.owner, job, 0, 10)
            if row["state"] == RequestState.FAILED
        ]
        assert {row["code"] for row in failed} == {"budget_exhausted"}
        assert "2 of 5 requests fitted; `bide retry job_" in failed[0]["message"]
        assert await spending(scene, key.id) == {"2027-01": (0, 2 * EACH), "2027-01-15": (0, 2 * EACH)}
        retried = await scene.retry(job)
        assert retried.job.requests == 3

    async def test_with_little_of_the_cap_left_what_does_not_fit_at_once_fails(self, scene: Scene) -> None:
        handed, fit = await capped(scene, 80, 41 * EACH)
        assert fit.requests == 41
        await answer(scene, handed, *[EACH] * 38, 0, 0, 0)
        assert await scene.store.held.release(handed.job.id, scene.now) == 3
        await answer(scene, handed, EACH, EACH // 2, EACH // 2)
        assert await scene.store.held.release(handed.job.id, scene.now) == 36, (
            "one goes, the others would go one by one"
        )
        assert (await stands(scene, handed)).phases == {Phase.REALTIME: 44, Phase.WAITING: 1, Phase.FAILED: 35}
        await answer(scene, handed, EACH)
        results = await scene.store.requests.results(scene.owner, await scene.get(handed.job), 0, 100)
        [message] = {row["message"] for row in results if row["state"] == RequestState.FAILED}
        assert "less than a twentieth of the job's cap" in message

    async def test_an_answer_of_unknown_price_counts_at_the_most_it_can_have_cost(self, scene: Scene) -> None:
        handed, _ = await capped(scene, 4, 2 * EACH)
        await answer(scene, handed, None, 0)
        assert await scene.store.held.release(handed.job.id, scene.now) == 1
        await answer(scene, handed, EACH)
        assert await scene.store.held.release(handed.job.id, scene.now) == 1
        assert (await stands(scene, handed)).phases[Phase.FAILED] == 1

    async def test_what_is_held_goes_with_its_job(self, scene: Scene) -> None:
        handed, _ = await capped(scene, 4, EACH)
        await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
        [held] = (await scene.store.snapshots.take("host", scene.now)).held
        assert await scene.store.held.release(handed.job.id, scene.now) == 0
        assert await scene.store.requests.give_up(held, RequestState.CANCELLED, Phase.WAITING, 10, scene.now) == 3
        assert (await stands(scene, handed)).held == 0

    @given(outcomes=st.lists(OUTCOMES, max_size=12), cap=st.integers(1, 9 * EACH))
    @settings(max_examples=6, deadline=None, suppress_health_check=UNSUITED, derandomize=True, database=None)
    async def test_whatever_happens_no_more_is_spent_than_the_cap_but_for_waste(
        self, scene: Scene, outcomes: list[tuple[str, AttemptState, int]], cap: int
    ) -> None:
        handed, _ = await capped(scene, 8, cap + EACH)
        for how, verdict, amount in outcomes:
            for bucket in [one for one in await scene.buckets(handed.job) if one.waiting.requests][:1]:
                made = report(0, verdict, amount=amount).price
                if how == "call":
                    claimed = await scene.call(bucket, 2)
                    await scene.settle_calls([report(one.attempt, verdict, price=made) for one in claimed])
                else:
                    batch = await scene.batch(bucket, BatchState.ENDED, 3)
                    if how == "rescued batch":
                        claimed = await scene.call(bucket, 1, batch=batch)
                        await scene.settle_calls([report(one.attempt, amount=EACH) for one in claimed])
                    attempts = await scene.attempts(batch)
                    await scene.land(batch, [report(one, verdict, price=made) for one in attempts])
                    await scene.write_off(batch)
                await scene.store.held.release(handed.job.id, scene.now)
        progress = await stands(scene, handed)
        assert progress.paid <= cap + EACH
        while await waiting(scene, handed):
            await answer(scene, handed, *[EACH] * 8)
            await scene.store.held.release(handed.job.id, scene.now)
        progress = await stands(scene, handed)
        assert (progress.open, progress.held) == (0, 0)
        assert progress.paid <= cap + EACH

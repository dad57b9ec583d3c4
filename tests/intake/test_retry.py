"""A job's failed requests once more."""

import asyncio
from pathlib import Path

from bide.config import load
from bide.core.clock import DAY
from bide.core.errors import RefusedError
from bide.core.job import Job
from bide.core.states import AttemptState
from bide.embedded import opened
from bide.intake.retry import retry_failed
from bide.ledger.promise import decode_promise
from bide.testing.scene import Scene, report


async def failed(scene: Scene, *sizes: int) -> Job:
    """A job whose requests, in a bucket of each size, have all failed."""
    handed = await scene.hand_in(*sizes)
    for bucket in handed.buckets:
        calls = await scene.call(bucket)
        await scene.settle_calls([report(call.attempt, AttemptState.ERRORED, permanent=True) for call in calls])
    return handed.job


async def test_of_retries_that_start_together_one_takes_the_failures(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path)})) as bide:
        job = await failed(Scene(bide.store), 3)
        deadline = bide.context.clock.now() + DAY
        tries = (retry_failed(bide.context, job, deadline, "within") for _ in range(2))

        ends = await asyncio.gather(*tries, return_exceptions=True)

        [retry] = [end for end in ends if isinstance(end, Job)]
        assert retry.requests == 3
        assert [type(end) for end in ends if end is not retry] == [RefusedError]


async def test_a_retry_promises_all_that_it_took_and_counts_it_once(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path)})) as bide:
        scene = Scene(bide.store)
        job = await failed(scene, 2, 1)

        retry = await retry_failed(bide.context, job, bide.context.clock.now() + DAY, "within")

        assert retry.admission is not None
        assert decode_promise(retry.admission).requests == 3
        assert (await scene.store.jobs.progress(scene.owner, retry.id)).total == 3

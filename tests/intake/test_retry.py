"""A job's failed requests once more."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bide.config import load
from bide.core.budget import CapExhaustedError
from bide.core.clock import DAY
from bide.core.errors import RefusedError, SettingError
from bide.core.job import Job
from bide.core.states import AttemptState
from bide.embedded import opened
from bide.intake.retry import retry_failed
from bide.ledger.promise import decode_promise
from bide.testing.scene import BODY_LENGTH, Scene, report

PRICED = ("prices.openai/mine.input=10", "prices.openai/mine.output=0", "prices.openai/mine.batch=0.5")
"""A cent for a thousand bytes in real time."""

EACH = BODY_LENGTH * 10_000_000
"""What each made-up request may cost then, in 1e-12 USD."""


async def failed(scene: Scene, *sizes: int, **changes: Any) -> Job:
    """A job whose requests, in a bucket of each size, have all failed."""
    handed = await scene.hand_in(*sizes, **changes)
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


@pytest.mark.parametrize(
    ("cap", "own", "held"),
    [
        pytest.param(None, None, 0, id="no cap"),
        pytest.param(None, 2 * EACH, 1, id="a cap of its own"),
        pytest.param(3 * EACH, None, 0, id="what the job has left holds all of it"),
        pytest.param(2 * EACH, None, 1, id="what the job has left holds some of it"),
        pytest.param(EACH, 3 * EACH, 0, id="its own cap counts"),
    ],
)
async def test_a_retry_has_its_own_cap_or_what_the_job_has_left(
    tmp_path: Path, cap: int | None, own: int | None, held: int
) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"}, assignments=PRICED)) as bide:
        scene = Scene(bide.store, model="mine")
        scene.account = "openai"
        job = await scene.get(await failed(scene, 3, max_cost=cap))

        retry = await retry_failed(bide.context, job, bide.context.clock.now() + DAY, "within", own)

        progress = await scene.store.jobs.progress(scene.owner, retry.id)
        assert (progress.total, progress.held) == (3, held)


async def test_a_retry_of_which_nothing_fits_is_refused_and_can_be_asked_for_again(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"}, assignments=PRICED)) as bide:
        scene = Scene(bide.store, model="mine")
        scene.account = "openai"
        job = await scene.get(await failed(scene, 3, max_cost=EACH - 1))
        deadline = bide.context.clock.now() + DAY

        with pytest.raises(CapExhaustedError, match="holds 0 of 3 requests"):
            await retry_failed(bide.context, job, deadline, "within")

        assert (await retry_failed(bide.context, job, deadline, "within", 3 * EACH)).requests == 3


async def test_what_a_retry_costs_at_an_account_that_is_off_nobody_knows(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path)})) as bide:
        job = await failed(Scene(bide.store), 1)
        with pytest.raises(SettingError, match="is not switched on here"):
            await retry_failed(bide.context, job, bide.context.clock.now() + DAY, "within", EACH)

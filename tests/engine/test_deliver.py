"""Deliveries are made at least once, and none of them keeps a worker from its other work."""

from dataclasses import replace

import pytest
from tests.engine.desk import Desk

from bide.core.clock import MINUTE
from bide.core.errors import StoreError
from bide.core.job import Job
from bide.engine.deliver import deliver
from bide.store.deliveries import Delivery
from bide.store.store import Store


async def a_delivery(desk: Desk) -> Job:
    """A job that is answered, and whose answers are wanted on this machine."""
    handed = await desk.scene.hand_in(host="host", destination="somewhere")
    return handed.job


async def of(desk: Desk, job: Job) -> Delivery:
    [delivery] = await desk.scene.store.deliveries.of_job(job.owner, job.id)
    return delivery


class Recorder:
    """Delivers to a list, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.delivered: list[tuple[int, str]] = []

    async def __call__(self, store: Store, job: Job, kept: str) -> None:
        if self.error is not None:
            raise self.error
        self.delivered.append((job.id, kept))


async def test_answers_are_delivered_once_they_are_all_there(desk: Desk) -> None:
    job, recorder = await a_delivery(desk), Recorder()
    unanswered = await desk.scene.hand_in(1, host="host", destination="elsewhere")

    for _ in range(2):
        await deliver(replace(desk.context, deliver=recorder))

    assert recorder.delivered == [(job.id, "somewhere")]
    assert (await of(desk, job)).delivered_at == desk.clock.now()
    assert (await of(desk, unanswered.job)).delivered_at is None


async def test_another_machine_has_other_folders(desk: Desk) -> None:
    job, recorder = await a_delivery(desk), Recorder()

    await deliver(replace(desk.context, deliver=recorder, host="elsewhere"))

    assert recorder.delivered == []
    assert (await of(desk, job)).delivered_at is None


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(StoreError("the disk is full"), id="the disk is full"),
        pytest.param(OSError(13, "Permission denied"), id="not allowed"),
        pytest.param(ValueError("no such type"), id="nobody foresaw it"),
    ],
)
async def test_a_delivery_that_fails_is_made_again_later(desk: Desk, error: Exception) -> None:
    job = await a_delivery(desk)

    await deliver(replace(desk.context, deliver=Recorder(error)))

    failed = await of(desk, job)
    assert (failed.delivered_at, failed.failures) == (None, 1)
    assert failed.trouble
    assert str(error) in failed.trouble
    recorder = Recorder()
    desk.clock.advance(MINUTE)
    await deliver(replace(desk.context, deliver=recorder))
    assert recorder.delivered == [(job.id, "somewhere")]
    assert (await of(desk, job)).trouble is None


async def test_what_nobody_foresaw_is_told_as_a_fault(desk: Desk) -> None:
    job, faults, error = await a_delivery(desk), list[BaseException](), ValueError("no such type")

    await deliver(replace(desk.context, deliver=Recorder(error), on_fault=faults.append))

    assert faults == [error]
    assert (await of(desk, job)).trouble == (
        "delivering them failed unexpectedly (ValueError: no such type); please report it"
    )

"""What a caller remembers of batches that it has half gone through."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.engine.desk import Desk

from bide.core.batch import Batch
from bide.engine.call import Caller
from bide.lanes.decision.decision import Wanted
from bide.lanes.rescue.carrier import Carrier


@pytest.mark.parametrize(("most", "kept"), [(1, {(1, 5)}), (2, {(1, 5), (99, 7)})])
async def test_places_in_batches_that_are_over_are_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int, kept: set[tuple[int, int]]
) -> None:
    monkeypatch.setattr("bide.engine.call.CURSORS", most)
    handed = await desk.scene.hand_in(1)
    assert handed.bucket.id == 1

    def spawn(work: Any) -> asyncio.Task[None]:
        return asyncio.create_task(work)

    caller = Caller(desk.context, spawn, lambda: None)
    places = caller._cursors  # pyright: ignore[reportPrivateUsage]
    places.update({(1, 5): 10, (99, 7): 20})
    running = Carrier(cast(Batch, SimpleNamespace(id=5)), 1)
    await caller.serve([Wanted(handed.bucket, 0, [running], "due")], {})
    assert set(caller._cursors) == kept  # pyright: ignore[reportPrivateUsage]


async def test_what_failed_calls_have_left_at_the_front_of_a_batch_is_called_at_once(desk: Desk) -> None:
    handed = await desk.scene.hand_in(3)
    batch = await desk.scene.batch(handed.bucket)
    [bucket] = await desk.scene.buckets(handed.job)
    started: list[Coroutine[Any, Any, None]] = []

    def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        started.append(work)
        work.close()
        return cast("asyncio.Task[None]", None)

    caller = Caller(desk.context, spawn, lambda: None)
    places = caller._cursors  # pyright: ignore[reportPrivateUsage]
    places[bucket.id, batch.id] = (await desk.scene.attempts(batch))[-1]
    await caller.serve([Wanted(bucket, 3, [Carrier(await desk.again(batch), 3)], "due")], {})

    assert len(started) == 3, "nobody else would wake us for them"

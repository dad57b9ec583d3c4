"""One turn of a worker: what is decided about many things at once does not keep calls waiting for each of them."""

import asyncio

import pytest
from tests.engine.desk import Desk
from tests.patience import PATIENCE

from bide.engine.service import Service
from bide.lanes.decision.decision import Decisions


async def test_many_cancels_are_written_side_by_side(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, store = desk.scene, desk.scene.store.batches
    batches = [await scene.batch((await scene.hand_in(1)).bucket) for _ in range(3)]
    meeting, ask_cancel = asyncio.Barrier(len(batches)), store.ask_cancel

    async def meet(batch: int, why: str, now: int) -> bool:
        await meeting.wait()
        return await ask_cancel(batch, why, now)

    monkeypatch.setattr(store, "ask_cancel", meet)
    decisions = Decisions(cancels={batch.id: "nobody needs it" for batch in batches})
    async with asyncio.timeout(PATIENCE):
        await Service(desk.context)._settle(decisions, scene.now)  # pyright: ignore[reportPrivateUsage]

    assert all([(await desk.again(batch)).cancel_asked for batch in batches])

"""Many calls that are deferred at the same moment."""

import asyncio
from pathlib import Path

import pytest

from bide.core.clock import MINUTE, to_datetime
from bide.intake import single
from bide.intake.single import Desk, SingleCall
from bide.store.snapshot import Snapshot, Snapshots
from bide.store.taking import Taken
from tests.gateway.place import CHAT, place
from tests.patience import PATIENCE

MANY = 60

PROMISED = {"Prefer": "respond-async"}
LATER = {"Bide-Within": "6h", **PROMISED}


async def test_many_calls_share_one_look_at_what_is_promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, come, all_there = 0, 0, asyncio.Event()
    real, hand_in = Snapshots.take, Desk.hand_in

    async def noted(self: Desk, call: SingleCall) -> Taken:
        nonlocal come
        come += 1
        if come == MANY:
            all_there.set()
        return await hand_in(self, call)

    async def counted(self: Snapshots, host: str, now: int) -> Snapshot:
        nonlocal looks
        looks += 1
        await all_there.wait()
        return await real(self, host, now)

    async with place(tmp_path, engine=False) as at:
        monkeypatch.setattr(Snapshots, "take", counted)
        monkeypatch.setattr(Desk, "hand_in", noted)

        async def post() -> int:
            async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=LATER) as answer:
                return answer.status

        assert set(await asyncio.gather(*(post() for _ in range(MANY)))) == {202}
    assert looks < 20  # those of the pressure among them


async def test_who_wants_to_wait_for_a_while_takes_a_place_or_is_promised_at_once(tmp_path: Path) -> None:
    waiting = {**LATER, "Prefer": "respond-async, wait=600"}
    async with place(tmp_path, "gateway.held=3", engine=False) as at:

        async def post() -> int:
            async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=waiting) as answer:
                return answer.status

        tasks = [asyncio.create_task(post()) for _ in range(8)]
        async with asyncio.timeout(PATIENCE):
            while len(promised := [task.result() for task in tasks if task.done()]) < 5:
                await asyncio.sleep(0.01)
        assert promised == [202] * 5
        assert at.gateway.deferring.held == 3
        at.gateway.waiters.end()
        assert await asyncio.gather(*tasks) == [202] * 8
        assert at.gateway.deferring.held == 0


async def test_calls_with_different_deadlines_are_not_promised_the_same_capacity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "LOOK", 60 * MINUTE)  # all of them within one look
    async with place(tmp_path, "providers.openai.requests_per_minute=5", engine=False) as at:
        begun = at.bide.context.clock.now()

        async def post(minutes: int) -> bool:
            headers = {**PROMISED, "Bide-By": to_datetime(begun + minutes * MINUTE).isoformat()}
            async with at.http.post("/v1/chat/completions", json={**CHAT, "max_tokens": 10}, headers=headers) as answer:
                return bool((await answer.json())["guaranteed"])

        found = await asyncio.gather(*(post(30 + number % 10) for number in range(400)))
    assert 0 < sum(found) <= 5 * 40  # five a minute for forty minutes

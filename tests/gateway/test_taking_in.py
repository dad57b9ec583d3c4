"""Many calls that are deferred at the same moment."""

import asyncio
from pathlib import Path

import pytest

from bide.store.snapshot import Snapshot, Snapshots
from tests.gateway.place import CHAT, place

LATER = {"Bide-Within": "6h", "Prefer": "respond-async"}


async def test_many_calls_share_one_look_at_what_is_promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    real = Snapshots.take

    async def counted(self: Snapshots, host: str, now: int) -> Snapshot:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.05)
        return await real(self, host, now)

    async with place(tmp_path, engine=False) as at:
        monkeypatch.setattr(Snapshots, "take", counted)

        async def post() -> int:
            async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=LATER) as answer:
                return answer.status

        assert set(await asyncio.gather(*(post() for _ in range(60)))) == {202}
    assert looks < 20  # those of the pressure among them

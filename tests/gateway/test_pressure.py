"""Saying 429 while there is room to say it in."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from bide.gateway.pressure import State, refusal
from bide.settings import GatewaySettings
from tests.gateway.place import CHAT, place

SETTINGS = GatewaySettings(open=10, free_disk=1_000)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State(), None),
        (State(9, 1_000), None),
        (State(10, 1_000), "too_many_open_requests"),
        (State(0, 999), "disk_nearly_full"),
        (State(0, None), None),
    ],
)
def test_what_is_full_refuses(state: State, code: str | None) -> None:
    found = refusal(state, SETTINGS)
    assert (found and found.code) == code
    assert found is None or (found.status, found.headers) == (429, {"retry-after": "5"})


async def test_a_full_disk_stops_deferring_and_not_urgent_calls(tmp_path: Path) -> None:
    async with place(tmp_path, f"gateway.free_disk={1 << 60}") as at:
        await at.gateway.pressure.look()
        later = {"Bide-Within": "1h"}
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=later) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
            assert (await answer.json())["error"]["code"] == "disk_nearly_full"
        async with at.http.post("/v1/chat/completions", json=dict(CHAT)) as answer:
            assert answer.status == 200


async def test_only_so_many_calls_are_under_way(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.under_way=1", script="slow") as at:
        first = asyncio.create_task(at.openai().chat.completions.create(**CHAT))
        while not at.gateway.pressure.under_way:
            await asyncio.sleep(0.005)
        async with at.http.post("/v1/chat/completions", json=dict(CHAT)) as answer:
            assert answer.status == 429
            assert (await answer.json())["error"]["code"] == "too_many_calls"
        assert (await first).choices
        assert at.gateway.pressure.under_way == 0


async def test_only_so_many_connections_are_held(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.held=1") as at:
        later = {"Bide-Within": "1h"}
        first = asyncio.create_task(at.openai().chat.completions.create(**CHAT, extra_headers=later))
        await at.held(1)
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=later) as answer:
            assert answer.status == 429
            assert msgspec.json.decode(await answer.read())["error"]["code"] == "too_many_held_connections"
        assert (await first).choices

"""Waiting for many deferred requests with one call."""

import asyncio
from typing import Any

import pytest

from bide.core.key import digest_of, new_secret, prefix_of
from bide.store.keys import NewKey
from tests.gateway.place import CHAT, Place

NOBODYS = "req_aaaaaaaaaaaaaaaaaaaaaaaaaa"


async def hand_in(at: Place, within: str = "15m", key: str = "none") -> str:
    headers = {"Prefer": "respond-async", "Bide-Within": within, "Authorization": f"Bearer {key}"}
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
        return (await answer.json())["id"]


async def ask(at: Place, ids: list[str], wait: int = 0, key: str = "none") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"}
    async with at.http.post("/bide/v1/requests/settled", json={"ids": ids, "wait": wait}, headers=headers) as answer:
        assert answer.status == 200
        return await answer.json()


async def test_those_that_are_settled_are_told_and_waited_for(at: Place) -> None:
    ids = [await hand_in(at), await hand_in(at)]
    left = list(ids)
    while left:
        found = await ask(at, left, wait=30)
        assert found["settled"]
        assert found["unknown"] == []
        left = [one for one in left if one not in found["settled"]]
    assert await ask(at, ids, wait=30) == {"settled": ids, "unknown": []}


async def test_without_waiting_it_is_told_at_once_that_none_is(at: Place) -> None:
    identifier = await hand_in(at, "24h")
    found = await ask(at, [identifier])
    assert found["unknown"] == []
    assert set(found["settled"]) <= {identifier}


async def test_one_that_nobody_has_is_told_and_not_waited_for(at: Place) -> None:
    assert await ask(at, [NOBODYS], wait=60) == {"settled": [], "unknown": [NOBODYS]}


async def test_a_cancelled_one_ends_the_wait(at: Place) -> None:
    identifier = await hand_in(at, "24h")
    waiting = asyncio.create_task(ask(at, [identifier], wait=60))
    await asyncio.sleep(0)
    async with at.http.post(f"/bide/v1/requests/{identifier}/cancel"):
        pass
    assert (await waiting)["settled"] == [identifier]


async def test_those_of_another_owner_are_unknown(at: Place) -> None:
    context = at.bide.context
    secrets = [new_secret(context.entropy) for _ in range(2)]
    for number, secret in enumerate(secrets):
        key = NewKey(external_id=f"key_{number}", name=f"k{number}", digest=digest_of(secret), prefix=prefix_of(secret))
        await context.store.keys.create(f"owner {number}", key, context.clock.now())
    identifier = await hand_in(at, key=secrets[0])
    assert (await ask(at, [identifier], key=secrets[1]))["unknown"] == [identifier]
    assert (await ask(at, [identifier], key=secrets[0]))["unknown"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"ids": [NOBODYS] * 1_001}, 400, id="too many"),
        pytest.param({"ids": [], "wait": 61}, 400, id="too long"),
        pytest.param({"ids": "all"}, 400, id="no list"),
        pytest.param({"ids": [], "until": 1}, 400, id="a field that there is not"),
        pytest.param({"ids": ["x" * 200] * 900}, 413, id="too large"),
    ],
)
async def test_what_cannot_be_asked_is_refused(at: Place, body: dict[str, Any], status: int) -> None:
    async with at.http.post("/bide/v1/requests/settled", json=body) as answer:
        assert answer.status == status

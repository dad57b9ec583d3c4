"""What a retry attaches to: a call whose connection is gone, wherever it was; and nothing else."""

import asyncio

from tests.gateway.place import CHAT, Place

LATER = {"Bide-Within": "1h"}
RETRY = {**LATER, "x-stainless-retry-count": "1"}


async def post(at: Place, headers: dict[str, str]) -> tuple[int, str]:
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
        await answer.read()
        return answer.status, answer.headers["Bide-Request-Id"]


async def test_retries_of_clients_whose_gateway_has_died_attach_at_another(at: Place) -> None:
    """Their connections are still on record as the dead one's; many come back at the same moment."""
    orphans: set[str] = set()
    for _ in range(3):
        waiting = asyncio.create_task(post(at, LATER))
        async with asyncio.timeout(5):
            while not (rows := await held(at)):
                await asyncio.sleep(0.01)
        [row] = rows
        await at.bide.store.calls.hold(row, "a-gateway-that-died")
        waiting.cancel()
        orphans.add(row)
    found = await asyncio.gather(*(post(at, RETRY) for _ in range(3)))
    assert {identifier for _, identifier in found} == orphans


async def held(at: Place) -> list[str]:
    """The calls that wait on this gateway."""
    async with at.http.get("/bide/v1/requests?limit=100") as listed:
        known = [request["id"] for request in (await listed.json())["data"]]
    rows = [await at.bide.store.calls.outcome("local", identifier) for identifier in known]
    return [row["external_id"] for row in rows if row["holder"] == at.bide.context.holder]


async def test_what_was_answered_with_202_is_nobody_s_orphan(at: Place) -> None:
    status, promised = await post(at, {**LATER, "Prefer": "respond-async"})
    assert status == 202
    status, retried = await post(at, RETRY)  # of another call, of which nothing was ever accepted
    assert status == 200
    assert retried != promised

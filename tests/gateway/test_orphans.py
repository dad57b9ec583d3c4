"""What a retry attaches to: a call whose connection is gone, wherever it was; and nothing else."""

import asyncio
from pathlib import Path

import anthropic as sdk
import openai
import pytest

from bide.intake.single import Desk, SingleCall
from bide.store.calls import Calls
from bide.store.database import Row, Transaction
from bide.store.queries import parse
from bide.store.taking import Taken
from tests.gateway.place import CHAT, Place, place

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
        [row] = await at.held(1)
        await at.bide.store.calls.hold(row, "a-gateway-that-died")
        waiting.cancel()
        orphans.add(row)
    found = await asyncio.gather(*(post(at, RETRY) for _ in range(3)))
    assert {identifier for _, identifier in found} == orphans


async def test_what_was_answered_with_202_is_nobody_s_orphan(at: Place) -> None:
    status, promised = await post(at, {**LATER, "Prefer": "respond-async"})
    assert status == 202
    status, retried = await post(at, RETRY)  # of another call, of which nothing was ever accepted
    assert status == 200
    assert retried != promised


PROMISES = [
    pytest.param("/v1/chat/completions", {"Prefer": "respond-async"}, {}, id="promised"),
    pytest.param("/v1/chat/completions", {"Prefer": "respond-async, wait=30"}, {}, id="waited for"),
    pytest.param("/v1/responses", {}, {"model": "gpt-4.1-mini", "input": "hello", "background": True}, id="background"),
]


@pytest.mark.parametrize(("path", "prefer", "body"), PROMISES)
async def test_a_promise_that_was_lost_is_found_by_the_retry_and_bought_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, prefer: dict[str, str], body: dict[str, object]
) -> None:
    """The client goes away after the call was accepted and before it is told."""
    accepted, go_on = asyncio.Event(), asyncio.Event()
    real = Desk.hand_in

    async def slow(self: Desk, call: SingleCall) -> Taken:
        taken = await real(self, call)
        accepted.set()
        await go_on.wait()
        return taken

    days = {"Bide-Within": "3d"}
    async with place(tmp_path, "gather.longest=1d") as at:

        async def ask(headers: dict[str, str]) -> tuple[int, str]:
            async with at.http.post(path, json=body or dict(CHAT), headers=headers) as answer:
                await answer.read()
                return answer.status, answer.headers["Bide-Request-Id"]

        monkeypatch.setattr(Desk, "hand_in", slow)
        lost = asyncio.create_task(ask({**days, **prefer}))
        await accepted.wait()
        lost.cancel()
        await at.hears()
        go_on.set()
        monkeypatch.setattr(Desk, "hand_in", real)
        await at.held(0)
        async with at.http.get("/bide/v1/requests") as listed:
            assert [request["status"] for request in (await listed.json())["data"]] == ["open"]
        again = {**RETRY, **days, **({"Prefer": "respond-async"} if prefer else {})}
        status, found = await ask(again)
        assert status == (202 if prefer else 200)
        async with at.http.get("/bide/v1/requests?limit=100") as listed:
            assert [request["id"] for request in (await listed.json())["data"]] == [found]
        _, another = await ask(again)  # whoever was told has the call: this retry is of another one
        assert another != found


async def test_promises_of_a_gateway_that_died_are_found_by_the_retry(at: Place) -> None:
    """It was killed between the commit and the answer."""
    prefer = {"Prefer": "respond-async"}
    _, promised = await post(at, {**LATER, **prefer})
    await at.gateway.telling.settle()
    again = parse("-- name: q\nUPDATE calls SET delivered_at = NULL, holder = 'gone-1-x' WHERE external_id = :name;\n")[
        "q"
    ]

    async def untell(transaction: Transaction) -> int:
        return await transaction.run(again, name=promised)

    await at.bide.store.database.write("untell", untell)
    assert await post(at, {**RETRY, **prefer}) == (202, promised)


async def test_an_answer_for_which_nobody_is_left_waits_for_the_retry(
    at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client goes away while its answer is fetched."""
    fetching, go_on = asyncio.Event(), asyncio.Event()
    real = Calls.outcome

    async def slow(self: Calls, owner: str, external_id: str) -> Row:
        row = await real(self, owner, external_id)
        fetching.set()
        await go_on.wait()
        return row

    monkeypatch.setattr(Calls, "outcome", slow)
    waiting = asyncio.create_task(post(at, LATER))
    await fetching.wait()
    waiting.cancel()
    await at.hears()
    go_on.set()
    await at.held(0)
    status, _ = await post(at, RETRY)
    assert status == 200
    async with at.http.get("/bide/v1/requests?limit=100") as listed:
        assert len((await listed.json())["data"]) == 1


@pytest.mark.parametrize("anthropic", [False, True])
async def test_what_was_cancelled_is_not_handed_in_again_by_its_sdk(tmp_path: Path, anthropic: bool) -> None:
    async with place(tmp_path, "gather.longest=600s") as at:
        later = {"Bide-Within": "6h"}
        if anthropic:
            asked = {"model": "claude-haiku-4-5", "max_tokens": 10, "messages": CHAT["messages"]}
            create = at.anthropic(max_retries=2).messages.create(**asked, extra_headers=later)
        else:
            create = at.openai(max_retries=2).chat.completions.create(**CHAT, extra_headers=later)
        waiting = asyncio.create_task(create)
        [row] = await at.held(1)
        async with at.http.post(f"/bide/v1/requests/{row}/cancel") as cancelled:
            assert (await cancelled.json())["status"] == "cancelled"
        with pytest.raises((openai.ConflictError, sdk.ConflictError)):
            await waiting
        async with at.http.get("/bide/v1/requests?limit=100") as listed:
            assert len((await listed.json())["data"]) == 1

"""Nothing that was bought goes unentered: whatever ends a call, whenever the store fails, whoever is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bide.core.errors import StoreError
from bide.core.identifiers import new_identifier
from bide.gateway import books
from bide.providers.port import Answer, Call, Provider
from bide.store.passages import Begun, Passage, Passages, Passed
from tests.gateway.place import CHAT, Place, place
from tests.patience import PATIENCE

REFUSED = [{"role": "user", "content": "[poison:row-error]"}]

Record = Callable[[Passages, Sequence[Passage], Sequence[Passed]], Awaitable[list[Begun]]]


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Record], Record]], None]:
    """Puts something in front of `Passages.record`."""
    real: Record = Passages.record
    return lambda around: monkeypatch.setattr(Passages, "record", around(real))


def slow(real: Record) -> Record:
    """A store that takes its time over intents."""

    async def record(self: Passages, begun: Sequence[Passage], ended: Sequence[Passed]) -> list[Begun]:
        if begun:
            await asyncio.sleep(0.8)
        return await real(self, begun, ended)

    return record


def failing(times: int, *, ends: bool) -> Callable[[Record], Record]:
    """A store that fails a few times: over ends, or over intents."""

    def around(real: Record) -> Record:
        left = times

        async def record(self: Passages, begun: Sequence[Passage], ended: Sequence[Passed]) -> list[Begun]:
            nonlocal left
            if left and bool(ended) is ends:
                left -= 1
                raise StoreError("the store is away")
            return await real(self, begun, ended)

        return record

    return around


async def entered(at: Place, request: str) -> dict[str, Any]:
    """What became of a call, when it has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            row = await at.bide.store.passages.find("local", request)
            if row is not None and row["state"] != "sent":
                return {name: row[name] for name in ("state", "status", "code", "kind", "amount", "holder")}
            await asyncio.sleep(0.02)


async def post(at: Place, **body: Any) -> tuple[int, str]:
    async with at.http.post("/v1/chat/completions", json={**CHAT, **body}) as answer:
        await answer.read()
        return answer.status, answer.headers["X-Request-Id"]


async def test_the_end_of_a_stream_that_is_refused_comes_after_its_intent(
    at: Place, record: Callable[[Callable[[Record], Record]], None]
) -> None:
    record(slow)
    status, request = await post(at, stream=True, messages=REFUSED)
    assert status == 400
    assert (await entered(at, request))["status"] == 400


async def test_a_client_that_leaves_before_the_intent_is_written_leaves_a_call_that_ends(
    at: Place, record: Callable[[Callable[[Record], Record]], None]
) -> None:
    begun: list[str] = []

    def noted(real: Record) -> Record:
        written = slow(real)

        async def record(self: Passages, begins: Sequence[Passage], ended: Sequence[Passed]) -> list[Begun]:
            begun.extend(one.external_id for one in begins)
            return await written(self, begins, ended)

        return record

    record(noted)
    waiting = asyncio.create_task(post(at))
    while not (begun and list(at.simulator.books.charges(at.simulator.clock.now()))):
        await asyncio.sleep(0.01)  # until the provider has answered
    waiting.cancel()
    found = await entered(at, begun[0])
    assert (found["kind"], found["holder"]) in (("paid", None), ("suspected", None))


async def test_an_end_that_the_store_does_not_take_is_written_again(
    at: Place, monkeypatch: pytest.MonkeyPatch, record: Callable[[Callable[[Record], Record]], None]
) -> None:
    monkeypatch.setattr(books, "PAUSE", 0.01)
    record(failing(3, ends=True))
    _, request = await post(at)
    found = await entered(at, request)
    assert (found["state"], found["kind"]) == ("answered", "paid")
    assert found["amount"] > 0


async def test_an_answer_whose_intent_the_store_did_not_take_is_paid_for_all_the_same(
    at: Place, record: Callable[[Callable[[Record], Record]], None]
) -> None:
    record(failing(1, ends=False))
    status, request = await post(at)
    assert status >= 500
    found = await entered(at, request)
    assert (found["state"], found["kind"]) == ("answered", "paid")
    assert found["amount"] > 0


async def test_while_the_store_takes_no_intents_nothing_is_bought(
    at: Place, monkeypatch: pytest.MonkeyPatch, record: Callable[[Callable[[Record], Record]], None]
) -> None:
    kind, bought = type(at.bide.context.providers["openai"]), list[str]()
    send = kind.send

    async def counted(self: Provider, call: Call) -> Answer:
        bought.append(call.attempt)
        return await send(self, call)

    monkeypatch.setattr(kind, "send", counted)
    record(failing(1_000, ends=False))
    for _ in range(5):
        status, _ = await post(at)
        assert status >= 500
    assert len(bought) <= 1  # the first, which found out


async def test_calls_of_a_gateway_that_died_are_written_off_by_one_that_lives(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        one = Passage(
            external_id=new_identifier("req", at.bide.context.entropy),
            owner="local",
            key=None,
            workflow=None,
            path="/v1/chat/completions",
            account="openai",
            model="gpt-4.1-mini",
            urgency="default",
            holder="a-gateway-that-died",
            body_bytes=100,
            output_tokens=100,
            sent_at=at.bide.context.clock.now(),
        )
        await at.bide.store.passages.record([one], [])
        await at.gateway.upkeep.round()  # it may only have lost its session for a moment
        row = await at.bide.store.passages.find("local", one.external_id)
        assert row is not None
        assert row["state"] == "sent"
        await at.gateway.upkeep.round()
        found = await entered(at, one.external_id)
        assert (found["state"], found["code"], found["kind"]) == ("lost", "caller_died", "suspected")
        assert found["amount"] > 0

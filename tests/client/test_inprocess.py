"""Exchanges with an application in this process: parts as they come, and both ends may go away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bide.client.errors import BrokenOffError, ClosedError
from bide.client.inprocess import AHEAD, InProcess, Reply

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]}


def part(data: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def begin(inside: InProcess, *data: bytes) -> Reply:
    return await inside.begin("POST", "/path", b"a=1", [(b"name", b"value")], pieces(*data))


async def test_a_part_is_there_before_the_next_is_sent() -> None:
    next_ = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        await send(part(b"one"))
        await next_.wait()
        await send(part(b"two", more=False))

    reply = await begin(InProcess(application))
    assert (reply.status, reply.headers) == (200, [(b"x", b"y")])
    assert await reply.part() == b"one"
    next_.set()
    assert [await reply.part(), await reply.part(), await reply.part()] == [b"two", None, None]


async def test_the_body_is_read_as_it_is_given() -> None:
    got: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        got.append((scope["method"], scope["path"], scope["query_string"], scope["headers"]))
        while (message := await receive())["more_body"]:
            got.append(message["body"])
        await send(HEAD)
        await send(part(b"", more=False))

    reply = await begin(InProcess(application), b"a", b"b")
    assert await reply.body() == b""
    assert got == [("POST", "/path", b"a=1", [(b"name", b"value")]), b"a", b"b"]


async def test_whoever_closes_a_reply_is_gone_for_the_application() -> None:
    told = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send(HEAD)
        await send(part(b"one"))
        assert (await receive())["type"] == "http.disconnect"
        told.set()

    reply = await begin(InProcess(application))
    assert await reply.part() == b"one"
    reply.close()
    await told.wait()
    with pytest.raises(BrokenOffError):
        await reply.part()


async def test_whoever_is_cancelled_before_the_head_is_gone_too() -> None:
    reached, told = asyncio.Event(), asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        reached.set()
        assert (await receive())["type"] == "http.disconnect"
        told.set()

    beginning = asyncio.create_task(begin(InProcess(application)))
    await reached.wait()
    beginning.cancel()
    await told.wait()


async def test_the_application_waits_for_a_slow_reader_and_not_for_one_who_left() -> None:
    sent = 0
    ended = asyncio.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send(HEAD)
        for _ in range(5 * AHEAD):
            await send(part(b"x"))
            sent += 1
        ended.set()

    reply = await begin(InProcess(application))
    for _ in range(100):
        await asyncio.sleep(0)
    assert sent == AHEAD
    reply.close()
    await ended.wait()


async def test_a_body_that_ends_too_soon_is_broken_off() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        await send(part(b"half"))

    reply = await begin(InProcess(application))
    with pytest.raises(BrokenOffError):
        await reply.body()


async def test_no_answer_at_all_is_broken_off() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        return

    with pytest.raises(BrokenOffError):
        await begin(InProcess(application))


async def test_closing_leaves_what_is_under_way_and_takes_nothing_more() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        while (await receive())["type"] != "http.disconnect":
            pass

    inside = InProcess(application)
    reply = await begin(inside)
    await inside.close()
    with pytest.raises(BrokenOffError):
        await reply.part()
    with pytest.raises(ClosedError):
        await begin(inside)


async def test_another_event_loop_is_told_so() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        return

    inside = InProcess(application)
    with pytest.raises(ClosedError, match="another event loop"):
        await asyncio.to_thread(lambda: asyncio.run(begin(inside)))

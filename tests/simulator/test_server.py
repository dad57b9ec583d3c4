"""The provider over real HTTP, as clients other than the official SDK use it: see `tests/sdk` for that one."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.patience import PATIENCE

from bide.core.clock import HOUR, MINUTE, ManualClock
from bide.core.errors import SettingError
from bide.simulator.openai.body import CHAT
from bide.simulator.script import parse_script
from bide.simulator.server import HOST, Simulator, running_simulator

SCRIPT = parse_script("[batch]\nturnaround = '10m'\n[realtime]\nlatency = '0s'\ntokens_per_second = 0")
LINE = b'{"custom_id":"r-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["%b"]}}\n'


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with running_simulator(SCRIPT, clock=ManualClock()) as running:
        yield running


@pytest.fixture
async def session(simulator: Simulator) -> AsyncGenerator[aiohttp.ClientSession]:
    headers = {"Authorization": "Bearer key"}
    async with aiohttp.ClientSession(simulator.url.removesuffix("v1"), headers=headers) as opened:
        yield opened


def advance(simulator: Simulator, duration: int) -> None:
    assert isinstance(simulator.clock, ManualClock)
    simulator.clock.advance(duration)


async def hangs(simulator: Simulator, call: asyncio.Future[Any]) -> None:
    """Return when a call waits for the simulator's clock."""
    assert isinstance(simulator.clock, ManualClock)
    while not simulator.clock.sleepers:
        await asyncio.sleep(0.01)
    assert not call.done()


async def post(session: aiohttp.ClientSession, path: str, **arguments: Any) -> Any:
    async with session.post(path, **arguments) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


async def get(session: aiohttp.ClientSession, path: str) -> Any:
    async with session.get(path) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


def form(content: bytes, boundary: bytes = b"cut") -> bytes:
    """An upload as a person writes it."""
    return (
        b'--%b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n%b\r\n--%b--\r\n'
    ) % (boundary, boundary, content, boundary)


async def test_a_large_file_goes_up_and_its_results_come_down(
    simulator: Simulator, session: aiohttp.ClientSession
) -> None:
    content = b"".join(LINE % (number, b"x" * 2_000) for number in range(2_000))
    fields = aiohttp.FormData({"purpose": "batch"})
    fields.add_field("file", io.BytesIO(content), filename="in.jsonl")
    file = await post(session, "v1/files", data=fields)
    assert file["bytes"] == len(content) > 4_000_000
    async with session.get(f"v1/files/{file['id']}/content") as reply:
        assert await reply.read() == content
    new = {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}
    batch = await post(session, "v1/batches", json=new)
    advance(simulator, HOUR)
    batch = await get(session, f"v1/batches/{batch['id']}")
    assert (batch["status"], batch["request_counts"]["completed"]) == ("completed", 2_000)
    async with session.get(f"v1/files/{batch['output_file_id']}/content") as reply:
        output = await reply.read()
        assert int(reply.headers["content-length"]) == len(output) > 1_000_000
    assert len({json.loads(line)["custom_id"] for line in output.split(b"\n") if line}) == 2_000


async def test_an_upload_in_chunks_without_a_length(session: aiohttp.ClientSession) -> None:
    body = form(b"some content")

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10):
            yield body[start : start + 10]

    file = await post(session, "v1/files", data=chunks(), headers={"Content-Type": "multipart/form-data; boundary=cut"})
    assert (file["bytes"], file["filename"]) == (12, "in.jsonl")


async def raw(simulator: Simulator, *parts: bytes) -> bytes:
    """What comes back when these bytes are written; each part after an answer, or half a second, to the one before."""
    port = int(simulator.url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection(HOST, port)
    received = b""
    for number, part in enumerate(parts):
        if number:
            async with asyncio.timeout(PATIENCE):
                received += await reader.readuntil(b"\r\n\r\n")
        writer.write(part)
        await writer.drain()
    async with asyncio.timeout(PATIENCE):
        received += await reader.read()
    writer.close()
    await writer.wait_closed()
    return received


HEAD = (
    b"POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key\r\nConnection: close\r\n"
    b"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: %d\r\n"
)


async def test_an_upload_written_by_hand(simulator: Simulator) -> None:
    body = form(b"by hand")
    received = await raw(simulator, HEAD % len(body) + b"\r\n" + body)
    assert received.startswith(b"HTTP/1.1 200")
    assert b'"bytes":7' in received


async def test_a_client_that_waits_to_be_told_to_continue(simulator: Simulator) -> None:
    body = form(b"politely")
    received = await raw(simulator, HEAD % len(body) + b"Expect: 100-continue\r\n\r\n", body)
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        pytest.param("v1/files", b"nonsense", "multipart/form-data; boundary=cut", id="a form that is none"),
        pytest.param("v1/files", form(b"x")[:-12], "multipart/form-data; boundary=cut", id="a form cut off"),
        pytest.param("v1/files", form(b"x"), "text/plain", id="another type"),
        pytest.param("v1/batches", b"{", "application/json", id="half a body"),
        pytest.param("v1/chat/completions", b"\xff\xfe", "application/json", id="no text"),
        pytest.param("v1/responses", b"", "application/json", id="nothing"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_the_protocols_own_shape(
    session: aiohttp.ClientSession, path: str, body: bytes, content_type: str
) -> None:
    async with session.post(path, data=body, headers={"Content-Type": content_type}) as reply:
        assert (reply.status, reply.content_type) == (400, "application/json")
        error = (await reply.json())["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert error["type"] == "invalid_request_error"


async def test_a_file_that_is_too_large(session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bide.simulator.server.MAX_BYTES", 1_000)
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    async with session.post("v1/files", data=form(b"x" * 1_000), headers=headers) as reply:
        assert reply.status == 413
        assert (await reply.json())["error"]["type"] == "invalid_request_error"
    await post(session, "v1/files", data=form(b"x" * 100), headers=headers)


CHAT_BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def test_faults_added_while_it_runs(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    await post(session, CHAT[1:], json=CHAT_BODY)
    added = await post(session, "sim/faults", json=[{"site": "call", "nth": 2, "kind": "error", "status": 500}])
    assert added["faults"] == [{"site": "call", "nth": 3, "kind": "error", "status": 500, "processed": False}]
    statuses: list[int] = []
    for _ in range(3):
        async with session.post(CHAT[1:], json=CHAT_BODY) as reply:
            statuses.append(reply.status)
    assert statuses == [200, 500, 200]
    assert (await get(session, "sim/books"))["faults"] == added["faults"]
    assert simulator.books.faults.fired


@pytest.mark.parametrize("body", [b"[", b"{}", b'[{"site": "nowhere", "kind": "busy"}]', b'[{"sight": "call"}]'])
async def test_faults_that_cannot_be(session: aiohttp.ClientSession, body: bytes) -> None:
    async with session.post("sim/faults", data=body) as reply:
        assert reply.status == 400
        assert (await reply.json())["error"]


async def lose(session: aiohttp.ClientSession, fault: dict[str, Any], **body: Any) -> bytes:
    """What a client gets of a reply that is lost, which it has to notice."""
    await post(session, "sim/faults", json=[{"site": "call", **fault}])
    received: list[bytes] = []
    with pytest.raises(aiohttp.ClientError):
        await read_call(session, body, received)
    return b"".join(received)


async def read_call(session: aiohttp.ClientSession, body: dict[str, Any], received: list[bytes]) -> None:
    async with session.post(CHAT[1:], json=CHAT_BODY | body) as reply:
        async for chunk in reply.content.iter_any():
            received.append(chunk)  # noqa: PERF401 - a comprehension would lose what came before the error


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "charged", "received"),
    [
        pytest.param({"kind": "not_sent"}, 0, False, id="not sent"),
        pytest.param({"kind": "request_lost"}, 0, False, id="request lost"),
        pytest.param({"kind": "reply_lost"}, 1, False, id="reply lost"),
        pytest.param({"kind": "cut", "share": 0.5}, 1, True, id="cut"),
    ],
)
async def test_a_lost_reply_is_an_error_to_the_client(
    session: aiohttp.ClientSession, fault: dict[str, Any], charged: int, received: bool, stream: bool
) -> None:
    assert bool(await lose(session, fault, stream=stream)) is received
    async with session.get("sim/charges") as reply:
        assert (await reply.text()).count("\n") == charged
    await post(session, CHAT[1:], json=CHAT_BODY)


async def test_a_hang_lasts_until_the_client_gives_up(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    await post(session, "sim/faults", json=[{"site": "call", "kind": "hang", "delay": "1h", "processed": True}])
    call = asyncio.ensure_future(session.post(CHAT[1:], json=CHAT_BODY))
    while not (charged := list(simulator.books.charges(simulator.clock.now()))):
        await asyncio.sleep(0.01)
    assert len(charged) == 1
    await asyncio.sleep(0.05)
    assert not call.done()
    call.cancel()


async def test_a_client_that_gives_up_leaves_nothing_running(session: aiohttp.ClientSession) -> None:
    before = len(asyncio.all_tasks())
    await post(session, "sim/faults", json=[{"site": "call", "kind": "hang", "delay": "1h"}])
    with pytest.raises(TimeoutError):
        await session.post(CHAT[1:], json=CHAT_BODY, timeout=aiohttp.ClientTimeout(total=0.05))
    async with asyncio.timeout(PATIENCE):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.01)


async def test_a_hang_ends_with_the_connection(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    await post(session, "sim/faults", json=[{"site": "call", "kind": "hang", "delay": "1m"}])
    call = asyncio.ensure_future(read_call(session, {}, []))
    await hangs(simulator, call)
    advance(simulator, MINUTE)
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_time_passes_by_the_clock(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    await post(session, "sim/faults", json=[{"site": "call", "kind": "slow", "delay": "9m"}])
    call = asyncio.ensure_future(post(session, CHAT[1:], json=CHAT_BODY))
    await hangs(simulator, call)
    advance(simulator, 9 * MINUTE)
    assert (await call)["object"] == "chat.completion"


async def test_books_charges_and_a_new_start(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    health = await get(session, "sim/healthz")
    assert health == {"status": "ok", "now": simulator.clock.now()}
    headers = {"X-Client-Request-Id": "attempt-1"}
    for _ in range(2):
        await post(session, CHAT[1:], json=CHAT_BODY, headers=headers)
    async with session.get("sim/charges") as reply:
        lines = (await reply.read()).splitlines()
    charges = [json.loads(line) for line in lines]
    assert [charge["client_request_id"] for charge in charges] == ["attempt-1"] * 2
    assert charges[0].keys() >= {"mode", "digest", "model", "input", "cached", "output", "reasoning", "at"}
    billed = (await get(session, "sim/books"))["billed"]
    assert (billed["modes"]["realtime"]["count"], billed["modes"]["realtime"]["repeated"]) == (2, 1)
    assert await post(session, "sim/reset") == {"status": "ok"}
    assert (await get(session, "sim/books"))["billed"] == {"modes": {}, "across_modes": 0}
    async with session.get("sim/nothing") as reply:
        assert reply.status == 404
        assert "POST /sim/reset" in (await reply.json())["endpoints"]


async def test_many_at_once(session: aiohttp.ClientSession) -> None:
    answers = await asyncio.gather(*(post(session, CHAT[1:], json=CHAT_BODY) for _ in range(50)))
    assert len({answer["id"] for answer in answers}) == 50


async def test_a_port_that_is_taken(simulator: Simulator) -> None:
    port = int(simulator.url.rpartition(":")[2].partition("/")[0])
    with pytest.raises(OSError, match="address already in use"):
        await running_simulator(SCRIPT, port=port).__aenter__()


async def test_a_preset_by_its_name() -> None:
    async with running_simulator("expire-half", seed=5) as running:
        assert running.books.script.batch.expires == 0.5
        assert running.books.seed == 5
    with pytest.raises(SettingError):
        await running_simulator("nosuch").__aenter__()


async def test_every_provider_has_books_of_its_own(simulator: Simulator, session: aiohttp.ClientSession) -> None:
    assert list(await get(session, "sim/books?provider=all")) == []
    headers = {"anthropic-version": "2026-10-21"}
    asked = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "x"}]}
    await post(session, "anthropic/v1/messages", json=asked, headers=headers)
    for _ in range(2):
        await post(session, f"openai{CHAT}", json=CHAT_BODY)
    books = await get(session, "sim/books?provider=all")
    assert {name: each["billed"]["modes"]["realtime"]["count"] for name, each in books.items()} == {
        "anthropic": 1,
        "openai": 2,
    }
    assert books["anthropic"] == await get(session, "sim/books?provider=anthropic")
    assert books["openai"] == await get(session, "sim/books")
    async with session.get("sim/charges?provider=anthropic") as reply:
        assert len((await reply.read()).splitlines()) == 1
    fault = await post(session, "sim/faults?provider=anthropic", json=[{"site": "call", "kind": "busy"}])
    assert fault["faults"][0]["nth"] == 2
    async with session.get("sim/books?provider=nobody") as reply:
        assert reply.status == 400
        assert "anthropic" in (await reply.json())["error"]
    await post(session, "sim/reset")
    assert await get(session, "sim/books?provider=all") == {}

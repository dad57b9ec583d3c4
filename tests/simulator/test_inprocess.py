"""The transport without sockets: the seam that bide's adapters use, in the books' own process."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from bide.core.clock import MINUTE, SECOND, ManualClock
from bide.providers.transport import NotSentError, ReplyLostError, Transport, Upload
from bide.simulator.faults import read_faults
from bide.simulator.inprocess import InProcessTransport

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

BASE = "http://provider.invalid/v1"
HEADERS = {"Authorization": "Bearer key", "Content-Type": "application/json"}
CALL = b'{"model":"m","messages":["x"]}'


class Client:
    """One transport on a clock that stands still until it is moved."""

    def __init__(self, account: "Account", faults: list[object]) -> None:
        self.clock = ManualClock(account.now)
        self.books = account.books
        self.books.faults.add(read_faults(faults))
        self.transport: Transport = InProcessTransport(account.books, self.clock)

    async def read(
        self, method: str, path: str, body: bytes | Upload | None = None, idle: float = 900.0
    ) -> tuple[int, bytes]:
        async with self.transport.exchange(method, BASE + path, headers=HEADERS, body=body, idle_timeout=idle) as reply:
            return reply.status, await reply.read()

    async def listen(self, method: str, path: str, body: bytes | None, heard: list[bytes]) -> None:
        """Read a reply chunk by chunk into `heard`, which keeps what came before a cut."""
        async with self.transport.exchange(method, BASE + path, headers=HEADERS, body=body) as reply:
            async for chunk in reply.chunks():
                heard.append(chunk)  # noqa: PERF401 - a comprehension would lose them

    async def read_in_time(self, duration: int, path: str, body: bytes | None = None, idle: float = 900.0) -> object:
        """What one call comes to, and that it takes exactly so long."""
        task = asyncio.ensure_future(self.read("POST" if body else "GET", path, body, idle))
        await asyncio.sleep(0)
        if duration:
            self.clock.advance(duration - 1)
            for _ in range(5):
                await asyncio.sleep(0)
            assert not task.done()
            self.clock.advance(1)
        for _ in range(20):
            await asyncio.sleep(0)
        assert task.done()
        return task.exception() or task.result()


def client(account: "Account", *faults: object) -> Client:
    return Client(account, list(faults))


async def test_an_upload_a_batch_and_its_output(plain: "Account") -> None:
    one = client(plain)
    line = b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":%b}\n' % CALL
    form = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n%b\r\n--b--\r\n' % line
    )

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(form), 7):
            yield form[start : start + 7]

    upload = Upload(len(form), "multipart/form-data; boundary=b", chunks)
    status, body = await one.read("POST", "/files", upload)
    assert status == 200
    new = {"input_file_id": json.loads(body)["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    _, body = await one.read("POST", "/batches", json.dumps(new).encode())
    one.clock.advance(20 * MINUTE)
    _, body = await one.read("GET", f"/batches/{json.loads(body)['id']}")
    batch = json.loads(body)
    assert batch["status"] == "completed"
    status, body = await one.read("GET", f"/files/{batch['output_file_id']}/content")
    assert (status, json.loads(body)["custom_id"]) == (200, "a")
    _, body = await one.read("GET", "/batches?limit=1")
    assert json.loads(body)["last_id"] == batch["id"]


async def test_an_upload_that_is_not_as_long_as_it_says(plain: "Account") -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"short"

    with pytest.raises(ValueError, match="5"):
        await client(plain).read("POST", "/files", Upload(6, "multipart/form-data; boundary=b", chunks))


async def test_the_head_arrives_with_lower_case_names(plain: "Account") -> None:
    one = client(plain)
    async with one.transport.exchange("GET", f"{BASE}/models", headers=HEADERS) as reply:
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
        assert reply.headers["x-request-id"].startswith("req_")
    await one.transport.close()


async def test_errors_are_replies(plain: "Account") -> None:
    status, body = await client(plain).read("GET", "/batches/none")
    assert (status, json.loads(body)["error"]["type"]) == (404, "invalid_request_error")


async def test_without_delay_nothing_yields(plain: "Account") -> None:
    one = client(plain)
    task = asyncio.ensure_future(one.read("GET", "/batches"))
    await asyncio.sleep(0)
    assert task.done()


async def test_a_call_takes_its_latency(open_account: "type[Account]") -> None:
    account = open_account(more="[realtime]\nlatency = '2s'\ntokens_per_second = 0")
    result = await client(account).read_in_time(2 * SECOND, "/chat/completions", CALL)
    assert isinstance(result, tuple)


async def test_a_call_is_charged_even_if_the_caller_dies_waiting(open_account: "type[Account]") -> None:
    one = client(open_account(more="[realtime]\nlatency = '2s'"))
    task = asyncio.ensure_future(one.read("POST", "/chat/completions", CALL))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(list(one.books.charges(one.clock.now()))) == 1


@pytest.mark.parametrize(
    ("fault", "idle", "takes", "error"),
    [
        pytest.param({"kind": "not_sent"}, 900, 0, NotSentError, id="not sent"),
        pytest.param({"kind": "request_lost"}, 900, 0, ReplyLostError, id="request lost"),
        pytest.param({"kind": "reply_lost"}, 900, 0, ReplyLostError, id="reply lost"),
        pytest.param({"kind": "hang", "delay": "10m"}, 120, 2 * MINUTE, ReplyLostError, id="the client gives up"),
        pytest.param({"kind": "hang", "delay": "1m"}, 120, MINUTE, ReplyLostError, id="the connection is cut"),
        pytest.param({"kind": "slow", "delay": "3m"}, 120, 2 * MINUTE, ReplyLostError, id="too slow"),
        pytest.param({"kind": "slow", "delay": "1m"}, 120, MINUTE, None, id="slow"),
        pytest.param({"kind": "cut", "share": 0.5}, 900, 0, ReplyLostError, id="cut"),
    ],
)
async def test_faults(
    plain: "Account", fault: dict[str, object], idle: float, takes: int, error: type[Exception] | None
) -> None:
    one = client(plain, {"site": "models", "nth": 1, **fault})
    outcome = await one.read_in_time(takes, "/models", idle=idle)
    assert isinstance(outcome, error or tuple)
    assert (await one.read("GET", "/models"))[0] == 200


async def test_a_cut_reply_gives_what_came_before(plain: "Account") -> None:
    one = client(plain, {"site": "models", "kind": "cut", "share": 0.5})
    received: list[bytes] = []
    with pytest.raises(ReplyLostError):
        await one.listen("GET", "/models", None, received)
    _, whole = await one.read("GET", "/models")
    assert b"".join(received) == whole[: len(whole) // 2]


async def test_a_stream_is_paced_and_may_be_cut(open_account: "type[Account]") -> None:
    account = open_account(more="[realtime]\nlatency = '0s'\ntokens_per_second = 1\n[answers]\noutput_tokens = 30")
    one = client(account, {"site": "call", "kind": "cut", "share": 0.9})
    body = CALL[:-1] + b',"stream":true}'
    chunks: list[bytes] = []
    task = asyncio.ensure_future(one.listen("POST", "/chat/completions", body, chunks))
    seen: list[int] = []
    while not task.done():
        for _ in range(10):
            await asyncio.sleep(0)
        seen.append(len(chunks))
        one.clock.advance(SECOND)
    assert isinstance(task.exception(), ReplyLostError)
    assert seen[0] == 1
    assert len(seen) > 15
    assert chunks[0].startswith(b"data: ")

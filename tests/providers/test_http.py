"""The transport over real sockets tells what was certainly not sent from what may have arrived."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
from tests.patience import PATIENCE

from bide.providers.http import AiohttpTransport
from bide.providers.pool import CallTransport
from bide.providers.transport import NotSentError, ReplyLostError, Transport, Upload

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-ID: r-1\r\n"


class Server:
    """A server that does what its handler says, and keeps what it was sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.reply = HEAD + b"Content-Length: 2\r\n\r\n{}"
        self.silent = False
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self.received.append(head + await reader.readexactly(length))
        if self.silent:
            await reader.read()
        writer.write(self.reply)
        writer.close()


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    yield made
    listening.close()


@pytest.fixture(params=[AiohttpTransport, CallTransport])
async def transport(request: pytest.FixtureRequest) -> AsyncGenerator[Transport]:
    made: Transport = request.param()
    yield made
    await made.close()


async def read(transport: Transport, url: str, body: bytes | Upload | None = None, idle: float = PATIENCE) -> bytes:
    async with transport.exchange(
        "POST" if body else "GET", url, headers={"Authorization": "Bearer k"}, body=body, idle_timeout=idle
    ) as reply:
        assert reply.status == 200
        assert reply.headers["x-request-id"] == "r-1"
        return await reply.read()


async def test_a_reply(server: Server, transport: Transport) -> None:
    assert await read(transport, f"{server.url}/models") == b"{}"
    assert server.received[0].startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert b"Authorization: Bearer k\r\n" in server.received[0]


async def test_an_upload_is_sent_as_it_is_made_with_its_length(server: Server, transport: Transport) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"first,"
        yield b"second"

    await read(transport, server.url, Upload(12, "text/plain", chunks))
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert body == b"first,second"
    assert b"content-length: 12" in head.lower()
    assert b"content-type: text/plain" in head.lower()
    assert b"chunked" not in head.lower()


async def test_where_nobody_listens_nothing_was_sent(transport: Transport) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        with pytest.raises(NotSentError, match=r"cannot be reached: .*; nothing was sent: check .*base_url"):
            await read(transport, url, b"x")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("http://user:secret@127.0.0.1:9/v1", "127.0.0.1:9", id="in front of the host"),
        pytest.param("http://user:sec/secret@127.0.0.1:9/v1", "127.0.0.1:9", id="with a slash, which no URL may have"),
        pytest.param("http://user:secret@[bad/v1", "[bad", id="of no host"),
        pytest.param("user:secret@host/v1", "host", id="without a scheme"),
    ],
)
async def test_a_password_in_a_url_is_not_told(transport: Transport, url: str, host: str) -> None:
    with pytest.raises(NotSentError) as told:
        async with transport.exchange("GET", url, headers={}):
            pass

    assert str(told.value).startswith(f"{host} cannot be reached")
    assert "secret" not in str(told.value)


async def test_a_name_that_is_not_known_was_sent_nothing(transport: Transport) -> None:
    with pytest.raises(NotSentError, match=r"nowhere\.invalid cannot be reached"):
        await read(transport, "http://nowhere.invalid/v1", b"x")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"", id="closed without a reply"),
        pytest.param(b"HTTP/1.1 200", id="cut within the head"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(HEAD + b"Content-Length: 20\r\n\r\n{}", id="cut within the body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", id="cut within a chunk"),
    ],
)
async def test_a_reply_that_does_not_come_whole_is_lost(server: Server, transport: Transport, reply: bytes) -> None:
    server.reply = reply
    with pytest.raises(ReplyLostError):
        await read(transport, server.url, b"x")
    assert len(server.received) == 1, "what may have arrived is not sent again"


async def test_silence_is_a_lost_reply(server: Server, transport: Transport) -> None:
    server.silent = True
    with pytest.raises(ReplyLostError):
        await read(transport, server.url, b"x", idle=0.2)
    while not server.received:  # on a busy machine the server reads only now what was sent
        await asyncio.sleep(0.01)
    assert len(server.received) == 1


async def test_what_is_escaped_is_sent_as_it_is(server: Server, transport: Transport) -> None:
    await read(transport, f"{server.url}/model/a.nova-v1%3A0/arn%2Fx?filter=a%3Ab")
    assert server.received[0].startswith(b"GET /v1/model/a.nova-v1%3A0/arn%2Fx?filter=a%3Ab HTTP/1.1\r\n")


async def test_a_redirect_is_not_followed(server: Server, transport: Transport) -> None:
    server.reply = b"HTTP/1.1 307 Away\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    async with transport.exchange("POST", server.url, headers={}, body=b"x") as reply:
        assert reply.status == 307
    assert len(server.received) == 1


async def test_a_closed_transport_opens_again(server: Server, transport: Transport) -> None:
    await read(transport, server.url)
    await transport.close()
    await transport.close()
    await read(transport, server.url)

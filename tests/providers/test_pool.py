"""Calls go over connections that are kept, and whatever shape a reply has, it is read whole or known to be lost."""

import asyncio
import datetime
import gzip
import ssl
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.patience import PATIENCE

from bide.providers.pool import CallTransport
from bide.providers.transport import NotSentError, ReplyLostError

OK = b"HTTP/1.1 200 OK\r\n"
LARGE = b"0123456789abcdef" * 300_000


class Server:
    """Answers every request with the same bytes, and counts connections and requests."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.closes = False
        self.url = ""
        self.connections = 0
        self.heads: list[bytes] = []
        self.left = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
                writer.write(self.reply)
                if self.closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.set()
        writer.close()


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    made = Server(OK + b"Content-Length: 2\r\n\r\n{}")
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    yield made
    listening.close()


@pytest.fixture
async def transport() -> AsyncGenerator[CallTransport]:
    made = CallTransport()
    yield made
    await made.close()


async def post(transport: CallTransport, url: str, body: bytes = b"{}") -> bytes:
    async with transport.exchange(
        "POST", url, headers={"Authorization": "Bearer k"}, body=body, idle_timeout=PATIENCE
    ) as reply:
        return await reply.read()


async def test_a_connection_is_kept_for_the_next_call(server: Server, transport: CallTransport) -> None:
    assert [await post(transport, server.url) for _ in range(3)] == [b"{}"] * 3
    assert server.connections == 1
    assert server.heads[0].startswith(b"POST /v1 HTTP/1.1\r\nhost: 127.0.0.1:")
    assert b"\r\nAuthorization: Bearer k\r\n" in server.heads[0]


async def test_a_connection_that_the_provider_closes_is_not_kept(server: Server, transport: CallTransport) -> None:
    server.closes, server.reply = True, OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
    assert [await post(transport, server.url) for _ in range(2)] == [b"{}"] * 2
    assert server.connections == 2


@pytest.mark.parametrize(
    ("reply", "closes", "body"),
    [
        pytest.param(OK + b"Content-Length: 2\r\n\r\nab", False, b"ab", id="of a length"),
        pytest.param(OK + b"Content-Length: 0\r\n\r\n", False, b"", id="of nothing"),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Late: 1\r\n\r\n",
            False,
            b"abc",
            id="in chunks",
        ),
        pytest.param(OK + b"\r\nuntil the end", True, b"until the end", id="up to the end of the connection"),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            + OK
            + b"Content-Length: 2\r\n\r\nab",
            False,
            b"ab",
            id="announced",
        ),
        pytest.param(
            OK
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
            % (len(gzip.compress(b"packed", mtime=0)), gzip.compress(b"packed", mtime=0)),
            False,
            b"packed",
            id="packed all the same",
        ),
        pytest.param(
            OK + b"Content-Length: %d\r\n\r\n" % len(LARGE) + LARGE, False, LARGE, id="larger than what is kept"
        ),
    ],
)
async def test_a_reply_is_read_whole_however_it_is_told(
    server: Server, transport: CallTransport, reply: bytes, closes: bool, body: bytes
) -> None:
    server.reply, server.closes = reply, closes
    assert await post(transport, server.url) == body
    if not closes:
        assert await post(transport, server.url) == body
        assert server.connections == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(
            OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\nab", id="packed in a way nobody asked for"
        ),
        pytest.param(
            OK + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + gzip.compress(b"x")[:12], id="half unpacked"
        ),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", id="in another protocol"
        ),
        pytest.param(OK + b"X: " + b"x" * (300 << 10) + b"\r\n\r\n", id="with an endless head"),
        pytest.param(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", id="of two lengths"),
    ],
)
async def test_a_reply_that_cannot_be_read_is_lost(server: Server, transport: CallTransport, reply: bytes) -> None:
    server.reply = reply
    with pytest.raises(ReplyLostError):
        await post(transport, server.url)
    assert len(server.heads) == 1, "what may have arrived is not sent again"


async def test_who_does_not_read_a_reply_to_its_end_leaves_its_connection(
    server: Server, transport: CallTransport
) -> None:
    server.reply = OK + b"Content-Length: %d\r\n\r\n" % len(LARGE) + LARGE
    async with transport.exchange("POST", server.url, headers={}, body=b"{}") as reply:
        assert reply.status == 200
    await post(transport, server.url)
    assert server.connections == 2


async def test_a_call_that_is_cancelled_ends_at_the_provider(server: Server, transport: CallTransport) -> None:
    server.reply = b""
    call = asyncio.create_task(post(transport, server.url))
    while not server.heads:
        await asyncio.sleep(0.001)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    async with asyncio.timeout(PATIENCE):
        await server.left.wait()


async def test_what_a_provider_says_unasked_costs_it_the_connection(server: Server, transport: CallTransport) -> None:
    server.reply = OK + b"Content-Length: 2\r\n\r\n{}" + OK + b"Content-Length: 6\r\n\r\nforged"
    assert await post(transport, server.url) == b"{}"
    assert await post(transport, server.url) == b"{}"
    assert server.connections == 2


async def test_what_a_call_says_itself_is_said_once(server: Server, transport: CallTransport) -> None:
    async with transport.exchange("POST", server.url, headers={"Accept": "application/json"}, body=b"{}") as reply:
        await reply.read()
    assert server.heads[0].lower().count(b"\r\naccept:") == 1
    assert b"\r\nAccept: application/json\r\n" in server.heads[0]
    assert b"\r\naccept-encoding: identity\r\n" in server.heads[0]


async def test_no_header_becomes_two(server: Server, transport: CallTransport) -> None:
    with pytest.raises(ValueError, match="line break"):
        async with transport.exchange("POST", server.url, headers={"X": "a\r\nHost: other"}, body=b"{}"):
            pass
    assert not server.heads


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1, and its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


async def test_over_tls_only_who_is_trusted_is_sent_anything(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(file)
    server = Server(OK + b"Content-Length: 2\r\n\r\n{}")
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=own)
    url = f"https://localhost:{listening.sockets[0].getsockname()[1]}/v1"
    trusting, strict = CallTransport(ssl.create_default_context(cafile=file)), CallTransport()

    assert await post(trusting, url) == b"{}"
    assert await post(trusting, url) == b"{}"
    assert server.connections == 1
    with pytest.raises(NotSentError, match=r"cannot be reached: .*certificate"):
        await post(strict, url)
    assert len(server.heads) == 2

    await trusting.close()
    await strict.close()
    listening.close()

"""What a real gateway makes of clients that mean no good, or know no better: every answer is a refusal in the protocol's shape,
nothing goes wrong inside, and everybody else is served meanwhile."""

import contextlib
import dataclasses
import json
import socket
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bide.gateway.app import application
from bide.gateway.gateway import Gateway
from bide.gateway.listener import LARGEST_HEAD, MOST_HEADERS
from bide.intake.depth import DEEPEST
from tests.gateway.attacked import LOCAL, Attacked, Reply, attacked, everything, replies, request
from tests.patience import PATIENCE

MIB = 1 << 20

UNSUITED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
"""All examples are tried at one gateway, and on a machine as busy as it is."""

LARGEST_BODY, LARGEST_FILE, CONNECTIONS = MIB, 4 * MIB, 200

QUESTION = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "hello"}]}
CALL = json.dumps(QUESTION).encode()
CHAT = "POST /v1/chat/completions HTTP/1.1"
LATER = ("Bide-Within: 1h", "Prefer: respond-async")
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Generator[Attacked]:
    told = {
        "largest_body": LARGEST_BODY,
        "largest_file": LARGEST_FILE,
        "connections": CONNECTIONS,
        "patience": "2s",
    }
    with attacked(
        tmp_path_factory.mktemp("gateway"), *(f"gateway.{name}={value}" for name, value in told.items())
    ) as it:
        it.check()
        for path in OTHERS:  # what is loaded once is loaded now
            it.call(CALL, path=path)
            it.call(b'{"body": ' + CALL + b"}", path=path)
        yield it


@pytest.fixture(autouse=True)
def unharmed(target: Attacked) -> Generator[None]:
    """After each attack it serves, has no more open than before, and has not swallowed what it was given."""
    memory, said = target.memory(), len(target.log.read_text(encoding="utf-8"))
    yield
    target.check(said)
    assert target.memory() < memory + 60
    assert target.files() < CONNECTIONS + 60


def with_field(name: str, value: str) -> bytes:
    """The body of a call with one more field, whose value is written as it is."""
    return CALL[:-1] + f', "{name}": {value}}}'.encode("utf-8", "surrogatepass")


def refused(reply: Reply, *statuses: int, code: str | None = None) -> None:
    """See that it is a refusal in the shape of the protocol."""
    assert reply.status in (statuses or range(400, 500)), (reply.status, reply.body[:300])
    found = reply.code
    assert code is None or found == code, (found, reply.body[:300])


# --- bodies ---


def test_a_body_above_the_limit_is_refused_before_it_is_sent(target: Attacked) -> None:
    [reply] = target.say(request(CHAT, *LOCAL, f"Content-Length: {LARGEST_BODY + 1}"))
    refused(reply, 413, code="request_too_large")
    [reply] = target.say(request("POST /v1/messages HTTP/1.1", *LOCAL, f"Content-Length: {LARGEST_BODY + 1}"))
    refused(reply, 413, code="request_too_large")
    assert json.loads(reply.body)["request_id"].startswith("req_")


def test_a_body_above_the_limit_is_refused_when_nobody_says_how_long_it_is(target: Attacked) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    [reply] = target.say(request(CHAT, *LOCAL, CHUNKED), *[piece] * (LARGEST_BODY // 0x10000 + 1))
    refused(reply, 413, code="request_too_large")


def test_what_is_sent_after_a_refusal_is_not_listened_to_for_ever(target: Attacked) -> None:
    with target.connect() as connection:
        connection.sendall(request(CHAT, *LOCAL, f"Content-Length: {1 << 50}"))
        assert replies(everything(connection, ends=True))[0].status == 413
        with contextlib.suppress(ConnectionError):
            while True:  # at whatever rate: until it is cut
                connection.sendall(b" " * 10_000)
                threading.Event().wait(0.01)


@pytest.mark.parametrize(
    "sent",
    [
        request(CHAT, *LOCAL, "Content-Length: 500") + CALL,
        request(CHAT, *LOCAL, "Content-Length: 500"),
        request(CHAT, *LOCAL, CHUNKED) + b"5\r\n{",
        request(CHAT, *LOCAL, CHUNKED),
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half",
    ],
)
def test_who_does_not_go_on_is_cut_off(target: Attacked, sent: bytes) -> None:
    [reply] = target.say(sent)
    refused(reply, 408, code="request_timeout")
    assert reply.headers["connection"] == "close"


def test_who_says_nothing_at_all_is_let_go_without_a_word(target: Attacked) -> None:
    assert target.say() == []


@pytest.mark.parametrize("head", [request(CHAT, *LOCAL, "Content-Length: 500"), b"GET /v1/models HTTP/1.1\r\nX: "])
def test_a_byte_now_and_then_is_not_enough(target: Attacked, head: bytes) -> None:
    with target.connect(patience=0.2) as connection:
        connection.sendall(head)
        said = b""
        with contextlib.suppress(ConnectionError):
            while not (said := said + everything(connection)):
                connection.sendall(b"a")
    assert replies(said)[0].status == 408


def test_a_slow_upload_that_goes_on_is_taken(target: Attacked) -> None:
    body = form(b"x" * 60_000)
    with target.connect() as connection:
        connection.sendall(request("POST /v1/files HTTP/1.1", *LOCAL, FORM, f"Content-Length: {len(body)}"))
        for start in range(0, len(body), 5_000):  # for longer than its patience, of which a busy machine may take most
            connection.sendall(body[start : start + 5_000])
            threading.Event().wait(0.25)
        [reply] = replies(everything(connection, ends=True))
    assert reply.status == 200, reply.body


def test_who_waits_for_us_may_wait(target: Attacked) -> None:
    [reply] = target.say(request("GET /bide/v1/events?wait=4 HTTP/1.1", *LOCAL))
    assert reply.status == 200  # its end came, after twice the patience


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "99999999999999999999999", "5, 6", "", "٣"])
def test_lengths_that_are_none(target: Attacked, length: str) -> None:
    [reply] = target.say(request(CHAT, *LOCAL)[:-2] + f"Content-Length: {length}\r\n\r\n".encode() + CALL)
    refused(reply, 400)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"-5\r\n", b"fffffffffffffffff\r\n", b"5\n{}   \n", b"1\r\n{}\r\n"])
def test_chunks_that_are_none(target: Attacked, chunk: bytes) -> None:
    [reply] = target.say(request(CHAT, *LOCAL, CHUNKED) + chunk)
    refused(reply, 400)


@pytest.mark.parametrize("what", [b"1;" + b"a" * 10_000, b"0\r\n" + b"X: y\r\n" * 1_000, b"0\r\nX: " + b"y" * 10_000])
def test_what_stands_around_chunks_is_bounded(target: Attacked, what: bytes) -> None:
    with target.connect() as connection:
        connection.sendall(request(CHAT, *LOCAL, CHUNKED))
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                connection.sendall(what.removeprefix(b"0\r\n") if _ else what)
        [reply] = replies(everything(connection, ends=True))
    refused(reply, 400, 431)


def test_a_trailer_says_nothing_that_a_head_can_say(target: Attacked) -> None:
    body = b"%x\r\n%b\r\n0\r\nBide-Within: soon\r\nContent-Encoding: gzip\r\n\r\n" % (len(CALL), CALL)
    [reply] = target.say(request(CHAT, *LOCAL, CHUNKED) + body)
    assert reply.status == 200, reply.body


def test_the_bodies_of_all_calls_are_bounded_together(tmp_path: Path) -> None:
    large = MIB // 2
    with attacked(tmp_path, f"gateway.bodies={MIB}") as small, contextlib.ExitStack() as stack:
        padded = CALL + b" " * large
        found = small.call(padded)
        while found.status == 200:  # as soon as two halves lie there, whichever of all these came first
            half = stack.enter_context(small.connect())
            half.sendall(request(CHAT, *LOCAL, f"Content-Length: {large + 9}") + b" " * large)
            found = small.call(padded)
        refused(found, 429, code="too_many_bytes")
        assert small.call(CALL).status == 200  # what is small is served
        stack.close()
        while small.call(padded).status != 200:
            threading.Event().wait(0.05)


def test_a_packed_body_is_refused(target: Attacked) -> None:
    for encoding in ("gzip", "br", "deflate", "zstd", "identity, gzip"):
        reply = target.call(CALL, f"Content-Encoding: {encoding}")
        refused(reply, 415, code="unsupported_encoding")
    assert target.call(CALL, "Content-Encoding: identity").status == 200


# --- connections ---


def test_half_open_connections_keep_nobody_out(target: Attacked) -> None:
    with contextlib.ExitStack() as stack:
        half = [
            b"",
            b"GET /healthz HTTP/1.1\r\nX: ",
            request(CHAT, *LOCAL, "Content-Length: 100"),
            request("GET /healthz HTTP/1.1", *LOCAL),
        ]
        for number in range(3 * CONNECTIONS):
            connection = stack.enter_context(target.connect())
            with contextlib.suppress(ConnectionError):
                connection.sendall(half[number % len(half)])
            if number % 50 == 0:
                assert target.call(CALL).status == 200
        assert target.files() < CONNECTIONS + 60


def test_when_everybody_is_busy_who_comes_is_told_to_come_back(tmp_path: Path) -> None:
    with attacked(tmp_path, "gateway.connections=3") as small, contextlib.ExitStack() as stack:
        all_busy = [stack.enter_context(small.connect()) for _ in range(3)]
        for busy in all_busy:
            busy.sendall(request("GET /bide/v1/events HTTP/1.1", *LOCAL))
            assert busy.recv(5)
        [reply] = small.say()
        assert (reply.status, reply.code) == (503, "too_many_connections")
        all_busy[0].close()
        while not (found := small.say(request("GET /healthz HTTP/1.1", *LOCAL))) or found[0].status != 200:
            threading.Event().wait(0.05)


def test_requests_one_behind_the_other_are_answered_in_their_order(target: Attacked) -> None:
    sent = request("GET /healthz HTTP/1.1", *LOCAL) + request("GET /v1/files/none HTTP/1.1", *LOCAL)
    with target.connect() as connection:
        connection.sendall(sent * 500)
        said = b""
        while len(found := replies(said)) < 1_000:
            said += connection.recv(1 << 16)
    assert [reply.status for reply in found] == [200, 404] * 500


def test_requests_behind_one_that_waits_do_not_pile_up(target: Attacked) -> None:
    with target.connect() as connection:
        connection.sendall(request("GET /bide/v1/events?wait=30 HTTP/1.1", *LOCAL))
        connection.recv(5)
        connection.settimeout(0.5)
        call = request(CHAT, *LOCAL, f"Content-Length: {len(CALL)}") + CALL
        sent = 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while sent < 50 * MIB:
                connection.sendall(call * 100)
                sent += len(call) * 100
        assert sent < 20 * MIB  # what the kernel takes, and no more


def test_nonsense_behind_a_request_is_no_answer_to_it(target: Attacked) -> None:
    [reply] = target.say(request("GET /healthz HTTP/1.1", *LOCAL) + b"\x00\x01 nonsense\r\n\r\n")[:1] or [None]
    assert reply is None or reply.status == 200


@pytest.mark.parametrize(
    "cut", [1, 20, len(request(CHAT, *LOCAL)), len(request(CHAT, *LOCAL, "Content-Length: 90")) + 40]
)
def test_a_client_may_leave_anywhere(target: Attacked, cut: int) -> None:
    whole = request(CHAT, *LOCAL, f"Content-Length: {len(CALL)}") + CALL
    for reset in (False, True):
        with target.connect() as connection:
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(whole[:cut])


STREAM = 100 * MIB
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"' + b"word " * 2_000 + b'"}}]}\n\n'


@dataclasses.dataclass
class Flood:
    """A provider that streams as fast as it is read, until whoever reads is gone: then it is `cut`."""

    url: str
    cut: threading.Event


@contextlib.contextmanager
def flood() -> Generator[Flood]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Flood(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", threading.Event())

    def stream(connection: socket.socket) -> None:
        while b'"stream"' not in connection.recv(1 << 16):
            pass
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            connection.sendall(b"transfer-encoding: chunked\r\n\r\n")
            for _ in range(STREAM // len(EVENT)):
                connection.sendall(b"%x\r\n%b\r\n" % (len(EVENT), EVENT))
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            found.cut.set()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    stream(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_stream_that_is_not_read_waits_at_its_provider(tmp_path: Path) -> None:
    body = with_field("stream", "true")
    with flood() as upstream, attacked(tmp_path, "gateway.stall=5s", upstream=upstream.url) as it:
        before = it.memory()
        with it.connect() as connection:
            connection.sendall(request(CHAT, *LOCAL, f"Content-Length: {len(body)}") + body)
            got = len(connection.recv(1 << 10))
            for _ in range(10):
                threading.Event().wait(0.1)
                assert it.memory() < before + 30
                got += len(connection.recv(1 << 10))
            while not (part := connection.recv(1 << 20)).endswith(b"0\r\n\r\n"):
                got += len(part)
            assert it.memory() < before + 40
        assert got > STREAM * 0.99
        assert not upstream.cut.is_set()
        with it.connect() as connection:  # who reads nothing at all is cut off, and so is what is read for it
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
            connection.sendall(request(CHAT, *LOCAL, f"Content-Length: {len(body)}") + body)
            assert upstream.cut.wait(PATIENCE)
            assert it.memory() < before + 40


# --- heads ---


def test_a_head_is_bounded(target: Attacked) -> None:
    for lines in (
        ["X: " + "a" * LARGEST_HEAD],
        [f"X-{number}: a" for number in range(MOST_HEADERS + 1)],
        ["a" * LARGEST_HEAD + ": b"],
        ["X: " + "a" * 20 * MIB],
        [f"X-{number}: " + "a" * 1_000 for number in range(10_000)],
    ):
        [reply] = target.say(request("GET /v1/models HTTP/1.1", *LOCAL, *lines))
        refused(reply, 431, code="head_too_large")
    [reply] = target.say(request("GET /v1/models/" + "a" * LARGEST_HEAD + " HTTP/1.1", *LOCAL))
    refused(reply, 431)
    [reply] = target.say(request("GET /v1/messages/batches HTTP/1.1", *LOCAL, "X: " + "a" * LARGEST_HEAD))
    assert reply.code == "request_too_large"  # in Anthropic's words
    assert target.ask("GET /v1/models HTTP/1.1", *(f"X-{n}: {'a' * 200}" for n in range(150))).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\xff" * 1_000 + b"\r\n\r\n",
        b"GET /v1/models HTTP/9.9\r\n\r\n",
        b"GET /v1/models/\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX y: a\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
        request("GET http://127.0.0.1/v1/models HTTP/1.1", *LOCAL),
        request("GET v1/models HTTP/1.1", *LOCAL),
        request("OPTIONS * HTTP/1.1", *LOCAL),
    ],
)
def test_what_is_no_request_is_told_so(target: Attacked, sent: bytes) -> None:
    [reply] = target.say(sent)
    refused(reply, 400, code="unreadable_request")


def test_a_request_without_a_host_is_refused(target: Attacked) -> None:
    for version in ("", " HTTP/1.0", " HTTP/1.1"):
        [reply] = target.say(f"GET /v1/models{version}\r\n\r\n".encode())
        refused(reply, 400, 403)


def test_older_clients_are_answered_and_let_go(target: Attacked) -> None:
    with target.connect() as connection:
        connection.sendall(request("GET /v1/models HTTP/1.0", *LOCAL))
        [reply] = replies(everything(connection))
    assert (reply.status, reply.headers["connection"]) == (200, "close")


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "PATCH", "PROPFIND", "M-SEARCH", "FOO", "get", "X" * 40]
)
def test_methods_that_nobody_serves(target: Attacked, method: str) -> None:
    for path, code in (("/v1/models", "method_not_allowed"), ("/v1/messages/batches", None)):
        reply = target.ask(f"{method} {path} HTTP/1.1")
        refused(reply, 405, code=code)
        assert "GET" in reply.headers["allow"]


def test_an_upgrade_is_not_taken_up_and_its_request_served(target: Attacked) -> None:
    for kind in ("h2c", "websocket", "TLS/1.0"):
        head = ("Connection: Upgrade, HTTP2-Settings", f"Upgrade: {kind}", "HTTP2-Settings: AAMAAABkAAQ")
        assert target.call(CALL, *head).status == 200
        refused(target.call(b'{"model":5}', *head), 400)
        assert target.ask("GET /v1/models HTTP/1.1", *head).status == 200
        [first, second] = _two(target, request("GET /healthz HTTP/1.1", *LOCAL, *head))
        assert (first.status, second.status) == (200, 200)


def _two(target: Attacked, sent: bytes) -> list[Reply]:
    with target.connect() as connection:
        connection.sendall(sent * 2)
        said = b""
        while len(found := replies(said)) < 2:
            part = connection.recv(1 << 16)
            assert part, said
            said += part
    return found


def test_who_asks_first_whether_to_go_on_is_told(target: Attacked) -> None:
    with target.connect() as connection:
        connection.sendall(request(CHAT, *LOCAL, f"Content-Length: {len(CALL)}", "Expect: 100-continue"))
        assert connection.recv(1 << 10).startswith(b"HTTP/1.1 100 ")
        connection.sendall(CALL)
        assert replies(everything(connection, ends=True))[0].status == 200
    [reply] = target.say(request(CHAT, *LOCAL, f"Content-Length: {LARGEST_BODY * 2}", "Expect: 100-continue"))
    assert reply.status == 413  # and not to go on


WAIT_AGES = "9" * 5_000


@pytest.mark.parametrize(
    "header",
    [
        *(f"{name}: {'x' * 256}" for name in ("Bide-Workflow", "Bide-Priority", "Bide-On-Miss", "Bide-Whatever")),
        *(f"{name}: {'9' * 60_000}d" for name in ("Bide-Within", "Bide-By", "Idempotency-Key")),
        "Bide-Within: 9999999999999999d",
        "Bide-Within: -5m",
        "Bide-Within: \xb2m",
        "Bide-By: 9999-12-31T23:59:59Z",
        "Bide-By: 0001-01-01T00:00:00+14:00",
        f"Bide-Webhook: https://a.example/{'h' * 60_000}",
        "Bide-Webhook: https://[::1",
        "Bide-Webhook: https://a\xff/",
        "Bide-Webhook: file:///etc/passwd",
    ],
)
def test_words_in_headers_are_bounded(target: Attacked, header: str) -> None:
    refused(target.call(CALL, header, "Prefer: respond-async"), 400)


@pytest.mark.parametrize(
    "header",
    [
        f"Prefer: respond-async, wait={WAIT_AGES}",
        "Prefer: respond-async, wait=\xb2",
        "Prefer: respond-async, wait=-1, =,;,wait",
        "x-stainless-retry-count: \xb2",
        f"x-stainless-retry-count: {WAIT_AGES}",
        "Idempotency-Key: \xff",
        "Bide-Workflow: \xff\xfe",
        f"If-None-Match: {'x' * 50_000}",
        f"openai-beta: {'x' * 50_000}",
    ],
)
def test_headers_that_mean_nothing_are_none(target: Attacked, header: str) -> None:
    preference = () if header.startswith("Prefer") else ("Prefer: respond-async",)
    assert target.call(CALL, header, "Bide-Within: 1h", *preference).status == 202


# --- JSON ---

CALLED = ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings", "/v1/completions")
OTHERS = (
    "/v1/messages/count_tokens",
    "/v1/messages/batches",
    "/v1/batches",
    "/bide/v1/estimate",
    "/bide/v1/calculate",
    "/bide/v1/advise",
    "/bide/v1/requests/settled",
)


@pytest.mark.parametrize("path", CALLED + OTHERS)
def test_nesting_is_bounded(target: Attacked, path: str) -> None:
    for depth in (100_000, 990, 960, 930):
        deep = "[" * depth + "]" * depth
        objects = '{"a":' * depth + "1" + "}" * depth
        for name in ("metadata", "messages", "tools", "response_format", "input", "requests", "ids", "body", "x"):
            for value in (deep, objects, f'{{"a": {deep}}}', f'[{{"custom_id": "a", "params": {objects}}}]'):
                body = with_field(name, value)
                reply = target.call(body, path=path)
                assert reply.status < 500, (depth, name, reply.body[:300])
                if depth == 100_000:
                    refused(reply, 400, 413)


def test_what_is_kept_is_nested_less_deeply(target: Attacked) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        inner = "1" if opened != "[" else ""
        for depth, status in ((DEEPEST - 2, 202), (DEEPEST, 400), (900, 400)):
            body = with_field("x", opened * depth + inner + closed * depth)
            assert target.call(body, *LATER).status == status, depth


NUMBERS = (
    "1e999999999",
    "9" * 100_000,
    "-" + "9" * 5_000,
    "99999999999999999999",
    "9223372036854775808",
    "1e400",
    "-1e-999",
)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:12])
def test_numbers_that_no_machine_holds(target: Attacked, number: str) -> None:
    for name in ("max_tokens", "n", "max_completion_tokens", "max_output_tokens", "best_of", "temperature", "seed"):
        body = with_field(name, number)
        for path in CALLED:
            reply = target.call(body, path=path)
            assert reply.status < 500, (name, path, reply.body[:300])
        for how in LATER[:1], LATER:
            assert target.call(body, *how, "Prefer: respond-async").status in (202, 400)
    reply = target.call(f'{{"ids": [], "wait": {number}}}'.encode(), path="/bide/v1/requests/settled")
    assert reply.status < 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"NaN",
        b"{",
        b"\xef\xbb\xbf" + CALL,
        CALL.decode().encode("utf-16"),
        CALL.replace(b"mini", b"mini\xff"),
        CALL.replace(b"mini", rb"mini\ud800"),
        CALL.replace(b"mini", rb"mini\u0000"),
        CALL.replace(b"mini", b"mini\0"),
        CALL.replace(b"mini", b"m" * 1_000),
        CALL.replace(b'"gpt-4.1-mini"', b"5"),
        with_field("metadata", r'{"bide_workflow": "a\u0000b"}'),
        with_field("metadata", '{"bide_workflow": "' + "w" * 1_000 + '"}'),
        with_field("metadata", '{"bide_within": "' + "9" * 100_000 + 'd"}'),
        with_field("metadata", r'{"bide_by": "\u0000"}'),
        with_field("previous_response_id", r'"\u0000"'),
        with_field("previous_response_id", '"' + "r" * 1_000 + '"'),
        with_field("MODEL", '"gpt-5"'),
        with_field("\\u212a", "1").replace(rb"\u212a", rb"max_to\u212aens"),
        CALL + b"{}",
        CALL + b"\0",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_bodies_that_cannot_be_used(target: Attacked, body: bytes) -> None:
    for path in ("/v1/chat/completions", "/v1/messages"):
        refused(target.call(body, path=path), 400)
        refused(target.call(body, *LATER, path=path), 400)
    for path in OTHERS:
        reply = target.call(body, path=path)
        assert reply.status < 500, (path, reply.body[:300])


def test_what_is_no_utf8_is_not_kept(target: Attacked) -> None:
    """One such line would have a provider refuse the whole file."""
    refused(target.call(CALL.replace(b"hello", b"hell\xff"), *LATER), 400)


def test_a_field_that_comes_twice_is_sent_on_once() -> None:
    """What bide reads is what is asked for: a key's models, its budget and the books go by it."""
    from bide.gateway import asked as fields

    for written in (
        b'{"model":"gpt-5","model":"gpt-4.1-mini","messages":[]}',
        rb'{"model":"gpt-4.1-mini","messages":[],"mode\u006c":"gpt-4.1-mini","m\u006fdel":"gpt-4.1-mini"}',
    ):
        assert fields.read(written).model == "gpt-4.1-mini"
        sent = fields.once(written)
        assert sent.count(b"gpt") == 1
        assert sent.count(b"mode") == 1


# --- paths ---

TRICKS = (
    "..",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "../../../../etc/passwd",
    "/etc/passwd",
    "%2f%2fetc",
    "a%00b",
    "%00",
    "%0d%0aX:%20y",
    "%ff%fe",
    "%ed%a0%80",
    "a%zz",
    "%",
    ";a=b",
    "'%20OR%201=1--",
    "%25%32%65",
    "a" * 30_000,
    "%F0%9F%92%A9" * 1_000,
    "-",
    "9" * 500,
)


def routes() -> Sequence[tuple[str, str]]:
    """Every method and path with a name in it."""
    found = cast(Any, application(cast(Gateway, None))).routes
    return sorted({(method, one.path) for one in found if "{" in one.path for method in one.methods or ()})


@pytest.mark.parametrize(("method", "path"), routes())
def test_names_in_paths_lead_nowhere(target: Attacked, method: str, path: str) -> None:
    first, _, rest = path.partition("{")
    for trick in TRICKS:
        reply = (
            next(iter(target.say(request(f"{method} {first}{trick}{rest.partition('}')[2]} HTTP/1.1", *LOCAL))))
            if (method != "HEAD")
            else None
        )
        if reply is not None:
            refused(reply, *range(400, 432))
            assert b"root:" not in reply.body


LISTS = ("/v1/files", "/v1/batches", "/v1/models", "/v1/messages/batches", "/bide/v1/requests", "/bide/v1/jobs")


@pytest.mark.parametrize("path", LISTS)
def test_queries_that_mean_nothing(target: Attacked, path: str) -> None:
    for name in ("after", "limit", "purpose", "order", "after_id", "before_id", "status", "job", "workflow", "wait"):
        for value in ("%00", "%ff", "-1", "9" * 5_000, "%C2%B2", "1e9", "a" * 30_000, "%ed%a0%80"):
            [reply] = target.say(request(f"GET {path}?{name}={value} HTTP/1.1", *LOCAL))
            assert reply.status < 500, (name, value[:20], reply.body[:300])
            assert value != "%00" or reply.status == 400
            if reply.status >= 400:
                refused(reply)


# --- forms ---

FORM = "Content-Type: multipart/form-data; boundary=edge"


def form(data: bytes, filename: bytes = b"a.jsonl", *more: bytes) -> bytes:
    """A form with a file."""
    head = b'Content-Disposition: form-data; name="file"; filename="' + filename + b'"\r\n\r\n'
    purpose = b'Content-Disposition: form-data; name="purpose"\r\n\r\nuser_data'
    return b"".join(b"--edge\r\n" + part + b"\r\n" for part in (purpose, *more, head + data)) + b"--edge--\r\n"


def upload(target: Attacked, body: bytes, *head: str) -> Reply:
    """The response to an upload."""
    return target.ask("POST /v1/files HTTP/1.1", *(head or (FORM,)), body=body)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"../../../etc/passwd", "passwd"),
        (b"..\\\\..\\\\boot.ini", "boot.ini"),
        (b"/etc/cron.d/x", "x"),
        (b"..", "upload.jsonl"),
        (b".", "upload.jsonl"),
        (b"", "upload.jsonl"),
        (b"/", "upload.jsonl"),
        (b"a\0b.jsonl", "ab.jsonl"),
        (b"\x1b[31mred", "[31mred"),
        ("a\u202egnp.exe".encode(), "agnp.exe"),
        (b"%2e%2e%2fa", "%2e%2e%2fa"),
        (b"n" * 4_000, "n" * 255),
    ],
)
def test_file_names_are_only_shown(target: Attacked, written: bytes, shown: str) -> None:
    reply = upload(target, form(b"{}\n", written))
    if reply.status != 200:  # characters that no head may have
        refused(reply, 400)
        return
    told = json.loads(reply.body)
    assert told["filename"] == shown
    found = target.ask(f"GET /v1/files/{told['id']}/content HTTP/1.1")
    assert found.body == b"{}\n"


def test_file_names_that_are_no_text(target: Attacked) -> None:
    for name in (b"\xff\xfe.jsonl", b"a\r\nX: y", b'a"; name="purpose', b"n" * 10_000, b"=?utf-8?q?a?="):
        reply = upload(target, form(b"{}", name))
        assert reply.status in (200, 400), reply.body
        if reply.status == 400:
            refused(reply)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Type: multipart/form-data", form(b"")),
        ("Content-Type: multipart/form-data; boundary=" + "b" * 50_000, form(b"")),
        ("Content-Type: multipart/form-data; boundary=\xff\xfe", form(b"")),
        ("Content-Type: application/json", CALL),
        ("X: no type", b"x"),
        (FORM, b""),
        (FORM, b"\r" * 500_000),
        (FORM, b"--edge" + b"\r" * 500_000),
        (FORM, b"--edge\r\n" + b"a" * 500_000 + b": b\r\n\r\n"),
        (FORM, b"--edge\r\n" + b"a: b\r\n" * 50_000),
        (FORM, b"--edge\r\nContent-Disposition: form-data" + b"; a=b" * 100_000),
        (FORM, form(b"x")[:-4]),
        (FORM, form(b"x", b"a", b'Content-Disposition: form-data; name="other"\r\n\r\n' + b"v" * 100_000)),
        (FORM, form(b"x", b"a", *(b'Content-Disposition: form-data; name="f%d"\r\n\r\nv' % n for n in range(5_000)))),
        (FORM, form(b"x", b"a", b'Content-Disposition: form-data; name="file"\r\n\r\nv')),
        (FORM, form(b"x", b"a", b'Content-Disposition: form-data; name="purpose"\r\n\r\n\0')),
        (FORM, form(b"x" * (LARGEST_FILE + 1))),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, str) else f"{len(value)}",
)
def test_forms_that_cannot_be_used(target: Attacked, head: str, body: bytes) -> None:
    refused(upload(target, body, head), 400, 413)


def test_a_form_is_bounded_as_a_whole(target: Attacked) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="same"\r\n\r\n' + b"v" * 10_000 + b"\r\n"
    chunk = b"%x\r\n%b\r\n" % (len(part), part)
    with target.connect() as connection:
        connection.sendall(request("POST /v1/files HTTP/1.1", *LOCAL, FORM, CHUNKED))
        with contextlib.suppress(ConnectionError):
            for _ in range(3 * LARGEST_FILE // len(part)):
                connection.sendall(chunk)
        [reply] = replies(everything(connection, ends=True))
    refused(reply, 400, 413)


# --- anything at all ---

BITS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"GET /v1/models HTTP/1.1\r\n",
            b"POST /v1/chat/completions HTTP/1.1\r\n",
            b"POST /v1/files HTTP/1.1\r\n",
            b"POST /v1/messages HTTP/1.1\r\n",
            b"Host: 127.0.0.1\r\n",
            b"Content-Length: 20\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: upgrade\r\nUpgrade: h2c\r\n",
            b"Expect: 100-continue\r\n",
            b"5\r\nhello\r\n",
            b"0\r\n\r\n",
            FORM.encode() + b"\r\n",
            form(b"x"),
            CALL,
        ]
    ),
)


@settings(max_examples=150, suppress_health_check=UNSUITED)
@given(parts=st.lists(BITS, max_size=12))
def test_any_bytes_at_all(target: Attacked, parts: list[bytes]) -> None:
    with target.connect(patience=0.05) as connection:
        with contextlib.suppress(OSError):
            for part in parts:
                connection.sendall(part)
        for reply in replies(everything(connection)):
            assert reply.status < 500, reply.body


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["gpt-4.1-mini", "claude-sonnet-4-6", "user", "15m", "text", "\0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(
    [
        "messages",
        "input",
        "prompt",
        "metadata",
        "stream",
        "stream_options",
        "service_tier",
        "background",
        "previous_response_id",
        "max_tokens",
        "max_output_tokens",
        "n",
        "tools",
        "tool_choice",
        "response_format",
        "system",
        "instructions",
        "text",
        "reasoning",
        "thinking",
        "requests",
        "ids",
        "wait",
        "url",
        "body",
        "input_file_id",
        "endpoint",
        "completion_window",
        "output_expires_after",
    ]
)


@settings(max_examples=200, suppress_health_check=UNSUITED)
@given(
    path=st.sampled_from(CALLED + OTHERS),
    body=st.dictionaries(FIELDS, VALUES, max_size=6),
    model=st.sampled_from(["gpt-4.1-mini", None]),
    later=st.booleans(),
)
def test_any_json_at_all(target: Attacked, path: str, body: dict[str, object], model: str | None, later: bool) -> None:
    if model is not None:
        body = {"model": model, **body}
    written = json.dumps(body).encode()
    reply = target.call(written, *(LATER if later else ()), path=path)
    assert reply.status < 500, reply.body
    if reply.status >= 400:
        refused(reply)

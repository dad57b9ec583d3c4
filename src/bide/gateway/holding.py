"""Holding a connection until a deferred answer is there, as if it had been given at once.

For a while in silence, so that status and headers can still be true; then with a status of 200 and now and then a byte that
means nothing (a space before JSON, a comment in an event stream), which keeps clients and proxies from giving up. An error
that comes late cannot be told any more: the body is broken off, and the client's own retry attaches to the call and gets
the true status.
"""

import asyncio
import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace

from bide.gateway.exchange import Exchange
from bide.gateway.outcome import Outcome
from bide.gateway.passing import EVENT_STREAM
from bide.gateway.refusal import Protocol, RefusalError
from bide.gateway.responses.view import with_id
from bide.providers.translate import UntranslatableError, wire_of
from bide.providers.translate.replay import replay

SILENCE = 20.0
"""Seconds before the head is sent. Proxies give up after 30 to 60 without one; the SDKs after minutes."""

BEAT = 15.0
"""Seconds between two bytes that mean nothing."""

COMMENT, SPACE = b": bide is waiting for the answer\n\n", b" "


class BrokenOffError(Exception):
    """The connection is to be closed in the middle of its body. No fault: the client's retry attaches and is told the truth."""


class Places:
    """How many connections may be held at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    @property
    def is_full(self) -> bool:
        return self.taken >= self._most

    @contextlib.contextmanager
    def one(self) -> Generator[None]:
        """A place, for as long as it is needed. Raises `RefusalError` when there is none."""
        if self.is_full:
            raise RefusalError(
                429,
                "too_many_held_connections",
                f"{self._most:,} connections wait for deferred answers already; send Prefer: respond-async, or come back",
                headers={"retry-after": "5"},
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


@dataclass(slots=True)
class Line:
    """A held connection. `path` is the endpoint that was called, `stream` whether its answer is to be an event stream."""

    exchange: Exchange
    headers: dict[str, str]
    path: str
    stream: bool

    async def beat(self) -> None:
        """Send something that means nothing, after the head where it has not been sent."""
        if not self.exchange.is_answered:
            await self.exchange.start(200, self.headers, EVENT_STREAM if self.stream else "application/json")
        await self.exchange.write(COMMENT if self.stream else SPACE)

    async def answer(self, outcome: Outcome) -> None:
        """Give the answer. Raises `BrokenOffError` where it is too late to give it truly."""
        exchange = self.exchange
        headers = {**self.headers, "bide-lane": outcome.lane or "none"}
        if outcome.is_success and self.path.endswith("/responses"):
            outcome = replace(outcome, body=with_id(outcome.body, self.headers["bide-request-id"]))
        if exchange.is_answered:
            if not outcome.is_success:
                if not self.stream:
                    raise BrokenOffError
                await exchange.end(self._failed(outcome))
                return
            await exchange.end(self._streamed(outcome.body) if self.stream else outcome.body)
        elif outcome.refusal is not None:
            refusal = outcome.refusal
            refusal.headers = {**headers, **refusal.headers}
            await exchange.refuse(refusal)
        elif self.stream and outcome.is_success:
            await exchange.respond(200, self._streamed(outcome.body), headers, EVENT_STREAM)
        else:
            await exchange.respond(outcome.status, outcome.body, headers)

    def _streamed(self, body: bytes) -> bytes:
        try:
            return replay(body, wire_of(self.path))
        except (UntranslatableError, KeyError):
            raise BrokenOffError from None

    def _failed(self, outcome: Outcome) -> bytes:
        """An error inside a stream, in the protocol's words."""
        body = outcome.body
        if outcome.refusal is not None:
            body = outcome.refusal.body(self.exchange.protocol, self.exchange.request_id)
        if self.exchange.protocol is Protocol.ANTHROPIC or self.path == "/v1/responses":
            return b"event: error\ndata: " + body + b"\n\n"
        return b"data: " + body + b"\n\n"


async def settled(line: Line, waiting: "asyncio.Future[bool]", until: float | None = None) -> bool:
    """Keep a connection until what it waits for is there; False when the client goes away or the time is over first."""
    loop = asyncio.get_running_loop()
    gone = asyncio.ensure_future(line.exchange.gone())
    patience = SILENCE
    try:
        while True:
            left = patience if until is None else min(patience, until - loop.time())
            await asyncio.wait({gone, waiting}, timeout=max(0.0, left), return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return False
            if waiting.done():
                return waiting.result()
            if until is not None and loop.time() >= until:
                return False
            if until is None:
                await line.beat()
                patience = BEAT
    finally:
        gone.cancel()
        waiting.cancel()

"""A client of one simulated account at Google: requests in, decoded JSON out, time moved by hand."""

import json
from typing import Any

from bide.core.clock import MICROSECOND, SECOND, ManualClock
from bide.simulator.books import Books
from bide.simulator.bucket import MemoryBucket
from bide.simulator.exchange import Lost, Reply, Request
from bide.simulator.house import House
from bide.simulator.protocol import Protocol
from bide.simulator.script import parse_script

START = 1_800_000_000 * SECOND

PLAIN = """
[realtime]
latency = "0s"
tokens_per_second = 0
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
shuffled = false
"""
"""A provider without chance: the rows of a batch are finished evenly over ten minutes, in their order."""

HI = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}


def saying(text: str) -> dict[str, Any]:
    """The body of a request."""
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}


class Client:
    """One account; `more` is TOML that comes after `PLAIN`, `key` the headers that open it."""

    def __init__(self, protocol: Protocol, key: dict[str, str], more: str = "") -> None:
        self.clock = ManualClock(START)
        self.books = Books(parse_script(PLAIN + more), 1, START, protocol=protocol)
        self.bucket = MemoryBucket()
        self.house = House.of(self.books, self.bucket)
        self._key = key

    async def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply | Lost:
        """One request, just as it is answered; a microsecond later."""
        path, _, query = path.partition("?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        named = self._key | {name.replace("_", "-"): value for name, value in headers.items()}
        reply = await self.house.handle(Request(method, path, pairs, named, body, "http://here"), self.clock)
        self.clock.advance(MICROSECOND)
        return reply

    async def reply(self, method: str, path: str, value: object = None, status: int = 200, **headers: str) -> Reply:
        """The reply, whose status has to be this."""
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        reply = await self.send(method, path, body, **headers)
        assert isinstance(reply, Reply)
        assert reply.status == status, bytes(reply.body)
        return reply

    async def json(self, method: str, path: str, value: object = None, status: int = 200, **headers: str) -> Any:
        """The JSON of the reply."""
        return json.loads((await self.reply(method, path, value, status, **headers)).body)

    async def error(self, method: str, path: str, value: object = None, status: int = 400, **headers: str) -> Any:
        """The error in a reply of this status."""
        return (await self.json(method, path, value, status, **headers))["error"]


def rows(content: bytes | bytearray) -> list[Any]:
    """The lines of a file."""
    return [json.loads(line) for line in bytes(content).split(b"\n") if line]

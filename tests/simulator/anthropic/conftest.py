"""An account at a simulated Anthropic, used as a client would: requests in, decoded JSON out, time moved by hand."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bide.core.clock import MICROSECOND, SECOND
from bide.simulator.anthropic.protocol import ANTHROPIC
from bide.simulator.books import Books
from bide.simulator.exchange import Lost, Reply, Request
from bide.simulator.faults import Fault
from bide.simulator.respond import respond
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
"""
"""A provider without chance: the rows of a batch are finished evenly over ten minutes."""

BATCHES = "/v1/messages/batches"


class Account:
    """One account; `more` is TOML that comes after `PLAIN`."""

    def __init__(self, more: str = "", faults: Iterable[Fault] | None = None) -> None:
        self.books = Books(parse_script(PLAIN + more), 1, START, faults, ANTHROPIC)
        self.now = START

    def send(
        self, method: str, path: str, body: bytes = b"", version: str | None = "2026-10-21", **headers: str
    ) -> Reply | Lost:
        """One request, just as it is answered."""
        path, _, query = path.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        named = {"x-api-key": "key"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if version:
            named["anthropic-version"] = version
        return respond(self.books, Request(method, path, pairs, named, body, "http://here/anthropic"), self.now)

    def json(self, method: str, path: str, value: object = None, status: int = 200, **more: Any) -> Any:
        """One request and the JSON of its reply, whose status has to be this."""
        reply = self.send(method, path, b"" if value is None else json.dumps(value).encode(), **more)
        assert isinstance(reply, Reply)
        assert reply.status == status, bytes(reply.body)
        return json.loads(reply.body)

    def error(self, method: str, path: str, value: object = None, status: int = 400, **more: Any) -> Any:
        """The error in a reply of this status."""
        shown = self.json(method, path, value, status, **more)
        assert shown.keys() == {"type", "error", "request_id"}
        assert shown["type"] == "error"
        return shown["error"]

    def create(self, *prompts: str, version: str = "2026-10-21", **fields: Any) -> Any:
        """A batch with a request for each prompt, ``r-0`` on; a microsecond later."""
        requests = [
            {"custom_id": f"r-{number}", "params": params(prompt, **fields)} for number, prompt in enumerate(prompts)
        ]
        batch = self.json("POST", BATCHES, {"requests": requests}, version=version)
        self.now += MICROSECOND
        return batch

    def batch(self, batch: Any) -> Any:
        """The same batch as it is now."""
        return self.json("GET", f"{BATCHES}/{batch['id']}")

    def results(self, batch: Any) -> dict[str, Any]:
        """What became of each request, by custom_id."""
        reply = self.send("GET", f"{BATCHES}/{batch['id']}/results")
        assert isinstance(reply, Reply)
        assert reply.status == 200, bytes(reply.body)
        lines = [json.loads(line) for line in bytes(reply.body).split(b"\n") if line]
        found = {line["custom_id"]: line["result"] for line in lines}
        assert len(found) == len(lines)
        return found


def params(prompt: str, **fields: Any) -> dict[str, Any]:
    """A Messages body; None leaves a field out."""
    body = {"model": "claude-haiku-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": prompt}], **fields}
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture
def open_account() -> type[Account]:
    return Account


@pytest.fixture
def plain() -> Account:
    return Account()

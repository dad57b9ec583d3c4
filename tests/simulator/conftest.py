"""An account at a simulated provider, used as a client would: requests in, decoded JSON out, time moved by hand."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bide.core.clock import MICROSECOND, SECOND
from bide.simulator.books import Books
from bide.simulator.exchange import Lost, Reply, Request
from bide.simulator.faults import Fault
from bide.simulator.openai.body import CHAT
from bide.simulator.respond import respond
from bide.simulator.script import parse_script

START = 1_800_000_000 * SECOND

PLAIN = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
shuffled = false
"""
"""A batch without chance: begun at once, its rows finished evenly over ten minutes, in their order."""


class Account:
    """One account; `script` is TOML and replaces `PLAIN`, `more` comes after it."""

    def __init__(
        self, script: str | None = None, more: str = "", seed: int = 1, faults: Iterable[Fault] | None = None
    ) -> None:
        self.books = Books(parse_script((PLAIN if script is None else script) + more), seed, START, faults)
        self.now = START

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply | Lost:
        """One request, just as it is answered."""
        path, _, query = path.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return respond(
            self.books, Request(method, path, pairs, {"authorization": "Bearer key", **named}, body), self.now
        )

    def json(self, method: str, path: str, value: object = None, status: int = 200) -> Any:
        """One request and the JSON of its reply, whose status has to be this."""
        reply = self.send(method, path, b"" if value is None else json.dumps(value, ensure_ascii=False).encode())
        assert isinstance(reply, Reply)
        assert reply.status == status, bytes(reply.body)
        return json.loads(reply.body)

    def error(self, method: str, path: str, value: object = None, status: int = 400) -> Any:
        """The error in a reply of this status."""
        return self.json(method, path, value, status)["error"]

    def get(self, path: str) -> Any:
        return self.json("GET", path)

    def wait(self, duration: int) -> None:
        """Let time pass."""
        self.now += duration

    def upload(self, content: bytes, purpose: str = "batch", filename: str = "in.jsonl") -> str:
        """The id of a file with this content."""
        return self.books.upload(filename, purpose, content, None, self.now).id

    def create(self, *prompts: str, content: bytes | None = None, **fields: Any) -> Any:
        """A batch of chat requests, ``r-0`` on, as the reply to its create shows it; a microsecond later."""
        file = self.upload(jsonl(prompts) if content is None else content)
        new = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h", **fields}
        batch = self.json("POST", "/v1/batches", new)
        self.wait(MICROSECOND)
        return batch

    def batch(self, batch: Any) -> Any:
        """The same batch as it is now."""
        return self.get(f"/v1/batches/{batch['id']}")

    def rows(self, file: str | None) -> list[Any]:
        """The lines of a result file; none where there is no file."""
        if file is None:
            return []
        reply = self.send("GET", f"/v1/files/{file}/content")
        assert isinstance(reply, Reply)
        assert reply.status == 200, bytes(reply.body)
        return [json.loads(line) for line in bytes(reply.body).split(b"\n") if line]

    def results(self, batch: Any) -> tuple[list[Any], list[Any]]:
        """The output and the error rows of a batch as it is now."""
        shown = self.batch(batch)
        return self.rows(shown["output_file_id"]), self.rows(shown["error_file_id"])

    def call(self, prompt: str = "hello", endpoint: str = CHAT, **fields: Any) -> Any:
        """The answer to one chat request."""
        return self.json("POST", endpoint, chat(prompt, **fields))


def chat(prompt: str, **fields: Any) -> dict[str, Any]:
    """The body of a chat request."""
    return {"model": "gpt-6-luna", "messages": [{"role": "user", "content": prompt}], **fields}


def jsonl(prompts: Iterable[str]) -> bytes:
    """A batch's input file with a line per prompt."""
    lines = (
        {"custom_id": f"r-{number}", "method": "POST", "url": CHAT, "body": chat(prompt)}
        for number, prompt in enumerate(prompts)
    )
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


@pytest.fixture
def open_account() -> type[Account]:
    return Account


@pytest.fixture
def plain(open_account: type[Account]) -> Account:
    """An account at a provider without chance."""
    return open_account()

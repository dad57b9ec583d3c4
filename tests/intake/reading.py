"""Reads bytes as a user's file would be read, and puts what came out back together."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bide.intake.defaults import Defaults
from bide.intake.entry import Chunk, Entry
from bide.intake.problem import Problem
from bide.intake.reader import open_input

CHAT = "/v1/chat/completions"


@dataclass
class Found:
    """Everything an input held."""

    chunks: list[Chunk]

    @property
    def entries(self) -> list[Entry]:
        return [entry for chunk in self.chunks for entry in chunk.entries]

    @property
    def problems(self) -> list[Problem]:
        return [problem for chunk in self.chunks for problem in chunk.problems]

    @property
    def blank(self) -> int:
        return sum(chunk.blank for chunk in self.chunks)

    @property
    def bodies(self) -> list[bytes]:
        return [entry.body for entry in self.entries]

    @property
    def outcomes(self) -> list[tuple[object, ...]]:
        """The entries as plain values, which compare."""
        return [
            (
                entry.line,
                entry.custom_id,
                entry.endpoint,
                entry.model,
                entry.body,
                entry.max_output_tokens,
                entry.columns,
            )
            for entry in self.entries
        ]

    @property
    def entry(self) -> Entry:
        """The only entry there is."""
        assert self.problems == []
        (entry,) = self.entries
        return entry

    @property
    def problem(self) -> Problem:
        """The only problem there is, and nothing else."""
        assert self.entries == []
        (problem,) = self.problems
        return problem

    @property
    def body(self) -> Any:
        """The body of the only entry, decoded."""
        return json.loads(self.entry.body)


def read_chunks(data: bytes, defaults: Defaults | None = None, **options: Any) -> Iterator[Chunk]:
    """The chunks of a file with this content."""
    with open_input(io.BytesIO(data), defaults, **options) as opened:
        yield from opened


def read_bytes(data: bytes | str, defaults: Defaults | None = None, **options: Any) -> Found:
    """What a file with this content holds; `options` are those of `open_input`."""
    raw = data.encode() if isinstance(data, str) else data
    return Found(list(read_chunks(raw, defaults, **options)))


def batch_line(**changes: Any) -> str:
    """A good batch line, but for the changes: fields of the line, or ``body__name`` of its body; ... leaves one out."""
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
    line: dict[str, Any] = {"custom_id": "a", "method": "POST", "url": CHAT, "body": body}
    for name, value in changes.items():
        target, key = (body, name.removeprefix("body__")) if name.startswith("body__") else (line, name)
        target[key] = value
        if value is ...:
            del target[key]
    return json.dumps(line, ensure_ascii=False)

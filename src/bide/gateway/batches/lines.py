"""The file of a batch, read as what OpenAI takes: batch lines, all for the endpoint that the batch was created with."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from bide.core.errors import BideError
from bide.core.key import Key
from bide.intake.compression import HEAD_LENGTH, packing_of
from bide.intake.defaults import Defaults
from bide.intake.entry import Chunk, Entries, Entry, join_bodies
from bide.intake.problem import Code, Problem, excerpt, report
from bide.intake.reader import open_input
from bide.intake.routing import Routing


class PackedError(BideError):
    """The file is compressed; unpack it and upload it again."""

    code = "invalid_json_line"


class WithdrawnError(BideError):
    """The batch was cancelled while its file was read."""


def chunks(
    file: BinaryIO, name: str, endpoint: str, routing: Routing, key: Key | None, is_withdrawn: Callable[[], bool]
) -> Iterator[Chunk]:
    """The file's requests and problems.

    Raises:
        PackedError: it is compressed: what comes out of it has no bound.
        InputError: it cannot be read.
        WithdrawnError: `is_withdrawn` says so.
    """
    head = file.read(HEAD_LENGTH)
    file.seek(0)
    if packing_of(head, name) is not None:
        raise PackedError
    with open_input(file, Defaults(), name=name, file_format="jsonl", routing=routing, only=endpoint) as opened:
        for chunk in opened:
            if is_withdrawn():
                raise WithdrawnError
            yield chunk if key is None else _allowed(chunk, key)


def _allowed(chunk: Chunk, key: Key) -> Chunk:
    """The chunk, with what the key may not ask for among the problems."""
    refused = {model for model in set(chunk.entries.models) if not key.allows(model)}
    if not refused:
        return chunk
    kept: list[Entry] = []
    problems = list(chunk.problems)
    for entry in chunk.entries:
        if entry.model in refused:
            problems.append(_not_allowed(entry))
        else:
            kept.append(entry)
    found = Entries.of(kept)
    return Chunk(
        found, sorted(problems, key=lambda one: one.line), join_bodies(found.bodies) if kept else b"", chunk.blank
    )


def _not_allowed(entry: Entry) -> Problem:
    return report(
        entry.line,
        Code.MODEL_NOT_ROUTABLE,
        f"the key may not ask for {excerpt(entry.model)}",
        field="body.model",
        remedy="`bide keys list` shows what it may ask for",
    )

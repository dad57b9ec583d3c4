"""Lines of a batch: out as the Gemini API takes them, and back as rows."""

from collections.abc import AsyncIterator, Callable

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.gemini.status import Status
from bide.providers.port import Row, Submission, Verdict
from bide.providers.translated import Translation, unreadable_row

TURNED_AWAY = frozenset({429, 499})
"""Statuses of rows that were not run: over quota, or cancelled."""

NOTHING = Raw(b"null")


class _Metadata(msgspec.Struct):
    key: str | None = None


class _Line(msgspec.Struct):
    """A line of results. The key stands inside `metadata` where the requests came with the create."""

    key: str | None = None
    metadata: _Metadata | None = None
    response: Raw = NOTHING
    error: Raw = NOTHING


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_error = msgspec.json.Decoder(Status).decode


async def lines(submission: Submission, body_of: Callable[[bytes], bytes]) -> AsyncIterator[bytes]:
    """The input file, some lines at a time."""
    async for some in submission.lines():
        yield b"".join([b'{"key":"%b","request":%b}\n' % (name.encode(), body_of(body)) for name, body in some])


async def inline(submission: Submission, body_of: Callable[[bytes], bytes], title: str) -> AsyncIterator[bytes]:
    """A create that carries its requests, some of them at a time; `title` is what the batch is called."""
    before = b'{"batch":{"displayName":"%b","inputConfig":{"requests":{"requests":[' % title.encode()
    async for some in submission.lines():
        items = [b'{"request":%b,"metadata":{"key":"%b"}}' % (body_of(body), name.encode()) for name, body in some]
        yield before + b",".join(items)
        before = b","
    yield b"]}}}}"


def read_row(line: bytes, endpoint: str, translation: Translation, at: int = 0) -> Row:
    """The row of a line of the results, which were read `at` (seconds since 1970): answers do not say when they were made.

    A line that names no key is nobody's. Lines are documented to come in the input's order, and have come in others
    (python-genai#1909, js-genai#1207).
    """
    try:
        found = _decode_line(line)
        problem = None if found.error == NOTHING else _decode_error(found.error)
    except UNREADABLE as error:
        return unreadable_row(line, error)
    key = found.key or (found.metadata.key if found.metadata else None)
    if key is None:
        return unreadable_row(line, "a row without its key")
    if problem is not None:
        return failed(translation, key, endpoint, problem)
    return translation.answered(key, endpoint, bytes(found.response), at=at)


def failed(translation: Translation, custom_id: str, endpoint: str, problem: Status) -> Row:
    """The row of a request that has failed."""
    verdict = Verdict.NOT_RUN if problem.http in TURNED_AWAY else Verdict.ERRORED
    return translation.failed(custom_id, endpoint, problem.http, problem.as_body(), verdict=verdict)

"""Answers of OpenAI's protocol, read: one reply in real time, or the lines of an output or error file.

Only the few fields that bide needs are decoded; the response itself is kept as the bytes that came.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from bide.core.clock import SECOND
from bide.core.usage import Usage
from bide.providers.decoding import UNREADABLE
from bide.providers.openai.errors import ErrorBody, code_of, is_out_of_credit, read_error
from bide.providers.port import Row, Verdict
from bide.providers.transport import Reply

NEVER_RUN = frozenset({"batch_expired", "batch_cancelled"})
"""Codes of rows that an expired or cancelled batch did not get to."""

PERMANENT = frozenset({400, 404, 405, 410, 413, 415, 422})
"""Statuses that the same request would get again."""

PERMANENT_CODES = frozenset({"batch_client_error", "invalid_model"})
"""The same for rows that come without a status, as Together's do."""


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    """Both spellings: of chat completions and embeddings, and of responses."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    reasoning_tokens: int | None = None


class _Body(msgspec.Struct, gc=False):
    usage: _Usage | None = None
    error: ErrorBody | None = None
    status: str | None = None
    created: float | None = None
    created_at: float | None = None
    service_tier: Any = None


class _Response(msgspec.Struct, gc=False):
    status_code: int
    body: _Body | None = None


class _Loose(msgspec.Struct, gc=False):
    """A response whose body is not an object."""

    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct, gc=False):
    custom_id: str
    response: msgspec.Raw = msgspec.Raw(b"null")
    error: ErrorBody | None = None


_lines = msgspec.json.Decoder(_Line)
_responses = msgspec.json.Decoder(_Response)
_loose = msgspec.json.Decoder(_Loose)
_body = msgspec.json.Decoder(_Body)

_NULL = msgspec.Raw(b"null")

MOST_TOKENS = 1 << 40
"""Above anything a model takes or gives; a count beyond it is no count."""

LATEST = 1 << 33
"""Seconds since 1970, in the year 2242: beyond it, somebody counts in smaller units."""


def from_reply(attempt: str, reply: Reply, body: bytes) -> Row:
    """The row that a real-time reply is. Errors of the account have been raised before."""
    request_id = msgspec.json.encode(reply.headers.get("x-request-id")).decode()
    try:
        decoded = _body.decode(body)
    except UNREADABLE:
        if _is_json(body):  # of a shape we do not know: what was answered is kept, what was refused says why
            decoded = _Body(error=None if _is_success(reply.status) else read_error(body))
        else:
            decoded = _Body(error=ErrorBody(message="the reply is not JSON", code="unreadable_reply"))
            body = msgspec.json.encode(body.decode("utf-8", "replace"))
    if b"\n" in body:  # the API answers with indented JSON; a row is one line
        body = msgspec.json.format(body, indent=-1)
    response = f'{{"status_code":{reply.status},"request_id":{request_id},"body":'.encode() + body + b"}"
    return _judge(attempt, response, reply.status, decoded, None)


async def from_file(chunks: AsyncIterator[bytes], *, growing: bool = False) -> AsyncIterator[list[Row]]:
    """The rows of a result file, as its bytes arrive. Lines end at b"\\n" only: an answer may contain U+2028.

    In a file that is still `growing` a last line without an end is not there yet.
    """
    rest = b""
    async for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if not end:
            rest += chunk
            continue
        yield _rows(rest + chunk[:end])
        rest = chunk[end:]
    if rest.strip() and not growing:
        yield _rows(rest)


def _rows(text: bytes) -> list[Row]:
    """The rows of whole lines, in their order."""
    try:
        lines = _lines.decode_lines(text)
        found = _responses.decode_lines(b"\n".join([line.response for line in lines if line.response != _NULL]))
    except UNREADABLE:
        return [row for line in text.split(b"\n") if line.strip() for row in (_row(line),)]
    responses = iter(found)
    return [
        _judge(line.custom_id, b"", None, None, line.error) if line.response == _NULL else _of(line, next(responses))
        for line in lines
    ]


def _of(line: _Line, response: _Response) -> Row:
    return _judge(line.custom_id, bytes(line.response), response.status_code, response.body, line.error)


def _row(text: bytes) -> Row:
    """One line by itself: some line of its chunk is not as it should be."""
    try:
        line = _lines.decode(text)
    except UNREADABLE as error:
        return Row(
            None, Verdict.ERRORED, code="unreadable_row", message=f"{error}: {text[:200].decode('utf-8', 'replace')}"
        )
    if line.response == _NULL:
        return _judge(line.custom_id, b"", None, None, line.error)
    try:
        return _of(line, _responses.decode(line.response))
    except UNREADABLE:
        pass
    try:
        loose = _loose.decode(line.response)
    except UNREADABLE as error:
        return Row(line.custom_id, Verdict.ERRORED, bytes(line.response), code="unreadable_row", message=str(error))
    # What was answered is kept in whatever shape; what was refused says why.
    body = _Body(error=None if _is_success(loose.status_code) else read_error(bytes(loose.body)))
    return _judge(line.custom_id, bytes(line.response), loose.status_code, body, line.error)


def _judge(custom_id: str, response: bytes, status: int | None, body: _Body | None, error: ErrorBody | None) -> Row:
    """What a response means."""
    if body is not None and _is_success(status) and body.status != "failed" and body.error is None:
        return Row(
            custom_id,
            Verdict.ANSWERED,
            response,
            status,
            usage=_usage(body.usage),
            created=_created(body),
            tier=_tier(body),
        )
    found = (body.error if body is not None else None) or error or ErrorBody(message="no answer and no error")
    code, message = code_of(found), found.message
    if code in NEVER_RUN or (status == 429) or is_out_of_credit(found):
        return Row(custom_id, Verdict.NOT_RUN, response, status, code, message)
    return Row(
        custom_id,
        Verdict.ERRORED,
        response,
        status,
        code,
        message,
        permanent=status in PERMANENT if status is not None else code in PERMANENT_CODES,
        usage=_usage(body.usage) if body is not None and body.usage is not None else None,
        tier=_tier(body) if body is not None else None,
    )


def _is_success(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except UNREADABLE:
        return False
    return True


def _usage(wire: _Usage | None) -> Usage | None:
    if wire is None:
        return None
    counts = (wire.prompt_tokens, wire.input_tokens, wire.completion_tokens, wire.output_tokens)
    if any(count is not None and not 0 <= count <= MOST_TOKENS for count in counts):
        return None  # unknown is not the same as nothing
    before = wire.prompt_tokens_details or wire.input_tokens_details
    after = wire.completion_tokens_details or wire.output_tokens_details
    return Usage(
        wire.prompt_tokens or wire.input_tokens or 0,
        (before.cached_tokens or 0) if before else 0,
        (before.cache_write_tokens or 0) if before else 0,
        wire.completion_tokens or wire.output_tokens or 0,
        (after.reasoning_tokens if after else wire.reasoning_tokens) or 0,
    )


def _created(body: _Body) -> int | None:
    seconds = body.created or body.created_at
    return int(seconds * SECOND) if seconds and 0 < seconds < LATEST else None


def _tier(body: _Body) -> str | None:
    return None if body.service_tier is None else str(body.service_tier)

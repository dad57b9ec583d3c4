"""The body of a create: identifiers are checked at once, what a request asks for only when it runs."""

import re
from collections.abc import Iterator, Sequence

import msgspec
import xxhash
from msgspec import Raw

from bide.simulator.answers import Answers
from bide.simulator.anthropic.body import Body, read_body
from bide.simulator.exchange import Content
from bide.simulator.refusal import TOO_LARGE, Failure, Refusal, invalid
from bide.simulator.rows import FAILING_ROWS, POISONED, REFUSED_ROW, Batchable, Row, poison

MAX_BYTES = 256 * 2**20
MAX_REQUESTS = 100_000

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class _Request(msgspec.Struct, gc=False):
    custom_id: str
    params: Raw


class _Create(msgspec.Struct):
    requests: list[_Request]


_decode_create = msgspec.json.Decoder(_Create).decode


def read_create(content: Content, version: str, models: Sequence[str], answers: Answers) -> Batchable:
    """The rows of a batch. `models` are those that exist; empty is any.

    Raises:
        Refusal: the body is too large or none at all, or a custom_id is not what it may be.
    """
    if len(content) > MAX_BYTES:
        raise Refusal(TOO_LARGE)
    try:
        requests = _decode_create(content).requests
    except msgspec.ValidationError as error:
        raise invalid(f"requests: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The request body is not valid JSON: {error}") from error
    if not 1 <= len(requests) <= MAX_REQUESTS:
        raise invalid(f"requests: a batch has 1 to {MAX_REQUESTS} requests")
    seen: set[str] = set()
    for place, request in enumerate(requests):
        if not CUSTOM_ID.fullmatch(request.custom_id):
            raise invalid(f"requests.{place}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
        if request.custom_id in seen:
            raise invalid(f"requests.{place}.custom_id: '{request.custom_id}' is used more than once")
        seen.add(request.custom_id)
    rows = list(_rows(requests, version, models, answers, poisoned=POISONED in content))
    names = {row.model for row in rows}
    return Batchable(rows, (rows[0].model or "") if len(names) == 1 else "")


def _rows(
    requests: Sequence[_Request], version: str, models: Sequence[str], answers: Answers, *, poisoned: bool
) -> Iterator[Row]:
    for request in requests:
        raw = request.params
        body = read_body(raw)
        failure = body if isinstance(body, Failure) else body.batch_fault(version)
        body = Body() if isinstance(body, Failure) else body
        if failure is None and models and body.model not in models:
            failure = Failure(404, f"model: {body.model}")
        marker = poison(raw) if poisoned else None
        if marker in ("validation", "unnamed"):
            failure = REFUSED_ROW
        digest = xxhash.xxh3_64_intdigest(raw)
        yield Row(
            request.custom_id,
            raw,
            digest,
            answers.usage(body.cap, digest, len(bytes(raw))),
            FAILING_ROWS.get(marker or "", failure),
            marker,
            str(body.model) if body.model else None,
        )

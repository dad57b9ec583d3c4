"""A batch's input file: its lines, validated as the provider does, in one pass over the bytes.

Validation stops at the first bad line and names it (counted from 1). The codes are those of the real service where
they have been seen; ``empty_file`` and ``too_many_tasks`` are those of its older guides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec
import xxhash
from msgspec import UNSET, Raw, UnsetType

from bide.simulator.answers import Answers, embedding
from bide.simulator.openai.body import EMBEDDINGS, Body, read_body
from bide.simulator.refusal import Failure
from bide.simulator.rows import FAILING_ROWS, POISONED, Batchable, Problem, Row, poison

MAX_LINES = 50_000
MAX_BYTES = 200 * 2**20
MAX_EMBEDDINGS = 50_000

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Line(msgspec.Struct, gc=False):
    custom_id: str | UnsetType = UNSET
    method: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    body: Raw = Raw(b"null")


class _Head(msgspec.Struct):
    """Enough of a body to validate it where the rest has a wrong type; such a row fails when it runs."""

    model: str | UnsetType = UNSET
    stream: bool | None = None


_line_decoder = msgspec.json.Decoder(_Line)
_decode_head = msgspec.json.Decoder(_Head).decode


class _Invalid(Exception):  # noqa: N818 - never seen outside: it carries a problem to where the line is known
    def __init__(self, code: str, message: str, param: str | None = None, *, named: bool = True) -> None:
        super().__init__(message)
        self.named = named
        self.problem = Problem(code, message, None, param)


def read_lines(
    content: bytes | bytearray,
    endpoint: str,
    models: Sequence[str],
    answers: Answers,
    *,
    most: int = MAX_LINES,
    largest: int = MAX_BYTES,
    url: str | None = None,
) -> Batchable | Problem:
    """The rows of an input file, or the problem that fails the batch. `models` are those that exist; empty is any.

    `most` is in lines, `largest` in bytes. `url` is what lines call the endpoint, where that is not its own name.
    """
    if len(content) > largest:
        return Problem("invalid_request", f"The input file is larger than the {largest} maximum.", None, "file_id")
    if content.startswith(BYTE_ORDER_MARK):
        return Problem("invalid_json_line", "This line is not valid JSON: it starts with a byte order mark.", 1)
    if not content or content.isspace():
        return Problem("empty_file", "The input file is empty; a batch has at least one request.")
    count = content.count(b"\n") + (not content.endswith(b"\n"))
    if count > most:
        return Problem("too_many_tasks", f"The input file has more than {most} requests.")
    poisoned = POISONED in content
    checker = _Checker(endpoint, url or endpoint, models, answers, poisoned=poisoned)
    try:
        rows = [checker.row(line) for line in _line_decoder.decode_lines(content)]
    except (msgspec.DecodeError, UnicodeDecodeError, _Invalid):
        rows = []
    # The decoder of many lines takes a value over two lines, or two on one, for valid: the count gives it away.
    if len(rows) == count:
        return Batchable(rows, checker.model)
    return _one_by_one(content, _Checker(endpoint, url or endpoint, models, answers, poisoned=poisoned))


def _one_by_one(content: bytes | bytearray, checker: "_Checker") -> Batchable | Problem:
    """The same, slower, knowing which line is meant. Blank lines count as lines and are no requests."""
    rows: list[Row] = []
    for number, text in enumerate(_split(content), 1):
        if not text or text.isspace():
            continue
        try:
            rows.append(checker.row(_line_decoder.decode(text)))
        except _Invalid as invalid:
            return replace(invalid.problem, line=number) if invalid.named else invalid.problem
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Problem("invalid_json_line", "This line is not parseable as valid JSON.", number)
    return Batchable(rows, checker.model)


def _split(content: bytes | bytearray) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        yield bytes(content[start:end])
        start = end + 1


class _Checker:
    """Checks lines one after another; remembers what has to be the same, or different, in all of them."""

    def __init__(self, endpoint: str, url: str, models: Sequence[str], answers: Answers, *, poisoned: bool) -> None:
        self.model = ""
        self._endpoint = endpoint
        self._url = url
        self._models = models
        self._answers = answers
        self._poisoned = poisoned
        self._seen: set[str] = set()
        self._embeddings = 0

    def row(self, line: _Line) -> Row:
        """The row of a line, or `_Invalid`."""
        custom_id = line.custom_id
        if not custom_id:
            raise _Invalid("missing_required_parameter", "Missing required parameter: 'custom_id'.", "custom_id")
        if custom_id in self._seen:
            raise _Invalid("duplicate_custom_id", f"The custom_id {custom_id!r} is used more than once.", "custom_id")
        self._seen.add(custom_id)
        if line.method != "POST":
            raise _Invalid("invalid_method", "The method has to be POST.", "method")
        if line.url != self._url:
            raise _Invalid("invalid_url", f"The url does not match the batch's endpoint {self._url}.", "url")
        body, failure = self._body(line.body)
        size = len(bytes(line.body))
        digest = xxhash.xxh3_64_intdigest(line.body)
        if self._endpoint == EMBEDDINGS:
            self._count_embeddings(body)
            usage = embedding(size)
        else:
            usage = self._answers.usage(body.cap, digest, size)
        row = Row(custom_id, line.body, digest, usage, failure)
        if self._poisoned and (marker := poison(line.body)):
            self._poison(row, marker)
        return row

    def _body(self, raw: Raw) -> tuple[Body, Failure | None]:
        body = read_body(raw)
        failure: Failure | None = None
        if isinstance(body, Failure):
            failure, body = body, Body()
            try:
                head = _decode_head(raw)
            except (msgspec.DecodeError, UnicodeDecodeError):
                head = _Head()
            body.model, body.stream = head.model, head.stream
        if not body.model:
            raise _Invalid("invalid_request", "The body names no model.", "body.model")
        if self._models and body.model not in self._models:
            raise _Invalid("model_not_found", f"The model {body.model!r} does not exist.", "body.model")
        if body.model != (self.model or body.model):
            raise _Invalid("mismatched_model", f"The model {body.model!r} is not that of the first line.", "body.model")
        self.model = body.model
        if body.stream:
            raise _Invalid("streaming_unsupported", "A batch does not stream; leave `stream` out.", "body.stream")
        return body, failure or body.fault(self._endpoint)

    def _count_embeddings(self, body: Body) -> None:
        self._embeddings += len(body.texts())
        if self._embeddings > MAX_EMBEDDINGS:
            raise _Invalid("too_many_tasks", f"The file asks for more than {MAX_EMBEDDINGS} embeddings.", named=False)

    def _poison(self, row: Row, marker: str) -> None:
        if marker == "validation":
            raise _Invalid("invalid_request", "The request of this line is not valid.", "body")
        if marker == "unnamed":
            raise _Invalid("invalid_request", "The file holds a request that is not valid.", named=False)
        row.failure = FAILING_ROWS.get(marker, row.failure)
        row.marker = marker

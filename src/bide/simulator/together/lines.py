"""A batch's input file at Together: read as a whole for its JSON only; everything else fails row by row."""

from collections.abc import Sequence

import msgspec
import xxhash
from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.answers import Answers
from bide.simulator.exchange import Content
from bide.simulator.openai.body import Body, read_body
from bide.simulator.refusal import Failure
from bide.simulator.rows import FAILING_ROWS, POISONED, Batchable, Problem, Row, poison

MOST_LINES = 50_000
MOST_BYTES = 100 * 10**6
LONGEST_LINE = 10 * 10**6


class _Line(msgspec.Struct, gc=False):
    custom_id: str
    body: Raw


_decode_line = msgspec.json.Decoder(_Line).decode


def read_lines(content: Content, endpoint: str, models: Sequence[str], answers: Answers) -> Batchable | Problem:
    """The rows of an input file, or why the job fails, in the words that were seen. `models` are those with batches."""
    if len(content) > MOST_BYTES:
        return Problem("", f"Failed to calculate tokens: the file is larger than {MOST_BYTES} bytes")
    lines = bytes(content).split(b"\n")
    if len(lines) - (not lines[-1]) > MOST_LINES:
        return Problem("", f"Failed to calculate tokens: more than {MOST_LINES} requests")
    rows: list[Row] = []
    named = ""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        if len(text) > LONGEST_LINE:
            return Problem("", "Failed to calculate tokens: error reading input file")
        try:
            line = _decode_line(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _bad_line(number, str(error))
        row, model = _row(line, endpoint, answers)
        if models and model and model not in models:
            return Problem("", f"Invalid model ID: Unable to access non-serverless model {model}")
        if row.marker in ("validation", "unnamed"):
            return _bad_line(number, "this line is not valid")
        named = named or model
        rows.append(row)
    if not rows:
        return Problem("", "Failed to calculate tokens: the file is empty")
    return Batchable(rows, named)


def _bad_line(number: int, why: str) -> Problem:
    message = (
        f"Failed to calculate tokens: input format error: Line {number} (within chunk): Invalid JSON format - {why}"
    )
    return Problem("", message, number)


def _row(line: _Line, endpoint: str, answers: Answers) -> tuple[Row, str]:
    body = read_body(line.body)
    failure: Failure | None = body if isinstance(body, Failure) else body.fault(endpoint)
    body = Body() if isinstance(body, Failure) else body
    model = body.model or ""
    if not model:
        failure = Failure(400, "missing 'model' field in body or not a string")
    digest, size = xxhash.xxh3_64_intdigest(line.body), len(bytes(line.body))
    usage = answers.usage(body.cap, digest, size) if failure is None else Usage(0)
    marker = poison(line.body) if POISONED in bytes(line.body) else None
    return Row(line.custom_id, line.body, digest, usage, FAILING_ROWS.get(marker or "", failure), marker), model

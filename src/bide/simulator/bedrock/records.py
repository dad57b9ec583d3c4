"""The records of a job's input: validated as objects of JSON and counted; what a model is asked is looked at when it runs."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import xxhash
from msgspec import Raw

from bide.simulator.answers import Answers
from bide.simulator.bedrock.body import is_claude, read_converse, read_native
from bide.simulator.exchange import Content
from bide.simulator.refusal import Failure
from bide.simulator.rows import FAILING_ROWS, POISONED, REFUSED_ROW, Batchable, Problem, Row, poison

MAX_RECORDS = 50_000
MAX_BYTES = 10**9

CODE = "ValidationException"


class _Record(msgspec.Struct, rename="camel"):
    model_input: Raw
    record_id: str | None = None


_decode_record = msgspec.json.Decoder(_Record).decode


def read_records(
    objects: Mapping[str, Content], model: str, kind: str, answers: Answers, least: int
) -> tuple[Batchable | Problem, Sequence[tuple[int, str]]]:
    """The rows of a job or why it fails, and the objects they stand in, each with the place of its first."""
    rows: list[Row] = []
    files: list[tuple[int, str]] = []
    if not objects:
        return Problem(CODE, "The input cannot be found. Check the S3 URI and the role's access to the bucket."), files
    for uri, content in objects.items():
        if not uri.endswith(".jsonl"):
            return Problem(CODE, f"The input {uri} is not a .jsonl file."), files
        if len(content) > MAX_BYTES:
            return Problem(CODE, f"The input {uri} exceeds the maximum size of {MAX_BYTES} bytes."), files
        files.append((len(rows), uri))
        try:
            rows.extend(_rows(content, model, kind, answers))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Problem(CODE, f"The input {uri} is malformed: {error}"), files
    if len(rows) < least:
        message = f"Batch job contains less records ({len(rows)}) than the required minimum of: {least}"
        return Problem(CODE, message), files
    if len(rows) > MAX_RECORDS:
        return Problem(CODE, f"The number of records ({len(rows)}) exceeds the maximum of {MAX_RECORDS}"), files
    return Batchable(rows, model), files


def _rows(content: Content, model: str, kind: str, answers: Answers) -> Iterator[Row]:
    poisoned = POISONED in content
    for place, text in enumerate(bytes(content).split(b"\n")):
        if not text.strip():
            continue
        record = _decode_record(text)
        raw = record.model_input
        cap, failure = read_input(raw, model, kind)
        marker = poison(raw) if poisoned else None
        if marker in ("validation", "unnamed"):
            failure = REFUSED_ROW
        digest = xxhash.xxh3_64_intdigest(raw)
        usage = answers.usage(cap, digest, len(bytes(raw)))
        name = record.record_id or f"CORE{place:08d}"
        yield Row(name, raw, digest, usage, FAILING_ROWS.get(marker or "", failure), marker, model)


def read_input(raw: Raw | bytes, model: str, kind: str) -> tuple[int | None, Failure | None]:
    """The output limit of a record, and what makes it one that fails."""
    if kind == "InvokeModel" and is_claude(model):
        native = read_native(raw, model)
        return (None, native) if isinstance(native, Failure) else (native.cap, None)
    body = read_converse(raw)
    if isinstance(body, Failure):
        return None, body
    return body.cap, body.batch_fault() if kind == "Converse" else body.fault()


def words_of(raw: Raw | bytes, model: str, kind: str) -> str:
    """The words of a record that its answer quotes."""
    body = read_native(raw, model) if kind == "InvokeModel" and is_claude(model) else read_converse(raw)
    if isinstance(body, Failure):
        raise TypeError("a record that cannot be read has a failure, and is never answered")
    return body.words()

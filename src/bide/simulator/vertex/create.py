"""The body of a create: an object to read, a folder to write into, and labels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from msgspec import field

from bide.core.clock import HOUR
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Content, Request
from bide.simulator.gemini.lines import Reader, known, split
from bide.simulator.refusal import Failure, Refusal, invalid, unknown
from bide.simulator.rows import Batchable, Problem, Row
from bide.simulator.schedule import NEVER, Schedule
from bide.simulator.status import Status

QUEUE = 72 * HOUR
RUN = 24 * HOUR
"""How long a job may wait, and how long it may run."""

MOST_ROWS = 200_000
MOST_BYTES = 10**9

LABEL = re.compile(r"[a-z0-9_-]{0,64}", re.ASCII)

SLASH_PARTS = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?models/([^/]+)")


class _Source(msgspec.Struct):
    uris: list[str] = field(default_factory=list[str])


class _Input(msgspec.Struct, rename="camel"):
    instances_format: str = ""
    gcs_source: _Source | None = None


class _Destination(msgspec.Struct, rename="camel"):
    output_uri_prefix: str = ""


class _Output(msgspec.Struct, rename="camel"):
    predictions_format: str = ""
    gcs_destination: _Destination | None = None


class _Create(msgspec.Struct, rename="camel"):
    display_name: str
    model: str
    input_config: _Input
    output_config: _Output
    labels: dict[str, str] = field(default_factory=dict[str, str])


class _Echo(msgspec.Struct):
    labels: dict[str, str] | None = None


class _Line(msgspec.Struct):
    request: msgspec.Raw


@dataclass(frozen=True)
class Asked:
    """What the view shows of a create. `parent` is the project and the location of the job."""

    parent: str
    display_name: str
    model: str
    uris: Sequence[str]
    prefix: str
    labels: dict[str, str]


_decode_create = msgspec.json.Decoder(_Create).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_decode_echo = msgspec.json.Decoder(_Echo).decode


def input_uris(body: Content) -> Sequence[str]:
    """The objects that a create names; none where it is no create."""
    try:
        source = _decode_create(body).input_config.gcs_source
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return source.uris if source else ()


def create(account: Account, parent: str, request: Request, now: int) -> Batch:
    """Accept a job; one with a bad input is accepted too, and fails.

    Raises:
        Refusal: it is none that jobs can be.
    """
    asked = _read(parent, request.body)
    model = asked.model.rpartition("/")[2]
    if not known(model, account.script.account.models):
        raise unknown(f"Publisher Model `{asked.model}` was not found or your project does not have access to it.")
    content = b"".join([bytes(request.objects.get(uri, b"")) for uri in asked.uris])
    missing = [uri for uri in asked.uris if uri not in request.objects]
    found = Problem("INVALID_ARGUMENT", f"Cannot find {missing[0]}.") if missing else _rows(content, account, model)
    new = NewBatch(source=asked.uris[0], window=QUEUE + RUN, metadata=asked.labels, asked=asked)
    batch = account.batches.create(new, found, content, now)
    batch.schedule = bounded(batch.schedule, now)
    return batch


def bounded(schedule: Schedule, created_at: int) -> Schedule:
    """A job that waits too long expires with nothing done, one that runs too long with what it has done."""
    if schedule.ends_at >= NEVER or schedule.outcome is Status.FAILED:
        return schedule
    if schedule.begins_at > created_at + QUEUE:
        ends_at = created_at + QUEUE
        return replace(
            schedule, outcome=Status.EXPIRED, begins_at=NEVER, finalizing_at=NEVER, ends_at=ends_at, doable=0
        )
    if schedule.ends_at > schedule.begins_at + RUN:
        return replace(schedule, outcome=Status.EXPIRED, finalizing_at=NEVER, ends_at=schedule.begins_at + RUN)
    return schedule


def _read(parent: str, body: Content) -> Asked:
    try:
        wanted = _decode_create(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    source, target = wanted.input_config, wanted.output_config
    if "bigquery" in (source.instances_format, target.predictions_format):
        raise Refusal(Failure(501, "The simulator has no BigQuery."))
    if source.instances_format != "jsonl" or target.predictions_format != "jsonl":
        raise invalid("The formats of instances and predictions have to be jsonl.")
    if source.gcs_source is None or len(source.gcs_source.uris) != 1:
        raise invalid("One input file is supported.")
    prefix = target.gcs_destination.output_uri_prefix if target.gcs_destination else ""
    uris = source.gcs_source.uris
    if not all(uri.startswith("gs://") for uri in [*uris, prefix]):
        raise invalid("Objects are named as in gs://bucket/path.")
    if not SLASH_PARTS.fullmatch(wanted.model):
        raise invalid(f"{wanted.model!r} is no model's name.")
    labels = wanted.labels
    if not all(LABEL.fullmatch(word) for pair in labels.items() for word in pair):
        raise invalid("Labels are small letters, digits, _ and -, at most 64 of them.")
    return Asked(parent, wanted.display_name, wanted.model, uris, prefix, labels)


def _rows(content: bytes, account: Account, model: str) -> Batchable | Problem:
    if len(content) > MOST_BYTES:
        return Problem("INVALID_ARGUMENT", "The input file is larger than 1 GB.")
    reader, rows = Reader(model, account.answers, is_vertex=True), list[Row]()
    try:
        for line in split(content):
            raw = _decode_line(line).request
            rows.append(reader.row(handle(_decode_echo(raw).labels)[1], raw))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem("INVALID_ARGUMENT", "The input file is not JSONL with a `request` on each line.")
    if not 1 <= len(rows) <= MOST_ROWS:
        return Problem("INVALID_ARGUMENT", f"A job has 1 to {MOST_ROWS} requests.")
    if any(row.marker == "unnamed" for row in rows):
        return Problem("INVALID_ARGUMENT", "The input cannot be imported.")
    return Batchable(rows, model)


def handle(labels: dict[str, str] | None) -> tuple[str, str]:
    """What a row is known by: the last of its labels, name and value. Rows have no field for that."""
    return list(labels.items())[-1] if labels else ("", "")

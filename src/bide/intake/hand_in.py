"""Handing a file in: a new job, or the job it already is.

The same content and parameters with the same output are the same job, with its original deadline. A changed file with
an open job is an error that explains itself.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from bide.buckets.uri import Location
from bide.core.deadline import OnMiss
from bide.core.errors import ConflictError, InputError, SettingError
from bide.core.job import Job
from bide.delivery.columns import column_names
from bide.delivery.file import Destination, check_extra, check_reachable
from bide.delivery.place import Place, is_same, name_of, parse_place, suffixes_of
from bide.delivery.shape import Format
from bide.engine.context import Context
from bide.intake.defaults import Defaults
from bide.intake.entry import Chunk
from bide.intake.findings import Findings, fingerprint
from bide.intake.ingest import Reading, ingest
from bide.intake.order import Order
from bide.intake.reader import Input, open_input
from bide.intake.routing import Routing
from bide.intake.source import STANDARD_INPUT
from bide.providers.kinds import KINDS
from bide.store.jobs import HandedInError
from bide.store.store import Store

STANDARD_INPUT_NAME = "standard input"

OUTPUT_SUFFIXES = {".csv": Format.CSV, ".parquet": Format.PARQUET}
COMPRESSED = frozenset({".gz", ".zst"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """What a caller asks to be done with a file: a path, a URI, or ``-`` for standard input.

    `output` is a place, None where the caller collects the answers itself. `new` makes a new job of what was handed in
    before.
    """

    owner: str
    source: str
    name: str | None = None
    """What to call the job; the file's name by default."""
    defaults: Defaults
    deadline: int
    on_miss: OnMiss
    priority_source: str
    priority: str | None = None
    workflow: str | None = None
    output: Place | None = None
    output_format: Format | None = None
    input_format: str | None = None
    delimiter: str | None = None
    account: str | None = None
    max_cost: int | None = None
    strict: bool = False
    skip_bad_lines: bool = False
    new: bool = False
    kept_for: int | None = None
    """How long answers stand for exact repeats, in microseconds; 0: not at all, None: as the settings say."""
    idempotency_key: str | None = None
    """Under which it is one job, however often it is handed in."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The job. `reading` is None where it was handed in before."""

    job: Job
    reading: Reading | None
    destination: Destination


Progressed = Callable[[Findings, Input], None]


async def hand_in(context: Context, request: FileRequest, on_progress: Progressed) -> HandedIn:
    """Make a job of a file, or find the one that it is.

    Raises:
        BideError: the input, the order or the settings cannot be used, or contradict an open job.
    """
    routing = routing_of(context, request.account)
    parameters = _parameters(request)
    with ExitStack() as files:
        request = _replayable(files, request)
        opened = files.enter_context(_open(request, routing))
        first = next(iter(opened), None)
        destination = _destination(request, opened, first)
        kept, place = (destination.encode(), destination.place) if request.output else (None, None)
        order = order_of(request, kept)
        if not request.new and await context.store.jobs.has_like(order.owner, place, parameters):
            identity = fingerprint(_digest(opened, first, on_progress), parameters)
            known = await _known(context.store, order, place, identity)
            if known is not None:
                return HandedIn(known, None, destination)
            opened = files.enter_context(_open(request, routing))
            first = next(iter(opened), None)
        await check_reachable(destination)
        try:
            reading = await ingest(
                context,
                order,
                lambda model: routing.to(model).route,
                _chunks(opened, first),
                lambda findings: on_progress(findings, opened),
            )
        except HandedInError as error:
            return HandedIn(await context.store.jobs.find(order.owner, error.job), None, destination)
        return HandedIn(reading.job, reading, destination)


def open_request(context: Context, request: FileRequest) -> tuple[Routing, Input]:
    """Where the requests of a file go, and the file, opened."""
    routing = routing_of(context, request.account)
    return routing, _open(request, routing)


def order_of(request: FileRequest, destination: str | None = None) -> Order:
    """The order that a request for a file is."""
    return Order(
        owner=request.owner,
        name=request.name or (STANDARD_INPUT_NAME if request.source == STANDARD_INPUT else Path(request.source).name),
        deadline=request.deadline,
        on_miss=request.on_miss,
        priority=request.priority,
        priority_source=request.priority_source,
        parameters=_parameters(request),
        destination=destination,
        everywhere=isinstance(request.output, Location),
        workflow=request.workflow,
        max_cost=request.max_cost,
        strict=request.strict,
        idempotency_key=request.idempotency_key,
        new=request.new,
        skip_bad_lines=request.skip_bad_lines,
        kept_for=request.kept_for,
    )


async def destination_of(
    store: Store, job: Job, kept: Destination | None, path: Place | None, wanted: Format | None
) -> Destination:
    """Where results that are asked for later go, and in which shape: as asked, else as the path says, else as the job's own."""
    names = kept.names if kept else []
    if not names and job.input_id is not None:
        names = await column_names(store.bodies, job.input_id)
    chosen = wanted or (_by_suffix(path) if path else None)
    if chosen is None:
        chosen = kept.format if kept else Format.JSONL if job.input_id is not None else Format.BATCH
        if chosen is Format.PARQUET and path is None:
            chosen = Format.JSONL  # Parquet is for files
    return Destination(name_of(path) if path else "", chosen, names)


def routing_of(context: Context, named: str | None) -> Routing:
    """Where requests go; all of them to the account that is named, if one is.

    Raises:
        SettingError: there is no such account, or none at all.
    """
    accounts = sorted(context.providers)
    if named is not None and named not in accounts:
        raise SettingError(f"there is no account {named!r}; switched on are: {', '.join(accounts) or 'none'}")
    if not accounts:
        raise SettingError(
            "no provider is switched on; set its key (`bide providers` lists them), or start `bide sim` for a rehearsal"
        )
    aliases = {name: account.aliases for name, account in context.settings.providers.items()}
    failover = context.settings.gateway.failover
    return Routing(
        context.providers,
        aliases,
        named=named,
        known=tuple(KINDS),
        window=context.pricing.source.window,
        failover=failover,
        places=context.settings.placement.accounts,
    )


def _open(request: FileRequest, routing: Routing) -> Input:
    if request.output is not None and is_same(parse_place(request.source), request.output):
        raise InputError(f"the answers would replace the input {request.output}; choose another -o")
    return open_input(
        request.source,
        request.defaults,
        name=request.name,
        file_format=request.input_format,
        delimiter=request.delimiter,
        routing=routing,
    )


def _replayable(files: ExitStack, request: FileRequest) -> FileRequest:
    """The request with an input that can be read twice: standard input goes into a temporary file first."""
    if request.source != STANDARD_INPUT:
        return request
    spool = files.enter_context(tempfile.NamedTemporaryFile(prefix="bide-", suffix=".input"))  # noqa: SIM115
    shutil.copyfileobj(sys.stdin.buffer, spool, 1 << 20)
    spool.flush()
    return replace(request, source=spool.name, input_format=request.input_format or "jsonl", name=STANDARD_INPUT_NAME)


def _chunks(opened: Input, first: Chunk | None) -> Iterator[Chunk]:
    if first is not None:
        yield first
    yield from opened


def _digest(opened: Input, first: Chunk | None, on_progress: Progressed) -> Findings:
    """Read an input only to know it again."""
    findings = Findings()
    for chunk in _chunks(opened, first):
        findings.add(chunk)
        on_progress(findings, opened)
    return findings


async def _known(store: Store, order: Order, place: str | None, identity: str) -> Job | None:
    """The job that this is; None where it is none. Raises `ConflictError` for an unfinished one that differs.

    Where the answers go to no file, the name tells which unfinished job may be meant: the one that was made of a file of
    this name. Standard input has none.
    """
    known = await store.jobs.with_fingerprint(order.owner, order.destination, identity)
    name = order.name if place is None else None
    if known is not None or name == STANDARD_INPUT_NAME:
        return known
    job = await store.jobs.unfinished_at(order.owner, place, name)
    if job is None:
        return None
    what = _differences(job.parameters, order.parameters)
    if not what:
        what = "output format" if job.fingerprint == identity else "content"
    does = "still writes to the same place" if name is None else f"is still open under the name of {name}"
    raise ConflictError(
        f"{job.external_id} {does}, and its {what} was different; let it finish"
        f" (`bide watch {job.external_id}`), stop it (`bide cancel {job.external_id}`), choose another output, or"
        " start beside it with --new"
    )


def _differences(before: str, after: str) -> str:
    old: dict[str, Any] = msgspec.json.decode(before)
    new: dict[str, Any] = msgspec.json.decode(after)
    return ", ".join(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def _parameters(request: FileRequest) -> str:
    """What was asked beside the content, as text that is equal when it is."""
    defaults = request.defaults
    asked = {
        "account": request.account,
        "model": defaults.model,
        "endpoint": defaults.endpoint,
        "system": defaults.system,
        "prompt": defaults.prompt,
        "variables": dict(defaults.variables),
        "parameters": dict(defaults.parameters),
        "id_column": defaults.id_column,
        "on_miss": str(request.on_miss),
        "skip_bad_lines": request.skip_bad_lines,
    }
    return msgspec.json.encode({name: value for name, value in asked.items() if value}, order="sorted").decode()


def _destination(request: FileRequest, opened: Input, first: Chunk | None) -> Destination:
    """Where the answers go and in which shape: the one asked for, else that of the output's name, else that of the input."""
    has_columns = bool(opened.columns) or bool(first and first.entries and first.entries.columns[0])
    chosen = request.output_format
    if chosen is None and request.output is not None:
        chosen = _by_suffix(request.output)
    if chosen is None:
        by_input = {"csv": Format.CSV, "tsv": Format.CSV, "parquet": Format.JSONL, "jsonl": Format.JSONL}
        chosen = by_input[opened.file_format] if has_columns else Format.BATCH
        if request.output is not None and ".jsonl" in suffixes_of(request.output) and has_columns:
            chosen = Format.JSONL
    names = list(opened.columns) or _names(first)
    path = name_of(request.output) if request.output else ""
    destination = Destination(path, chosen, names if has_columns else [])
    check_extra(destination)
    return destination


def _by_suffix(path: Place) -> Format | None:
    """The format that a file's name asks for; None where JSON Lines of either kind will do."""
    suffixes = [suffix for suffix in suffixes_of(path) if suffix not in COMPRESSED]
    return OUTPUT_SUFFIXES.get(suffixes[-1]) if suffixes else None


def _names(first: Chunk | None) -> list[str]:
    """The columns of the first lines of an input without a header."""
    names: dict[str, None] = {}
    for columns in first.entries.columns if first else ():
        if columns:
            names.update(dict.fromkeys(msgspec.json.decode(columns)))
    return list(names)

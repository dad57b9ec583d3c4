"""Reading files into a profile: each by the reader that knows it, bad rows counted and named, valid neighbours kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import msgspec

from bide.audit.footprint import Footprint
from bide.audit.profile import Profile, Source
from bide.audit.profiling import Profiler
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Reader, Skipped
from bide.audit.record import Record
from bide.core.errors import InputError
from bide.logs.opening import Opened, opened
from bide.logs.row import BadRow, Row

HEAD = 100
"""Rows by which a file's reader is chosen; objects may leave out what they have no value for."""

SHOWN = 20
"""Bad rows that are kept to be shown; the others are only counted."""

TOLD_EVERY = 2_048
"""Rows between two calls of whoever is told how far the reading has come."""

Told = Callable[[str, int, float | None], None]
"""Hears of the file's name, of the rows that were read of it, and of the part of it (0 to 1, None: nobody knows)."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken for rows that do not name it."""

    provider: str = ""
    model: str = ""


def read_files(
    paths: Sequence[str],
    asked: Mapping[str, str] | None = None,
    defaults: Defaults | None = None,
    told: Told = lambda name, rows, share: None,
) -> Profile:
    """The profile of everything in these files and objects (``-`` is standard input); `asked` says which column is what.

    Raises:
        InputError: one cannot be read, is not understood, or none has a usable row.
    """
    reading = Reading(defaults or Defaults(), told)
    for path in paths:
        reading.file(path, asked or {})
    return reading.profile()


class Reading:
    """Several sources on their way into one profile."""

    def __init__(self, defaults: Defaults, told: Told) -> None:
        self._defaults = defaults
        self._told = told
        self._profiler = Profiler()
        self._sources = list[Source]()
        self._footprints = list[Footprint]()

    def file(self, path: str, asked: Mapping[str, str]) -> None:
        """Read one file to its end. Raises `InputError`."""
        with opened(path) as log:
            rows = log.rows()
            head = list(islice(rows, HEAD))
            readable = [row.values for row in head if row.trouble is None]
            if not readable:
                why = f": {BadRow(head[0].line, head[0].trouble or '')}" if head else ""
                raise InputError(f"{log.name} has no row that can be read{why}")
            reader = reader_of(log.name, readable, asked)
            self._take(
                log.name, f"{reader.name}, {log.form}", reader, _with_progress(log, chain(head, rows), self._told)
            )

    def records(self, name: str, reader: str, records: Iterator[Record]) -> None:
        """Take records that are no file's."""
        source = _Source(name, reader, (), self._defaults, self._profiler)
        for record in records:
            source.take(record)
            if source.rows % TOLD_EVERY == 0:
                self._told(name, source.rows, None)
        self._keep(source)

    def profile(self) -> Profile:
        """The profile of all that was read. Raises `InputError`: there is no usable row."""
        if not any(source.rows for source in self._sources):
            raise InputError(_nothing(self._sources))
        return self._profiler.profile(self._sources, self._footprints)

    def _take(self, name: str, kind: str, reader: Reader, rows: Iterator[Row]) -> None:
        source = _Source(name, kind, reader.notes, self._defaults, self._profiler)
        read, parts = reader.record, reader.parts
        for row in rows:
            if row.trouble is not None:
                source.refuse(row.line, row.trouble)
                continue
            for number, part in enumerate(parts(row.values), 1):
                try:
                    found = read(part)
                except (ValueError, OverflowError) as error:
                    source.refuse(row.line, str(error) if part is row.values else f"{error} (number {number:,} in it)")
                    continue
                if isinstance(found, Record):
                    source.take(found)
                else:
                    source.skip(found)
        self._keep(source)

    def _keep(self, source: "_Source") -> None:
        self._sources.append(source.finished())
        self._footprints.append(source.footprint)


class _Source:
    """One source while it is read."""

    def __init__(self, name: str, reader: str, notes: Sequence[str], defaults: Defaults, profiler: Profiler) -> None:
        self.name, self.reader, self.notes = name, reader, notes
        self.footprint = Footprint(name)
        self._defaults, self._profiler = defaults, profiler
        self._bad, self._examples = 0, list[BadRow]()
        self._reasons, self._skipped_cost = dict[str, int](), 0
        self._defaulted = 0

    @property
    def rows(self) -> int:
        return self.footprint.rows

    def take(self, record: Record) -> None:
        if not record.model and self._defaults.model:
            record = msgspec.structs.replace(
                record, model=self._defaults.model, provider=record.provider or self._defaults.provider
            )
            self._defaulted += 1
        if not record.workflow and record.prefix is not None and record.prefix.text:
            record = msgspec.structs.replace(record, workflow=record.prefix.text, named_by="how its prompts begin")
        self.footprint.add(record)
        self._profiler.add(record)

    def refuse(self, line: int, why: str) -> None:
        self._bad += 1
        if len(self._examples) < SHOWN:
            self._examples.append(BadRow(line, why))

    def skip(self, skipped: Skipped) -> None:
        # Reasons name operations and lines of bills, of which there are few; of whatever else, the first are kept.
        why = skipped.why if skipped.why in self._reasons or len(self._reasons) < SHOWN else "it is not about tokens"
        self._reasons[why] = self._reasons.get(why, 0) + 1
        self._skipped_cost += skipped.cost

    def finished(self) -> Source:
        notes = tuple(self.notes)
        if self._defaulted:
            notes += (f"rows that name no model ({self._defaulted:,}) are taken to be of {self._defaults.model}",)
        return Source(
            name=self.name,
            reader=self.reader,
            rows=self.rows,
            bad=self._bad,
            skipped=sum(self._reasons.values()),
            first=self.footprint.first,
            end=self.footprint.end,
            examples=tuple(self._examples),
            reasons=self._reasons,
            skipped_cost=self._skipped_cost,
            notes=notes,
        )


def _with_progress(log: Opened, rows: Iterator[Row], told: Told) -> Iterator[Row]:
    number = 0
    for number, row in enumerate(rows, 1):
        yield row
        if number % TOLD_EVERY == 0:
            told(log.name, number, log.share)
    told(log.name, number, log.share)


def _nothing(sources: Sequence[Source]) -> str:
    """Why nothing can be said."""
    said = list[str]()
    for source in sources:
        if source.examples:
            said.append(f"{source.name} ({source.reader}): {source.examples[0]}")
        elif source.reasons:
            said.append(f"{source.name} ({source.reader}): {next(iter(source.reasons))}")
        else:
            said.append(f"{source.name}: it is empty")
    return "there is no usable row; " + "; ".join(said)

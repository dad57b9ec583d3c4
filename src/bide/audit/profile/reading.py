"""Reading files into a profile: each by the reader that knows it, bad rows counted and named, valid neighbours kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from bide.audit.profile.profile import Profile, Source
from bide.audit.profile.profiling import Profiler
from bide.audit.profile.taking import Defaults, Taking
from bide.audit.readers import own
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Reader
from bide.audit.readers.record import Record
from bide.core.errors import InputError
from bide.logs.opening import Opened, opened
from bide.logs.row import BadRow, Row
from bide.store.database import Row as StoreRow

HEAD = 100
"""Rows by which a file's reader is chosen; objects may leave out what they have no value for."""

TOLD_EVERY = 2_048
"""Rows between two calls of whoever is told how far the reading has come."""

Told = Callable[[str, int, float | None], None]
"""Hears of the file's name, of the rows that were read of it, and of the part of it (0 to 1, None: nobody knows)."""


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
        self.told = told
        self._profiler = Profiler()
        self._sources = list[Taking]()
        self._streams = dict[str, int]()

    def file(self, path: str, asked: Mapping[str, str]) -> None:
        """Read one file to its end. Raises `InputError`."""
        with opened(path) as log:
            self.log(log, asked)

    def log(self, log: Opened, asked: Mapping[str, str]) -> None:
        """Read an open log to its end. Raises `InputError`."""
        rows = log.rows()
        head = list(islice(rows, HEAD))
        readable = [row.values for row in head if row.trouble is None]
        if not readable:
            why = f": {BadRow(head[0].line, head[0].trouble or '')}" if head else ""
            raise InputError(f"{log.name} has no row that can be read{why}")
        reader = reader_of(log.name, readable, asked)
        taking = self.source(log.name, reader.name, log.form, reader.notes)
        _take(taking, reader, _with_progress(log, chain(head, rows), self.told))

    def record(self, pages: Iterable[Iterable[StoreRow]]) -> None:
        """Read pages of bide's own record, whose rows name whose list prices them as `provider`."""
        taking = self.own()
        for page in pages:
            for one in own.records(page, lambda account: account):
                taking.take(one)

    def own(self) -> Taking:
        """The source that bide's own record is."""
        return self.source(own.NAME, "what was billed", "from its database")

    def source(self, name: str, reader: str, form: str, notes: Sequence[str] = ()) -> Taking:
        """A source that is about to be read; one that is no file is read by whoever has its records."""
        stream = self._streams.setdefault(reader, len(self._streams))
        kind = f"{reader}, {form}"
        self._sources.append(Taking(name, kind, notes, self._defaults, self._profiler.add, stream))
        return self._sources[-1]

    def profile(self) -> Profile:
        """The profile of all that was read. Raises `InputError`: there is no usable row."""
        sources = [source.source() for source in self._sources]
        if not any(source.rows for source in sources):
            raise InputError(_nothing(sources))
        return self._profiler.profile(sources, [source.footprint for source in self._sources])


def _take(taking: Taking, reader: Reader, rows: Iterator[Row]) -> None:
    """Read rows to their end."""
    read, parts = reader.record, reader.parts
    for row in rows:
        if row.trouble is not None:
            taking.refuse(row.line, row.trouble)
            continue
        for number, part in enumerate(parts(row.values), 1):
            try:
                found = read(part)
            except (ValueError, OverflowError, RecursionError) as error:
                taking.refuse(row.line, str(error) if part is row.values else f"{error} (number {number:,} in it)")
                continue
            if isinstance(found, Record):
                taking.take(found)
            else:
                taking.skip(found)


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
            said.append(f"{source.name} is empty")
    return (
        "there is no usable row: "
        + "; ".join(said)
        + ". Name other files, or say with --column which column of a table is what"
    )

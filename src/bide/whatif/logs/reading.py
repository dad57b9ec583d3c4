"""Reading a log: its format by its content, its columns by their names, bad rows counted and named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from bide.core.clock import DAY
from bide.core.errors import InputError
from bide.intake.source import empty_input
from bide.logs.flat import flat
from bide.logs.opening import opened
from bide.logs.row import BadRow, Row
from bide.whatif.arrival import Arrival
from bide.whatif.logs.columns import UNDATED, Columns

HEAD = 100
"""Rows in which columns are looked for; objects may leave out what they have no value for."""

SHOWN = 20
"""Bad rows that are kept to be shown; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Log:
    """The requests of a log by their instants. `bad` are the first rows that were left out, `bad_rows` how many there were."""

    name: str
    arrivals: Sequence[Arrival]
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    bad: Sequence[BadRow] = ()
    bad_rows: int = 0

    @property
    def start(self) -> int:
        """The midnight (UTC) before its first request."""
        return self.arrivals[0].at // DAY * DAY

    @property
    def days(self) -> int:
        """How many days it covers, the last one begun."""
        return (self.arrivals[-1].at - self.start) // DAY + 1

    @property
    def undated(self) -> int:
        """How many requests say nothing of when they are wanted."""
        return sum(1 for arrival in self.arrivals if arrival.kind == UNDATED)

    def first_days(self, days: int) -> "Log":
        """Its first `days`, from midnight to midnight."""
        end = self.start + days * DAY
        kept = [arrival for arrival in self.arrivals if arrival.at < end]
        return Log(self.name, kept, self.columns, self.bad, self.bad_rows)


def read_log(path: str, asked: Mapping[str, str]) -> Log:
    """The log in a file or object (``-`` is standard input); `asked` says which column is what.

    Raises:
        InputError: it cannot be read, lacks a column or has no usable row.
    """
    with opened(path) as log:
        return _collect(log.name, log.rows(), asked)


def _collect(name: str, rows: Iterator[Row], asked: Mapping[str, str]) -> Log:
    head = list(islice(rows, HEAD))
    there = {column: None for row in head for column in flat(row.values)}
    if not there:
        raise InputError(f"{name} has no row that can be read: {head[0].trouble}") if head else empty_input(name)
    columns = Columns(name, there, asked)
    arrivals, bad, bad_rows = list[Arrival](), list[BadRow](), 0
    for row in chain(head, rows):
        why = row.trouble
        if why is None:
            try:
                arrivals.append(columns.arrival(flat(row.values)))
                continue
            except ValueError as error:
                why = str(error)
        bad_rows += 1
        if len(bad) < SHOWN:
            bad.append(BadRow(row.line, why))
    if not arrivals:
        raise InputError(f"{name} has no usable row; {bad[0]}")
    arrivals.sort(key=lambda arrival: arrival.at)
    return Log(name, arrivals, columns.used, bad, bad_rows)

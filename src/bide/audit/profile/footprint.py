"""What is remembered of a file to notice that another holds the same: its time, its models, and a sample of its rows."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from bide.audit.profile.profile import Overlap, Silence
from bide.audit.readers.record import Record
from bide.core.clock import DAY

ROOM = 4_096
"""Rows that are remembered. Which ones is decided by what they say, so that two files remember the same."""

MODELS = 1_000

LONG = 2 * DAY
"""Time between two files of one kind from which whoever reads the audit is told: logs that are cut at midnight have nights between them."""


LONGEST_PAUSE = 4 * DAY
"""Logs that are cut each week have weekends between them, some of them long ones. What is shorter than this counts in any case."""

DAYS = 10_000
"""Days that are remembered of a file."""


class Footprint:
    """Of one file, while it is read. `stream` is the number of its kind: files of one kind are parts of one log."""

    def __init__(self, name: str, stream: int = 0) -> None:
        self.name = name
        self.stream = stream
        self.rows = 0
        self.bills = 0
        self.dated = True
        self.first: int | None = None
        self.end: int | None = None
        self.models = set[tuple[str, str]]()
        self.sample = set[int]()
        self.passes = 0
        self._day = -1
        self._days = set[int]()

    @property
    def pause(self) -> int:
        """The most whole days in a row of which the file says nothing, in microseconds."""
        days = sorted(self._days)
        return max((after - before - 1 for before, after in pairwise(days)), default=0) * DAY

    def cover(self, first: int, end: int) -> None:
        """Some time of which the file speaks."""
        if self.first is None or first < self.first:
            self.first = first
        if self.end is None or end > self.end:
            self.end = end
        day = first // DAY
        if day != self._day or end > (day + 1) * DAY:
            self._day = day
            if len(self._days) < DAYS:
                self._days.update(range(day, min(max(day, (end - 1) // DAY), day + DAYS) + 1))

    def add(self, record: Record) -> None:
        """One more row of the file."""
        self.cover(record.at, record.at + record.period)
        self.rows += 1
        self.bills += record.bill
        self.dated = self.dated and record.dated
        if len(self.models) < MODELS:
            self.models.add((record.provider, record.model))
        # Not what a gateway and its provider may see differently: the cost, the latency, the name of a workflow.
        mark = hash((record.at, record.period, record.model, record.lane, record.input, record.output, record.session))
        if not mark & self.passes:
            self.sample.add(mark)
            while len(self.sample) > ROOM:
                self.passes = self.passes << 1 | 1
                self.sample = {mark for mark in self.sample if not mark & self.passes}


def overlap(one: Footprint, other: Footprint) -> Overlap | None:
    """The time and the models that stand in both; None where nothing can be counted twice. A bill and the usage it is for are two things."""
    if one.first is None or one.end is None or other.first is None or other.end is None:
        return None
    if (one.bills == one.rows) != (other.bills == other.rows):
        return None
    first, end = max(one.first, other.first), min(one.end, other.end)
    models = sorted(one.models & other.models)
    if first >= end or not models:
        return None
    passes = one.passes | other.passes
    ones, others = ({mark for mark in each.sample if not mark & passes} for each in (one, other))
    fewer = min(len(ones), len(others))
    return Overlap(one.name, other.name, first, end, models, len(ones & others) / fewer if fewer else 0.0)


def whole_days(time: int) -> int:
    """So many of the microseconds as are whole days: what is left of it is a night before or behind the files."""
    return time // DAY * DAY


def silences(footprints: Iterable[Footprint]) -> Iterator[Silence]:
    """Where files of one kind lie so far apart that one may be missing between them."""
    files = [one for one in footprints if one.first is not None and one.end is not None]
    told = sorted((one.stream, one.first or 0, one.end or 0, one.name) for one in files)
    pauses = dict[int, int]()
    for one in files:
        pauses[one.stream] = max(one.pause, pauses.get(one.stream, 0))
    last = dict[int, tuple[int, str]]()
    for stream, first, end, name in told:
        until, before = last.get(stream, (first, name))
        if first - until >= LONG:
            is_told = any(of != stream and since < first and until < to for of, since, to, _ in told)
            # A pause inside is counted in days of the calendar, and may be longer by almost two of them.
            is_usual = first - until < max(LONGEST_PAUSE, pauses[stream] + 2 * DAY)
            yield Silence(before, name, until, first, missing=not is_told and not is_usual)
        last[stream] = max((until, before), (end, name))

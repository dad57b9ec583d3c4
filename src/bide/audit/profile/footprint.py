"""What is remembered of a file to notice that another holds the same: its time, its models, and a sample of its rows."""

from collections.abc import Iterable, Iterator

from bide.audit.profile.profile import Overlap, Silence
from bide.audit.readers.record import Record
from bide.core.clock import DAY

ROOM = 4_096
"""Rows that are remembered. Which ones is decided by what they say, so that two files remember the same."""

MODELS = 1_000

LONG = 2 * DAY
"""Time between two files of one kind from which whoever reads the audit is told: logs that are cut at midnight have nights between them."""


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

    def cover(self, first: int, end: int) -> None:
        """Some time of which the file speaks."""
        if self.first is None or first < self.first:
            self.first = first
        if self.end is None or end > self.end:
            self.end = end

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


def silences(footprints: Iterable[Footprint]) -> Iterator[Silence]:
    """Where files of one kind lie so far apart that one may be missing between them."""
    told = sorted(
        (one.stream, one.first, one.end, one.name)
        for one in footprints
        if one.first is not None and one.end is not None
    )
    last = dict[int, tuple[int, str]]()
    for stream, first, end, name in told:
        until, before = last.get(stream, (first, name))
        if first - until >= LONG:
            yield Silence(before, name, until, first)
        last[stream] = max((until, before), (end, name))

"""A group while its rows come in: sums, counters and small tables, none of which grows with the number of rows."""

from bisect import bisect_left, bisect_right

from bide.audit.group import AGES, GAPS, LENGTHS, Amount, Distinct, Group, Latency, Reuse
from bide.audit.record import Record
from bide.audit.timeline import WIDTHS, Timeline
from bide.core.clock import DAY, HOUR
from bide.core.usage import Usage

SLOTS = 4_096
"""Slots of a timeline; with more of them they are made wider."""

NAMES = 1_024
"""Different callers and sessions that are counted."""

KINDS = 9
"""Figures of an amount while it is summed up: requests, the six kinds of token, cost, rows without a cost."""

MONDAY = 4 * DAY
"""1970-01-05, the first Monday."""


class Sums:
    """An amount that grows."""

    __slots__ = ("figures",)

    def __init__(self) -> None:
        self.figures = [0] * KINDS

    def add(self, record: Record, times: int = 1) -> None:
        """A row; `times`: so many of its like."""
        figures = self.figures
        figures[0] += (record.requests or 0) * times
        figures[1] += (record.input or 0) * times
        figures[2] += (record.cached or 0) * times
        figures[3] += (record.cache_write or 0) * times
        figures[4] += (record.output or 0) * times
        figures[5] += (record.reasoning or 0) * times
        figures[6] += (record.cache_write_1h or 0) * times
        if record.cost is None:
            figures[8] += times
        else:
            figures[7] += record.cost * times

    def amount(self) -> Amount:
        requests, read, cached, written, output, reasoning, written_1h, cost, unpriced = self.figures
        return Amount(requests, Usage(read, cached, written, output, reasoning, written_1h), cost, unpriced)


class Again:
    """What came again, by how long ago it was last seen."""

    __slots__ = ("prefix_requests", "prefixes", "seen", "sums")

    def __init__(self) -> None:
        self.seen = 0
        self.sums = [Sums() for _ in range(len(AGES) + 1)]
        self.prefixes = [[0] * len(LENGTHS) for _ in self.sums]
        self.prefix_requests = [[0] * len(LENGTHS) for _ in self.sums]

    def add(self, record: Record, age: int, times: int, prefix_tokens: int | None = None) -> None:
        """A row of which the same was seen so long ago, in microseconds, and which stands for so many."""
        index = bisect_left(AGES, age)
        self.sums[index].add(record, times)
        if prefix_tokens is not None:
            length = bisect_right(LENGTHS, prefix_tokens) - 1
            self.prefixes[index][length] += prefix_tokens * times
            self.prefix_requests[index][length] += times

    def reuse(self, one_in: int, of_prefixes: bool) -> Reuse:
        return Reuse(
            seen=self.seen,
            again=tuple(sums.amount() for sums in self.sums),
            prefixes=tuple(map(tuple, self.prefixes)) if of_prefixes else (),
            prefix_requests=tuple(map(tuple, self.prefix_requests)) if of_prefixes else (),
            one_in=one_in,
        )


class Tally:
    """The rows of one group so far."""

    def __init__(self, number: int, record: Record) -> None:
        self.number = number
        self.key = (record.workflow, record.named_by, record.provider, record.model, record.lane)
        self.rows = self.bills = self.billed = 0
        self.first, self.end = record.at, record.at + record.period
        self.sums = Sums()
        self.days: dict[int, Sums] = {}
        self.hours = [0] * 168
        self.width = 0
        self.slots: dict[int, int] = {}
        self.largest_input = 0
        self.missing = dict[str, int]()
        self.streamed = self.unstreamed = self.failed = self.from_cache = self.seen_before = 0
        self.latencies: dict[int, int] = {}
        self.repeats, self.prefixes = Again(), Again()
        self.prefix_text = ""
        self.follows = [0] * (len(GAPS) + 1)
        self.callers, self.sessions = set[str](), set[str]()

    def add(self, record: Record) -> None:
        """One more row."""
        at, end = record.at, record.at + record.period
        self.rows += 1
        if at < self.first:
            self.first = at
        if end > self.end:
            self.end = end
        self.sums.add(record)
        day = self.days.get(at // DAY)
        if day is None:
            day = self.days[at // DAY] = Sums()
        day.add(record)
        if record.bill:
            self.bills += 1
            self.billed += record.cost or 0
            return
        self._place(record)
        self._note(record)

    def _place(self, record: Record) -> None:
        """When it came: in the week, and on the line of time."""
        if record.period > HOUR:
            self._miss("hour")
            return
        requests = record.requests or 0
        if record.dated:
            self.hours[(record.at - MONDAY) // HOUR % 168] += requests
        else:
            self._miss("hour")
        while WIDTHS[self.width] < record.period:
            self._widen()  # a row of an hour says nothing of the minutes: all of it would be a burst at the full hour
        slot = record.at // WIDTHS[self.width]
        self.slots[slot] = self.slots.get(slot, 0) + requests
        while len(self.slots) > SLOTS and self.width + 1 < len(WIDTHS):
            self._widen()

    def _widen(self) -> None:
        """Make the slots of the line of time wider."""
        self.width += 1
        factor = WIDTHS[self.width] // WIDTHS[self.width - 1]
        wider = dict[int, int]()
        for slot, count in self.slots.items():
            wider[slot // factor] = wider.get(slot // factor, 0) + count
        self.slots = wider

    def _note(self, record: Record) -> None:
        """Everything else that it says, and what it does not."""
        for name in EXPECTED:
            if getattr(record, name) is None:
                self._miss(name)
        for name in NAMED:
            if not getattr(record, name):
                self._miss(name)
        if record.requests == 1 and (record.input or 0) > self.largest_input:
            self.largest_input = record.input or 0
        if record.streamed is not None:
            if record.streamed:
                self.streamed += record.requests or 0
            else:
                self.unstreamed += record.requests or 0
        if record.succeeded is False:
            self.failed += record.requests or 0
        if record.from_cache:
            self.from_cache += record.requests or 0
        if record.seen_before:
            self.seen_before += record.seen_before
        if record.latency is not None:
            step = _step(record.latency)
            self.latencies[step] = self.latencies.get(step, 0) + 1
        if record.caller is not None and len(self.callers) <= NAMES:
            self.callers.add(record.caller)
        if record.session is not None and len(self.sessions) <= NAMES:
            self.sessions.add(record.session)
        if record.prefix is not None and not self.prefix_text:
            self.prefix_text = record.prefix.text

    def _miss(self, name: str) -> None:
        self.missing[name] = self.missing.get(name, 0) + 1

    def group(self, repeats_one_in: int, prefixes_one_in: int) -> Group:
        """The group, as it stands."""
        workflow, named_by, provider, model, lane = self.key
        return Group(
            workflow=workflow,
            named_by=named_by,
            provider=provider,
            model=model,
            lane=lane,
            rows=self.rows,
            amount=self.sums.amount(),
            bills=self.bills,
            billed=self.billed,
            first=self.first,
            end=self.end,
            days={day * DAY: self.days[day].amount() for day in sorted(self.days)},
            hours=tuple(self.hours),
            timeline=Timeline(WIDTHS[self.width], dict(sorted(self.slots.items()))),
            largest_input=self.largest_input,
            missing=dict(self.missing),
            streamed=self.streamed,
            unstreamed=self.unstreamed,
            failed=self.failed,
            from_cache=self.from_cache,
            seen_before=self.seen_before,
            latency=_latency(self.latencies),
            repeats=self.repeats.reuse(repeats_one_in, of_prefixes=False),
            prefixes=self.prefixes.reuse(prefixes_one_in, of_prefixes=True),
            prefix_text=self.prefix_text,
            follows=tuple(self.follows),
            callers=Distinct(min(len(self.callers), NAMES), len(self.callers) > NAMES),
            sessions=Distinct(min(len(self.sessions), NAMES), len(self.sessions) > NAMES),
        )


EXPECTED = (
    "requests", "input", "cached", "output", "reasoning", "cost", "lane", "latency", "streamed", "succeeded", "prompt", "prefix", "caller",
    "session",
)  # fmt: skip
NAMED = ("provider", "model", "workflow")


def _step(latency: int) -> int:
    """Its class: of the numbers between two powers of two, the quarter."""
    length = max(latency, 4).bit_length()
    return length << 2 | max(latency, 4) >> length - 3 & 3


def _least(step: int) -> int:
    """The smallest latency of a class."""
    length, quarter = step >> 2, step & 3
    return (4 | quarter) << length - 3


def _latency(steps: dict[int, int]) -> Latency | None:
    rows = sum(steps.values())
    if not rows:
        return None
    found, so_far, wanted = list[int](), 0, [(rows + 1) // 2, -(-rows * 95 // 100)]
    for step in sorted(steps):
        so_far += steps[step]
        while wanted and so_far >= wanted[0]:
            found.append(_least(step))
            wanted.pop(0)
    return Latency(rows, *found)

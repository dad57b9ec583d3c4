"""A group while its rows come in: sums, counters and small tables, none of which grows with the number of rows."""

from bide.audit.profile.group import GAPS, Distinct, Group
from bide.audit.profile.latencies import quantiles, step_of
from bide.audit.profile.sums import Again, Sums
from bide.audit.profile.timeline import WIDTHS, Timeline
from bide.audit.readers.record import Record
from bide.core.clock import DAY, HOUR

SLOTS, ALL_SLOTS = (256, 4_096), 1 << 18
"""Slots of a timeline: what each group has where there are many groups and where there are few, and all of them together. With more they
are made wider."""

NAMES, ALL_NAMES = (32, 1_024), 1 << 16
"""Different callers that are counted, and sessions: of a group, and of all together."""

MONDAY = 4 * DAY
"""1970-01-05, the first Monday."""


class Tally:
    """The rows of one group so far. `number` is its place among the groups, from 0; `streams` has a bit for each kind of file it stands in."""

    def __init__(self, number: int, record: Record) -> None:
        self.number = number
        self.width = 0
        self.slots: dict[int, int] = {}
        self.make_room(number + 1)
        self.streams = 0
        self.key = (record.workflow, record.named_by, record.provider, record.model, record.lane)
        self.rows = self.bills = self.billed = 0
        self.first, self.end = record.at, record.at + record.period
        self.sums, self.spared = Sums(), Sums()
        self.days: dict[int, Sums] = {}
        self.hours = [0] * 168
        self.largest_input = 0
        self.missing = dict[str, int]()
        self.streamed = self.unstreamed = self.failed = self.seen_before = 0
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
        if record.from_cache:
            self.spared.add(record)
        else:
            self._pay(record)
        if record.bill:
            self.bills += 1
            self.billed += record.cost or 0
            return
        self._place(record)
        self._note(record)

    def _pay(self, record: Record) -> None:
        """What it used, in all and on its day."""
        self.sums.add(record)
        day = self.days.get(record.at // DAY)
        if day is None:
            day = self.days[record.at // DAY] = Sums()
        day.add(record)

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
        if len(self.slots) > self._most_slots:
            self._fit()

    def make_room(self, groups: int) -> None:
        """Take no more than the share of one of so many groups from here on."""
        self._most_slots = max(SLOTS[0], min(SLOTS[1], ALL_SLOTS // groups))
        self._most_names = max(NAMES[0], min(NAMES[1], ALL_NAMES // groups))
        if len(self.slots) > self._most_slots:
            self._fit()

    def _fit(self) -> None:
        while len(self.slots) > self._most_slots and self.width + 1 < len(WIDTHS):
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
        if record.seen_before:
            self.seen_before += record.seen_before
        if record.latency is not None:
            step = step_of(record.latency)
            self.latencies[step] = self.latencies.get(step, 0) + 1
        if record.caller is not None and len(self.callers) <= self._most_names:
            self.callers.add(record.caller)
        if record.session is not None and len(self.sessions) <= self._most_names:
            self.sessions.add(record.session)
        if record.prefix is not None and not self.prefix_text:
            self.prefix_text = record.prefix.text

    def _distinct(self, names: set[str]) -> Distinct:
        return Distinct(min(len(names), self._most_names), len(names) > self._most_names)

    def _miss(self, name: str) -> None:
        self.missing[name] = self.missing.get(name, 0) + 1

    def group(self, covers: tuple[int, int], repeats_one_in: int, prefixes_one_in: int) -> Group:
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
            covers=covers,
            days={day * DAY: self.days[day].amount() for day in sorted(self.days)},
            hours=tuple(self.hours),
            timeline=Timeline(WIDTHS[self.width], dict(sorted(self.slots.items()))),
            largest_input=self.largest_input,
            missing=dict(self.missing),
            streamed=self.streamed,
            unstreamed=self.unstreamed,
            failed=self.failed,
            from_cache=self.spared.figures[0],
            spared=self.spared.amount(),
            seen_before=self.seen_before,
            latency=quantiles(self.latencies),
            repeats=self.repeats.reuse(repeats_one_in, of_prefixes=False),
            prefixes=self.prefixes.reuse(prefixes_one_in, of_prefixes=True),
            prefix_text=self.prefix_text,
            follows=tuple(self.follows),
            callers=self._distinct(self.callers),
            sessions=self._distinct(self.sessions),
        )


EXPECTED = (
    "requests", "input", "cached", "output", "reasoning", "cost", "lane", "latency", "streamed", "succeeded", "prompt", "prefix", "caller",
    "session",
)  # fmt: skip
NAMED = ("provider", "model", "workflow")

"""The rules that people write themselves, on a log: queues of a fixed length, a fixed hour of the night, a fixed margin.

None of them looks at the clock, the rate limit and all outstanding work together, which is what bide does; they are what it
has to be compared with.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.lanes.rescue.rescue import Margins, last_call
from bide.whatif.arrival import Arrival
from bide.whatif.market import Channel, Purchase, Queue
from bide.whatif.outcome import LONGEST_LATENESS, Book, Prices
from bide.whatif.scenario import latency
from bide.whatif.weather import Weather

POLL = 15 * SECOND
"""How often somebody looks whether a batch has ended."""

SUBMIT = 2 * SECOND
"""How long it takes to upload and create a batch."""

MARGINS = Margins(1.0, 30 * SECOND)
"""When a hedge calls what no batch has answered: its latency bound and this long before the deadline, whatever else is waiting."""

NEARLY = 16
"""Deadlines are nearly equal within this part of the slack, or up to double of that."""

LEAST_SLACK = 75 * SECOND
"""With less time than this before it would be cancelled, nothing is put into a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What somebody decided once and for all. Times in microseconds.

    What has at least `batches_from` until its deadline goes into a batch, everything else is called at once. It waits for others
    for `queue`, until `most` are together, or until `night` (a time of day) where it has at least `nightly_from`. Where
    `near` is set, only requests of nearly equal deadlines share a batch. A batch that has not ended `cancels_before`
    the first of its deadlines is cancelled, and what comes back is called; with `hedges` that is called at its last moment in any
    case, whether or not the cancel has come back. Else what comes back is submitted again if the rule `resubmits`, or
    lost.
    """

    batches_from: int = 0
    queue: int = 15 * MINUTE
    most: int = 1_000
    nightly_from: int = FAR_FUTURE
    night: int = 2 * HOUR
    near: bool = False
    resubmits: bool = False
    cancels_before: int | None = None
    hedges: bool = False


@dataclass(slots=True)
class _Group:
    """Requests that share a batch, or will: no purchase yet."""

    requests: list[int]
    cancel_at: int
    hedge_at: int
    flushed: bool = False
    bought: Purchase | None = None
    over: bool = False


@dataclass(slots=True)
class _Room:
    """The queue of the provider, in input tokens, and who waits for a place in it."""

    limit: int
    used: int = 0
    held: deque[int] = field(default_factory=deque[int])


class Course:
    """One rule, one log. `run` plays it to its end."""

    def __init__(self, arrivals: Sequence[Arrival], prices: Prices, weather: Weather, rule: Rule) -> None:
        self.book = Book(arrivals, prices)
        self._arrivals = arrivals
        self._prices = prices
        self._weather = weather
        self._rule = rule
        self._calls = Queue(Channel(weather.scenario.requests_per_minute))
        self._serving = False
        self._room = _Room(weather.scenario.enqueued_tokens or FAR_FUTURE)
        self._called = [False] * len(arrivals)
        self._groups: list[_Group] = []
        self._open: dict[tuple[int, int], int] = {}
        self._tries = [0] * len(arrivals)
        self._events: list[tuple[int, int, str, int]] = []
        self._count = 0
        self._gives_up_at = max((arrival.deadline for arrival in arrivals), default=0) + LONGEST_LATENESS

    def run(self) -> Book:
        """Play the log until nothing more happens."""
        for number, arrival in enumerate(self._arrivals):
            self._at(arrival.at, "arrive", number)
        while self._events:
            now, _, kind, subject = heapq.heappop(self._events)
            getattr(self, f"_{kind}")(subject, now)
        return self.book

    def _at(self, at: int, kind: str, subject: int) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, kind, subject))

    # --- into a batch, or not ---

    def _arrive(self, number: int, now: int) -> None:
        arrival = self._arrivals[number]
        slack = arrival.deadline - now
        if arrival.urgent or slack < self._rule.batches_from or slack < self._least:
            self._call(number, now)
        else:
            self._join(number, slack, now)

    @property
    def _least(self) -> int:
        before = self._rule.cancels_before
        return 0 if before is None else before + LEAST_SLACK

    def _join(self, number: int, slack: int, now: int) -> None:
        """Wait with others for a batch."""
        deadline, rule = self._arrivals[number].deadline, self._rule
        is_nightly = slack >= rule.nightly_from
        until = now - (now - rule.night) % DAY + DAY if is_nightly else now + rule.queue
        key = (until, 0) if is_nightly else _nearly(deadline, slack) if rule.near else (0, 0)
        place = self._open.get(key)
        if place is None:
            place = self._open[key] = len(self._groups)
            self._groups.append(_Group([], FAR_FUTURE, FAR_FUTURE))
            self._at(until, "flush", place)
        group = self._groups[place]
        group.requests.append(number)
        if rule.cancels_before is not None:
            group.cancel_at = min(group.cancel_at, deadline - rule.cancels_before)
            if rule.hedges:
                group.hedge_at = min(group.hedge_at, last_call(deadline, self._arrivals[number].limit, MARGINS))
        if len(group.requests) >= rule.most:
            del self._open[key]
            if not is_nightly:
                self._flush(place, now)

    def _flush(self, place: int, now: int) -> None:
        group = self._groups[place]
        if group.flushed:
            return
        group.flushed = True
        for key in [key for key, one in self._open.items() if one == place]:
            del self._open[key]
        if group.cancel_at < FAR_FUTURE:
            self._at(max(now, group.cancel_at), "cancel", place)
        if group.hedge_at < FAR_FUTURE:
            self._at(max(now, group.hedge_at), "hedge", place)
        self._room.held.append(place)
        self._submit(now)

    # --- at the provider ---

    def _submit(self, now: int) -> None:
        """Submit what waits for it, as far as the provider's queue has room: the first come first."""
        held = self._room.held
        while held:
            group = self._groups[held[0]]
            tokens = self._tokens(group)
            if group.over or not self._room.used or self._room.used + tokens <= self._room.limit:
                place = held.popleft()
                if not group.over:
                    self._room.used += tokens
                    self._buy(place, now)
            else:
                return

    def _buy(self, place: int, now: int) -> None:
        group = self._groups[place]
        first = group.requests[0]
        group.bought = Purchase.of(place, group.requests, self._tries[first], now + SUBMIT, self._weather)
        self._tries[first] += 1
        self.book.batches += 1
        self._at(self._seen_at(group.bought), "end", place)

    def _seen_at(self, bought: Purchase) -> int:
        return bought.submitted_at - (bought.submitted_at - bought.ended_at) // POLL * POLL

    def _tokens(self, group: _Group) -> int:
        return sum(self._arrivals[number].input_tokens for number in group.requests)

    def _cancel(self, place: int, now: int) -> None:
        group = self._groups[place]
        if group.over:
            return
        if group.bought is None:
            group.over = True  # it has found no room in the queue
            for number in group.requests:
                self._call(number, now)
            return
        group.bought.cancel(now, self._weather)
        self._at(max(now, self._seen_at(group.bought)), "end", place)

    def _hedge(self, place: int, now: int) -> None:
        """Call what no batch has answered; which of it the cancelled one has, nobody can see."""
        for number in [] if self._groups[place].over else self._groups[place].requests:
            self._call(number, now)

    def _end(self, place: int, now: int) -> None:
        """A look at the provider: has the batch ended, and with which answers?"""
        group = self._groups[place]
        bought = group.bought
        if group.over or bought is None or bought.ended_at > now:
            return
        group.over = True
        finished = bought.finished(bought.ended_at, self._weather)
        for number in group.requests[:finished]:
            self.book.answer(number, now, self._prices.batch)
        self._room.used -= self._tokens(group)
        rest = [number for number in group.requests[finished:] if self.book.is_open(number)]
        if rest and self._rule.cancels_before is not None:
            for number in rest:
                self._call(number, now)
        elif rest and self._rule.resubmits and now < self._gives_up_at:
            self._groups.append(_Group(rest, FAR_FUTURE, FAR_FUTURE))
            self._flush(len(self._groups) - 1, now)
        self._submit(now)

    # --- in real time ---

    def _call(self, number: int, now: int) -> None:
        """Call it as soon as the rate limit allows, the earliest deadline first; once."""
        if not self._called[number]:
            self._called[number] = True
            self._calls.add(self._arrivals[number].deadline, number)
            if not self._serving:
                self._serve(0, now)

    def _serve(self, _: int, now: int) -> None:
        for number in self._calls.start(now):
            self.book.calls += 1
            took = latency(self._arrivals[number].output_tokens, self._weather.noise(number))
            self._at(now + took, "answer", number)
        self._serving = bool(self._calls.waiting)
        if self._serving:
            self._at(max(now + 1, self._calls.channel.ready_at), "serve", 0)

    def _answer(self, number: int, now: int) -> None:
        self.book.answer(number, now, 1.0)


def _nearly(deadline: int, slack: int) -> tuple[int, int]:
    """What deadlines have in common that are nearly equal: they lie within a tenth or so of the slack."""
    width = SECOND << (slack // (NEARLY * SECOND)).bit_length()
    return width, deadline // width

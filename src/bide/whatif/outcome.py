"""What came of a log under a policy: by request what it cost and when it was answered, and the sums."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bide.core.clock import DAY, FAR_FUTURE, HOUR
from bide.lanes.plan.copies import NOTHING_SPENT, Spending
from bide.whatif.arrival import Arrival


@dataclass(frozen=True, slots=True)
class Prices:
    """What a token costs in each lane, in any unit; `batch` and `flex` as parts of the price in real time."""

    input: float = 1.0
    output: float = 8.0
    batch: float = 0.5
    flex: float = 0.5

    def call(self, arrival: Arrival) -> float:
        """What an answer costs in real time."""
        return arrival.input_tokens * self.input + arrival.output_tokens * self.output


@dataclass(slots=True)
class Book:
    """Everything that was answered and paid, by request; its number is its place in the log."""

    arrivals: Sequence[Arrival]
    prices: Prices
    answered_at: list[int] = field(init=False)
    paid: list[float] = field(init=False)
    wasted: list[float] = field(init=False)
    batches: int = 0
    calls: int = 0
    flexed: int = 0
    """Calls that the flex tier answered."""
    turned_away: int = 0
    """Those that it had no capacity for."""
    _hours: dict[int, Spending] = field(default_factory=dict[int, Spending])
    """What came of the requests of an hour, by its first instant."""

    def __post_init__(self) -> None:
        """Nothing is answered yet."""
        count = len(self.arrivals)
        self.answered_at = [FAR_FUTURE] * count
        self.paid = [0.0] * count
        self.wasted = [0.0] * count

    def is_open(self, request: int) -> bool:
        """Whether it has no answer yet."""
        return self.answered_at[request] == FAR_FUTURE

    def answer(self, request: int, at: int, share: float) -> bool:
        """An answer that costs `share` of its price in real time. False: it had one already, so this one is waste."""
        listed = self.prices.call(self.arrivals[request])
        cost, hour = share * listed, self.arrivals[request].at // HOUR * HOUR
        spent = self._hours.get(hour, NOTHING_SPENT)
        if self.is_open(request):
            self._hours[hour] = Spending(spent.listed + listed, spent.wasted, spent.answered + 1)
            self.answered_at[request] = at
            self.paid[request] += cost
            return True
        self._hours[hour] = Spending(spent.listed, spent.wasted + cost, spent.answered)
        self.answered_at[request] = min(self.answered_at[request], at)
        self.wasted[request] += cost
        return False

    def spending(self, since: int) -> Spending:
        """What came so far of the requests that came after an instant, to the hour."""
        late = [spent for hour, spent in self._hours.items() if hour >= since]
        return Spending(
            sum(one.listed for one in late), sum(one.wasted for one in late), sum(one.answered for one in late)
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """A part of a log, summed up. `cost` and `wasted` are parts of what calling everything would have cost."""

    requests: int
    cost: float
    wasted: float
    met: int
    unanswered: int
    lateness_p99: int
    """Microseconds; what is never answered counts as late as the log is long."""

    @property
    def met_share(self) -> float:
        """The part of the requests that was answered in time."""
        return self.met / self.requests if self.requests else 1.0


LONGEST_LATENESS = 2 * DAY


def sums(book: Book, wanted: Callable[[Arrival], bool] = lambda _: True) -> Sums:
    """What came of the requests that are `wanted`."""
    chosen = [number for number, arrival in enumerate(book.arrivals) if wanted(arrival)]
    full = sum(book.prices.call(book.arrivals[number]) for number in chosen) or 1.0
    late = sorted(
        min(LONGEST_LATENESS, max(0, book.answered_at[number] - book.arrivals[number].deadline)) for number in chosen
    )
    return Sums(
        len(chosen),
        sum(book.paid[number] + book.wasted[number] for number in chosen) / full,
        sum(book.wasted[number] for number in chosen) / full,
        sum(1 for lateness in late if lateness == 0),
        sum(1 for number in chosen if book.is_open(number)),
        late[min(len(late) - 1, len(late) * 99 // 100)] if late else 0,
    )


def by_kind(book: Book) -> dict[str, Sums]:
    """By class."""
    kinds = sorted({arrival.kind for arrival in book.arrivals})
    return {kind: sums(book, lambda arrival, kind=kind: arrival.kind == kind) for kind in kinds}


def by_day(book: Book, start: int) -> dict[int, Sums]:
    """By the day on which they came, counted from 0 at `start`."""
    days = sorted({(arrival.at - start) // DAY for arrival in book.arrivals})
    return {day: sums(book, lambda arrival, day=day: (arrival.at - start) // DAY == day) for day in days}

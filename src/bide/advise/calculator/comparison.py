"""Lanes beside each other for the same work, with what each saves against calling everything in real time."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.advise.calculator.bill import Bill, bill
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.effective import Billed, billed
from bide.advise.calculator.month import USUAL, Convention
from bide.advise.calculator.saving import Saved, saved
from bide.advise.calculator.tariff import BATCH, HYBRID, LANES, REALTIME
from bide.advise.calculator.wording import grouped
from bide.advise.calculator.workload import ONCE, Part
from bide.core.errors import InputError


@dataclass(frozen=True, slots=True)
class LaneCost:
    """What all of the work costs in a lane: in its period, in a month (None: it does not come again), and of one request.

    `input` and `output` are the parts of `cost`. `saved` and `saved_month` are against the real-time cost, None where that is unknown.
    """

    lane: str
    input: Figure
    output: Figure
    cost: Figure
    month: Figure | None
    request: Figure | None
    saved: Saved | None
    saved_month: Figure | None
    prices: Sequence[str]
    """Whose prices were taken: its own, and in a hybrid also that of real time."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lanes, real time first, the work's tokens, and every step."""

    lanes: Sequence[LaneCost]
    tokens: Sequence[Billed]
    period: str
    month: Convention
    derivation: Derivation

    def lane(self, name: str) -> LaneCost:
        """Raises `KeyError`: the work is not priced there."""
        return {one.lane: one for one in self.lanes}[name]


def compare(parts: Sequence[Part], month: Convention = USUAL, to: Derivation | None = None) -> Comparison:
    """Every lane that all of the parts have a price in. With parts that cannot wait, batch becomes hybrid: they are called.

    `to` has the steps before, if there were any.

    Raises:
        InputError: there are no parts, or they are of several periods, or no lane has prices for all of them.
    """
    periods = {part.workload.period for part in parts}
    if len(periods) != 1:
        raise InputError("give work of one period: all of it by the day, or all of it by the month")
    period, to = periods.pop(), to or Derivation()
    names = [part.name if len(parts) > 1 else "" for part in parts]
    tokens = [billed(part.workload, to, name) for part, name in zip(parts, names, strict=True)]
    requests, costs = _requests(tokens, to), list[LaneCost]()
    known: dict[tuple[int, str], Bill] = {}
    for lane, chosen in _lanes(parts):
        for at, taken in enumerate(chosen):
            if (at, taken) not in known:
                known[at, taken] = bill(tokens[at], parts[at].tariff.prices[taken], taken, to, names[at])
        bills = [known[at, taken] for at, taken in enumerate(chosen)]
        monthly = None if period == ONCE else month.each(period)
        called = costs[0] if costs and costs[0].lane == REALTIME else None
        costs.append(_lane_cost(lane, bills, list(dict.fromkeys(chosen)), monthly, requests, called, to))
    if not costs:
        raise InputError("no lane has a price for all of the work; give the prices that are unknown")
    if period not in (ONCE, "month"):
        to.note(f"a month is {grouped(month.each(period).value.low)} {period}s")
    return Comparison(costs, tokens, period, month, to)


def _lane_cost(
    lane: str,
    bills: Sequence[Bill],
    prices: Sequence[str],
    periods: Figure | None,
    requests: Figure | None,
    called: LaneCost | None,
    to: Derivation,
) -> LaneCost:
    """A lane of the bills of all parts; `periods` are those of a month, `called` is what real time costs."""
    cost = _sum(f"cost, {lane}", [one.cost for one in bills], to)
    monthly = None if periods is None else to.multiply(f"cost a month, {lane}", cost, periods)
    less_monthly = None
    if called is not None and called.month is not None and monthly is not None:
        less_monthly = to.subtract(f"saved a month, {lane}", called.month, monthly)
    return LaneCost(
        lane=lane,
        input=_sum(f"input cost, {lane}", [one.input for one in bills], to),
        output=_sum(f"output cost, {lane}", [one.output for one in bills], to),
        cost=cost,
        month=monthly,
        request=None if requests is None else to.divide(f"cost of a request, {lane}", cost, requests),
        saved=None if called is None else saved(called.cost, cost, to, f"saved, {lane}"),
        saved_month=less_monthly,
        prices=prices,
    )


def _lanes(parts: Sequence[Part]) -> Sequence[tuple[str, Sequence[str]]]:
    """The lanes, each with that of every part."""
    found: list[tuple[str, Sequence[str]]] = []
    for lane in (REALTIME, *(one for one in LANES if one != REALTIME)):
        chosen = [lane if part.waits else REALTIME for part in parts]
        mixed = len(set(chosen)) > 1
        if mixed and lane != BATCH:
            continue  # a hybrid is what waits in batches and the rest called; others can be had by asking for the parts alone
        if lane != REALTIME and REALTIME in chosen and not mixed:
            continue
        if all(taken in part.tariff.prices for taken, part in zip(chosen, parts, strict=True)):
            found.append((HYBRID if mixed else lane, chosen))
    return found


def _sum(name: str, figures: Sequence[Figure], to: Derivation) -> Figure:
    return figures[0] if len(figures) == 1 else to.add(name, *figures)


def _requests(tokens: Sequence[Billed], to: Derivation) -> Figure | None:
    """All requests of the period; None where there are none, or somebody's number is not given."""
    counts = [one.requests for one in tokens if one.requests is not None]
    if not counts or len(counts) < len(tokens):
        return None
    whole = _sum("all requests", counts, to)
    return None if 0 in whole.value.bounds else whole

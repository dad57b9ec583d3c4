"""One workflow at one model in one lane, with its prices: what a month of it costs, and what it would have cost in real time."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import BATCH, REALTIME, Tariff
from bide.advise.calculator.unit import MONTH, USD
from bide.audit.evidence.month import SOLD, Load, Pricing, monthly, part_of
from bide.audit.profile.group import Amount, Group
from bide.core.clock import MINUTE
from bide.core.money import DOLLAR

LaneKnown = Literal["the log", "the bill", "how it was answered", "nobody"]
"""Who says in which lane it ran."""

SOONEST = 15 * MINUTE
"""What nearly always took less was no batch."""

NEAR = Fraction(2, 100)
"""How far a bill may be from a price list that it is still by this list: rounding, and the tier of a few long prompts."""

PER_MONTH = USD / MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A group and its prices. `lane` is how it runs now, in the calculator's words. Money is USD a month, None is unknown."""

    group: Group
    load: Load | None
    """None where its tokens are not known."""
    spared: Load | None
    """What a response cache answered; None where it answered nothing, or its tokens are not known."""
    tariff: Tariff
    lane: str
    lane_known: LaneKnown
    listed: Quantity | None
    """What it costs by the price list, in its lane."""
    billed: Quantity | None
    """What it cost by the log."""

    @property
    def now(self) -> Quantity | None:
        """By the price list, else by the log."""
        return self.billed if self.listed is None else self.listed

    def without(self) -> Quantity | None:
        """What it would cost with nothing cached, in real time where it runs in a cheaper lane. None where nothing is saved, or nobody
        can tell."""
        if self.load is None or (self.lane not in (BATCH, "flex") and not self.load.cached):
            return None
        plain = self.load.uncached()
        return monthly((plain, plain), self.tariff, REALTIME if self.lane in (BATCH, "flex") else self.lane)


def strand(group: Group, times: Fraction, pricing: Pricing) -> Strand:
    """A group with its prices; `times` of the time that the log covers make a month."""
    load, spared = (_load(group, amount, times) for amount in (group.amount, group.spared))
    sizes = load or spared
    tariff = Tariff(group.model, {}) if sizes is None else pricing.tariff(group.provider, group.model, sizes)
    bill = group.amount.cost if not group.amount.unpriced else group.billed or None
    billed = None if bill is None else _dollars(Fraction(bill, DOLLAR) * times)
    lane, known = _lane(group, load, tariff, billed)
    listed = None if load is None else monthly((load, load), tariff, lane)
    return Strand(
        group=group, load=load, spared=spared, tariff=tariff, lane=lane, lane_known=known, listed=listed, billed=billed
    )


def _load(group: Group, amount: Amount, times: Fraction) -> Load | None:
    tokens = amount.tokens
    if not tokens.input and not tokens.output:
        return None
    return Load(
        requests=0 if group.missing.get("requests") else amount.requests,
        input=tokens.input,
        output=tokens.output,
        cached=min(tokens.cached, tokens.input),
        written=tokens.cache_write,
        lasting=part_of(tokens.cache_write_1h, tokens.cache_write),
        longest=group.largest_input,
        times=times,
    )


def _lane(group: Group, load: Load | None, tariff: Tariff, billed: Quantity | None) -> tuple[str, LaneKnown]:
    """The lane, and who says so: the log, else that it was streamed or soon answered, else the bill by the price list that it fits, else
    nobody, and then it is taken for real time."""
    if group.lane is not None:
        return next(lane for lane, mode in SOLD.items() if mode == group.lane), "the log"
    if group.streamed or (group.latency is not None and group.latency.p95 < SOONEST):
        return REALTIME, "how it was answered"
    if load is None or billed is None:
        return REALTIME, "nobody"
    costs = {lane: monthly((load, load), tariff, lane) for lane in (REALTIME, BATCH)}
    fits = [lane for lane, cost in costs.items() if cost is not None and near(billed, cost)]
    return (fits[0], "the bill") if len(fits) == 1 else (REALTIME, "nobody")


def near(billed: Quantity, cost: Quantity) -> bool:
    """Whether a bill may be by a price list."""
    low, high = cost.bounds
    return bool(high) and low * (1 - NEAR) <= billed.low <= high * (1 + NEAR)


def _dollars(amount: Fraction) -> Quantity:
    return Quantity(amount, amount, PER_MONTH)

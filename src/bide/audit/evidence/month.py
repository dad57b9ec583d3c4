"""A month of one model's work, and what it costs in a lane: by the calculator, so that no saving is reckoned in a second way.

A log covers some time, and a month is 30 days of the same. Tokens are taken as shared out evenly over the requests: the price tier is
that of a request of the mean size, and the price is a range where the longest prompt would be in another one.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from bide.advise.calculator.comparison import compare
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.effective import saves
from bide.advise.calculator.listing import Cards, Listed, listed_tariff
from bide.advise.calculator.month import USUAL
from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.tariff import LANES, REALTIME, Price, Tariff
from bide.advise.calculator.unit import REQUEST, TOKEN
from bide.advise.calculator.workload import NOTHING, WHOLE, Part, Workload
from bide.advise.calculator.workload import routed as divided
from bide.audit.profile.group import Amount
from bide.core.clock import DAY
from bide.core.errors import InputError
from bide.core.money import RateCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests and tokens of the time that the log covers; `times` of it make a month.

    `cached` and `written` are tokens of the input that are read from the provider's prompt cache and written to it; `lasting` is the share
    of what is written that lives for an hour, at a price of its own. `longest` is the input of the longest prompt, 0 where no row is a
    single request. `compression` is the share of the input that is left out.
    """

    requests: int
    input: int
    output: int
    cached: int | Fraction = 0
    written: int | Fraction = 0
    lasting: Fraction = Fraction(0)
    compression: Quantity = NOTHING
    longest: int = 0
    times: Fraction

    @property
    def mean(self) -> int:
        """Input tokens of a request, rounded up; 0 where nobody says how many requests there were."""
        return ceil(Fraction(self.input, self.requests)) if self.requests else 0

    def without(self, part: Amount) -> "Load":
        """What is left where a part of the requests is not sent."""
        tokens = part.tokens
        written = max(0, self.written - tokens.cache_write)
        return replace(
            self,
            requests=max(0, self.requests - part.requests),
            input=max(0, self.input - tokens.input),
            output=max(0, self.output - tokens.output),
            cached=max(0, self.cached - tokens.cached),
            written=written,
            lasting=part_of(self.lasting * self.written - tokens.cache_write_1h, written),
        )

    def uncached(self) -> "Load":
        """The same with nothing read from the provider's prompt cache, and nothing written to it."""
        return replace(self, cached=0, written=0, lasting=Fraction(0))

    def workload(self) -> Workload:
        """As the calculator takes it."""
        into, out, sent = quantity(self.input * self.times, TOKEN), quantity(self.output * self.times, TOKEN), None
        if self.requests:
            sent = quantity(self.requests * self.times, REQUEST)
            into, out = (
                quantity(Fraction(count, self.requests), TOKEN / REQUEST) for count in (self.input, self.output)
            )
        return Workload(
            input_tokens=into,
            output_tokens=out,
            requests=sent,
            period="month",
            cached=quantity(part_of(self.cached, self.input)),
            written=quantity(part_of(min(self.written, self.input - self.cached), self.input)),
            compression=self.compression,
        )


SOLD: Mapping[str, str] = {**LANES, "fast": "fast"}
"""Everything that a log may have been sold as, and what the ledger calls its price: the calculator's lanes, and fast mode."""

Cases = tuple[Load, Load]
"""The same work in the cheapest case and in the dearest."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A share of the work that goes to another model, by its own price list."""

    tariff: Tariff
    share: Quantity


@dataclass(frozen=True, slots=True)
class Pricing:
    """Where prices are from, and the day whose prices are taken."""

    cards: Cards
    day: str
    checked_on: Callable[[RateCard], datetime.date | None] = lambda card: None
    """When somebody last looked at a price; None where nobody knows."""

    def tariff(self, provider: str, model: str, load: Load) -> Tariff:
        """What a model costs in each lane, for requests of this load's sizes."""
        sizes = (load.mean, max(load.mean, load.longest))
        return listed_tariff(self.cards, Listed(f"{provider}/{model}", provider, model), self.day, sizes, SOLD)


def monthly(
    cases: Cases, tariff: Tariff, lane: str, routed: Routed | None = None, to: Derivation | None = None
) -> Quantity | None:
    """What the work costs a month in a lane, in USD; None where a price is unknown. `to` takes the steps of the dearest case."""
    tariffs = [tariff] if routed is None else [tariff, routed.tariff]
    if any(lane not in one.prices for one in tariffs):
        return None
    cheapest, dearest = cases
    if any(case.lasting and one.prices[lane].cache_write_1h is None for case in cases for one in tariffs):
        return None
    high = _cost(dearest, tariff, lane, routed, to)
    low = high if cheapest == dearest else _cost(cheapest, tariff, lane, routed, None)
    return Quantity(low.low, high.high, high.unit)


def _cost(load: Load, tariff: Tariff, lane: str, routed: Routed | None, to: Derivation | None) -> Quantity:
    name = lane if lane in LANES else REALTIME  # fast mode is real time at another price

    def part(of: Tariff) -> Part:
        # Alone in its tariff: what is asked is one lane's cost, not how it stands to real time.
        return Part(of.model, load.workload(), Tariff(of.model, {name: _written_as(of.prices[lane], load.lasting)}))

    parts = [part(tariff)]
    if routed is not None:
        share = saves(routed.share)
        parts = list(divided([(part(tariff), WHOLE - share), (part(routed.tariff), share)]))
    return compare(parts, USUAL, to).lane(name).cost.value


def times_a_month(covered: int) -> Fraction:
    """How many times the covered microseconds make a month of 30 days. Raises `InputError`: nothing is covered."""
    if covered <= 0:
        raise InputError(
            "all of the log is of one moment, so nobody can tell what a month of it would be; give a longer one"
        )
    return USUAL.days * DAY / covered


def total(parts: Sequence[Quantity | None]) -> Quantity | None:
    """The sum of what is known; None where nothing is."""
    known = [Figure("part", part) for part in parts if part is not None]
    return Derivation().add("total", *known).value if known else None


def _written_as(price: Price, lasting: Fraction) -> Price:
    """The price at which a token is written to the cache on average, where a share of them is to last for an hour."""
    brief, hour = price.cache_write, price.cache_write_1h
    if not lasting or brief is None or hour is None:
        return price
    return replace(price, cache_write=brief * quantity(1 - lasting) + hour * quantity(lasting))


def part_of(part: int | Fraction, whole: int | Fraction) -> Fraction:
    """A part as a share of the whole, and at most all of it; nothing of nothing."""
    return min(Fraction(1), Fraction(max(0, part)) / whole) if whole else Fraction(0)

"""Money is exact: integers of 1e-12 USD, rounded once per ledger entry.

Rates are integers of 1e-15 USD per token (a price of 0.01 USD per million tokens is 10,000,000), so a product never
needs a fraction. An unknown price stays None through every sum that contains it.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bide.core.usage import Usage

DOLLAR = 10**12
"""One USD in the unit of every stored amount."""

RATE_PER_UNIT = 1_000
"""Rates are a thousand times finer than amounts."""

RATE_DOLLAR = DOLLAR * RATE_PER_UNIT


LARGEST_COLUMN = 2**63 - 1
"""The largest amount that a column of the store holds: nine million USD."""

LARGEST = 18
"""Decimal places before the point of an amount that anybody can mean; written out, 1e999999999 would fill the memory."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What one token of each kind costs, in 1e-15 USD.

    `cache_write_1h` is for writes that live for an hour, `cache_write` for the others. None: nobody has named the price.
    """

    input: int
    cached: int
    cache_write: int
    output: int
    cache_write_1h: int | None = None

    def charge(self, usage: Usage) -> int | None:
        """The charge in 1e-15 USD, unrounded; None where a token has no price. Reasoning tokens are output tokens."""
        plain = max(0, usage.input - usage.cached - usage.cache_write)
        charge = plain * self.input + usage.cached * self.cached + usage.output * self.output
        if not usage.cache_write_1h:
            return charge + usage.cache_write * self.cache_write
        if self.cache_write_1h is None:
            return None
        shorter = max(0, usage.cache_write - usage.cache_write_1h)
        return charge + shorter * self.cache_write + usage.cache_write_1h * self.cache_write_1h


@dataclass(frozen=True, slots=True)
class RateCard:
    """The price of one (provider, model, mode) on one day.

    `tiers` are (input tokens above which they apply, rates), ascending; the whole request is charged at the highest
    tier it reaches, as every provider with long-context prices does. `source` says where the numbers are from.
    """

    provider: str
    model: str
    mode: str
    day: str
    tiers: tuple[tuple[int, Rates], ...]
    source: str
    confidence: str

    def rates(self, input_tokens: int) -> Rates:
        """The rates in force for a request with so many input tokens."""
        chosen = self.tiers[0][1]
        for above, rates in self.tiers:
            if input_tokens > above:
                chosen = rates
        return chosen

    def cost(self, usage: Usage) -> int | None:
        """The cost of one answer in 1e-12 USD, rounded half up; None where the card has no price for a token of it."""
        charge = self.rates(usage.input).charge(usage)
        return None if charge is None else (charge + RATE_PER_UNIT // 2) // RATE_PER_UNIT


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a token may cost, in 1e-15 USD: what is reckoned with before it is known how a request is served."""

    input: int
    output: int

    def amount(self, input_tokens: int, output_tokens: int) -> int:
        """The most that a request of so many tokens may cost, in 1e-12 USD, rounded up."""
        return -(-(input_tokens * self.input + output_tokens * self.output) // RATE_PER_UNIT)


def to_decimal(amount: int) -> Decimal:
    """An amount as USD, exactly."""
    return Decimal(f"{amount}e-12")  # the constructor does not round, arithmetic would


def from_decimal(dollars: Decimal) -> int:
    """USD as an amount.

    Raises:
        ValueError: the dollars are finer than 1e-12, or no amount at all.
    """
    if not dollars.is_finite() or dollars.adjusted() > LARGEST:
        raise ValueError(f"{dollars} is no amount of USD")
    amount = Fraction(dollars) * DOLLAR
    if amount.denominator != 1:
        raise ValueError(f"{dollars} USD is finer than 1e-12")
    return amount.numerator


def format_money(amount: int | None) -> str:
    """Dollars for people: ``$12.34``, ``$0.0042``, ``unknown``."""
    if amount is None:
        return "unknown"
    dollars = to_decimal(amount)
    if dollars == 0 or abs(dollars) >= 1:
        return f"${dollars:,.2f}"
    places = max(2, min(12, 1 - dollars.adjusted()))
    return f"${dollars:.{places}f}"

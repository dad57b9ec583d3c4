"""What a workload costs a month in each lane, as far as prices and tokens are known. A month has 30 days."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bide.advise.advice import MonthlyCost
from bide.advise.workload import Workload
from bide.core.money import DOLLAR, RATE_PER_UNIT, RateCard, Rates, to_decimal

DAYS = 30

Tariff = Callable[[str, str], RateCard | None]
"""The card of a model as PROVIDER/MODEL and a mode; None where the price is unknown."""


@dataclass(frozen=True, slots=True)
class Costs:
    """In 1e-12 USD a month; None is unknown. The rates are those of requests of the workload's usual size."""

    realtime: int | None
    batch: int | None
    flex: int | None
    cheaper: int | None
    """In real time with the cheaper model."""
    cheaper_batch: int | None
    realtime_rates: Rates | None
    batch_rates: Rates | None
    input_only: bool

    @property
    def saving(self) -> int | None:
        """Of batch against real time."""
        return None if self.realtime is None or self.batch is None else self.realtime - self.batch

    def told(self) -> MonthlyCost:
        """As it is shown."""
        return MonthlyCost(
            input_only=self.input_only,
            realtime=dollars(self.realtime),
            batch=dollars(self.batch),
            flex=dollars(self.flex),
            saving=dollars(self.saving),
        )


def costs(workload: Workload, tariff: Tariff) -> Costs | None:
    """What the workload costs; None where it names no model or no tokens."""
    if workload.model is None or (workload.input_tokens_per_day is None and workload.output_tokens_per_day is None):
        return None
    rates = {mode: _rates(workload, tariff(workload.model, mode)) for mode in ("standard", "batch", "flex")}
    other = {
        mode: None if workload.cheaper_model is None else _rates(workload, tariff(workload.cheaper_model, mode))
        for mode in ("standard", "batch")
    }
    return Costs(
        realtime=_month(workload, rates["standard"]),
        batch=_month(workload, rates["batch"]),
        flex=_month(workload, rates["flex"]),
        cheaper=_month(workload, other["standard"]),
        cheaper_batch=_month(workload, other["batch"]),
        realtime_rates=rates["standard"],
        batch_rates=rates["batch"],
        input_only=workload.output_tokens_per_day is None,
    )


def portion(amount: int, share: float | Decimal) -> int:
    """A part of an amount, rounded down."""
    return int(Fraction(Decimal(str(share))) * amount)


def of_tokens(tokens_per_day: float, rate: int) -> int:
    """What so many tokens a day cost a month, rounded half up."""
    return (round(tokens_per_day) * DAYS * rate + RATE_PER_UNIT // 2) // RATE_PER_UNIT


def amount_of(usd: float) -> int:
    """USD that somebody wrote as an amount."""
    return int(Fraction(Decimal(str(usd))) * DOLLAR)


def dollars(amount: int | None) -> str | None:
    """As decimal text, without trailing zeros."""
    if amount is None:
        return None
    return format(to_decimal(amount).normalize() if amount else Decimal(0), "f")


def _rates(workload: Workload, card: RateCard | None) -> Rates | None:
    """The rates of a request of the usual size: where prices depend on it and nobody says how many requests, the lowest tier."""
    if card is None:
        return None
    requests = workload.span("requests_per_day")
    many = requests.known if requests is not None else None
    return card.rates(int((workload.input_tokens_per_day or 0) / many) if many else 0)


def _month(workload: Workload, rates: Rates | None) -> int | None:
    if rates is None:
        return None
    into, out = round(workload.input_tokens_per_day or 0), round(workload.output_tokens_per_day or 0)
    charge = into * rates.input + out * rates.output
    return (charge * DAYS + RATE_PER_UNIT // 2) // RATE_PER_UNIT

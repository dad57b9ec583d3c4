"""A comparison for programs: numbers as text with at most fifteen places, ranges with both ends, every step.

The shape is the same whoever reckoned, so that another calculator can be held against this one.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from bide.advise.calculator.comparison import Comparison, LaneCost
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.hardware import Hardware
from bide.advise.calculator.offers import Offer
from bide.advise.calculator.quantity import Quantity, rounded
from bide.advise.calculator.tariff import Tariff

PLACES = 15
"""Of a dollar: as fine as the rates of the ledger."""


def number(value: Fraction) -> str:
    """A number in the decimal system, without zeros at its end."""
    return format(rounded(value, PLACES), "f").rstrip("0").rstrip(".")


def shown(value: Quantity | None) -> str | dict[str, str] | None:
    """A number, or its two ends; None stays None."""
    if value is None:
        return None
    low, high = value.bounds
    return number(low) if low == high else {"low": number(low), "high": number(high)}


def steps(derivation: Derivation) -> Sequence[Mapping[str, Any]]:
    """The lines of arithmetic."""
    return [
        {
            "name": step.name,
            "formula": step.formula,
            "numbers": [
                {"name": one.name, "value": shown(one.value), "unit": str(one.value.unit)} for one in step.numbers
            ],
            "result": shown(step.result),
            "unit": str(step.result.unit),
        }
        for step in derivation.steps
    ]


def lane(one: LaneCost, tariffs: Sequence[Tariff]) -> Mapping[str, Any]:
    """A lane's costs in USD, and where its prices are from."""

    def value(figure: Figure | None) -> str | dict[str, str] | None:
        return None if figure is None else shown(figure.value)

    prices = [tariff.prices[each] for tariff in tariffs for each in one.prices if each in tariff.prices]
    return {
        "lane": one.lane,
        "cost": value(one.cost),
        "input_cost": value(one.input),
        "output_cost": value(one.output),
        "cost_a_month": value(one.month),
        "cost_of_a_request": value(one.request),
        "saved": None if one.saved is None else value(one.saved.money),
        "saved_share": None if one.saved is None else value(one.saved.share),
        "saved_a_month": value(one.saved_month),
        "prices": [{"source": price.source, "day": price.day, "confidence": price.confidence} for price in prices],
    }


def comparison(found: Comparison, tariffs: Sequence[Tariff]) -> Mapping[str, Any]:
    """All of it."""
    return {
        "currency": "USD",
        "period": found.period,
        "month": {
            "days": number(found.month.days),
            "weeks": number(found.month.weeks),
            "hours": number(found.month.hours),
        },
        "lanes": [lane(one, tariffs) for one in found.lanes],
        "notes": list(found.derivation.notes),
        "steps": steps(found.derivation),
    }


def offered(one: Offer) -> Mapping[str, Any]:
    """A model, or several between which the work is divided."""
    return {
        "model": one.name,
        "unknown": list(one.unknown),
        "estimate": None if one.comparison is None else comparison(one.comparison, one.tariffs),
    }


def of_hardware(found: Hardware) -> Mapping[str, Any]:
    """What hardware of one's own costs in a month, and from how many requests an hour on it is cheaper than a lane."""
    cost = found.cost
    return {
        "currency": "USD",
        "hours_a_month": shown(cost.hours.value),
        "cost_an_hour": shown(cost.hourly.value),
        "cost_a_month": shown(cost.cost.value),
        "idle_a_month": None if cost.idle is None else shown(cost.idle.value),
        "pays_from": [
            {"model": one.model, "lane": one.lane, "requests_an_hour": shown(one.requests.value)} for one in found.pays
        ],
        "notes": list(found.derivation.notes),
        "steps": steps(found.derivation),
    }

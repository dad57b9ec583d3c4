"""Hardware by the hour. It is kept apart from tokens: who pays an API by the token needs no endpoint beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.effective import saves
from bide.advise.calculator.month import USUAL, Convention
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.unit import DAY, HOUR, MONTH, REQUEST, USD
from bide.advise.calculator.workload import WHOLE, share_of
from bide.core.errors import InputError

APART = "hardware by the hour is shown beside tokens, not added to them: a per-token API needs none of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Instances and how long they run: `hours` in a day or in a month; None is always.

    `busy` is the share of that in which they work. `discounts` (spot, off-peak, commitment) multiply. `source` is where the price is
    from, empty where it was said.
    """

    name: str
    hourly: Quantity
    count: Quantity = WHOLE
    hours: Quantity | None = None
    busy: Quantity | None = None
    discounts: Mapping[str, Quantity] = field(default_factory=dict[str, Quantity])
    source: str = ""


@dataclass(frozen=True, slots=True)
class MachineCost:
    """Of a month; `idle` is the part of `cost` in which nothing was done, None where nobody says."""

    hours: Figure
    hourly: Figure
    """Of all instances, after the discounts."""
    cost: Figure
    idle: Figure | None


def machine_cost(machine: Machine, to: Derivation, month: Convention = USUAL) -> MachineCost:
    """What hardware costs in a month. Raises `InputError` and `UnitError`."""
    hours = _hours(machine, to, month)
    price = Figure("hourly price", machine.hourly.of(USD / HOUR, f"the price of {machine.name}"))
    for name, share in machine.discounts.items():
        left = to.rest(f"left by {name}", Figure(name, saves(share_of(share, name))))
        price = to.multiply(f"hourly price after {name}", price, left)
    hourly = to.multiply("price of an hour", Figure("instances", machine.count), price)
    cost = to.multiply(f"{machine.name} a month", hourly, hours)
    idle = None
    if machine.busy is not None:
        share = to.rest("idle share", Figure("busy share", saves(share_of(machine.busy, "busy"))))
        idle = to.multiply(f"{machine.name} a month, idle", cost, share)
    to.note(APART)
    if machine.source:
        to.note(f"{machine.name}: {machine.source}")
    return MachineCost(hours, hourly, cost, idle)


def break_even(hourly: Quantity, request: Quantity, to: Derivation) -> Figure:
    """Requests an hour above which hardware is cheaper than an API; `request` is what one costs there.

    Raises:
        InputError: the API costs nothing.
    """
    if 0 in request.bounds:
        raise InputError("a request costs nothing at the API, so hardware never pays; give its price")
    return to.divide(
        "requests an hour to break even",
        Figure("hourly price", hourly.of(USD / HOUR, "hourly")),
        Figure("cost of a request", request.of(USD / REQUEST, "request")),
    )


def _hours(machine: Machine, to: Derivation, month: Convention) -> Figure:
    if machine.hours is None:
        return month.each("hour")
    if machine.hours.unit == HOUR / DAY:
        if max(machine.hours.bounds) > 24:
            raise InputError(f"{machine.name} cannot run for more than 24 hours a day")
        return to.multiply("hours a month", Figure("hours a day", machine.hours), month.each("day"))
    return Figure("hours a month", machine.hours.of(HOUR / MONTH, "hours"))


def utilisation(busy: Quantity, open_for: Quantity, to: Derivation) -> Figure:
    """The busy share of some time, both in the same unit. Raises `InputError`."""
    if 0 in open_for.bounds:
        raise InputError("a machine that is never on has no utilisation; give the hours it runs")
    return to.divide("utilisation", Figure("busy", busy), Figure("running", open_for.of(busy.unit, "running")))

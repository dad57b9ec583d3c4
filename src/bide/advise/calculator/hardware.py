"""Hardware of one's own beside what the same work costs at an API: what it costs, and from how much work on it pays."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.machine import Machine, MachineCost, break_even, machine_cost
from bide.advise.calculator.month import USUAL, Convention
from bide.advise.calculator.offers import Offer
from bide.advise.calculator.unit import REQUEST, USD


@dataclass(frozen=True, slots=True)
class Pays:
    """From how many requests an hour on hardware is cheaper than a model in a lane, if it can serve so many."""

    model: str
    lane: str
    requests: Figure


@dataclass(frozen=True, slots=True)
class Hardware:
    """`pays` is empty where nobody says how many requests the work is."""

    cost: MachineCost
    pays: Sequence[Pays]
    derivation: Derivation


def hardware(machine: Machine, told: Sequence[Offer], month: Convention = USUAL) -> Hardware:
    """What a machine costs in a month, beside every lane that has a price. Raises `InputError` and `UnitError`."""
    to = Derivation()
    cost = machine_cost(machine, to, month)
    pays = [
        Pays(one.name, lane.lane, break_even(cost.hourly.value, lane.request.value, to))
        for one in told
        if one.comparison is not None
        for lane in one.comparison.lanes
        if lane.request is not None and lane.request.value.unit == USD / REQUEST and 0 not in lane.request.value.bounds
    ]
    return Hardware(cost, pays, to)

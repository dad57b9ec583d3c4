"""Shares that are saved. They multiply: half off and then 40 % off is 70 % off, not 90."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.effective import saves
from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.unit import NUMBER
from bide.advise.calculator.workload import WHOLE, share_of
from bide.core.errors import InputError

FREE = "where nothing is paid, nothing is saved: the share is 0%"


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved, in money and as a share of what it would have cost."""

    money: Figure
    share: Figure


def saved(before: Figure, after: Figure, to: Derivation, name: str = "saved") -> Saved:
    """(before − after) ÷ before; of nothing, nothing is saved. Raises `UnitError`."""
    money = to.subtract(name, before, after)
    if 0 in before.value.bounds:
        to.note(FREE)
        cases = ((money.value.low, before.value.low), (money.value.high, before.value.high))
        low, high = (part / whole if whole else Fraction(0) for part, whole in cases)
        return Saved(money, Figure(f"{name}, share", Quantity(low, high, NUMBER)))
    return Saved(money, to.divide(f"{name}, share", money, before))


def combined(discounts: Mapping[str, Quantity], to: Derivation) -> Figure:
    """What several discounts save together: 1 − (1 − one) × (1 − other) … Raises `InputError`: one is no share."""
    left = Figure("1", WHOLE)
    for name, share in discounts.items():
        part = to.rest(f"left by {name}", Figure(name, saves(share_of(share, name))))
        left = to.multiply(f"left after {name}", left, part)
    return to.rest("saved together", left)


def routed_for(target: Quantity, ratio: Quantity, to: Derivation) -> Figure:
    """The share of tokens that has to go to the cheaper model for a saving; `ratio` is its price over the dearer one's.

    Raises:
        InputError: the other model is not cheaper.
    """
    if max(ratio.bounds) >= 1:
        raise InputError("the other model is not cheaper: no share of it saves anything")
    gain = to.rest("saved on a token that is routed", Figure("price ratio", ratio))
    return to.divide("share to route", Figure("saving wanted", target), gain)


def blended(parts: Iterable[tuple[str, Quantity, Quantity]], to: Derivation) -> Figure:
    """The mean multiple of parts given as (name, share, multiple). Raises `InputError`: the shares are not the whole."""
    found = list(parts)
    if any(sum(getattr(share, case) for _, share, _ in found) != 1 for case in ("low", "high")):
        raise InputError("the shares have to come to 100%")
    return to.add(
        "blended cost",
        *(
            to.multiply(f"{name}, weighed", Figure(f"share of {name}", share), Figure(f"multiple of {name}", multiple))
            for name, share, multiple in found
        ),
    )


def of_utilisation(better: Quantity, worse: Quantity, to: Derivation) -> Figure:
    """What a unit of work saves where the same hardware is busier. Raises `InputError`: it is never busy."""
    if 0 in (*better.bounds, *worse.bounds):
        raise InputError("a machine that is never busy does no work: give a utilisation above 0%")
    ratio = to.divide("cost ratio", Figure("utilisation in batch", better), Figure("utilisation in real time", worse))
    part = to.divide("cost of a unit of work, as a part", Figure("1", quantity(1)), ratio)
    return to.rest("share saved", part)

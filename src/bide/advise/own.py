"""What hardware of one's own costs a month: what somebody says, or instances at their listed price.

A month has 730 hours for what always runs, and 30 days for what runs some hours a day. Listed prices are ranges and defaults to start
from (`bide.ledger.infrastructure`); whether a machine can do the work is not known here.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bide.advise.advice import OwnCost
from bide.advise.saving import DAYS, amount_of, dollars, portion
from bide.advise.workload import Workload
from bide.core.money import DOLLAR
from bide.ledger.infrastructure import LISTED, Infrastructure, Purchase

HOURS = 730


@dataclass(frozen=True, slots=True)
class Own:
    """In 1e-12 USD a month, from `low` to `high`."""

    low: int
    high: int
    source: str

    def told(self) -> OwnCost:
        """As it is shown."""
        return OwnCost(low=dollars(self.low) or "0", high=dollars(self.high) or "0", source=self.source)


def own(workload: Workload, hardware: Infrastructure = LISTED) -> Own | None:
    """What the hardware costs; None where nobody says, or no price is listed."""
    if workload.own_usd_per_month is not None:
        said = amount_of(workload.own_usd_per_month)
        return Own(said, said, "own_usd_per_month")
    return _instances(workload, workload.own_purchase or "on-demand", hardware)


def spot_saves(workload: Workload, hardware: Infrastructure) -> int | None:
    """What spot machines save at least beside those on demand; None where a price is not listed, or it is no saving for sure."""
    usual, spot = _instances(workload, "on-demand", hardware), _instances(workload, "spot", hardware)
    return usual.low - spot.high if usual is not None and spot is not None and usual.low > spot.high else None


def idle(workload: Workload, cost: Own | None) -> int | None:
    """What the idle time costs at least, by the highest that the utilisation may be."""
    busy = workload.span("utilisation")
    return None if cost is None or busy is None or busy.high > 1 else portion(cost.low, 1 - Decimal(str(busy.high)))


def _instances(workload: Workload, purchase: Purchase, hardware: Infrastructure) -> Own | None:
    if workload.own_instance is None:
        return None
    price = hardware.hourly(workload.own_instance, purchase)
    if price is None:
        return None
    each = workload.own_hours_per_day
    hours = Fraction(HOURS) if each is None else Fraction(Decimal(str(each))) * DAYS
    many = hours * round(workload.own_instances or 1)
    low, high = (int(many * Fraction(one) * DOLLAR) for one in (price.low, price.high))
    said = f"{price.source}, {price.checked_on} ({price.confidence})" if price.checked_on else "your own price"
    return Own(low, high, f"{price.name}, {purchase}: {said}")

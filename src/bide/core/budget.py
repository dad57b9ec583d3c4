"""What a key may spend: periods of UTC, where it stands in them, and what is said when a budget does not suffice.

Amounts are in 1e-12 USD. A reservation is the most that a request may cost; it is taken before anything is spent and given
back when the request is settled, and what its attempts really cost is spent instead.
"""

import datetime
import enum
from dataclasses import dataclass

from bide.core.clock import from_datetime, to_datetime
from bide.core.errors import BideError, RefusedError
from bide.core.money import format_money


class Span(enum.StrEnum):
    """For how long a budget lasts."""

    DAY = "day"
    MONTH = "month"


def period_of(span: Span, instant: int) -> str:
    """The period of UTC in which an instant lies: ``2026-11-21`` or ``2026-11``."""
    day = to_datetime(instant).date().isoformat()
    return day if span is Span.DAY else day[:7]


def renewal(span: Span, instant: int) -> int:
    """The instant at which the period after the one of `instant` begins."""
    moment = to_datetime(instant)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if span is Span.DAY:
        return from_datetime(midnight + datetime.timedelta(days=1))
    month = midnight.month % 12 + 1
    return from_datetime(midnight.replace(year=midnight.year + (month == 1), month=month, day=1))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands in the present period."""

    span: Span
    period: str
    budget: int | None
    """None: no limit."""
    reserved: int
    spent: int
    renews_at: int
    """When the next period begins."""

    @property
    def left(self) -> int | None:
        """What may still be reserved, never less than nothing; None: no limit."""
        return None if self.budget is None else max(0, self.budget - self.reserved - self.spent)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was reserved. `exceeded` are budgets that only warn and no longer suffice; `unpriced`: a price was unknown, and
    nothing could be reserved for it."""

    amount: int = 0
    exceeded: tuple[Standing, ...] = ()
    unpriced: bool = False


NOTHING_RESERVED = Reservation()


class BudgetExhaustedError(BideError):
    """The budget of the key does not suffice; wait until it begins anew, or ask for a larger one."""

    code = "budget_exhausted"

    def __init__(self, key: str, standing: Standing, needed: int) -> None:
        """`key` is the key's external id; `needed` is what could not be reserved."""
        again = to_datetime(standing.renews_at).isoformat().replace("+00:00", "Z")
        super().__init__(
            f"the {standing.span} budget of {key} does not suffice: {format_money(standing.left)} of"
            f" {format_money(standing.budget)} is left in {standing.period} (UTC; {format_money(standing.spent)} spent,"
            f" {format_money(standing.reserved)} reserved), and this may cost {format_money(needed)}; it begins anew at"
            f" {again}. Ask for less output (max_tokens), wait, or ask for a larger budget"
        )
        self.key = key
        self.standing = standing
        self.needed = needed


CAP_EXHAUSTED = "budget_exhausted"
"""The code of what a cap does not hold, be it a job or one of its requests."""


class CapExhaustedError(RefusedError):
    """The cap does not hold what the job may cost; raise it, or ask for less output."""

    code = CAP_EXHAUSTED

    def __init__(
        self, cap: int, fit: int, requests: int, bound: int, remedy: str = "", said_by: str = "--max-cost"
    ) -> None:
        """Of so many `requests`, which may cost `bound` together, the first `fit` fit under the cap (1e-12 USD). `remedy` is what
        would help beside the usual, `said_by` what the cap is called where it was said."""
        helps = f"{remedy[0].upper()}{remedy[1:]}, set" if remedy else "Set"
        holds = (
            f"does not hold the request: it may cost up to {format_money(bound)}, each byte a token and its answer"
            if requests == 1
            else f"holds {fit:,} of {requests:,} requests: all of them may cost up to {format_money(bound)}, each byte a token"
            " and each answer"
        )
        super().__init__(
            f"the cap of {format_money(cap)} ({said_by}) {holds} at its longest. {helps} max_completion_tokens (max_tokens,"
            f" max_output_tokens) lower, raise {said_by}, or send less"
        )
        self.fit = fit


class PriceUnknownError(BideError):
    """The price is unknown, and an unknown price is never free: name one under `prices` in bide.toml."""

    code = "price_unknown"

    def __init__(self, key: str) -> None:
        """`key` is the key's external id, whose budget must not be exceeded."""
        super().__init__(
            f"{key} has a budget that must not be exceeded, and the price of this model is unknown; name one under `prices`"
            " in bide.toml (docs/prices.md), or give the key a budget that only warns (`bide keys create --warn-only`)"
        )
        self.key = key

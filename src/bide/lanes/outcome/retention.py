"""How long what is over is kept: the instants before which it may go."""

from dataclasses import dataclass

from bide.core.clock import from_datetime, to_datetime


@dataclass(frozen=True, slots=True)
class Horizon:
    """What ended before these instants may go, in microseconds since 1970 UTC; 0: nothing may.

    `month` is when the present month of UTC began: budgets and receipts of it need whatever was paid since.
    """

    jobs: int
    events: int
    passages: int
    ledger: int
    month: int

    @property
    def is_empty(self) -> bool:
        """Whether everything is kept for ever."""
        return not (self.jobs or self.events or self.passages or self.ledger)


def horizon(jobs: int, events: int, passages: int, ledger: int, now: int) -> Horizon:
    """The instants at `now`, by how long each kind is kept after its end; what is kept longer than there has been time for
    is kept. All but events carry money, and nothing of the present month goes."""
    month = month_start(now)
    return Horizon(
        jobs=_before(now - jobs, month),
        events=_before(now - events, now),
        passages=_before(now - passages, month),
        ledger=_before(now - ledger, month),
        month=month,
    )


def month_start(now: int) -> int:
    """When the month of UTC began in which an instant lies."""
    return from_datetime(to_datetime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0))


def _before(instant: int, latest: int) -> int:
    return max(0, min(instant, latest))

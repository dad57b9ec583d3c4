"""When a batch does what. Drawn once, when the batch is created; its state at any instant is then arithmetic."""

from dataclasses import dataclass, replace

from bide.core.clock import DAY, FAR_FUTURE, HOUR
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Chance
from bide.simulator.outages import Standstill
from bide.simulator.status import Status

NEVER = FAR_FUTURE

DRIFT = 3 * HOUR
"""How slowly what is common to all turnarounds changes."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The course of one batch that nobody cancels. Instants in microseconds; `NEVER` for what does not happen.

    Of its rows `doable` get finished, evenly, in `work` microseconds from `begins_at` on in which the provider does
    not stand still; what is not finished at `ends_at` stays so.
    """

    outcome: Status
    validated_at: int
    begins_at: int
    finalizing_at: int
    ends_at: int
    doable: int
    work: int
    standstill: Standstill

    def status(self, now: int) -> Status:
        """Where the batch stands."""
        if now >= self.ends_at:
            return self.outcome
        if now < self.validated_at:
            return Status.VALIDATING
        return Status.IN_PROGRESS if now < self.finalizing_at else Status.FINALIZING

    def done(self, now: int) -> int:
        """How many rows are finished by now."""
        instant = min(now, self.ends_at)
        if instant < self.begins_at:
            return 0
        worked = self.standstill.worked(self.begins_at, instant)
        return self.doable if worked >= self.work else self.doable * worked // self.work

    def finished_at(self, rank: int) -> int:
        """When the row that is worked on `rank`-th, from 0, is finished: the first instant at which `done` counts it."""
        return self.standstill.after(self.begins_at, -(-(rank + 1) * self.work // self.doable))


def draw(
    behaviour: Behaviour,
    chance: Chance,
    drift: float,
    rows: int,
    now: int,
    standstill: Standstill,
    window: int = DAY,
) -> Schedule:
    """The schedule of a batch of so many valid rows that is created now and expires after `window`.

    `chance` is the batch's own; `drift` is how slow everything is at present, in standard deviations.
    """
    begins = chance.middle("begins") if behaviour.begins is None else behaviour.begins
    turnaround = chance.spread(behaviour.turnaround, "turnaround", drift=drift)
    validated_at = validation_end(behaviour, chance, now, standstill)
    begins_at = max(validated_at, standstill.after(now, round(turnaround * begins)))
    finalizing_at = max(begins_at, standstill.after(now, turnaround))
    ends_at = standstill.after(finalizing_at, chance.spread(behaviour.finalizing, "finalizing"))
    work = max(0, turnaround - standstill.worked(now, begins_at))
    expires_at = now + (window if behaviour.window is None else behaviour.window)
    natural = Schedule(Status.COMPLETED, validated_at, begins_at, finalizing_at, ends_at, rows, work, standstill)

    match behaviour.stuck:
        case "validating":
            return replace(natural, validated_at=NEVER, begins_at=NEVER, finalizing_at=NEVER, ends_at=NEVER)
        case "in_progress":
            return replace(natural, finalizing_at=NEVER, ends_at=NEVER, doable=int(rows * behaviour.stuck_share))
        case "finalizing":
            return replace(natural, ends_at=NEVER)
        case _:
            pass
    if behaviour.expires is not None:
        begins_at = begins_at if begins_at < expires_at else validated_at
        work = standstill.worked(begins_at, expires_at)
        natural = replace(natural, begins_at=begins_at, doable=int(rows * behaviour.expires), work=work)
    elif finalizing_at <= expires_at:
        return natural
    return replace(natural, outcome=Status.EXPIRED, finalizing_at=NEVER, ends_at=expires_at)


def draw_failure(behaviour: Behaviour, chance: Chance, now: int, standstill: Standstill) -> Schedule:
    """The schedule of a batch that fails in validation."""
    ends_at = validation_end(behaviour, chance, now, standstill)
    return Schedule(Status.FAILED, ends_at, NEVER, NEVER, ends_at, 0, 0, standstill)


def validation_end(behaviour: Behaviour, chance: Chance, now: int, standstill: Standstill) -> int:
    """When validation ends: never at the instant of creation, so that the reply to a create says `validating`."""
    return standstill.after(now, max(1, chance.spread(behaviour.validation, "validation")))

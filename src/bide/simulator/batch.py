"""One batch in the provider's books: what it was created from, its schedule, and how it looks at an instant."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bide.core.usage import Usage
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Chance
from bide.simulator.charges import Charge
from bide.simulator.outages import Standstill
from bide.simulator.rows import Problem, Row
from bide.simulator.schedule import NEVER, Schedule
from bide.simulator.status import Status


@dataclass(frozen=True, slots=True)
class Cancel:
    """A cancel that was accepted: when, when it ends the batch, and how many rows will be done then."""

    at: int
    ends_at: int
    done: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a batch has, and how many of them have been answered or have failed."""

    total: int
    answered: int
    failed: int

    @property
    def undone(self) -> int:
        """Rows that have not been worked on: open, or expired or cancelled once the batch has ended."""
        return self.total - self.answered - self.failed


@dataclass(slots=True, kw_only=True)
class Batch:
    """A batch. Nothing in it changes by itself; only a cancel changes it.

    `order` is the order in which its rows are worked on and written; `failed_ranks` are the places in that order of
    the rows that fail, ascending.
    """

    id: str
    nth: int
    endpoint: str
    source: str
    metadata: dict[str, str] | None
    output_life: int
    window: int
    validates: bool
    asked: object
    model: str | None
    behaviour: Behaviour
    chance: Chance
    schedule: Schedule
    rows: Sequence[Row]
    order: Sequence[int]
    problem: Problem | None
    tokens: int
    created_at: int
    cancel: Cancel | None = None
    files: Mapping[str, str] | None = None
    """Where its results are, by what its protocol calls each file, once they are written."""
    deleted: bool = False
    """Whether the account has deleted it: it is unknown then, and was billed all the same."""
    failed_ranks: list[int] = field(default_factory=list[int])
    _usage: Usage | None = None

    @property
    def ended_at(self) -> int:
        """When it ends, as far as is known now; `NEVER` for one that does not."""
        return self.cancel.ends_at if self.cancel else self.schedule.ends_at

    @property
    def expires_at(self) -> int:
        """When it expires unless it has ended."""
        return self.created_at + self.window

    @property
    def files_at(self) -> int:
        """When it names its files."""
        return min(NEVER, self.ended_at + self.behaviour.files_late)

    def ended(self, now: int) -> bool:
        """Whether it has ended."""
        return now >= self.ended_at

    def validated(self, now: int) -> bool:
        """Whether it was found valid by now, and before a cancel came."""
        if not self.validates:
            return True
        until = min(now, self.cancel.at) if self.cancel else now
        return self.problem is None and self.schedule.validated_at <= until

    def status(self, now: int) -> Status:
        """Where it stands."""
        if self.cancel and now >= self.cancel.at:
            return Status.CANCELLED if now >= self.cancel.ends_at else Status.CANCELLING
        return self.schedule.status(now)

    def done(self, now: int) -> int:
        """How many rows have been worked on by now."""
        if self.cancel is None:
            return self.schedule.done(now)
        return self.cancel.done if now >= self.cancel.ends_at else min(self.schedule.done(now), self.cancel.done)

    def tally(self, now: int) -> Tally:
        """What its rows have come to by now; nothing is counted before it was found valid."""
        if not self.validated(now):
            return Tally(0, 0, 0)
        done = self.done(now)
        failed = bisect_left(self.failed_ranks, done)
        return Tally(len(self.rows), done - failed, failed)

    def finished_at(self, rank: int) -> int:
        """When a row that gets done is finished."""
        return min(self.schedule.finished_at(rank), self.ended_at) if rank < self.schedule.doable else self.ended_at

    def stop(self, now: int, standstill: Standstill) -> None:
        """Accept a cancel of a batch that has not ended."""
        if self.cancel:
            return
        takes = self.behaviour.cancelling
        ends_at = NEVER if takes is None else standstill.after(now, max(1, self.chance.spread(takes, "cancelling")))
        done = 0
        if self.validated(now):
            done = self.schedule.done(min(now + self.behaviour.in_flight, ends_at))
        if self.validated(now) and self.behaviour.cancelled_share is not None:
            done = max(self.schedule.done(now), int(len(self.rows) * self.behaviour.cancelled_share))
        self.cancel = Cancel(now, ends_at, done)

    def charges(self, now: int) -> Iterator[Charge]:
        """Every row that was answered by now, in the order of the work."""
        for rank, place in enumerate(self.order[: self.done(now)]):
            row = self.rows[place]
            if row.failure is None:
                yield Charge(
                    mode="batch",
                    batch_id=self.id,
                    custom_id=row.custom_id,
                    digest=f"{row.digest:016x}",
                    model=row.model or self.model or "",
                    usage=row.usage,
                    at=self.finished_at(rank),
                )

    def answered_usage(self) -> Usage:
        """The sum over the answered rows of a batch that has ended."""
        if self._usage is None:
            done = (self.rows[place] for place in self.order[: self.done(self.ended_at)])
            parts = [row.usage for row in done if row.failure is None]
            self._usage = Usage(
                sum(part.input for part in parts),
                sum(part.cached for part in parts),
                0,
                sum(part.output for part in parts),
                sum(part.reasoning for part in parts),
            )
        return self._usage

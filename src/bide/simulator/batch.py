"""One batch in the provider's books: what it was created from, its schedule, and how it looks at an instant."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bide.core.clock import SECOND
from bide.core.usage import Usage
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Chance
from bide.simulator.charges import Charge
from bide.simulator.lines import Problem, Row
from bide.simulator.outages import Standstill
from bide.simulator.schedule import NEVER, Schedule
from bide.simulator.wire import (
    BatchObject,
    RequestCounts,
    ValidationError,
    ValidationErrors,
    batch_usage,
    seconds,
)

ENDED = ("completed", "expired", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Cancel:
    """A cancel that was accepted: when, when it ends the batch, and how many rows will be done then."""

    at: int
    ends_at: int
    done: int


@dataclass(slots=True, kw_only=True)
class Batch:
    """A batch. Nothing in it changes by itself; only a cancel changes it.

    `order` is the order in which its rows are worked on and written; `failed_ranks` are the places in that order of
    the rows that fail, ascending.
    """

    id: str
    nth: int
    endpoint: str
    input_file_id: str
    metadata: dict[str, str] | None
    output_life: int
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
    files: tuple[str | None, str | None] | None = None
    """The ids of the output and the error file, once they are written; None for the one that would be empty."""
    failed_ranks: list[int] = field(default_factory=list[int])
    _usage: Usage | None = None

    @property
    def ended_at(self) -> int:
        """When it ends, as far as is known now; `NEVER` for one that does not."""
        return self.cancel.ends_at if self.cancel else self.schedule.ends_at

    @property
    def files_at(self) -> int:
        """When it names its files."""
        return min(NEVER, self.ended_at + self.behaviour.files_late)

    def ended(self, now: int) -> bool:
        """Whether it has ended."""
        return now >= self.ended_at

    def validated(self, now: int) -> bool:
        """Whether it was found valid by now, and before a cancel came."""
        until = min(now, self.cancel.at) if self.cancel else now
        return self.problem is None and self.schedule.validated_at <= until

    def status(self, now: int) -> str:
        """The status that the wire shows."""
        if self.cancel and now >= self.cancel.at:
            return "cancelled" if now >= self.cancel.ends_at else "cancelling"
        return self.schedule.status(now)

    def done(self, now: int) -> int:
        """How many rows have been worked on by now."""
        if self.cancel is None:
            return self.schedule.done(now)
        return self.cancel.done if now >= self.cancel.ends_at else min(self.schedule.done(now), self.cancel.done)

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
                    model=self.model or "",
                    usage=row.usage,
                    at=self.finished_at(rank),
                )

    def view(self, now: int, *, metadata: bool = True) -> BatchObject:
        """The batch as the wire shows it now."""
        status = self.status(now)
        schedule, cancel = self.schedule, self.cancel
        until = min(now, cancel.at) if cancel else now
        validated = self.validated(now)
        ended = {status: self.ended_at} if status in ENDED else {}
        output, errors = self.files if self.files and self.files_at <= now else (None, None)
        return BatchObject(
            id=self.id,
            endpoint=self.endpoint,
            model=self.model,
            errors=_errors(self.problem) if status == "failed" else None,
            input_file_id=self.input_file_id,
            completion_window="24h",
            status=status,
            output_file_id=output,
            error_file_id=errors,
            created_at=self.created_at // SECOND,
            in_progress_at=seconds(schedule.validated_at) if validated else None,
            expires_at=seconds(self.created_at + self.behaviour.window),
            finalizing_at=seconds(schedule.finalizing_at) if schedule.finalizing_at <= until else None,
            completed_at=seconds(ended.get("completed")),
            failed_at=seconds(ended.get("failed")),
            expired_at=seconds(ended.get("expired")),
            cancelling_at=seconds(cancel.at) if cancel else None,
            cancelled_at=seconds(ended.get("cancelled")),
            request_counts=self._counts(status, now) if validated else RequestCounts(),
            usage=batch_usage(self._answered_usage()) if validated and ended else None,
            metadata=self.metadata if metadata else None,
        )

    def _counts(self, status: str, now: int) -> RequestCounts:
        total, done = len(self.rows), self.done(now)
        failed = bisect_left(self.failed_ranks, done)
        completed = done - failed
        match self.behaviour.counters:
            case "lying":
                second = now // SECOND
                completed = self.chance.number("lie", "completed", second) % (total + 2)
                failed = self.chance.number("lie", "failed", second) % (total + 2)
            case "observed" if status == "cancelled":
                completed = failed = 0
            case "observed" if status == "expired":
                failed = 0
            case _:
                failed += total - done if status in ("cancelled", "expired") else 0
        return RequestCounts(total, completed, failed)

    def _answered_usage(self) -> Usage:
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


def _errors(problem: Problem | None) -> ValidationErrors:
    if problem is None:
        return ValidationErrors([])
    return ValidationErrors([ValidationError(problem.code, problem.message, problem.param, problem.line)])

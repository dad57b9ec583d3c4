"""Schedules in the store: when which file is handed in again, who is at it, and what came of it each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bide.core.errors import ConflictError, LeaseLostError, NotFoundError
from bide.store import events, queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("schedules")

SKIPPED = "skipped"
"""The code of instants that passed while nobody ran."""

RUNS_KEPT = 1_000
"""Instants of a schedule that are remembered, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSchedule:
    """A schedule to be. `asked` are the options of its hand-ins as JSON, `host` the machine that can reach its files; None: any."""

    external_id: str
    name: str
    asked: str
    cron: str
    timezone: str
    missed: str
    host: str | None
    due_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One row of `schedules`. `due_at` is the first instant that nobody has seen to yet."""

    id: int
    owner: str
    external_id: str
    name: str
    asked: str
    cron: str
    timezone: str
    missed: str
    host: str | None
    created_at: int
    due_at: int | None
    fence: int


@dataclass(frozen=True, slots=True)
class Run:
    """What came of an instant: a job, or a code and a message that say why there is none. `job` is the job's external id."""

    due_at: int
    at: int
    job: str | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be noted about an instant. `job` is the number of the job."""

    due_at: int
    job: int | None = None
    code: str | None = None
    message: str | None = None


class Schedules(Verbs):
    """Verbs over schedules. `owner` sees and moves only its own."""

    @writes
    async def add(self, transaction: Transaction, owner: str, new: NewSchedule, now: int) -> Schedule:
        """Keep a schedule. Raises `ConflictError` where the owner has one of this name."""
        row = await transaction.one(
            SQL["insert"], owner=owner, now=now, **{name: getattr(new, name) for name in NewSchedule.__slots__}
        )
        if row is None:
            raise ConflictError(
                f"there is a schedule {new.name} already; remove it first (`bide schedule remove {new.name}`), or choose"
                " another name"
            )
        await events.record(transaction, owner, now, "schedule.added", schedule=new.name, cron=new.cron)
        return _schedule(row)

    @reads
    async def find(self, transaction: Transaction, owner: str, name: str) -> Schedule:
        """The schedule of this name. Raises `NotFoundError`."""
        return await _find(transaction, owner, name)

    @reads
    async def all(self, transaction: Transaction, owner: str) -> list[Schedule]:
        """Those of an owner, by name."""
        return [_schedule(row) for row in await transaction.all(SQL["all"], owner=owner)]

    @reads
    async def runs(self, transaction: Transaction, schedule: Schedule, count: int) -> list[Run]:
        """What came of its last instants, the newest first."""
        rows = await transaction.all(SQL["runs"], owner=schedule.owner, schedule=schedule.id, count=count)
        return [Run(*(row[name] for name in Run.__slots__)) for row in rows]

    @writes
    async def remove(self, transaction: Transaction, owner: str, name: str, now: int) -> None:
        """Forget a schedule; the jobs that it handed in stay. Raises `NotFoundError`."""
        schedule = await _find(transaction, owner, name)
        await transaction.run(SQL["delete_runs"], owner=owner, schedule=schedule.id)
        await transaction.run(SQL["delete"], owner=owner, schedule=schedule.id)
        await events.record(transaction, owner, now, "schedule.removed", schedule=name)

    @writes
    async def claim(
        self, transaction: Transaction, holder: str, host: str, now: int, lease_until: int, limit: int
    ) -> list[Schedule]:
        """Take schedules that are due and that this machine can see to."""
        rows = await transaction.all(
            SQL["claim"], holder=holder, host=host, now=now, lease_until=lease_until, count=limit
        )
        return sorted((_schedule(row) for row in rows), key=lambda one: one.id)

    @writes
    async def renew(self, transaction: Transaction, schedule: Schedule, lease_until: int) -> None:
        """Hold it for longer. Raises `LeaseLostError`."""
        if not await transaction.run(SQL["renew"], schedule=schedule.id, fence=schedule.fence, lease_until=lease_until):
            raise LeaseLostError

    @writes
    async def put_off(self, transaction: Transaction, schedule: Schedule, until: int) -> None:
        """Nothing came of it yet: try the same instant again then."""
        await transaction.run(SQL["put_off"], schedule=schedule.id, fence=schedule.fence, until=until)

    @writes
    async def seen_to(
        self, transaction: Transaction, schedule: Schedule, outcomes: Sequence[Outcome], due_at: int | None, now: int
    ) -> None:
        """Note what came of its instants, and go on to the next one; None: none comes.

        Raises:
            LeaseLostError: somebody else has taken over, or it was removed.
        """
        row = await transaction.one(SQL["seen_to"], schedule=schedule.id, fence=schedule.fence, due_at=due_at)
        if row is None:
            raise LeaseLostError
        for outcome in outcomes:
            await _note(transaction, schedule, outcome, now)
        await transaction.run(SQL["trim"], schedule=schedule.id, kept=RUNS_KEPT)

    @writes
    async def note(self, transaction: Transaction, schedule: Schedule, outcome: Outcome, now: int) -> None:
        """Note what came of a hand-in beside its instants."""
        await _note(transaction, schedule, outcome, now)


async def next_due(transaction: Transaction, host: str) -> int | None:
    """When a machine has its next schedule to see to; None: never."""
    row = await transaction.one(SQL["next_due"], host=host)
    return row["due_at"] if row else None


async def _find(transaction: Transaction, owner: str, name: str) -> Schedule:
    row = await transaction.one(SQL["by_name"], owner=owner, name=name)
    if row is None:
        raise NotFoundError(f"there is no schedule {name!r}; `bide schedule list` lists them")
    return _schedule(row)


async def _note(transaction: Transaction, schedule: Schedule, outcome: Outcome, now: int) -> None:
    await transaction.run(
        SQL["run"],
        owner=schedule.owner,
        schedule=schedule.id,
        due_at=outcome.due_at,
        now=now,
        job=outcome.job,
        code=outcome.code,
        message=outcome.message,
    )
    kind = "handed_in" if outcome.code is None else "skipped" if outcome.code == SKIPPED else "failed"
    why: dict[str, Any] = {} if outcome.code is None else {"code": outcome.code, "message": outcome.message}
    detail: dict[str, Any] = {"schedule": schedule.name, "due_at": outcome.due_at, **why}
    await events.record(transaction, schedule.owner, now, f"schedule.{kind}", job=outcome.job, **detail)


def _schedule(row: Row) -> Schedule:
    return Schedule(**{name: row[name] for name in Schedule.__slots__})

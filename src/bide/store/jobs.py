"""Jobs in the store: begun, accepted, cancelled, finished; and what they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bide.core.bucket import OPEN_PHASES, Part, Phase
from bide.core.errors import ConflictError, NotFoundError
from bide.core.job import Job
from bide.core.money import Ceiling
from bide.store import budgets, caps, deliveries, events, queries, records
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.deliveries import Recipient

SQL = queries.load("jobs")
BUCKETS = queries.load("buckets")
DELIVERIES = queries.load("deliveries")

FORGET_CHUNK = 10_000
"""Requests deleted in one transaction when a job that was never accepted is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What a job is when its reading begins."""

    external_id: str
    kind: str
    name: str
    deadline: int
    on_miss: str
    priority_source: str
    parameters: str
    priority: str | None = None
    workflow: str | None = None
    fingerprint: str | None = None
    idempotency_key: str | None = None
    max_cost: int | None = None
    parent_id: int | None = None
    destination: str | None = None
    key_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the reading of a job found. `host` is the machine that can reach its destination.

    `once`: not if the same was accepted from somebody else while it was read. `ceilings` are, by bucket, the most that a
    token may cost: what is reserved for a job with a key (`bide.ledger.reserve`). `recipients` are told when it is
    answered. Of a job with a cap, what lies `held_after` a request is held back, and `held_why` says so (`bide.store.caps`).
    """

    fingerprint: str
    input_id: int | None
    requests: int
    refused: int
    admission: str
    first_request: int | None
    last_request: int | None
    host: str | None
    once: bool = False
    ceilings: Mapping[int, Ceiling | None] = field(default_factory=dict[int, Ceiling | None])
    recipients: Sequence[Recipient] = ()
    held_after: int | None = None
    held_why: str = ""


NOT_STORED = ("host", "once", "ceilings", "recipients", "held_after", "held_why")
"""Fields of an acceptance that are no columns."""


class HandedInError(ConflictError):
    """The same was handed in by somebody else at the same time, and theirs was first; watch that job."""

    code = "handed_in_meanwhile"

    def __init__(self, job: str) -> None:
        """`job` is the external id of the one that was first."""
        super().__init__(f"the same was handed in at the same time, and {job} was first; watch that job")
        self.job = job


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job's requests are, and its money so far in 1e-12 USD."""

    phases: dict[Phase, int]
    paid: int
    listed: int
    wasted: int
    suspected: int
    unpriced: int
    held: int = 0
    """Of those that wait, how many the job's cap holds back."""
    flexing: int = 0
    """Of those that are batched, how many are in no batch but asked for in the flex tier."""

    @property
    def total(self) -> int:
        return sum(self.phases.values())

    @property
    def open(self) -> int:
        return sum(self.phases.get(phase, 0) for phase in OPEN_PHASES)


class Jobs(Verbs):
    """Verbs over jobs. `owner` sees and moves only its own."""

    @writes
    async def begin(self, transaction: Transaction, owner: str, job: NewJob, now: int) -> Job:
        """Make a job that is being read. It promises nothing until it is accepted."""
        return await begin(transaction, owner, job, now)

    @writes
    async def accept(self, transaction: Transaction, owner: str, job: int, found: Acceptance, now: int) -> Job:
        """Promise the job: when this returns, every request of it will be settled.

        Raises:
            HandedInError: it was to be accepted once, and the same was accepted while it was read.
            ConflictError: it was accepted or forgotten meanwhile.
            BudgetExhaustedError: it does not fit into a budget of its key.
            PriceUnknownError: its key has such a budget, and a price is unknown.
        """
        return await accept(transaction, owner, job, found, now)

    @writes
    async def forget(self, transaction: Transaction, job: int) -> bool:
        """Delete part of a job that was never accepted; True when nothing of it is left. An accepted job stays whole."""
        if (
            await transaction.one(SQL["forsake"], job=job) is None
            and await transaction.one(SQL["promised"], job=job) is not None
        ):
            return True
        await budgets.forget(transaction, job, FORGET_CHUNK)
        if await transaction.run(SQL["delete_requests"], job=job, count=FORGET_CHUNK):
            return False
        await transaction.run(SQL["delete_tallies"], job=job)
        await transaction.run(caps.SQL["delete"], job=job)
        await transaction.run(SQL["delete_buckets"], job=job)
        await transaction.run(SQL["delete_job"], job=job)
        return True

    @writes
    async def cancel(self, transaction: Transaction, owner: str, job: int, now: int) -> Job:
        """Spend no more on it. A job that is done stays as it is."""
        row = await transaction.one(SQL["cancel"], owner=owner, job=job, now=now)
        if row is not None:
            await events.record(transaction, owner, now, "job.cancelling", job=job)
            return records.job(row)
        return await _get(transaction, owner, job)

    @reads
    async def get(self, transaction: Transaction, owner: str, job: int) -> Job:
        """The job. Raises `NotFoundError`."""
        return await _get(transaction, owner, job)

    @reads
    async def find(self, transaction: Transaction, owner: str, external_id: str) -> Job:
        """The job with this external id. Raises `NotFoundError`."""
        row = await transaction.one(SQL["by_external_id"], owner=owner, external_id=external_id)
        if row is None:
            raise NotFoundError(f"there is no job {external_id!r}; `bide status` lists the jobs")
        return records.job(row)

    @reads
    async def recent(self, transaction: Transaction, owner: str, count: int) -> list[Job]:
        """The newest accepted jobs first."""
        return [records.job(row) for row in await transaction.all(SQL["recent"], owner=owner, count=count)]

    @reads
    async def has_like(self, transaction: Transaction, owner: str, place: str | None, parameters: str) -> bool:
        """Whether a file for this place may have been handed in before; None: for jobs without a place.

        `place` is what the destinations of one file begin with, whatever their format.
        False spares reading it for its fingerprint: no accepted job is unfinished or has the same parameters.
        """
        row = await transaction.one(SQL["like"], owner=owner, place=place or "", parameters=parameters)
        return row is not None

    @reads
    async def with_fingerprint(
        self, transaction: Transaction, owner: str, destination: str | None, fingerprint: str
    ) -> Job | None:
        """The newest accepted job of this content and these parameters for this place, however many came after it."""
        row = await transaction.one(
            SQL["by_fingerprint"], owner=owner, destination=destination or "", fingerprint=fingerprint
        )
        return records.job(row) if row else None

    @reads
    async def unfinished_at(
        self, transaction: Transaction, owner: str, place: str | None, name: str | None
    ) -> Job | None:
        """The newest accepted job for this place that is not done; under `name`, where one is given."""
        row = await transaction.one(SQL["unfinished_at"], owner=owner, place=place or "", name=name)
        return records.job(row) if row else None

    @reads
    async def with_idempotency_key(self, transaction: Transaction, owner: str, key: str) -> Job | None:
        """The accepted job that was handed in under this key."""
        row = await transaction.one(SQL["by_idempotency_key"], owner=owner, idempotency_key=key)
        return records.job(row) if row else None

    @reads
    async def retries(self, transaction: Transaction, owner: str, job: int) -> list[Job]:
        """The jobs that tried this one's failed requests again, oldest first."""
        return [records.job(row) for row in await transaction.all(SQL["retries"], owner=owner, job=job)]

    @reads
    async def abandoned(self, transaction: Transaction, before: int) -> list[Job]:
        """Jobs begun at `before` or earlier and never accepted."""
        return [records.job(row) for row in await transaction.all(SQL["abandoned"], before=before)]

    @reads
    async def progress(self, transaction: Transaction, owner: str, job: int) -> Progress:
        """Where its requests are, and its money so far."""
        found = _progress(await transaction.all(SQL["money"], owner=owner, job=job))
        if not found.phases.get(Phase.BATCHED):
            return found
        row = await transaction.one(SQL["flexing"], owner=owner, job=job)
        return replace(found, flexing=row["requests"] if row else 0)

    @reads
    async def progress_by_model(
        self, transaction: Transaction, owner: str, job: int
    ) -> dict[tuple[str, str], Progress]:
        """The same by (account, model), in this order."""
        rows: dict[tuple[str, str], list[Row]] = {}
        for row in await transaction.all(SQL["money"], owner=owner, job=job):
            rows.setdefault((row["account"], row["model"]), []).append(row)
        return {key: _progress(rows[key]) for key in sorted(rows)}


def _progress(rows: Iterable[Row]) -> Progress:
    """What some buckets add up to, from a row for each of their tallies."""
    phases: dict[Phase, int] = {}
    held = 0
    money: dict[int, Sequence[int]] = {}
    for row in rows:
        if row["phase"] is not None and row["requests"]:
            phase = Phase(row["phase"])
            phases[phase] = phases.get(phase, 0) + row["requests"]
            held += row["requests"] if row["part"] == Part.HELD and phase is Phase.WAITING else 0
        money[row["id"]] = [row[name] for name in ("paid", "listed", "wasted", "suspected", "unpriced")]
    paid, listed, wasted, suspected, unpriced = (
        (sum(column) for column in zip(*money.values(), strict=True)) if money else (0,) * 5
    )
    return Progress(phases, paid, listed, wasted, suspected, unpriced, held)


async def begin(transaction: Transaction, owner: str, job: NewJob, now: int) -> Job:
    """As the verb, within a transaction."""
    row = await transaction.one(
        SQL["insert"],
        owner=owner,
        now=now,
        **{name: getattr(job, name) for name in NewJob.__slots__},
    )
    assert row is not None
    return records.job(row)


async def accept(transaction: Transaction, owner: str, job: int, found: Acceptance, now: int) -> Job:
    """As the verb, within a transaction."""
    if found.once:
        await transaction.lock(SQL["lock_acceptance"])
        twin = await transaction.one(SQL["accepted_meanwhile"], owner=owner, job=job, fingerprint=found.fingerprint)
        if twin is not None:
            raise HandedInError(twin["external_id"])
    row = await transaction.one(
        SQL["accept"],
        owner=owner,
        job=job,
        now=now,
        **{name: getattr(found, name) for name in Acceptance.__slots__ if name not in NOT_STORED},
    )
    if row is None:
        raise ConflictError("the job was accepted or forgotten meanwhile; run the same command again")
    accepted = records.job(row)
    if accepted.destination is not None:
        await transaction.run(
            DELIVERIES["insert"],
            owner=owner,
            job=job,
            kind="file",
            destination=accepted.destination,
            host=found.host,
        )
    for recipient in found.recipients:
        await deliveries.announce(transaction, owner, job, recipient, now)
    await events.record(
        transaction, owner, now, "job.running", job=job, requests=found.requests, deadline=accepted.deadline
    )
    if found.requests == 0:
        await close(transaction, [job], now)
        accepted = await _get(transaction, owner, job)
    if found.ceilings:
        reserved = await budgets.reserve_job(transaction, job, found.ceilings, now)
        for standing in reserved.exceeded:
            over = standing.reserved + standing.spent - (standing.budget or 0)
            await events.record(transaction, owner, now, "budget.exceeded", job=job, period=standing.period, over=over)
    if found.held_after is not None:
        await caps.hold(transaction, owner, job, found.held_after, found.held_why, now)
    return accepted


async def close(transaction: Transaction, jobs: Sequence[int], now: int) -> None:
    """After a move that may have been the last: note for each job whether it is answered, and whether it is done."""
    for job in jobs:
        await transaction.lock(SQL["lock"], job=job)
        if (row := await transaction.one(SQL["answer"], job=job, now=now)) is not None:
            await events.record(transaction, row["owner"], now, "job.answered", job=job)
            await transaction.run(DELIVERIES["wake"], job=job, now=now)
            if row["parent_id"] is not None:  # it takes the answers of its retry in
                await transaction.run(DELIVERIES["again"], owner=row["owner"], job=row["parent_id"], now=now)
        if (row := await transaction.one(SQL["finish"], job=job, now=now)) is not None:
            await events.record(transaction, row["owner"], now, "job.done", job=job)


async def _get(transaction: Transaction, owner: str, job: int) -> Job:
    row = await transaction.one(SQL["by_id"], owner=owner, job=job)
    if row is None:
        raise NotFoundError
    return records.job(row)

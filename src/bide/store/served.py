"""Served batches in the store: created, read into a job, cancelled, ended; and the places of rows in files that grow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.deadline import OnMiss
from bide.core.difference import differing
from bide.core.errors import NotFoundError
from bide.core.file import FileKind
from bide.core.job import Job
from bide.core.served import ServedBatch
from bide.core.states import BatchOutcome, JobState, ServedState
from bide.core.usage import Usage
from bide.store import events, files, queries, records
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.files import LAST, NewFile
from bide.store.taking import ReusedKeyError

SQL = queries.load("served")
JOBS = queries.load("jobs")

PLACES = 10_000
"""Rows that get their places in one transaction."""

RESULTS = "batch_output"
"""The purpose of the files of a batch that are not its input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewServed:
    """A batch as it was asked for; the fields of `ServedBatch`."""

    external_id: str
    endpoint: str
    completion_window: str
    metadata: str | None
    input_file: str
    partial: bool
    output_life: int
    deadline: int
    said_by: str
    priority: str | None
    on_miss: OnMiss
    workflow: str | None
    digest: bytes
    holder: str
    key_id: int | None = None
    webhook: str | None = None
    kept_for: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a batch ended: so many rows in each of its files, and what its answers consumed (JSON)."""

    outcome: BatchOutcome
    succeeded: int
    failed: int
    usage: str


class Served(Verbs):
    """Verbs over served batches. `owner` sees and moves only its own."""

    @writes
    async def create(self, transaction: Transaction, owner: str, new: NewServed, now: int) -> tuple[ServedBatch, bool]:
        """Put a batch on record, to be validated; with whether it is new, or the one of this idempotency key.

        Raises:
            ReusedKeyError: the key was used for another batch.
        """
        if new.idempotency_key is not None:
            row = await transaction.one(SQL["by_idempotency_key"], owner=owner, idempotency_key=new.idempotency_key)
            if row is not None:
                if bytes(row["digest"]) != new.digest:
                    raise ReusedKeyError(row["external_id"], differing(_asked(_batch(row)), _asked(new)))
                return _batch(row), False
        row = await transaction.one(
            SQL["insert"],
            owner=owner,
            now=now,
            **{name: getattr(new, name) for name in NewServed.__slots__ if name != "partial"},
            partial=int(new.partial),
        )
        assert row is not None
        return _batch(row), True

    @writes
    async def attach(self, transaction: Transaction, owner: str, digest: bytes, now: int) -> ServedBatch | None:
        """The batch that a retry of a create means: one of the same content whose create was not answered."""
        row = await transaction.one(SQL["attach"], owner=owner, digest=digest, now=now)
        return _batch(row) if row else None

    @writes
    async def told(self, transaction: Transaction, batch: int, now: int) -> None:
        """Note that the create was answered: whoever asks for the same again wants another one."""
        await transaction.run(SQL["told"], batch=batch, now=now)

    @reads
    async def find(self, transaction: Transaction, owner: str, external_id: str) -> ServedBatch:
        """The batch. Raises `NotFoundError`."""
        return await _find(transaction, owner, external_id)

    @reads
    async def get(self, transaction: Transaction, batch: int) -> ServedBatch:
        """The batch of a row id that was handed out before."""
        row = await transaction.one(SQL["by_id"], batch=batch)
        assert row is not None
        return _batch(row)

    @reads
    async def list(self, transaction: Transaction, owner: str, after: str | None, limit: int) -> Sequence[ServedBatch]:
        """A page of batches, the newest first. Raises `NotFoundError` where there never was one called `after`."""
        start = LAST if after is None else (await _find(transaction, owner, after)).id
        rows = await transaction.all(SQL["newest"], owner=owner, **{"from": start}, count=limit)
        return [_batch(row) for row in rows]

    @reads
    async def holders(self, transaction: Transaction) -> Sequence[str]:
        """Every gateway that reads files of batches."""
        return sorted(row["holder"] for row in await transaction.all(SQL["holders"]))

    @writes
    async def take_over(self, transaction: Transaction, gone: str, holder: str) -> Sequence[ServedBatch]:
        """What a gateway that is gone was reading is now `holder`'s to read."""
        rows = await transaction.all(SQL["validating"], holder=gone)
        taken = [await transaction.one(SQL["claim"], batch=row["id"], holder=holder, **{"from": gone}) for row in rows]
        return [_batch(row) for row in taken if row is not None]

    @writes
    async def fail(self, transaction: Transaction, batch: int, errors: str, now: int) -> None:
        """Its file cannot be used; `errors` is JSON."""
        row = await transaction.one(SQL["fail"], batch=batch, errors=errors, now=now)
        if row is not None:
            await events.record(transaction, row["owner"], now, "served.failed", served=row["external_id"])

    @writes
    async def run(
        self, transaction: Transaction, batch: ServedBatch, job: int, output_file: str, error_file: str, now: int
    ) -> None:
        """Its job is accepted. Where it was cancelled meanwhile, so is the job."""
        models = await transaction.all(SQL["models"], owner=batch.owner, job=job)
        row = await transaction.one(
            SQL["run"],
            batch=batch.id,
            job=job,
            model=models[0]["model"] if len(models) == 1 else None,
            output_file=output_file,
            error_file=error_file,
            now=now,
        )
        if row is None:
            return
        await events.record(transaction, batch.owner, now, "served.running", job=job, served=batch.external_id)
        if batch.partial:
            await files.insert(transaction, batch.owner, _result(_batch(row), FileKind.OUTPUT), now)
        if row["cancelling_at"] is not None:
            await _cancel_job(transaction, batch.owner, job, now)

    @writes
    async def withdraw(self, transaction: Transaction, batch: int, now: int) -> bool:
        """End a batch that was cancelled before there was a job; False where it was not."""
        row = await transaction.one(SQL["withdraw"], batch=batch, now=now)
        if row is not None:
            await events.record(transaction, row["owner"], now, "served.ended", served=row["external_id"])
        return row is not None

    @writes
    async def cancel(self, transaction: Transaction, owner: str, external_id: str, now: int) -> ServedBatch:
        """Spend no more on it. One that has ended, or is being cancelled, stays as it is. Raises `NotFoundError`."""
        row = await transaction.one(SQL["cancel"], owner=owner, external_id=external_id, now=now)
        if row is None:
            return await _find(transaction, owner, external_id)
        if row["job_id"] is not None:
            await _cancel_job(transaction, owner, row["job_id"], now)
        return _batch(row)

    @reads
    async def answered(self, transaction: Transaction, owner: str, limit: int) -> Sequence[ServedBatch]:
        """Batches whose requests are all settled, and which nobody has ended yet."""
        return [_batch(row) for row in await transaction.all(SQL["answered"], owner=owner, count=limit)]

    @reads
    async def usage(self, transaction: Transaction, owner: str, job: int) -> Usage:
        """What the answers of a job consumed; those that nobody needed, and errors, not."""
        row = await transaction.one(SQL["usage"], owner=owner, job=job)
        assert row is not None
        return Usage(**{name: int(row[name]) for name in Usage._fields})

    @writes
    async def end(self, transaction: Transaction, batch: ServedBatch, ending: Ending, now: int) -> None:
        """Note how it ended, as of `now`, and put its files on record. Once; whoever comes later changes nothing."""
        row = await transaction.one(
            SQL["end"],
            batch=batch.id,
            outcome=ending.outcome,
            succeeded=ending.succeeded,
            failed=ending.failed,
            usage=ending.usage,
            now=now,
        )
        if row is None:
            return
        expires_at = now + batch.output_life
        for kind, rows in ((FileKind.OUTPUT, ending.succeeded), (FileKind.ERROR, ending.failed)):
            new = _result(batch, kind)
            if rows:
                await files.insert(transaction, batch.owner, new, now)
            await files.limit(transaction, new.external_id, now, expires_at)  # also of a growing one that stays empty
        await events.record(transaction, batch.owner, now, "served.ended", job=batch.job_id, served=batch.external_id)

    @writes
    async def show(self, transaction: Transaction, batch: int, job: Job) -> int:
        """Give places to rows of a growing output file that have succeeded since; how many got one, `PLACES` at most."""
        await transaction.lock(SQL["lock"], batch=batch)
        row = await transaction.one(SQL["shown"], batch=batch)
        assert row is not None
        return await transaction.run(
            SQL["show"],
            batch=batch,
            shown=row["place"],
            job=job.id,
            first=job.first_request or 0,
            last=job.last_request or 0,
            count=PLACES,
        )

    @reads
    async def shown(self, transaction: Transaction, batch: int) -> int:
        """How many rows have a place."""
        row = await transaction.one(SQL["shown"], batch=batch)
        return row["place"] if row else 0

    @reads
    async def lines(self, transaction: Transaction, batch: int, after: int, limit: int) -> Sequence[Row]:
        """A page of rows behind a place; the columns of `Requests.results`, and `place`."""
        return await transaction.all(SQL["lines"], batch=batch, after=after, count=limit)


async def _find(transaction: Transaction, owner: str, external_id: str) -> ServedBatch:
    row = await transaction.one(SQL["by_external_id"], owner=owner, external_id=external_id)
    if row is None:
        raise NotFoundError(f"No batch found with id '{external_id}'.")
    return _batch(row)


async def _cancel_job(transaction: Transaction, owner: str, job: int, now: int) -> None:
    if await transaction.one(JOBS["cancel"], owner=owner, job=job, now=now) is not None:
        await events.record(transaction, owner, now, f"job.{JobState.CANCELLING}", job=job)


def _result(batch: ServedBatch, kind: FileKind) -> NewFile:
    """A file of a batch that runs."""
    identifier = batch.output_file if kind is FileKind.OUTPUT else batch.error_file
    assert identifier is not None
    return NewFile(
        external_id=identifier,
        name=f"{batch.external_id}_{kind}.jsonl",
        purpose=RESULTS,
        kind=kind,
        key=batch.key_id,
        batch=batch.id,
    )


def _asked(batch: ServedBatch | NewServed) -> dict[str, object]:
    """The fields of a create by the names that it has for them."""
    return {
        "input_file_id": batch.input_file,
        "endpoint": batch.endpoint,
        "completion_window": batch.completion_window,
        "output_expires_after": batch.output_life,
        "metadata": json.loads(batch.metadata or "{}"),
    }


def _batch(row: Row) -> ServedBatch:
    found = records.values(ServedBatch, row)
    found.update(
        state=ServedState(row["state"]),
        partial=bool(row["partial"]),
        on_miss=OnMiss(row["on_miss"]),
        digest=bytes(row["digest"]),
        outcome=BatchOutcome(row["outcome"]) if row["outcome"] else None,
    )
    return ServedBatch(**found)

"""Batches in the store: filled, handed over, followed, harvested. Every move is fenced.

`claim` takes a lease and a new fence number; every later verb names that number, and one that finds no row raises
`LeaseLostError`: another worker has taken over, and whoever gets the error must stop touching the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.errors import LeaseLostError
from bide.core.identifiers import CUSTOM_ID_LENGTH
from bide.core.span import Span
from bide.core.states import AttemptState, BatchOutcome, BatchState, JobState
from bide.store import events, jobs, queries, records
from bide.store.attempts import Report, newest, settle
from bide.store.bodies import NewObject, record_object
from bide.store.buckets import count
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("batches")
ATTEMPTS = queries.load("attempts")
BUCKETS = queries.load("buckets")

WRITE_OFF_CHUNK = 10_000

Fenced = tuple[int, int]
"""(batch, fence)"""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What a batch is before it has requests."""

    owner: str
    external_id: str
    tag: str
    account: str
    model: str
    endpoint: str
    failed_validations: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """What a batch may still take, or has taken: requests, bytes of its file, input tokens.

    `least` requests are taken even where they have more tokens than that.
    """

    requests: int
    size: int
    tokens: int
    least: int = 0


NOTHING_ADDED = Room(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch's file: the attempt it is, and where its body lies."""

    attempt: int
    body: Span


def line_overhead(endpoint: str) -> int:
    """Bytes of a line of a batch's file beside its body; the same for every line of the batch."""
    return len(line_head("-" * CUSTOM_ID_LENGTH, endpoint)) + len(LINE_TAIL)


def line_head(custom_id: str, endpoint: str) -> bytes:
    """What stands before a body. No character of either needs escaping."""
    return f'{{"custom_id":"{custom_id}","method":"POST","url":"{endpoint}","body":'.encode()


LINE_TAIL = b"}\n"


class Batches(Verbs):
    """Verbs over batches. A move that ends a step says when to look again, and gives the lease back."""

    @writes
    async def open(
        self, transaction: Transaction, batch: NewBatch, bucket: int, holder: str, lease_until: int, now: int
    ) -> Batch | None:
        """Make a batch that is to be filled from a bucket, and hold it.

        None when one is being filled already, or when nothing more is planned for the bucket's job.
        """
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return None
        if await transaction.one(SQL["filling"], bucket=bucket) is not None:
            return None
        opened = await _open(transaction, batch, now, holder, lease_until)
        await transaction.run(SQL["share"], batch=opened.id, bucket=bucket, requests=0)
        return opened

    @writes
    async def claim(
        self, transaction: Transaction, account: str, holder: str, now: int, lease_until: int, limit: int
    ) -> list[Batch]:
        """Take up to `limit` batches of an account that need attention now, those due longest first."""
        rows = await transaction.all(
            SQL["claim"], account=account, holder=holder, now=now, lease_until=lease_until, count=limit
        )
        return sorted((records.batch(row) for row in rows), key=lambda batch: (batch.due_at or 0, batch.id))

    @writes
    async def renew(self, transaction: Transaction, held: Fenced, lease_until: int) -> None:
        """Keep the lease through a long step."""
        await _must(transaction, "renew", held, lease_until=lease_until)

    @writes
    async def wait(self, transaction: Transaction, held: Fenced, due_at: int) -> None:
        """Nothing new: look again at `due_at`."""
        await _must(transaction, "wait", held, due_at=due_at)

    @writes
    async def fill(self, transaction: Transaction, held: Fenced, bucket: Bucket, room: Room, limit: int) -> Room:
        """Add up to `limit` waiting requests of a bucket, as far as there is room; what was added."""
        await _hold(transaction, held, BatchState.OPEN)
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket.id)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return NOTHING_ADDED
        cut = await transaction.one(
            SQL["cut"],
            bucket=bucket.id,
            overhead=line_overhead(bucket.endpoint),
            count=min(limit, room.requests),
            size=room.size,
            tokens=room.tokens,
            least=room.least,
        )
        if cut is None or cut["last"] is None:
            return NOTHING_ADDED
        since = await newest(transaction)
        await transaction.run(SQL["fill"], bucket=bucket.id, account=bucket.account, batch=held[0], last=cut["last"])
        return await _add(transaction, held, bucket.endpoint, since)

    @writes
    async def seal(self, transaction: Transaction, held: Fenced, now: int) -> Batch:
        """Close the batch: its file is complete."""
        return await _seal(transaction, held, now)

    @reads
    async def lines(self, transaction: Transaction, batch: Batch, after: int, limit: int) -> list[Line]:
        """A page of the batch's lines, in the order of its file, above the attempt `after`."""
        rows = await transaction.all(
            SQL["lines"], batch=batch.id, after=after, last=batch.last_attempt or 0, count=limit
        )
        return [Line(row[0], Span(row[1], row[2], row[3], row[4])) for row in rows]

    @writes
    async def staged(self, transaction: Transaction, held: Fenced, input_file: str | None) -> None:
        """Its file is at the provider."""
        await _must(transaction, "stage", held, input_file=input_file)

    @writes
    async def intend(self, transaction: Transaction, held: Fenced, lease_until: int, now: int) -> Batch:
        """Record that a create is about to be sent. Only after this commits may it be."""
        row = await _moved(transaction, "intend", held, lease_until=lease_until, now=now)
        await events.record(transaction, row["owner"], now, "batch.submitting", batch=row["id"])
        return records.batch(row)

    @writes
    async def submitted(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        provider_id: str,
        submitted_at: int,
        expires_at: int | None,
        due_at: int,
        now: int,
    ) -> Batch:
        """The provider has it: its own reply said so, or it was found there."""
        row = await _moved(
            transaction,
            "submitted",
            held,
            provider_id=provider_id,
            submitted_at=submitted_at,
            expires_at=expires_at,
            due_at=due_at,
        )
        await transaction.run(
            SQL["send_attempts"],
            batch=row["id"],
            first=row["first_attempt"],
            last=row["last_attempt"],
            now=submitted_at,
        )
        await events.record(transaction, row["owner"], now, "batch.submitted", batch=row["id"], provider_id=provider_id)
        return records.batch(row)

    @writes
    async def withdrawn(
        self, transaction: Transaction, held: Fenced, trouble: str, input_file: str | None, due_at: int, now: int
    ) -> Batch:
        """The create surely made nothing: try it again at `due_at`, with this input file (None: upload it again)."""
        row = await _moved(transaction, "withdraw", held, trouble=trouble, input_file=input_file, due_at=due_at)
        await events.record(transaction, row["owner"], now, "batch.withdrawn", batch=row["id"], trouble=trouble)
        return records.batch(row)

    @writes
    async def ambiguous(self, transaction: Transaction, held: Fenced, trouble: str, due_at: int, now: int) -> Batch:
        """Nobody answered the create; it is to be looked up, not sent again."""
        row = await _moved(transaction, "ambiguous", held, trouble=trouble, due_at=due_at)
        await events.record(transaction, row["owner"], now, "batch.ambiguous", batch=row["id"], trouble=trouble)
        return records.batch(row)

    @writes
    async def observed(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        total: int,
        completed: int,
        failed: int,
        started_at: int | None,
        expires_at: int | None,
        due_at: int,
    ) -> None:
        """Note what a poll showed and when to poll again."""
        await _must(
            transaction,
            "observe",
            held,
            total=total,
            completed=completed,
            failed=failed,
            started_at=started_at,
            expires_at=expires_at,
            due_at=due_at,
        )

    @writes
    async def cancelling(self, transaction: Transaction, held: Fenced, due_at: int, now: int) -> Batch:
        """The provider has accepted the cancel."""
        row = await _moved(transaction, "cancelling", held, due_at=due_at, now=now)
        await events.record(transaction, row["owner"], now, "batch.cancelling", batch=row["id"])
        return records.batch(row)

    @writes
    async def ended(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        outcome: BatchOutcome,
        code: str | None = None,
        message: str | None = None,
        output_file: str | None = None,
        error_file: str | None = None,
        ended_at: int,
        now: int,
    ) -> Batch:
        """The provider has finished with it, or never had it."""
        row = await _moved(
            transaction,
            "end",
            held,
            outcome=outcome,
            code=code,
            message=message,
            output_file=output_file,
            error_file=error_file,
            ended_at=ended_at,
            now=now,
        )
        await events.record(
            transaction, row["owner"], now, "batch.ended", batch=row["id"], outcome=outcome, code=code, message=message
        )
        return records.batch(row)

    @writes
    async def land(
        self,
        transaction: Transaction,
        held: Fenced,
        reports: Sequence[Report],
        answers: NewObject | None,
        *,
        output_rows: int,
        error_rows: int,
        unknown: int,
        now: int,
    ) -> int:
        """Settle a chunk of a result file, and note how far the files have been read.

        `answers` is the object that holds the responses; `unknown` rows named nothing of ours. Gives how many attempts
        moved.
        """
        batch = await _hold(transaction, held)
        await _must(transaction, "progress", held, output_rows=output_rows, error_rows=error_rows)
        this_object = await record_object(transaction, batch["owner"], answers, now) if answers else None
        moved = await settle(transaction, reports, now, batch=batch["id"], this_object=this_object)
        await events.record(
            transaction,
            batch["owner"],
            now,
            "batch.landed",
            batch=batch["id"],
            rows=len(reports),
            moved=moved,
            unknown=unknown,
        )
        return moved

    @writes
    async def write_off(
        self, transaction: Transaction, held: Fenced, verdict: AttemptState, after: int, limit: int, now: int
    ) -> int | None:
        """Give every attempt that no row mentioned its end: `refused` where it cannot have run, `lost` where it may have.

        Works through up to `limit` attempts above `after`; gives the last of them, None when there are no more.
        """
        batch = await _hold(transaction, held, BatchState.ENDED)
        rows = await transaction.all(
            ATTEMPTS["unlanded"], batch=batch["id"], after=after, last=batch["last_attempt"] or 0, count=limit
        )
        if not rows:
            return None
        reports = [Report(row["id"], verdict, finished_at=now) for row in rows]
        await settle(transaction, reports, now, batch=batch["id"])
        await events.record(
            transaction, batch["owner"], now, "batch.written_off", batch=batch["id"], rows=len(rows), verdict=verdict
        )
        return rows[-1]["id"]

    @writes
    async def divide(
        self,
        transaction: Transaction,
        held: Fenced,
        ejected: Sequence[Report],
        successors: Sequence[tuple[NewBatch, int, int]],
        now: int,
    ) -> list[Batch]:
        """A batch failed before anything of it ran: settle the ejected, and put the others into sealed successors.

        A successor comes with the range of the failed batch's attempts that it takes over. One transaction, so that nobody
        plans the requests in between.
        """
        batch = await _hold(transaction, held, BatchState.ENDED)
        await settle(transaction, ejected, now, batch=batch["id"])
        after = (batch["first_attempt"] or 0) - 1
        while rows := await transaction.all(
            ATTEMPTS["unlanded"], batch=batch["id"], after=after, last=batch["last_attempt"] or 0, count=WRITE_OFF_CHUNK
        ):
            refused = [Report(row["id"], AttemptState.REFUSED, finished_at=now) for row in rows]
            await settle(transaction, refused, now, batch=batch["id"])
            after = rows[-1]["id"]
        sealed: list[Batch] = []
        for new, first, last in successors:
            ours = {"source": batch["id"], "first": first, "last": last}
            if await transaction.one(SQL["left"], **ours) is None:
                continue
            successor = await _open(transaction, new, now)
            since = await newest(transaction)
            await transaction.run(SQL["regroup"], batch=successor.id, **ours)
            await _add(transaction, (successor.id, successor.fence), new.endpoint, since)
            sealed.append(await _seal(transaction, (successor.id, successor.fence), now))
        await events.record(
            transaction,
            batch["owner"],
            now,
            "batch.divided",
            batch=batch["id"],
            ejected=len(ejected),
            successors=[successor.id for successor in sealed],
        )
        return sealed

    @writes
    async def harvested(self, transaction: Transaction, held: Fenced, now: int) -> Batch:
        """Nothing more will come from it."""
        row = await _moved(transaction, "harvested", held, now=now)
        await events.record(transaction, row["owner"], now, "batch.harvested", batch=row["id"])
        await _close_jobs(transaction, row["id"], now)
        return records.batch(row)

    @writes
    async def cleaned(self, transaction: Transaction, held: Fenced, kept: int, now: int) -> None:
        """Its files at the provider are deleted, but for `kept` that expire by themselves."""
        await _must(transaction, "cleaned", held, kept=kept, now=now)

    @writes
    async def troubled(self, transaction: Transaction, held: Fenced, trouble: str, due_at: int) -> None:
        """A call about it failed; try again at `due_at`."""
        await _must(transaction, "trouble", held, trouble=trouble, due_at=due_at)

    @writes
    async def ask_cancel(self, transaction: Transaction, batch: int, why: str, now: int) -> bool:
        """Ask whoever holds it next to cancel it at the provider; False when it was asked before or has ended."""
        row = await transaction.one(SQL["ask_cancel"], batch=batch, now=now)
        if row is not None:
            await events.record(transaction, row["owner"], now, "batch.cancel_asked", batch=batch, why=why)
        return row is not None

    @writes
    async def bar(self, transaction: Transaction, held: Fenced, why: str, now: int) -> None:
        """Keep the buckets of this batch out of the batch lane: the provider has none for their model."""
        batch = await _hold(transaction, held)
        await transaction.lock(ATTEMPTS["lock_batched"], batch=batch["id"])
        await transaction.run(SQL["bar"], batch=batch["id"])
        await events.record(transaction, batch["owner"], now, "batch.barred", batch=batch["id"], why=why)

    @reads
    async def get(self, transaction: Transaction, batch: int) -> Batch:
        row = await transaction.one(SQL["by_id"], batch=batch)
        assert row is not None
        return records.batch(row)

    @reads
    async def attempt_on_line(self, transaction: Transaction, batch: Batch, line: int) -> int | None:
        """The attempt on a line of the batch's file, counted from 1."""
        row = await transaction.one(
            SQL["line"], batch=batch.id, first=batch.first_attempt, last=batch.last_attempt, offset=line - 1
        )
        return row["id"] if row else None

    @reads
    async def of_job(self, transaction: Transaction, job: int) -> list[Batch]:
        """The batches that carry or carried a job's requests, oldest first."""
        return [records.batch(row) for row in await transaction.all(SQL["of_job"], job=job)]

    @reads
    async def still_wanted(self, transaction: Transaction, batch: int) -> bool:
        """Whether some job that is not being cancelled has requests in it."""
        row = await transaction.one(SQL["wanted"], batch=batch)
        return row is not None and row["wanted"] > 0


async def live_batches(transaction: Transaction) -> list[LiveBatch]:
    """Every batch whose answers are not all in."""
    found: dict[int, tuple[Batch, dict[int, int]]] = {}
    for row in await transaction.all(SQL["live"]):
        if row["id"] not in found:
            found[row["id"]] = (records.batch(row), {})
        found[row["id"]][1][row["bucket_id"]] = row["share"]
    return [LiveBatch(batch, shares) for batch, shares in found.values()]


async def next_due(transaction: Transaction) -> dict[str, int]:
    """By account, the next instant at which some batch needs attention."""
    return {row["account"]: row["due_at"] for row in await transaction.all(SQL["next_due"])}


async def _open(
    transaction: Transaction, batch: NewBatch, now: int, holder: str | None = None, lease_until: int = 0
) -> Batch:
    row = await transaction.one(
        SQL["insert"],
        now=now,
        holder=holder,
        lease_until=lease_until,
        fence=1 if holder else 0,
        **{name: getattr(batch, name) for name in NewBatch.__slots__},
    )
    assert row is not None
    await events.record(transaction, batch.owner, now, "batch.open", batch=row["id"], tag=batch.tag)
    return records.batch(row)


async def _seal(transaction: Transaction, held: Fenced, now: int) -> Batch:
    row = await _moved(transaction, "seal", held, now=now)
    await events.record(
        transaction, row["owner"], now, "batch.sealed", batch=row["id"], requests=row["requests"], size=row["size"]
    )
    return records.batch(row)


async def _hold(transaction: Transaction, held: Fenced, state: BatchState | None = None) -> Row:
    """The batch's row, locked; in this state. Raises `LeaseLostError`."""
    batch, fence = held
    row = await transaction.one(SQL["hold"], batch=batch, fence=fence)
    if row is None or (state is not None and row["state"] != state):
        raise LeaseLostError
    return row


async def _must(transaction: Transaction, name: str, held: Fenced, **parameters: object) -> None:
    """Run a fenced statement. Raises `LeaseLostError` when it changes nothing."""
    batch, fence = held
    if not await transaction.run(SQL[name], batch=batch, fence=fence, **parameters):
        raise LeaseLostError


async def _moved(transaction: Transaction, name: str, held: Fenced, **parameters: object) -> Row:
    """Make a fenced move. Raises `LeaseLostError` when the batch is no longer where the move begins."""
    batch, fence = held
    row = await transaction.one(SQL[name], batch=batch, fence=fence, **parameters)
    if row is None:
        raise LeaseLostError
    return row


async def _add(transaction: Transaction, held: Fenced, endpoint: str, after: int) -> Room:
    """Account for the attempts above `after` that were just planned in a batch; what they are."""
    batch, _ = held
    total = NOTHING_ADDED
    added = await transaction.all(SQL["added"], batch=batch, after=after)
    await transaction.run(SQL["mark"], batch=batch, after=after)
    for row in added:
        requests, tokens = row["requests"], int(row["tokens"])
        size = int(row["length"]) + requests * line_overhead(endpoint)
        await _must(
            transaction, "grow", held, requests=requests, size=size, tokens=tokens, first=row["first"], last=row["last"]
        )
        await transaction.run(SQL["share"], batch=batch, bucket=row["bucket_id"], requests=requests)
        bound = int(row["bound"])
        await count(transaction, row["bucket_id"], Phase.WAITING, Tally(-requests, -bound))
        await count(transaction, row["bucket_id"], Phase.BATCHED, Tally(requests, bound))
        total = Room(total.requests + requests, total.size + size, total.tokens + tokens)
    return total


async def _close_jobs(transaction: Transaction, batch: int, now: int) -> None:
    rows = await transaction.all(SQL["jobs"], batch=batch)
    await jobs.close(transaction, [row["job_id"] for row in rows], now)

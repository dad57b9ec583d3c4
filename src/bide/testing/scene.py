"""A store, and what a service does to it, in few words: jobs handed in, batches brought to a state, reports made up."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Part
from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.decision import UNGROUNDED, Decided
from bide.core.entropy import SeededEntropy
from bide.core.identifiers import new_identifier, new_tag
from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import AttemptState, BatchOutcome, BatchState
from bide.core.usage import Usage
from bide.store.attempts import ClaimedCall
from bide.store.bodies import NewObject
from bide.store.fence import Fenced
from bide.store.filling import NewBatch, Room
from bide.store.jobs import Acceptance, NewJob
from bide.store.reports import Price, Report
from bide.store.requests import NewRequests
from bide.store.store import Store

MOST = 100_000
"""Batches that are claimed to find one: a story that is told many times leaves many behind."""

START = 1_800_000_000 * SECOND

BODY_LENGTH, INPUT_TOKENS, OUTPUT_TOKENS = 100, 30, 200
TOKENS = INPUT_TOKENS + OUTPUT_TOKENS
"""What every made-up request has."""

USAGE = Usage(input=30, cached=10, cache_write=5, output=20, reasoning=7, cache_write_1h=3)

ROOMY = Room(100_000, 1 << 40, 1 << 40)
"""More than any batch of a test takes."""


@dataclass(frozen=True, slots=True)
class Handed:
    """An accepted job and its buckets, as they were then."""

    job: Job
    buckets: Sequence[Bucket]

    @property
    def bucket(self) -> Bucket:
        """The only one."""
        (bucket,) = self.buckets
        return bucket


def held(batch: Batch) -> Fenced:
    """The batch under the lease it was claimed with."""
    return batch.id, batch.fence


def report(
    attempt: int, verdict: AttemptState = AttemptState.ANSWERED, amount: int | None = 1_000, **changes: Any
) -> Report:
    """What became of an attempt; an answer is billed, at `amount` (listed at twice that) or at an unknown price."""
    price = Price(USAGE, None, amount, None if amount is None else 2 * amount)
    billed = verdict is AttemptState.ANSWERED or changes.get("suspected")
    made = Report(attempt, verdict, price=price if billed else None, finished_at=START)
    return msgspec.structs.replace(made, **changes)


@dataclass(slots=True)
class Scene:
    """One account's work in a store. `seed` keeps the names of several scenes in one database apart."""

    store: Store
    seed: str = "scene"
    now: int = START
    owner: str = "local"
    holder: str = "worker"
    model: str = "small"
    endpoint: str = "/v1/chat/completions"
    lease: int = MINUTE
    decided: Decided = UNGROUNDED
    """Why batches are made and requests called from now on."""
    entropy: SeededEntropy = field(init=False)
    account: str = field(init=False)

    def __post_init__(self) -> None:
        self.entropy = SeededEntropy(self.seed)
        self.account = f"account-{new_tag(self.entropy)}"

    @property
    def lease_until(self) -> int:
        return self.now + self.lease

    def new_job(self, **changes: Any) -> NewJob:
        """What a job is when its reading begins."""
        new = NewJob(
            external_id=new_identifier("job", self.entropy),
            kind="run",
            name="tickets.jsonl",
            deadline=self.now + DAY,
            on_miss="rescue",
            priority_source="within",
            parameters="{}",
        )
        return replace(new, **changes)

    async def begin(self, **changes: Any) -> Job:
        """A job whose reading has begun."""
        return await self.store.jobs.begin(self.owner, self.new_job(**changes), self.now)

    async def retry(self, job: Job) -> Handed:
        """A job's failed requests once more."""
        new = self.new_job(kind="retry", parent_id=job.parent_id or job.id)
        accepted = await self.store.retries.start(job, new, Part.ASSUMED, lambda copied: "{}", self.now)
        return Handed(accepted, await self.buckets(accepted))

    async def bucket_in(self, job: Job, part: Part = Part.GUARANTEED) -> int:
        """A bucket of a job, of its own part."""
        return await self.store.buckets.ensure(
            self.owner,
            job.id,
            account=self.account,
            model=self.model,
            endpoint=self.endpoint,
            deadline=job.deadline,
            part=part,
        )

    async def rows(self, job: Job, bucket: int, count: int, first: int = 1) -> NewRequests:
        """So many requests of a job, on the lines from `first` on."""
        bodies = await self.store.bodies.add(
            self.owner, NewObject(f"bodies-{new_tag(self.entropy)}", "bodies", count * BODY_LENGTH), self.now
        )
        rows = [
            (
                bucket,
                line,
                f"ticket-{line}",
                (line - first) * BODY_LENGTH,
                BODY_LENGTH,
                -line,
                INPUT_TOKENS,
                OUTPUT_TOKENS,
            )
            for line in range(first, first + count)
        ]
        return NewRequests(self.owner, job.id, bodies, self.now, rows)

    async def accept(self, job: Job, requests: int, newest: int = 0, **changes: Any) -> Job:
        """Promise a job, whose requests lie above the id `newest`."""
        first, last = await self.store.requests.extent(job.id, newest)
        found = Acceptance(
            fingerprint="content",
            input_id=None,
            requests=requests,
            refused=0,
            admission="{}",
            first_request=first,
            last_request=last,
            host=None,
        )
        return await self.store.jobs.accept(self.owner, job.id, replace(found, **changes), self.now)

    async def hand_in(self, *sizes: int, host: str | None = None, **changes: Any) -> Handed:
        """An accepted job with a bucket of each size (at most three)."""
        job = await self.begin(**changes)
        newest = await self.store.requests.newest()
        line = 1
        for size, part in zip(sizes, Part, strict=False):
            bucket = await self.bucket_in(job, part)
            await self.store.requests.add(await self.rows(job, bucket, size, line))
            line += size
        accepted = await self.accept(job, sum(sizes), newest, host=host)
        return Handed(accepted, await self.buckets(accepted))

    async def buckets(self, job: Job) -> list[Bucket]:
        """A job's buckets with open requests, as they are now, by id."""
        snapshot = await self.store.snapshots.take("host", self.now)
        return sorted((one for one in snapshot.buckets if one.job_id == job.id), key=lambda bucket: bucket.id)

    async def get(self, job: Job) -> Job:
        """The job as it is now."""
        return await self.store.jobs.get(self.owner, job.id)

    def new_batch(self) -> NewBatch:
        return NewBatch(
            self.owner,
            new_identifier("batch", self.entropy),
            new_tag(self.entropy),
            self.account,
            self.model,
            self.endpoint,
        )

    async def open(self, bucket: Bucket) -> Batch:
        """A batch that is being filled from a bucket."""
        batch = await self.store.batches.open(
            self.new_batch(), bucket.id, self.holder, self.lease_until, self.now, self.decided
        )
        assert batch is not None
        return batch

    async def claim(self, batch: Batch) -> Batch:
        """The batch under a new lease, once it is due."""
        self.now = max(self.now, batch.due_at or 0, batch.lease_until)
        for one in await self.store.batches.claim(self.account, self.holder, self.now, self.lease_until, MOST):
            if one.id == batch.id:
                return one
        raise AssertionError("the batch is not due")

    async def batch(self, bucket: Bucket, state: BatchState = BatchState.SUBMITTED, requests: int = 100_000) -> Batch:
        """A batch of waiting requests of a bucket, brought to a state and held."""
        store, batch = self.store.batches, await self.open(bucket)
        if state is BatchState.OPEN:
            return batch
        await store.fill(held(batch), bucket, Room(requests, ROOMY.size, ROOMY.tokens), requests)
        batch = await store.seal(held(batch), self.now)
        return await self.bring(batch, state)

    async def bring(self, batch: Batch, state: BatchState) -> Batch:
        """A sealed batch, brought to a later state and held."""
        store = self.store.batches
        if state is BatchState.SEALED:
            return batch
        batch = await store.intend(held(batch), self.lease_until, self.now)
        if state is BatchState.SUBMITTING:
            return batch
        if state is BatchState.AMBIGUOUS:
            return await self.claim(await store.ambiguous(held(batch), "no reply", self.now, self.now))
        batch = await self.claim(
            await store.submitted(
                held(batch),
                provider_id=f"provider-{batch.tag}",
                submitted_at=self.now,
                expires_at=self.now + DAY,
                due_at=self.now,
                now=self.now,
            )
        )
        if state is BatchState.SUBMITTED:
            return batch
        if state is BatchState.CANCELLING:
            return await self.claim(await store.cancelling(held(batch), self.now, self.now))
        batch = await store.ended(
            held(batch), outcome=BatchOutcome.COMPLETED, output_file="output", ended_at=self.now, now=self.now
        )
        if state is BatchState.ENDED:
            return batch
        await self.write_off(batch)
        return await store.harvested(held(batch), self.now)

    async def attempts(self, batch: Batch) -> list[int]:
        """The attempts in a batch, in the order of its file."""
        present = await self.store.batches.get(batch.id)
        return [line.attempt for line in await self.store.batches.lines(present, 0, 100_000)]

    async def land(self, batch: Batch, reports: Sequence[Report], *answers: NewObject) -> int:
        """Settle rows of an ended batch's output."""
        return await self.store.batches.land(
            held(batch),
            reports,
            answers,
            output_rows=len(reports),
            error_rows=0,
            unknown=0,
            now=self.now,
        )

    async def write_off(self, batch: Batch, verdict: AttemptState = AttemptState.LOST, chunk: int = 1_000) -> None:
        """Give the attempts that no row mentioned their end."""
        after: int | None = 0
        while after is not None:
            after = await self.store.batches.write_off(held(batch), verdict, after, chunk, self.now)

    async def call(
        self, bucket: Bucket, limit: int = 100_000, batch: Batch | None = None, after: int = 0
    ) -> list[ClaimedCall]:
        """Requests that are ours to call now: waiting ones, or those of a batch."""
        present = await self.store.batches.get(batch.id) if batch else None
        return await self.store.attempts.claim_calls(
            bucket,
            limit,
            batch=present,
            after=after,
            holder=self.holder,
            lease_until=self.lease_until,
            now=self.now,
            decided=self.decided,
        )

    async def settle_calls(self, reports: Sequence[Report]) -> int:
        """Settle the outcomes of calls."""
        return await self.store.attempts.land(reports, self.now)


def span(offset: int = 0, length: int = 10) -> Span:
    """Bytes of the object that is recorded with the reports."""
    return Span(0, offset, length, -1)

"""From chunks of input to an accepted job: bodies into one immutable object, rows into the store, and then the promise.

Nothing is promised before everything is on the disk. A reading that dies half-way leaves a job that was never accepted,
which is forgotten later.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bide.core.bucket import Part
from bide.core.errors import InputError, RefusedError
from bide.core.identifiers import new_identifier, new_tag
from bide.core.job import Job
from bide.core.money import format_money
from bide.delivery.columns import encode_columns
from bide.engine import pricing
from bide.engine.context import Context
from bide.engine.outlook import capacity
from bide.intake.admit import Admissions, Terms
from bide.intake.endpoint import EMBEDDINGS
from bide.intake.entry import Chunk, Entry
from bide.intake.findings import BadLinesError, Findings, fingerprint
from bide.intake.order import Order
from bide.intake.problem import duplicate_custom_id
from bide.intake.tokens import estimate_tokens
from bide.lanes.decide import Key, demand, is_rescued
from bide.lanes.rescue import Demand
from bide.ledger.estimate import Estimate, Load, OutputAssumption, by_lane, total
from bide.ledger.prices import day_of
from bide.ledger.promise import TYPICAL_TURNAROUND, Admitted, Forecast, Predicted, Promise
from bide.store.bodies import NewObject, checksum
from bide.store.jobs import Acceptance, NewJob
from bide.store.objects import ObjectWriter
from bide.store.requests import NewRequest
from bide.store.store import Store

WRITE_ROWS = 2_000
"""Requests added in one transaction."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An accepted job and what was found while it was read."""

    job: Job
    findings: Findings
    promise: Promise


async def ingest(
    context: Context,
    order: Order,
    account: Callable[[Entry], str],
    chunks: Iterable[Chunk],
    on_progress: Callable[[Findings], None] = lambda findings: None,
    *,
    beside: Store | None = None,
) -> Reading:
    """Read an input into a job and accept it. `account` says which account serves an entry.

    `beside` is the store whose promises share the capacity, where it is not the one that is read into.

    Raises:
        BadLinesError: lines cannot be used and the order does not skip them.
        RefusedError: the job as a whole is refused, with the reason.
        InputError: the input cannot be read.
    """
    reader = await _Reader.begin(context, order, account, beside or context.store)
    try:
        for chunk in chunks:
            await reader.take(chunk)
            on_progress(reader.findings)
            await asyncio.sleep(0)
        return await reader.accept()
    except BaseException:
        await asyncio.shield(reader.abandon())
        raise


class _Reader:
    """One input on its way into the store."""

    def __init__(
        self,
        context: Context,
        order: Order,
        account: Callable[[Entry], str],
        job: Job,
        objects: tuple["_Object", "_Object"],
        terms: Terms,
        newest: int,
    ) -> None:
        self.findings = Findings()
        self._context = context
        self._order = order
        self._account = account
        self._job = job
        self._bodies, self._columns = objects
        self._admissions = Admissions(terms)
        self._newest = newest
        self._buckets: dict[tuple[Key, str, Part], int] = {}
        self._rows: list[NewRequest] = []
        self._pending_columns: list[tuple[int, bytes]] = []

    @classmethod
    async def begin(cls, context: Context, order: Order, account: Callable[[Entry], str], beside: Store) -> "_Reader":
        """Put the job and its objects on record, and look at what the capacity is promised to already."""
        store, now = context.store, context.clock.now()
        job = await store.jobs.begin(
            order.owner,
            NewJob(
                external_id=new_identifier("job", context.entropy),
                kind="run",
                name=order.name,
                deadline=order.deadline,
                on_miss=order.on_miss,
                priority=order.priority,
                priority_source=order.priority_source,
                parameters=order.parameters,
                workflow=order.workflow,
                idempotency_key=order.idempotency_key,
                max_cost=order.max_cost,
                destination=order.destination,
            ),
            now,
        )
        snapshot = await beside.snapshots.take(context.host, now)
        promised: dict[Key, list[Demand]] = {}
        for bucket in snapshot.buckets:
            if is_rescued(bucket):
                promised.setdefault((bucket.account, bucket.model), []).append(demand(bucket))
        terms = Terms(
            order.deadline,
            order.on_miss,
            context.settings.rules.margins,
            context.settings.rules.promote_share,
            lambda key: capacity(context, snapshot, key),
            promised,
            now,
        )
        objects = (
            await _Object.begin(context, order.owner, "bodies"),
            await _Object.begin(context, order.owner, "input"),
        )
        return cls(context, order, account, job, objects, terms, await store.requests.newest())

    async def take(self, chunk: Chunk) -> None:
        """Write a chunk's bodies, and queue its rows."""
        self.findings.add(chunk)
        start = self._bodies.size
        await self._bodies.write(chunk.bodies)
        if self.findings.refused and not self._order.skip_bad_lines:
            self.findings.requests += len(chunk.entries)
            return  # nothing will come of the job; the rest is read only to name every problem
        owner, job, bodies, now = self._order.owner, self._job.id, self._bodies.id, self._context.clock.now()
        buckets = await self._places(chunk.entries)
        assumed = self._context.settings.realtime.assumed_output_tokens
        for entry, bucket in zip(chunk.entries, buckets, strict=True):
            body = entry.body
            length = len(body)
            output = entry.max_output_tokens
            self._rows.append(
                (
                    owner,
                    job,
                    bucket,
                    entry.line,
                    entry.custom_id,
                    bodies,
                    start,
                    length,
                    checksum(body),
                    estimate_tokens(length),
                    (0 if entry.endpoint == EMBEDDINGS.url else assumed) if output is None else output,
                    now,
                )
            )
            start += length + 1
            if entry.columns:
                self._pending_columns.append((entry.line, entry.columns))
        if len(self._rows) >= WRITE_ROWS:
            await self._flush()

    async def accept(self) -> Reading:
        """Make everything durable, then promise it."""
        await self._flush()
        if self.findings.refused and not self._order.skip_bad_lines:
            raise BadLinesError(self.findings)
        if not self.findings.requests:
            raise InputError("the input holds no request; nothing was sent")
        promise = self._promise()
        await self._check(promise)
        await self._bodies.commit()
        has_columns = await self._columns.commit()
        store, order = self._context.store, self._order
        first, last = await store.requests.extent(self._job.id, self._newest)
        job = await store.jobs.accept(
            order.owner,
            self._job.id,
            Acceptance(
                fingerprint=fingerprint(self.findings, order.parameters),
                input_id=self._columns.id if has_columns else None,
                requests=self.findings.requests,
                refused=self.findings.refused,
                admission=promise.encode(),
                first_request=first,
                last_request=last,
                host=self._context.host if order.destination else None,
            ),
            self._context.clock.now(),
        )
        return Reading(job, self.findings, promise)

    async def abandon(self) -> None:
        """Forget what was read."""
        await self._bodies.abort()
        await self._columns.abort()
        while not await self._context.store.jobs.forget(self._job.id):
            pass

    async def _places(self, entries: Sequence[Entry]) -> list[int]:
        """The bucket of each entry. Entries that go the same way are admitted together, as long as all of them fit."""
        ways: dict[tuple[str, str, str], list[int]] = {}
        for index, entry in enumerate(entries):
            ways.setdefault((self._account(entry), entry.model, entry.endpoint), []).append(index)
        places = [0] * len(entries)
        for (account, model, endpoint), indexes in ways.items():
            key = (account, model)
            mine = [entries[index] for index in indexes]
            self._count(key, mine)
            bounds = [self._bound(entry) for entry in mine]
            tokens = sum(inputs + outputs for inputs, outputs in bounds)
            longest = max(outputs for _, outputs in bounds)
            part = self._admissions.part(key, len(mine), tokens, longest)
            if part is not None:
                bucket = await self._bucket(key, endpoint, part)
                for index in indexes:
                    places[index] = bucket
                continue
            for index, (inputs, outputs) in zip(indexes, bounds, strict=True):
                one = self._admissions.part(key, 1, inputs + outputs, outputs) or Part.REST
                places[index] = await self._bucket(key, endpoint, one)
        return places

    def _bound(self, entry: Entry) -> tuple[int, int]:
        """The most tokens (in, out) an entry is reckoned with."""
        output = entry.max_output_tokens
        if output is None:
            output = 0 if entry.endpoint == EMBEDDINGS.url else self._context.settings.realtime.assumed_output_tokens
        return entry.input_tokens, output

    def _count(self, key: Key, entries: Sequence[Entry]) -> None:
        """Add entries to what is estimated for an (account, model)."""
        sizes = [entry.input_tokens for entry in entries]
        caps = [entry.max_output_tokens for entry in entries if entry.max_output_tokens is not None]
        self.findings.requests += len(entries)
        load = self.findings.loads.get(key, Load(0, 0, 0))
        self.findings.loads[key] = Load(
            load.requests + len(entries),
            load.input_tokens + sum(sizes),
            max(load.longest_input, *sizes),
            load.capped + len(caps),
            load.capped_output + sum(caps),
        )

    async def _bucket(self, key: Key, endpoint: str, part: Part) -> int:
        found = self._buckets.get((key, endpoint, part))
        if found is None:
            found = await self._context.store.buckets.ensure(
                self._order.owner,
                self._job.id,
                account=key[0],
                model=key[1],
                endpoint=endpoint,
                deadline=self._order.deadline,
                part=part,
            )
            self._buckets[key, endpoint, part] = found
        return found

    async def _flush(self) -> None:
        """Store the queued rows. Those that repeat a `custom_id` are problems, and their columns are not kept."""
        rows, self._rows = self._rows, []
        columns, self._pending_columns = self._pending_columns, []
        repeats = await self._context.store.requests.add(self._order.owner, self._job.id, rows) if rows else []
        self.findings.requests -= len(repeats)
        self.findings.refuse(
            duplicate_custom_id(repeat.line, repeat.custom_id, repeat.first_line) for repeat in repeats
        )
        if columns:
            left_out = {repeat.line for repeat in repeats}
            await self._columns.write(
                b"".join([encode_columns(line, text) for line, text in columns if line not in left_out])
            )

    def _promise(self) -> Promise:
        results = self._admissions.results()
        admitted = [
            Admitted(*key, found.requests, found.guaranteed, found.known, found.arithmetic)
            for key, found in sorted(results.items())
        ]
        rescue = max((found.drain for found in results.values()), default=0)
        return Promise(admitted, self._forecast(), Predicted(0, TYPICAL_TURNAROUND, rescue), self._bodies.size)

    def _forecast(self) -> Forecast:
        """What the job will cost in each lane, at today's prices."""
        context = self._context
        day = day_of(context.clock.now())
        realtime = context.settings.realtime
        assumption = OutputAssumption(realtime.typical_output_tokens, realtime.assumed_output_tokens)
        lanes: dict[str, list[Estimate | None]] = {pricing.BATCH: [], pricing.STANDARD: []}
        for (account, model), load in self.findings.loads.items():
            catalogue = context.providers[account].catalogue
            cards = {mode: context.pricing.source.card(catalogue, model, mode, day) for mode in lanes}
            for mode, found in by_lane(load, cards, assumption).items():
                lanes[mode].append(found)
        return Forecast(total(lanes[pricing.BATCH]), total(lanes[pricing.STANDARD]))

    async def _check(self, promise: Promise) -> None:
        """Refuse the job where the order says so. Raises `RefusedError`."""
        if self._order.strict and promise.guaranteed < promise.requests:
            raise RefusedError(
                f"only {promise.guaranteed:,} of {promise.requests:,} requests can be guaranteed by the deadline, and"
                f" --strict asks for all: {'; '.join(one.arithmetic for one in promise.admitted)}"
            )
        limit = self._order.max_cost
        if limit is None:
            return
        batch = promise.forecast.batch
        if batch is None:
            raise RefusedError(
                "the job has a cost cap and the price of its model is unknown; give the price in the config, or leave"
                " out --max-cost"
            )
        if batch.upper > limit:
            raise RefusedError(
                f"the job may cost up to {format_money(batch.upper)} in batches alone, and its cap is"
                f" {format_money(limit)}; set max_completion_tokens, raise --max-cost, or send less"
            )


class _Object:
    """An object that grows while an input is read, and its row."""

    def __init__(self, context: Context, object_id: int, writer: ObjectWriter) -> None:
        self.id = object_id
        self.size = 0
        self._context = context
        self._writer = writer

    @classmethod
    async def begin(cls, context: Context, owner: str, kind: str) -> "_Object":
        name = f"{kind}-{new_tag(context.entropy)}"
        object_id = await context.store.bodies.add(owner, NewObject(name, kind, 0), context.clock.now())
        return cls(context, object_id, await context.store.bodies.create(name))

    async def write(self, data: bytes) -> None:
        await self._writer.write(data)
        self.size += len(data)

    async def commit(self) -> bool:
        """Make it durable; False where there is nothing to keep."""
        if not self.size:
            await self._writer.abort()
            return False
        await self._writer.commit()
        await self._context.store.bodies.resize(self.id, self.size)
        return True

    async def abort(self) -> None:
        await self._writer.abort()

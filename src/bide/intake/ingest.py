"""From chunks of input to an accepted job: bodies into one immutable object, rows into the store, and then the promise.

Nothing is promised before everything is on the disk. A reading that dies half-way leaves a job that was never accepted,
which is forgotten later.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from bide.core.budget import CapExhaustedError
from bide.core.deadline import Priority
from bide.core.errors import BideError, InputError, RefusedError
from bide.core.identifiers import new_identifier
from bide.core.job import Job
from bide.core.money import Ceiling
from bide.core.states import Lane
from bide.delivery.columns import encode_columns
from bide.engine.context import Context
from bide.engine.expectation import believed
from bide.engine.outlook import capacity, hours_of, promised
from bide.engine.placing import choose, places_of, replanned, unwell
from bide.intake import offer
from bide.intake.admit import Terms
from bide.intake.entry import Chunk
from bide.intake.findings import BadLinesError, Findings, fingerprint
from bide.intake.growing import GrowingObject
from bide.intake.likeness import Keeping
from bide.intake.order import Order
from bide.intake.placement import Choose, Placed, Placement
from bide.intake.problem import duplicate_custom_id
from bide.intake.reservation import ceiling_in, ceiling_of, deferred_lanes
from bide.lanes.arrival.route import Route
from bide.lanes.arrival.weighing import by_size
from bide.lanes.forecast.forecast import View
from bide.ledger.promise import Capped, Promise
from bide.store.bodies import checksums
from bide.store.caps import HELD, Fit
from bide.store.deliveries import Recipient
from bide.store.jobs import Acceptance, NewJob
from bide.store.requests import Alike, NewRequest, NewRequests
from bide.store.store import Store

WRITE_ROWS = 4_000
"""Requests added in one transaction."""

Accept = Callable[[str, int, Acceptance, int], Awaitable[Job]]
"""Promises a job as `Jobs.accept` does; what else belongs to the promise goes into the same transaction."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An accepted job and what was found while it was read."""

    job: Job
    findings: Findings
    promise: Promise


async def ingest(
    context: Context,
    order: Order,
    route: Callable[[str], Route],
    chunks: Iterable[Chunk],
    on_progress: Callable[[Findings], None] = lambda findings: None,
    *,
    beside: Store | None = None,
    accept: Accept | None = None,
) -> Reading:
    """Read an input into a job and accept it. `route` says which account serves a model of the input.

    `beside` is the store whose promises share the capacity, where it is not the one that is read into. `accept` is what
    promises the job, where more than the job is promised.

    Raises:
        BadLinesError: lines cannot be used and the order does not skip them, or no line can.
        RefusedError: the job as a whole is refused, with the reason.
        WebhookUrlError: nobody can be told about it at that URL.
        InputError: the input cannot be read.
    """
    reader = await _Reader.begin(context, order, route, beside or context.store)
    try:
        for chunk in chunks:
            await reader.take(chunk)
            on_progress(reader.findings)
            await asyncio.sleep(0)
        return await reader.accept(accept or context.store.jobs.accept)
    except (Exception, asyncio.CancelledError):
        await asyncio.shield(reader.abandon())
        raise


def _dearer(one: Ceiling | None, other: Ceiling | None) -> Ceiling | None:
    """What bounds both; None: one of them is unknown."""
    if one is None or other is None:
        return None
    return Ceiling(max(one.input, other.input), max(one.output, other.output))


class _Reader:
    """One input on its way into the store."""

    def __init__(
        self,
        context: Context,
        order: Order,
        route: Callable[[str], Route],
        job: Job,
        objects: tuple[GrowingObject, GrowingObject],
        terms: Terms,
        expected: View,
        newest: int,
        recipients: Sequence[Recipient],
        choose: Choose,
    ) -> None:
        self.findings = Findings()
        self._context = context
        self._order = order
        self._job = job
        self._bodies, self._columns = objects
        assumed = context.settings.realtime.assumed_output_tokens
        self._placement = Placement(
            context.store, job, terms, route, assumed, self.findings.loads, choose, lambda key: expected.weighing(*key)
        )
        self._expected = expected
        self._newest = newest
        self._recipients = recipients
        self._rows: list[NewRequest] = []
        self._route = route
        may_keep = order.lanes is None or Lane.CACHE in order.lanes
        rule, said = context.settings.cache.rule, order.kept_for if may_keep else 0
        self._keeping = Keeping(rule, said, order.workflow, order.key_id)
        self._alike: list[Alike] | None = None if self._keeping.is_off else []
        self._pending_columns: list[tuple[int, bytes]] = []
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    async def begin(cls, context: Context, order: Order, route: Callable[[str], Route], beside: Store) -> "_Reader":
        """Put the job and its objects on record, and look at what the capacity is promised to already."""
        store, now = context.store, context.clock.now()
        recipients = await context.herald.of_job(order.owner, order.webhook) if context.herald else ()
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
                key_id=order.key_id,
                destination=order.destination,
            ),
            now,
        )
        snapshot = await beside.snapshots.take(context.host, now)
        snapshot = replanned(context, snapshot, unwell(snapshot))
        newest, expected = await store.requests.newest(), await believed(context, beside, snapshot, now)
        terms = Terms(
            order.deadline,
            order.on_miss,
            context.rules.margins,
            context.rules.promote_share,
            lambda key: capacity(context, snapshot, key),
            lambda key: hours_of(context, key),
            promised(snapshot),
            now,
            lambda key: expected.latency(*key).factor(),
        )
        bodies = await GrowingObject.begin(context, order.owner, "bodies", job.external_id)
        try:
            columns = await GrowingObject.begin(context, order.owner, "input", job.external_id)
        except BaseException:
            await bodies.abort()
            raise

        def placed(way: Route, endpoint: str, longest: int) -> Route:
            return choose(context, snapshot, way, endpoint, order.deadline, longest, longest)

        return cls(context, order, route, job, (bodies, columns), terms, expected, newest, recipients, placed)

    async def take(self, chunk: Chunk) -> None:
        """Write a chunk's bodies, and queue its rows."""
        self.findings.add(chunk)
        start = self._bodies.size
        await self._bodies.write(chunk.bodies)
        placed = await self._placement.place(chunk.entries)
        self.findings.requests += len(chunk.entries)
        self._rows += self._as_rows(placed, start)
        if self._alike is not None:
            self._alike += [
                self._keeping.alike(one.endpoint, one.model, self._route(one.model), one.body) for one in chunk.entries
            ]
        given = zip(chunk.entries.lines, chunk.entries.columns, strict=True)
        self._pending_columns += [(line, columns) for line, columns in given if columns]
        if len(self._rows) >= WRITE_ROWS:
            await self._flush()

    async def accept(self, accept: Accept) -> Reading:
        """Make everything durable, then promise it."""
        await self._flush()
        await self._written()
        self.findings.problems.sort(key=lambda problem: problem.line)
        if self.findings.refused and not (self._order.skip_bad_lines and self.findings.requests):
            raise BadLinesError(self.findings)
        if not self.findings.requests:
            raise InputError("the input holds no request; nothing was sent")
        loads = self.findings.loads
        promised = offer.promise(
            self._context, self._placement.admissions(), loads, self._bodies.size, self._expected, self._order.deadline
        )
        offer.check(self._context, self._order, promised, loads)
        store, order = self._context.store, self._order
        first, last = await store.requests.extent(self._job.id, self._newest)
        held_after: int | None = None
        if order.max_cost is not None:
            fit = await self._fit(order.max_cost, first or 0, last or 0)
            if fit.requests < self.findings.requests:
                held_after = fit.last
                promised = msgspec.structs.replace(
                    promised, capped=Capped(order.max_cost, fit.requests, fit.guaranteed, fit.bound)
                )
        await self._bodies.commit()
        has_columns = await self._columns.commit()
        job = await accept(
            order.owner,
            self._job.id,
            Acceptance(
                fingerprint=fingerprint(self.findings, order.parameters),
                input_id=self._columns.id if has_columns else None,
                requests=self.findings.requests,
                refused=self.findings.refused,
                admission=promised.encode(),
                first_request=first,
                last_request=last,
                host=self._context.host if order.destination and not order.everywhere else None,
                once=not order.new,
                ceilings={} if order.key_id is None else self._ceilings(),
                recipients=self._recipients,
                held_after=held_after,
                held_why=HELD,
            ),
            self._context.clock.now(),
        )
        return Reading(job, self.findings, promised)

    def _ceilings(self) -> Mapping[int, Ceiling | None]:
        """By bucket, the most that a token of its requests may cost in any lane they may take; None: a price is unknown."""
        found: dict[int, Ceiling | None] = {}
        for ((account, model), endpoint, _), bucket in self._placement.buckets.items():
            found[bucket] = Ceiling(0, 0)
            for name in places_of(self._context, Route(account, model, (account, model) in self._placement.spread)):
                lanes = deferred_lanes(self._order.lanes, self._context.providers[name], endpoint)
                if self._order.priority == Priority.URGENT:
                    lanes = (Lane.REALTIME,)
                here = ceiling_of(self._context, name, model, lanes, self._placement.longest)
                found[bucket] = _dearer(found[bucket], here)
        return found

    async def _fit(self, cap: int, first: int, last: int) -> Fit:
        """How much of what was read fits under its cap. Raises `CapExhaustedError` where nothing does, or where all has to."""
        order, requests = self._order, self.findings.requests
        lanes = {key: offer.lanes_of(self._context, order, key[0], load) for key, load in self.findings.loads.items()}
        ceilings: dict[int, Ceiling] = {}
        for (key, _, _), bucket in self._placement.buckets.items():
            found: Ceiling | None = Ceiling(0, 0)
            for name in places_of(self._context, Route(*key, key in self._placement.spread)):
                here = ceiling_in(self._context, name, key[1], lanes[key], self._placement.longest)
                found = _dearer(found, here)
                if found is None:
                    missing = offer.price_missing(
                        self._context, (name, key[1]), lanes[key][-1], lanes[key], order.words
                    )
                    raise RefusedError(missing)
            ceilings[bucket] = found
        fit = await self._context.store.held.measure(self._job.id, ceilings, cap, first, last)
        if not fit.requests or (order.strict and fit.requests < requests):
            remedy = offer.remedy(order, lanes.values())
            raise CapExhaustedError(cap, fit.requests, requests, fit.bound, remedy, order.words.max_cost)
        return fit

    async def abandon(self) -> None:
        """Forget what was read."""
        with contextlib.suppress(BideError):  # the reading has failed already; that is the error to tell
            await self._written()
        await self._bodies.abort()
        await self._columns.abort()
        await self._context.store.forget(self._job)

    def _as_rows(self, placed: Placed, start: int) -> list[NewRequest]:
        """The rows of entries whose bodies begin at `start`, one after the other with a newline between them."""
        entries, sizes = placed.entries, placed.sizes
        return list(
            zip(
                placed.buckets,
                entries.lines,
                entries.custom_ids,
                accumulate([size + 1 for size in sizes], initial=start),
                sizes,
                checksums(entries.bodies),
                placed.inputs,
                placed.outputs,
                strict=False,  # one start more: that of what comes next
            )
        )

    async def _flush(self) -> None:
        """Store the queued rows while the next are read; at most one such write is under way."""
        await self._written()
        rows, self._rows = self._rows, []
        alike, self._alike = self._alike, None if self._alike is None else []
        columns, self._pending_columns = self._pending_columns, []
        if rows:
            self._writing = asyncio.create_task(self._write(rows, alike, columns))
            await asyncio.sleep(0)  # let it reach the store before this thread is busy with reading

    async def _written(self) -> None:
        """Wait for the write that is under way."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    async def _write(
        self, rows: Sequence[NewRequest], alike: Sequence[Alike] | None, columns: Sequence[tuple[int, bytes]]
    ) -> None:
        """Store rows. Those that repeat a `custom_id` are problems, and their columns are not kept."""
        now = self._context.clock.now()
        new = NewRequests(self._order.owner, self._job.id, self._bodies.id, now, rows, alike)
        repeats = await self._context.store.requests.add(new)
        self.findings.requests -= len(repeats)
        self.findings.refuse(
            duplicate_custom_id(repeat.line, repeat.custom_id, repeat.first_line) for repeat in repeats
        )
        left_out = {repeat.line for repeat in repeats}
        for bucket, line, _, _, size, _, tokens_in, bound in rows if left_out else ():
            if line in left_out:
                self.findings.repeated += 1
                self.findings.repeated_tokens += by_size(size)
                self._placement.leave_out(bucket, tokens_in, bound)
        if columns:
            await self._columns.write(
                b"".join([encode_columns(line, text) for line, text in columns if line not in left_out])
            )

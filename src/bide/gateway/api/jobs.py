"""Jobs: listed, shown with their progress, their receipts, cancelled. Those of files and those of gathered calls alike."""

import msgspec

from bide.core import job as core
from bide.core.batch import Batch as CoreBatch
from bide.core.clock import SECOND
from bide.core.errors import NotFoundError
from bide.core.states import JobState
from bide.gateway.api.paging import fields, limit, no_place, one_of
from bide.gateway.api.shape.base import Money, dollars, exact, seconds
from bide.gateway.api.shape.job import Batch, Job, JobReceipt, JobRow, Jobs
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError
from bide.ledger.receipt import as_table
from bide.ledger.receipt import receipt as receipt_of
from bide.store.history import LAST_JOB
from bide.store.jobs import Progress

STATES = tuple(state.value for state in JobState if state is not JobState.ACCEPTING)


async def list_jobs(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The caller's jobs, newest first."""
    store, found = gateway.context.store, fields(exchange, ("limit", "after", "status", "kind"))
    count, before = limit(found), LAST_JOB
    status, kind = one_of(found, "status", STATES), found.get("kind")
    if "after" in found:
        try:
            before = (await store.jobs.find(caller.owner, found["after"])).id
        except NotFoundError:
            raise no_place(found["after"]) from None
    jobs = await store.history.jobs(caller.owner, before, status, kind, count + 1)
    page = [_row(job) for job in jobs[:count]]
    listed = Jobs(
        data=page,
        first_id=page[0].id if page else None,
        last_id=page[-1].id if page else None,
        has_more=len(jobs) > count,
    )
    await exchange.respond(200, msgspec.json.encode(listed))


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A job with its progress."""
    fields(exchange, ())
    await _show(gateway, exchange, await _find(gateway, exchange, caller))


async def receipt(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A job's receipt as it stands; `final` once nothing can change any more."""
    fields(exchange, ())
    found = await receipt_of(gateway.context.store, await _find(gateway, exchange, caller))
    await exchange.respond(200, msgspec.json.encode(msgspec.convert(as_table(found), JobReceipt)))


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a job; what its batches have finished still comes. One that is done stays as it is."""
    fields(exchange, ())
    found = await _find(gateway, exchange, caller)
    job = await gateway.context.store.jobs.cancel(caller.owner, found.id, gateway.context.clock.now())
    gateway.wake()
    await _show(gateway, exchange, job)


async def _find(gateway: Gateway, exchange: Exchange, caller: Caller) -> core.Job:
    identifier = exchange.parameters["job_id"]
    try:
        found = await gateway.context.store.jobs.find(caller.owner, identifier)
    except NotFoundError:
        found = None
    if found is None or found.state is JobState.ACCEPTING:
        raise RefusalError(404, "not_found", f"there is no job {identifier[:80]!r}; GET /bide/v1/jobs lists them")
    return found


async def _show(gateway: Gateway, exchange: Exchange, job: core.Job) -> None:
    store = gateway.context.store
    progress = await store.jobs.progress(job.owner, job.id)
    shown = Job(
        **msgspec.structs.asdict(_row(job)),
        progress={str(phase): count for phase, count in progress.phases.items()},
        held=progress.held,
        money=_money(progress),
        batches=[_batch(one) for one in await store.batches.of_job(job.id)],
    )
    await exchange.respond(200, msgspec.json.encode(shown))


def _row(job: core.Job) -> JobRow:
    return JobRow(
        id=job.external_id,
        kind=job.kind,
        name=job.name,
        status=job.state,
        workflow=job.workflow,
        deadline=job.deadline // SECOND,
        on_miss=job.on_miss,
        urgency=job.priority_source,
        requests=job.requests,
        max_cost=dollars(job.max_cost),
        created_at=job.created_at // SECOND,
        accepted_at=seconds(job.accepted_at),
        answered_at=seconds(job.answered_at),
        done_at=seconds(job.done_at),
    )


def _money(progress: Progress) -> Money:
    known = not progress.unpriced
    return Money(
        paid=dollars(progress.paid if known else None),
        list_price=dollars(progress.listed if known else None),
        wasted=exact(progress.wasted),
        suspected=exact(progress.suspected),
    )


def _batch(batch: CoreBatch) -> Batch:
    return Batch(
        id=batch.external_id,
        state=batch.state,
        outcome=batch.outcome,
        requests=batch.requests,
        provider_id=batch.provider_id,
        trouble=batch.what_ails,
    )

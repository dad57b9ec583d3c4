"""`bide status`: what is open, and how one job stands."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.call import is_call, show_call
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table

if TYPE_CHECKING:
    from bide.config import Config
    from bide.core.batch import Batch
    from bide.core.job import Job
    from bide.embedded import Embedded

SHOWN = 20


def status(
    job: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="The id of a job or of a call, or its beginning; none lists the jobs."),
    ] = None,
    receipt: Annotated[bool, typer.Option("--receipt", help="Show the job's receipt.")] = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """List the jobs, or show how one stands: its batches, its money, who guards its deadline.

    \b
    bide status job_kq3
    bide status req_4fz    a single call: state, deadline, lane, answer, cost
    """
    run_async(_status(configured(database, assignments, config), job, receipt, output))


async def _status(config: "Config", identifier: str | None, receipt: bool, output: Output | None) -> None:

    async with looking(config) as bide:
        if identifier is None:
            await _list(bide, output)
        elif is_call(identifier):
            await show_call(bide, identifier, output)
        elif receipt:
            await _receipt(bide, await find_job(bide, identifier), output)
        else:
            await _one(bide, await find_job(bide, identifier), output)


async def _list(bide: "Embedded", output: Output | None) -> None:
    from bide.cli.progress import clock_time, counts, money
    from bide.embedded import LOCAL_OWNER

    jobs = await bide.store.jobs.recent(LOCAL_OWNER, SHOWN)
    rows: list[list[Any]] = []
    tables: list[dict[str, Any]] = []
    now = bide.context.clock.now()
    for job in jobs:
        progress = await bide.store.jobs.progress(LOCAL_OWNER, job.id)
        tables.append(await _table(bide, job))
        rows.append(
            [
                job.external_id,
                job.name,
                job.state,
                clock_time(job.deadline, now),
                counts(job, progress),
                money(progress),
            ]
        )
    if chosen(output) is Output.JSON:
        show_json(tables)
        return
    if not rows:
        say("bide: there are no jobs yet; `bide run FILE` makes one")
        return
    show_table(("job", "name", "state", "deadline", "requests", "money"), rows)
    if any(job.answered_at is None for job in jobs) and not await bide.store.database.others_present(""):
        say("bide: deadline unguarded: no worker runs; `bide watch JOB` or `bide worker` keeps the deadlines")
    await _advise(bide)


async def _advise(bide: "Embedded", job: "Job | None" = None) -> None:
    """Say what helps where batches came back too late in the last day; of a job, where its own accounts did."""
    from bide.engine.advice import records

    now = bide.context.clock.now()
    snapshot = await bide.store.snapshots.take(bide.context.host, now)
    mine = None if job is None else await bide.store.jobs.progress_by_model(job.owner, job.id)
    for record in await records(bide.context, snapshot, now):
        if record.review.is_bad and (mine is None or (record.account, record.model) in mine):
            say(f"bide: {record.text}")


async def _one(bide: "Embedded", job: "Job", output: Output | None) -> None:
    from bide.cli.progress import clock_time, counts, money
    from bide.cli.receipt import stage_lines
    from bide.ledger.receipt import stage_table, stages_of

    table, stages = await _table(bide, job), await stages_of(bide.store, job)
    if chosen(output) is Output.JSON:
        show_json(table | {"seconds": {name: stage_table(one) for name, one in stages.items()}})
        return
    progress = await bide.store.jobs.progress(job.owner, job.id)
    now = bide.context.clock.now()
    pairs = {
        "job": f"{job.external_id} ({job.name}), {job.state}",
        "deadline": f"{clock_time(job.deadline, now)}, on miss: {job.on_miss}",
        "guarded": "by a worker" if table["guarded"] else "deadline unguarded: `bide watch` or `bide worker` keeps it",
        "requests": counts(job, progress),
        "money": money(progress),
    }
    if job.answered_at is not None:
        del pairs["guarded"]
    if took := stage_lines(stages):
        pairs["took" if job.answered_at is not None else "predicted"] = "\n".join(took)
    show_pairs(pairs)
    batches = await bide.store.batches.of_job(job.id)
    if batches:
        show_table(
            ("batch", "state", "requests", "done", "provider's id", "trouble"),
            [_batch_row(batch) for batch in batches],
            numbers=("requests", "done"),
        )
    for delivery in await bide.store.deliveries.of_job(job.owner, job.id):
        if delivery.trouble:
            say(f"bide: {delivery.kind if delivery.event_id else 'delivery'}: {delivery.trouble}")
    await _advise(bide, job)


async def _receipt(bide: "Embedded", job: "Job", output: Output | None) -> None:
    from bide.cli.receipt import show_receipt
    from bide.ledger.receipt import as_table, receipt

    found = await receipt(bide.store, job)
    if chosen(output) is Output.JSON:
        show_json(as_table(found))
    else:
        show_receipt(found)


async def _table(bide: "Embedded", job: "Job") -> dict[str, Any]:
    """A job as JSON."""
    from bide.core.clock import to_datetime

    progress = await bide.store.jobs.progress(job.owner, job.id)
    batches = await bide.store.batches.of_job(job.id)
    return {
        "job": job.external_id,
        "name": job.name,
        "state": str(job.state),
        "deadline": to_datetime(job.deadline).isoformat().replace("+00:00", "Z"),
        "on_miss": str(job.on_miss),
        "answered": job.answered_at is not None,
        "guarded": job.answered_at is not None or await bide.store.database.others_present(""),
        "requests": {str(phase): count for phase, count in progress.phases.items()},
        "held_by_cap": progress.held,
        "batches": [
            {
                "id": batch.external_id,
                "state": str(batch.state),
                "outcome": str(batch.outcome) if batch.outcome else None,
                "requests": batch.requests,
                "provider_id": batch.provider_id,
                "trouble": batch.what_ails,
            }
            for batch in batches
        ],
    }


def _batch_row(batch: "Batch") -> list[Any]:
    state = f"{batch.state}: {batch.outcome}" if batch.outcome else str(batch.state)
    return [
        batch.external_id[:14] + "…",
        state,
        batch.requests,
        batch.completed_count,
        batch.provider_id,
        batch.what_ails,
    ]

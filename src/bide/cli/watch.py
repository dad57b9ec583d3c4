"""`bide watch`: stay with a job until it is answered."""

from typing import TYPE_CHECKING

import typer

from bide.cli import options
from bide.cli.attend import attend
from bide.cli.exits import INTERRUPTED, exit_code
from bide.cli.guard import Guard, guarding
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import chosen, show_json

if TYPE_CHECKING:
    from bide.config import Config


def watch(
    job: options.JobId,
    no_guard: options.NoGuard = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Stay with a job until it is answered, and show its receipt. Ctrl-C leaves; the job goes on.

    The deadline is kept while you watch, whether or not a guard process runs. Exit codes are those of `bide run`.
    """
    loaded = configured(database, assignments, config)
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    raise typer.Exit(run_async(_watch(loaded, job, output, guard)))


async def _watch(config: "Config", identifier: str, output: Output | None, guard: Guard | None) -> int:
    from bide.cli.receipt import say_failures, show_receipt
    from bide.ledger.receipt import as_table, receipt

    async with looking(config) as bide:
        job = await find_job(bide, identifier)
        if job.done_at is None and not await attend(bide, job, guard):
            return INTERRUPTED
        found = await receipt(bide.store, await bide.store.jobs.get(job.owner, job.id))
        if chosen(output) is Output.JSON:
            show_json(as_table(found))
        else:
            show_receipt(found)
        say_failures(found)
        return exit_code(found.progress)

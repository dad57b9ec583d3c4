"""`bide cancel`: spend no more on a job."""

from typing import TYPE_CHECKING

from bide.cli import options
from bide.cli.attend import leave
from bide.cli.guard import Guard, guarding
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import say
from bide.core.states import JobState

if TYPE_CHECKING:
    from bide.config import Config


def cancel(
    job: options.JobId,
    no_guard: options.NoGuard = False,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Spend no more on a job. What its batches have finished is kept, and paid; a guard process sees to it."""
    loaded = configured(database, assignments, config)
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    run_async(_cancel(loaded, job, guard))


async def _cancel(config: "Config", identifier: str, guard: Guard | None) -> None:

    async with looking(config) as bide:
        found = await find_job(bide, identifier)
        job = await bide.store.jobs.cancel(found.owner, found.id, bide.context.clock.now())
        if job.state is JobState.DONE:
            say(f"bide: {job.external_id} is done already; nothing to cancel")
            return
        await leave(bide, job, guard, detached=False)
        say(f"bide: {job.external_id} spends no more; what is finished still comes (`bide watch {job.external_id}`)")

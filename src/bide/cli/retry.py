"""`bide retry`: try a job's failed requests again."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.attend import leave
from bide.cli.guard import Guard
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import say
from bide.core.deadline import parse_deadline
from bide.core.errors import SettingError

if TYPE_CHECKING:
    from bide.config import Config


def retry(
    job: options.JobId,
    failed: Annotated[
        bool, typer.Option("--failed", help="The requests that failed (the only ones that can be tried again).")
    ] = False,
    within: options.Within = None,
    by: options.By = None,
    no_guard: options.NoGuard = False,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Try the failed requests of a job again, as a job of their own; the first job's results take their answers in.

    \b
    bide retry job_kq3 --failed --within 2h
    """
    if not failed:
        raise SettingError("say what to try again: --failed")
    loaded = configured(database, assignments, config)
    guard = None if no_guard else Guard(loaded, database, assignments or [], config)
    run_async(_retry(loaded, job, by or within, guard))


async def _retry(config: "Config", identifier: str, when: str | None, guard: Guard | None) -> None:
    from bide.embedded import opened
    from bide.intake.retry import retry_failed

    async with opened(config) as bide:
        found = await find_job(bide, identifier)
        now = bide.context.clock.now()
        deadline = parse_deadline(when or config.settings.deadline.default, now)
        job = await retry_failed(bide.context, found, deadline, "by" if when else "config")
        await leave(bide, job, guard, detached=False)
        say(f"bide: {job.requests:,} failed requests of {found.external_id} are tried again as {job.external_id}")
        print(job.external_id)

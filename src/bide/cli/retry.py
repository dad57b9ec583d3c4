"""`bide retry`: try a job's failed requests again."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.attend import hand_over
from bide.cli.guard import Guard, guarding
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import say
from bide.core.count import many
from bide.core.deadline import parse_deadline
from bide.core.errors import DeadlineError, SettingError
from bide.core.money import format_money
from bide.intake.asked import cap_of

if TYPE_CHECKING:
    from bide.config import Config


def retry(
    job: options.JobId,
    failed: Annotated[
        bool, typer.Option("--failed", help="The requests that failed (the only ones that can be tried again).")
    ] = False,
    within: options.Within = None,
    by: options.By = None,
    max_cost: Annotated[
        str | None,
        typer.Option(
            "--max-cost", metavar="USD", help="What the retry may cost at most (default: what the job's cap has left)."
        ),
    ] = None,
    no_guard: options.NoGuard = False,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Try the failed requests of a job again, as a job of their own; the first job's results take their answers in.

    \b
    bide retry job_kq3 --failed --within 2h
    bide retry job_kq3 --failed --max-cost 2.50
    """
    if not failed:
        raise SettingError("say what to try again: --failed")
    loaded = configured(database, assignments, config)
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    if by and within:
        raise DeadlineError("--within and --by both say how long it may take; keep one")
    run_async(_retry(loaded, job, by, within, cap_of(max_cost), guard))


async def _retry(
    config: "Config", identifier: str, by: str | None, within: str | None, max_cost: int | None, guard: Guard | None
) -> None:
    from bide.intake.retry import retry_failed

    async with looking(config) as bide:
        found = await find_job(bide, identifier)
        now = bide.context.clock.now()
        deadline = parse_deadline(by or within or config.settings.deadline.default, now)
        source = "by" if by else "within" if within else "config"
        job = await retry_failed(bide.context, found, deadline, source, max_cost)
        progress = await bide.store.jobs.progress(job.owner, job.id)
        say(f"bide: trying {many(job.requests, 'failed request')} of {found.external_id} again as {job.external_id}")
        if progress.held:
            say(
                f"bide: {many(progress.held, 'request waits', 'requests wait')} until the cap of {format_money(job.max_cost)} holds them"
            )
        await hand_over(bide, job, guard)

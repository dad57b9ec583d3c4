"""`bide run`: hand a file in, and stay until every answer is there."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.asking import Asking, asks
from bide.cli.attend import attend
from bide.cli.exits import BAD_INPUT, INTERRUPTED, exit_code
from bide.cli.guard import Guard, guarding
from bide.cli.options import Output
from bide.cli.reading import read
from bide.cli.record import keeping
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, show_json
from bide.intake.asked import Asked, file_request

if TYPE_CHECKING:
    from bide.config import Config
    from bide.embedded import Embedded
    from bide.intake.hand_in import HandedIn


@asks
def run(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, CSV or Parquet: a path, a URI as in s3://bucket/file, or - for standard input.",
        ),
    ],
    *,
    asked: Asking,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and its cost; send nothing.")] = False,
    new: options.New = False,
    no_guard: options.NoGuard = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Answer every request of a file by a deadline, at the lowest price that keeps it.

    Batch first at half price; what is still missing at the last safe moment runs in real time. Ctrl-C or a crash
    loses nothing: the same command goes on.

    \b
    bide run tickets.jsonl --within 8h -o answers.jsonl
    bide run tickets.csv --model gpt-5-mini --prompt "Which of {labels}? {text}" --by 06:00 -o answers.csv
    bide run big.jsonl --dry-run
    """
    told = asked(source=source, new=new)
    loaded = configured(database, assignments, config)
    if dry_run:
        from bide.cli.dry_run import dry_run as show_plan

        raise typer.Exit(run_async(show_plan(loaded, told, output)))
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    raise typer.Exit(run_async(_run(loaded, told, output, guard)))


async def _run(config: "Config", asked: Asked, output: Output | None, guard: Guard | None) -> int:
    from bide.embedded import LOCAL_OWNER

    async with keeping(config) as bide:
        request = file_request(asked, config.settings, LOCAL_OWNER, bide.context.clock.now())
        handed = await read(bide, request)
        if handed is None:
            return BAD_INPUT
        if not await attend(bide, handed.job, guard):
            return INTERRUPTED
        return await _finish(bide, handed, output)


async def _finish(bide: "Embedded", handed: "HandedIn", output: Output | None) -> int:
    """Hand over the answers and show the receipt."""
    from bide.cli.receipt import say_failures, show_receipt
    from bide.delivery.file import deliver, exists, write_out
    from bide.ledger.receipt import as_table, receipt

    job = await bide.store.jobs.get(handed.job.owner, handed.job.id)
    to_stdout = not handed.destination.path
    if to_stdout:
        await write_out(bide.store, job, handed.destination)
    elif handed.reading is None and job.answered_at is not None and not await exists(handed.destination):
        await deliver(bide.store, job, handed.destination.encode())  # it was there once, and is wanted again
    found = await receipt(bide.store, job)
    if not to_stdout and chosen(output) is Output.JSON:
        show_json(as_table(found))
    else:
        show_receipt(found, to_stderr=to_stdout)
    say_failures(found)
    return exit_code(found.progress)

"""`bide submit`: hand a file in and leave; a guard process keeps the deadline."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.asking import Asking, asks
from bide.cli.attend import leave
from bide.cli.exits import BAD_INPUT
from bide.cli.guard import Guard, guarding
from bide.cli.options import Output
from bide.cli.reading import read
from bide.cli.record import keeping
from bide.cli.session import configured, run_async
from bide.cli.terminal import say, show_json
from bide.intake.asked import Asked, file_request

if TYPE_CHECKING:
    from bide.config import Config


@asks
def submit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="JSON Lines, CSV or Parquet: a path, a URI as in s3://bucket/file, or - for standard input.",
        ),
    ],
    *,
    asked: Asking,
    new: options.New = False,
    no_guard: options.NoGuard = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Hand a file in and leave. The job's id goes to stdout; a guard process keeps the deadline.

    \b
    bide submit tickets.jsonl --by "tomorrow 06:00" -o answers.jsonl
    bide results JOB
    """
    told = asked(source=source, new=new)
    loaded = configured(database, assignments, config)
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    raise typer.Exit(run_async(_submit(loaded, told, output, guard)))


async def _submit(config: "Config", asked: Asked, output: Output | None, guard: Guard | None) -> int:
    from bide.embedded import LOCAL_OWNER
    from bide.ledger.receipt import as_table, receipt

    async with keeping(config) as bide:
        request = file_request(asked, config.settings, LOCAL_OWNER, bide.context.clock.now())
        handed = await read(bide, request)
        if handed is None:
            return BAD_INPUT
        await leave(bide, handed.job, guard, detached=False)
        if guard is None:
            say("bide: deadline unguarded: `bide watch` or `bide worker` keeps it")
        if output is Output.JSON:
            show_json(as_table(await receipt(bide.store, handed.job)))
        else:
            print(handed.job.external_id)
    return 0

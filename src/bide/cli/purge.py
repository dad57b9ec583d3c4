"""`bide purge`: let go what has been kept for long enough, now instead of within the hour; or see what that would be."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs

if TYPE_CHECKING:
    from bide.config import Config


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and let nothing go.")] = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Let go what is over and has been kept for as long as the settings under `retention` say.

    Workers and gateways do so by themselves once an hour. Nothing goes that is not over, or that receipts and budgets of the
    present month need.

    \b
    bide purge --dry-run
    bide purge --set retention.jobs=7d
    """
    run_async(_purge(configured(database, assignments, config), dry_run, output))


async def _purge(config: "Config", dry_run: bool, output: Output | None) -> None:
    from bide.engine.purge import purge, rehearse

    async with looking(config) as bide:
        found = await (rehearse(bide.context) if dry_run else purge(bide.context, at_once=True))
        if found is None:
            say("bide: another worker purges this moment; look again with `bide purge --dry-run`")
            raise typer.Exit
        if chosen(output) is Output.JSON:
            show_json({"dry_run": dry_run, **asdict(found)})
            return
        say("bide: this would go:" if dry_run else "bide: this is gone:")
        show_pairs({name: f"{count:,}" for name, count in asdict(found).items()})

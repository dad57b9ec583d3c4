"""The `bide` command: its commands by name, and what an error looks like."""

import sys

import typer

from bide import __version__
from bide.cli import (
    advise,
    audit,
    calculator,
    cancel,
    config,
    estimate,
    explain,
    files,
    keys,
    prices,
    providers,
    purge,
    report,
    results,
    retry,
    run,
    schedule,
    serve,
    sim,
    status,
    submit,
    watch,
    webhooks,
    whatif,
    worker,
)
from bide.cli.exits import BAD_INPUT
from bide.core.errors import BideError

app = typer.Typer(
    name="bide",
    help="Every LLM request on the cheapest path that still meets its deadline.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WORK, LOOK, OTHER = "Do work", "Look after it", "Around it"

app.command("run", rich_help_panel=WORK)(run.run)
app.command("submit", rich_help_panel=WORK)(submit.submit)
app.command("estimate", rich_help_panel=WORK)(estimate.estimate)
app.command("status", rich_help_panel=LOOK)(status.status)
app.command("watch", rich_help_panel=LOOK)(watch.watch)
app.command("explain", rich_help_panel=LOOK)(explain.explain)
app.command("results", rich_help_panel=LOOK)(results.results)
app.command("report", rich_help_panel=LOOK)(report.report)
app.command("cancel", rich_help_panel=LOOK)(cancel.cancel)
app.command("retry", rich_help_panel=LOOK)(retry.retry)
app.add_typer(files.app, name="files", rich_help_panel=OTHER)
app.add_typer(providers.app, name="providers", rich_help_panel=OTHER)
app.add_typer(prices.app, name="prices", rich_help_panel=OTHER)
app.add_typer(keys.app, name="keys", rich_help_panel=OTHER)
app.add_typer(webhooks.app, name="webhooks", rich_help_panel=OTHER)
app.add_typer(config.app, name="config", rich_help_panel=OTHER)
app.add_typer(schedule.app, name="schedule", rich_help_panel=WORK)
app.command("serve", rich_help_panel=WORK)(serve.serve)
app.command("advise", rich_help_panel=LOOK)(advise.advise)
app.command("audit", rich_help_panel=LOOK)(audit.audit)
app.command("whatif", rich_help_panel=LOOK)(whatif.whatif)
app.add_typer(calculator.app, name="calculator", rich_help_panel=OTHER)
app.command("sim", rich_help_panel=OTHER)(sim.sim)
app.command("worker", rich_help_panel=OTHER)(worker.worker)
app.command("purge", rich_help_panel=OTHER)(purge.purge)


@app.callback(invoke_without_command=True)
def options(version: bool = typer.Option(False, "--version", help="Show the version and leave.")) -> None:
    """Every LLM request on the cheapest path that still meets its deadline."""
    if version:
        print(f"bide {__version__}")
        raise typer.Exit


def run_app() -> None:
    """Run the command line. Errors are one sentence on stderr, with the next step in it."""
    try:
        app()
    except BideError as error:
        print(f"bide: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)

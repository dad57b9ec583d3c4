"""`bide config show`: every setting, its value, and where it came from."""

import typer

from bide.cli import options
from bide.cli.options import Output
from bide.cli.session import configured
from bide.cli.terminal import chosen, show_json, show_table

app = typer.Typer(help="The configuration.", no_args_is_help=True)


@app.callback()
def config() -> None:
    """The configuration."""


@app.command("show")
def show(
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    file: options.ConfigFile = None,
) -> None:
    """Show every setting with its value and where it came from: default, file, environment, --set."""
    values = list(configured(database, assignments, file).values())
    if chosen(output) is Output.JSON:
        show_json([{"name": value.name, "value": value.value, "source": value.source} for value in values])
    else:
        show_table(("setting", "value", "from"), [(value.name, value.value, value.source) for value in values])

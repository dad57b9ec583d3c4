"""The `bide` command: its commands by name, and what an error looks like."""

import importlib
import sys
from collections.abc import Iterable, Mapping

import typer

from bide import __version__
from bide.cli.exits import BAD_INPUT
from bide.core.errors import BideError

WORK, LOOK, OTHER = "Do work", "Look after it", "Around it"

COMMANDS: Mapping[str, str] = {
    "run": WORK,
    "submit": WORK,
    "estimate": WORK,
    "status": LOOK,
    "watch": LOOK,
    "explain": LOOK,
    "results": LOOK,
    "report": LOOK,
    "cancel": LOOK,
    "retry": LOOK,
    "files": OTHER,
    "providers": OTHER,
    "prices": OTHER,
    "keys": OTHER,
    "webhooks": OTHER,
    "config": OTHER,
    "schedule": WORK,
    "serve": WORK,
    "advise": LOOK,
    "audit": LOOK,
    "whatif": LOOK,
    "calculator": OTHER,
    "sim": OTHER,
    "worker": OTHER,
    "purge": OTHER,
}
"""Every command, and among which others it stands in the help. Its module has its name, and in it a function of that name or, where
it has commands of its own, an `app`."""


def app_with(names: Iterable[str]) -> typer.Typer:
    """The command line with these of `COMMANDS`."""
    made = typer.Typer(
        name="bide",
        help="Every LLM request on the cheapest path that still meets its deadline.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback(invoke_without_command=True)(options)
    for name in names:
        module = importlib.import_module(f"bide.cli.{name}")
        if hasattr(module, "app"):
            made.add_typer(module.app, name=name, rich_help_panel=COMMANDS[name])
        else:
            made.command(name, rich_help_panel=COMMANDS[name])(getattr(module, name))
    return made


def options(version: bool = typer.Option(False, "--version", help="Show the version and leave.")) -> None:
    """Every LLM request on the cheapest path that still meets its deadline."""
    if version:
        print(f"bide {__version__}")
        raise typer.Exit


def __getattr__(name: str) -> typer.Typer:
    """`app`: all of it."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = app_with(COMMANDS)
    globals()[name] = made
    return made


def run_app() -> None:
    """Run the command line. Errors are one sentence on stderr, with the next step in it.

    A command that is named first is the only one that is imported: all of them take as long as most take for their work.
    """
    named = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        app_with(named or COMMANDS)()
    except BideError as error:
        print(f"bide: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)

"""`bide calculator`: the interactive page as a file, which works without bide, without a server and without a network."""

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.session import configured
from bide.cli.terminal import say
from bide.cli.unwritten import unwritten
from bide.core.errors import InputError

if TYPE_CHECKING:
    from bide.config import Config

app = typer.Typer(help="The calculator as an interactive page.", no_args_is_help=True)

Target = Annotated[
    str, typer.Argument(metavar="FILE", help="Where the page goes, as in page.html; - for standard output.")
]
OwnPrices = Annotated[
    bool,
    typer.Option("--own-prices", help="With your own prices of the config, too: whoever gets the file can read them."),
]
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="By the prices of a day (default: today, UTC).")]

OPENED = "calculator.html"
"""Under the home folder."""


@app.callback()
def calculator() -> None:
    """The calculator as an interactive page."""


@app.command("export")
def export(target: Target, own_prices: OwnPrices = False, at: At = None, file: options.ConfigFile = None) -> None:
    """Write the page into one file that needs nothing else: to send, to put on a site, to show in a frame.

    Examples: bide calculator export page.html; bide calculator export page.html --at 2026-10-20
    """
    page = _page(configured(None, None, file), at, own=own_prices)
    if target == "-":
        sys.stdout.buffer.write(page)
        return
    try:
        Path(target).write_bytes(page)
    except OSError as error:
        raise unwritten(target, error) from error
    say(f"bide: the page is {target}, {len(page) // 1000:,} kB; open it in any browser, with or without a network")


@app.command("open")
def open_page(at: At = None, file: options.ConfigFile = None) -> None:
    """Open the page in the browser, with your own prices: it stays on this machine. bide serve has it at /calculator.

    Example: bide calculator open
    """
    from bide.store.private import make_folder, opener

    config = configured(None, None, file)
    page, path = _page(config, at, own=True), config.home / OPENED
    try:
        make_folder(config.home)
        with open(path, "wb", opener=opener) as opened:
            opened.write(page)
    except OSError as error:
        raise unwritten(path, error) from error
    if not webbrowser.open(path.as_uri()):
        say(f"bide: no browser could be opened here; the page is {path}")


def _page(config: "Config", at: str | None, *, own: bool) -> bytes:
    """The page by the prices of a day. Raises `InputError`."""
    import datetime

    from bide.advise.page.contents import contents
    from bide.advise.page.document import document
    from bide.core.clock import clock_from
    from bide.ledger.edition import catalogue_of
    from bide.ledger.hours import day_of
    from bide.ledger.prices import Prices

    today = day_of(clock_from(config.environment).now())
    try:
        day = datetime.date.fromisoformat(at or today)
    except ValueError:
        raise InputError(f"--at {at} is no day; write it as in --at {today}") from None
    prices = Prices(config.settings.prices if own else None, catalogue=catalogue_of(config.home))
    return document(contents(prices, day))

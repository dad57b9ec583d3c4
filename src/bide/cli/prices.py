"""`bide prices`: what models cost, since when and by whom; a file of it; whether stated prices are right; a newer catalogue."""

import datetime
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.options import Output
from bide.cli.price_view import as_json, is_past, show_history, show_list, show_sheet
from bide.cli.session import configured
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.cli.unwritten import unwritten
from bide.core.count import many
from bide.core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from bide.config import Config
    from bide.ledger.claims import Judgement
    from bide.ledger.prices import Prices

app = typer.Typer(help="What models cost, since when, and who says so.", no_args_is_help=True)

Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="PROVIDER/MODEL, as in openai/gpt-5, or a model at everybody who lists it.")
]  # fmt: skip
At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="By the prices of a day (default: today, UTC).")]
Provider = Annotated[
    str | None, typer.Option("--provider", metavar="NAME", help="Only this one, as docs/prices.md names it.")
]
Mode = Annotated[
    str | None, typer.Option("--mode", metavar="MODE", help="Only standard, batch, flex, priority or fast.")
]
StaleAfter = Annotated[
    int,
    typer.Option(
        "--stale-after", metavar="DAYS", min=0, help="Call prices stale that nobody has looked at for so many days."
    ),
]
Target = Annotated[str, typer.Argument(metavar="FILE", help="Where the catalogue goes; - for standard output.")]
Claims = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A CSV with the columns provider, model and any of realtime_in, realtime_out, batch_in, batch_out; - for standard input.",
    ),
]
Source = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", help="A data file of genai-prices: a path, or an https URL, which is read once."),
]
Remove = Annotated[bool, typer.Option("--remove", help="Go back to the prices that come with bide.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check the file and say what it would change.")]

DAYS = 90
"""`bide.ledger.sheet.STALE_AFTER`, without loading the ledger for a line of help."""


@app.callback()
def prices() -> None:
    """What models cost, since when, and who says so."""


@app.command("list")
def list_prices(
    provider: Provider = None,
    mode: Mode = None,
    at: At = None,
    stale_after: StaleAfter = DAYS,
    output: options.Shown = None,
    file: options.ConfigFile = None,
) -> None:
    """List every known price, in USD per million tokens: a line for each provider, model and mode.

    Example: bide prices list --provider anthropic --mode batch
    """
    import msgspec

    from bide.ledger.lookup import models
    from bide.ledger.sheet import sheet

    config = configured(None, None, file)
    known, (day, today), wanted = _prices(config), _days(config, at), _mode(mode)
    whose = None if provider is None else _listed(config, known, provider)
    sheets = (sheet(known, *key, day, today=today, stale_after=stale_after) for key in models(known, whose))
    found = [
        (each, name, price)
        for each in sheets
        for name, price in each.modes().items()
        if price is not None and wanted in (None, name)
    ]
    if chosen(output) is Output.JSON:
        show_json(
            [
                {"provider": each.provider, "model": each.model, "mode": name, "retired": is_past(each)}
                | msgspec.to_builtins(price)
                for each, name, price in found
            ]
        )
        return
    show_list(found)


@app.command("show")
def show(
    model: Model,
    at: At = None,
    stale_after: StaleAfter = DAYS,
    output: options.Shown = None,
    file: options.ConfigFile = None,
) -> None:
    """Show what every mode of a model costs, with sources, dates, confidence, tiers and what caching takes off.

    Examples: bide prices show gpt-5; bide prices show anthropic/claude-3-haiku --at 2025-06-01
    """
    import msgspec

    from bide.ledger.sheet import sheet

    config = configured(None, None, file)
    known, (day, today) = _prices(config), _days(config, at)
    sheets = [sheet(known, *key, day, today=today, stale_after=stale_after) for key in _meant(config, known, model)]
    if chosen(output) is Output.JSON:
        show_json({"day": day, "models": msgspec.to_builtins(sheets)})
        return
    for each in sheets:
        show_sheet(each, day)


@app.command("history")
def history_of(model: Model, mode: Mode = None, output: options.Shown = None, file: options.ConfigFile = None) -> None:
    """Show what a model has cost since when, so that an old job can be priced again.

    Example: bide prices history openai/o3 --mode batch
    """
    from bide.ledger.history import history
    from bide.ledger.rates import MODES

    config = configured(None, None, file)
    known, wanted = _prices(config), _mode(mode)
    found = [
        (provider, name, one, span)
        for provider, name in _meant(config, known, model)
        for one in MODES
        if wanted in (None, one)
        for span in history(known, provider, name, one)
    ]
    if chosen(output) is Output.JSON:
        show_json([as_json(*one) for one in found])
    else:
        show_history(found)


@app.command("export")
def export(
    target: Target = "-",
    provider: Provider = None,
    at: At = None,
    stale_after: StaleAfter = DAYS,
    file: options.ConfigFile = None,
) -> None:
    """Write every known price to a file for other programs; docs/model-catalog.schema.json describes it.

    Example: bide prices export model-catalog.json
    """
    import msgspec

    from bide.ledger.infrastructure import Infrastructure
    from bide.ledger.lookup import models
    from bide.ledger.model_catalog import model_catalog

    config = configured(None, None, file)
    known, (day, today) = _prices(config), _days(config, at)
    only = models(known, None if provider is None else _listed(config, known, provider))
    hardware = Infrastructure(config.settings.hardware)
    when = datetime.date.fromisoformat(day)
    made = model_catalog(known, when, only=only, today=today, stale_after=stale_after, hardware=hardware)
    text = msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"
    if target == "-":
        sys.stdout.buffer.write(text)
        return
    try:
        Path(target).write_bytes(text)
    except OSError as error:
        raise unwritten(target, error) from error
    say(f"bide: {many(len(made.models), 'model')} to {target}")


@app.command("check")
def check(source: Claims, output: options.Shown = None, file: options.ConfigFile = None) -> None:
    """Hold prices that somebody states against the catalogue: each agrees, differs, is of a retired model, or unknown.

    Exit code 1 when one differs.
    """
    from bide.ledger.claims import Verdict, judge

    config = configured(None, None, file)
    known, (_, today) = _prices(config), _days(config, None)
    judged = [judge(known, row, today) for row in _rows(source)]
    counts = {str(verdict): sum(one.verdict is verdict for one in judged) for verdict in Verdict}
    if chosen(output) is Output.JSON:
        show_json({"counts": counts, "rows": [_judged(line, one) for line, one in enumerate(judged, 2)]})
    else:
        columns = ["line", "provider", "model", "verdict", "why"]
        rows = [
            [line, one.row.get("provider"), one.row.get("model"), one.verdict, "; ".join(one.reasons)]
            for line, one in enumerate(judged, 2)
        ]
        show_table(columns, rows, ["line"])
        say("bide: " + ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items()))
    raise typer.Exit(SOME_FAILED if counts[Verdict.DIFFERS] else ALL_ANSWERED)


@app.command("update")
def update(
    source: Source = None,
    remove: Remove = False,
    dry_run: DryRun = False,
    output: options.Shown = None,
    file: options.ConfigFile = None,
) -> None:
    """Use a newer catalogue that you name, from now on. Nothing is fetched that you do not name; what does not validate is refused.

    Without SOURCE it says which catalogue is in use.
    """
    import msgspec

    from bide.ledger import edition
    from bide.ledger.catalogue import bundled_catalogue
    from bide.ledger.download import read

    config = configured(None, None, file)
    if remove and (source or dry_run):
        raise InputError("--remove goes back to the prices that come with bide, and takes neither a file nor --dry-run")
    if dry_run and source is None:
        raise InputError("--dry-run checks a file; name one")
    facts: dict[str, Any] = {}
    if source is not None:
        _, today = _days(config, None)
        data = read(source)
        facts = msgspec.to_builtins(edition.compared(data, today)) | {"dry_run": dry_run}
        if not dry_run:
            edition.keep(config.home, data, source, today)
    elif remove:
        facts = {"gone": edition.remove(config.home)}
    about = edition.kept(config.home)
    told: dict[str, Any] = {"in_use": about.name if about else bundled_catalogue().edition}
    if about is not None:
        told |= {"source": about.source, "taken_on": f"{about.taken_on}"}
    if chosen(output) is Output.JSON:
        show_json(told | facts)
    else:
        show_pairs({key.replace("_", " "): value for key, value in (told | facts).items()})


def _prices(config: "Config") -> "Prices":
    from bide.ledger.edition import catalogue_of
    from bide.ledger.prices import Prices

    return Prices(config.settings.prices, catalogue=catalogue_of(config.home))


def _days(config: "Config", at: str | None) -> tuple[str, datetime.date]:
    """The day whose prices are shown, and today."""
    from bide.core.clock import clock_from, to_datetime

    today = to_datetime(clock_from(config.environment).now()).date()
    try:
        return datetime.date.fromisoformat(at or today.isoformat()).isoformat(), today
    except ValueError as error:
        raise InputError(f"--at {at} is no day; write it as in --at {today}") from error


def _mode(mode: str | None) -> str | None:
    from bide.ledger.rates import MODES

    if mode is not None and mode not in MODES:
        raise InputError(f"--mode {mode} is none; there are {', '.join(MODES)}")
    return mode


def _listed(config: "Config", known: "Prices", name: str) -> str:
    """The provider by whose list a name is priced: an account's own, or a list's."""
    from bide.ledger.catalogue import LISTINGS

    account = config.settings.providers.get(name)
    provider = account.catalogue if account is not None and account.catalogue else name
    if provider not in LISTINGS and not any(key[0] == provider for key in known.overrides.models):
        raise NotFoundError(f"there is no list of {provider}'s prices; there are {', '.join(LISTINGS)}")
    return provider


def _meant(config: "Config", known: "Prices", name: str) -> Sequence[tuple[str, str]]:
    """The models of a name; an account stands for the provider that it is priced as."""
    from bide.ledger.lookup import meant

    account, slash, model = name.partition("/")
    settings = config.settings.providers.get(account) if slash else None
    if settings is not None and settings.catalogue:
        return [(settings.catalogue, model)]
    found = meant(known, name)
    if not found:
        raise NotFoundError(f"nobody lists {name!r}; `bide prices list` has the names, and [prices] in bide.toml yours")
    return found


def _rows(source: str) -> Sequence[Mapping[str, str]]:
    """The lines of a table of claims."""
    import csv
    import io

    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise InputError(f"{source} cannot be read: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in ("provider", "model") if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            f"{source} has no column {missing[0]!r}; its first line names the columns, provider and model among them"
        )
    return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader]


def _judged(line: int, one: "Judgement") -> Mapping[str, Any]:
    return {
        "line": line,
        "provider": one.row.get("provider"),
        "model": one.row.get("model"),
        "verdict": str(one.verdict),
        "reasons": list(one.reasons),
        "held_against": one.model,
        "ours": one.ours,
    }

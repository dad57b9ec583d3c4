"""`bide whatif`: what a log of requests would have cost under this policy and that one."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.comparison import as_json, playing, show
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json
from bide.core.count import many

if TYPE_CHECKING:
    from bide.config import Config
    from bide.settings import Settings
    from bide.whatif.logs.reading import Log
    from bide.whatif.outcome import Prices
    from bide.whatif.scenario import Scenario

KEPT, HALF = "realtime.kept_for_urgent", 0.5

MOST = 500_000
"""Requests that are read from the database at most."""

LOG = typer.Argument(
    metavar="[LOG]", help="CSV, JSON Lines or Parquet, also packed: a path, a URI as in s3://bucket/file, or -."
)


def whatif(
    log: Annotated[str | None, LOG] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="Take bide's own record (see --db) as the log.")] = False,
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="POLICY",
            help="Again and again: bide, bide+copies, bide+flex, classic, each with settings of its own after commas; realtime, "
            "seed, static[:24h], resubmit, fixed:10m, fixed:5m+hedge (default: bide, and all from realtime on).",
        ),
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="How batches behave, again and again: fast, measured (the default), slow, congested, bimodal, regime, outage, "
            "tight-rpm, never, or all but never.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, help="Only the first days of the log, or the last ones of the record."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many throws of the dice to average.")] = 3,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="WHAT=NAME",
            help="Which column is at, input, output, limit, deadline, within, priority or class (default: by its name).",
        ),
    ] = None,
    mix: Annotated[
        str | None,
        typer.Option("--mix", metavar="SHARES", help="Classes of requests that name no deadline, in per cent."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="PROVIDER/MODEL", help="Whose prices to reckon in dollars with."),
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option("--requests-per-minute", min=1, help="The rate limit (default: the scenario's).")
    ] = None,
    flex_refused: Annotated[
        float | None,
        typer.Option(
            "--flex-refused",
            min=0.0,
            max=1.0,
            metavar="SHARE",
            help="The part of the calls in the flex tier that is turned away, for bide+flex (default: 0.05).",
        ),
    ] = None,
    plot: Annotated[
        str | None, typer.Option("--plot", metavar="FILE", help="Draw it: a name that ends in .svg, .png or .html.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="How many to play at a time (default: one a processor).")
    ] = None,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Play a log of requests under several policies, and compare cost and deadlines. Nothing is sent anywhere.

    \b
    bide whatif requests.csv.gz
    bide whatif requests.csv --policy bide --policy bide,gather.single_below=30m --policy fixed:10m
    bide whatif requests.csv --policy bide --policy bide+flex --flex-refused 0.2
    bide whatif requests.jsonl --column at=created --column input=usage.input --mix urgent=20,standard=80
    bide whatif --ledger --days 7 --model openai/gpt-4.1 --scenario measured --scenario outage --plot whatif.svg
    """
    from bide.core.errors import InputError
    from bide.whatif.comparison import World, compare
    from bide.whatif.contender import CLAIRVOYANT, DEFAULT, contender
    from bide.whatif.mix import example, parse
    from bide.whatif.summary import lines

    loaded = configured(database, assignments, config)
    if plot is not None:
        from bide.whatif.plot import writer

        write = writer(plot)
    else:
        write = None
    chosen_mix = parse(mix or example())
    asked = [contender(text, _configured(loaded, assignments or [], config)) for text in policies or DEFAULT]
    flexes = any(one.flex for one in asked)
    if flex_refused is not None and not flexes:
        raise InputError("--flex-refused is for a policy with a flex tier; name one, as in --policy bide+flex")
    worlds = _scenarios(scenarios or ["measured"], requests_per_minute, flex_refused)
    read = _log(loaded, log, ledger, columns or [], days)
    prices = _prices(loaded, model, read, flexes)
    world = World(read.arrivals, chosen_mix, prices, read.start, read.days)
    _say_what_was_read(read, mix or example())
    known = {one.name: one for one in [*asked, *CLAIRVOYANT]}  # named twice is played once
    total = len(known) * len(worlds) * seeds
    with playing(total) as tell:
        results = compare(
            world, list(known.values()), worlds, range(1, seeds + 1), processes or os.cpu_count() or 1, tell
        )
    found = lines(results)
    if write is not None:
        write(found)
    if chosen(output) is Output.JSON:
        show_json(as_json(found, world, read.name, model, seeds))
    else:
        show(found, world, model is not None, seeds)


def _configured(
    loaded: "Config", assignments: Sequence[str], file: str | None
) -> "Callable[[Sequence[str]], Settings]":
    """Settings with some of a policy's own on top. Where nobody says how much urgent calls keep, it is what `bide serve` keeps."""
    import msgspec

    from bide import config

    def settings(own: Sequence[str]) -> "Settings":
        found = config.load(loaded.environment, assignments=[*assignments, *own], file=file)
        if KEPT in found.sources:
            return found.settings
        realtime = msgspec.structs.replace(found.settings.realtime, kept_for_urgent=HALF)
        return msgspec.structs.replace(found.settings, realtime=realtime)

    return settings


def _scenarios(names: Sequence[str], requests_per_minute: int | None, flex_refused: float | None) -> "list[Scenario]":
    """Those of these names, once each, with what is said of them. Raises `InputError`."""
    from dataclasses import replace

    from bide.core.errors import InputError
    from bide.whatif.scenario import NEVER, SCENARIOS

    known = {**SCENARIOS, NEVER.name: NEVER}
    found: dict[str, Scenario] = {}
    for name in names:
        if name != "all" and name not in known:
            raise InputError(f"there is no scenario {name}; name one of {', '.join(known)}, or all")
        found.update(SCENARIOS if name == "all" else {name: known[name]})
    said = {"requests_per_minute": requests_per_minute, "flex_refused": flex_refused}
    changes = {name: value for name, value in said.items() if value is not None}
    return [replace(one, **changes) for one in found.values()]


def _log(config: "Config", path: str | None, ledger: bool, columns: Sequence[str], days: int | None) -> "Log":
    """The log that was named. Raises `InputError`."""
    from bide.core.errors import InputError
    from bide.logs.columns import parse
    from bide.whatif.logs.reading import read_log

    if (path is None) == (not ledger):
        raise InputError("name a log, or say --ledger to take bide's own record; one of them")
    if path is None and columns:
        raise InputError("--column says what the columns of a log are; bide's own record needs none")
    if path is None:
        return run_async(_recorded(config, days))
    read = read_log(path, parse(columns))
    return read if days is None else read.first_days(days)


async def _recorded(config: "Config", days: int | None) -> "Log":
    from bide.core.clock import DAY
    from bide.whatif.logs.record import recorded

    async with looking(config) as bide:
        since = 0 if days is None else bide.context.clock.now() - days * DAY
        rows = await bide.store.history.workload(since, MOST)
    if len(rows) == MOST:
        say(f"bide: only the first {MOST:,} requests on record are taken")
    return recorded("the record", rows, config.settings.realtime.typical_output_tokens)


def _prices(config: "Config", model: str | None, read: "Log", flex: bool) -> "Prices":
    """What tokens cost: of the model, also in its flex tier if that is used, else in no unit. Raises `InputError`."""
    from bide.core.errors import InputError
    from bide.whatif.outcome import Prices

    if model is None:
        return Prices()
    from bide.ledger import prices
    from bide.ledger.edition import catalogue_of
    from bide.ledger.hours import day_of
    from bide.whatif.tariff import tariff

    account, slash, name = model.partition("/")
    if not slash:
        raise InputError(f"--model {model}: say whose it is, as in --model openai/{model}")
    known = config.settings.providers.get(account)
    provider = known.catalogue if known is not None and known.catalogue else account
    today = day_of(_now())
    ledger = prices.Prices(config.settings.prices, catalogue=catalogue_of(config.home))
    return tariff(ledger, provider, name, today, read.arrivals, flex=flex)


def _now() -> int:
    from bide.core.clock import SystemClock

    return SystemClock().now()


def _say_what_was_read(read: "Log", mix: str) -> None:
    columns = ", ".join(f"{wanted} is {column}" for wanted, column in read.columns.items() if wanted != column)
    say(
        f"bide: {many(len(read.arrivals), 'request')} of {many(read.days, 'day')}" + (f"; {columns}" if columns else "")
    )
    if read.undated:
        say(f"bide: {many(read.undated, 'request names', 'requests name')} no deadline; drawn by --mix {mix}")
    if read.bad_rows:
        say(f"bide: {many(read.bad_rows, 'row')} left out:")
        for bad in read.bad:
            say(f"  {bad}")
        if read.bad_rows > len(read.bad):
            say(f"  … and {read.bad_rows - len(read.bad):,} more")

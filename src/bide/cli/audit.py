"""`bide audit`: what could be saved in the usage that there was, by the logs and exports of it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.audit_reading import say_what_was_read, watching
from bide.cli.audit_view import Form, form_of, show
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.record import looking
from bide.cli.session import configured, run_async
from bide.core.errors import InputError

if TYPE_CHECKING:
    from bide.audit.grounds import Grounds
    from bide.audit.levers.assumption import Assumptions
    from bide.audit.profile.profile import Profile
    from bide.audit.profile.reading import Reading
    from bide.audit.profile.taking import Defaults
    from bide.config import Config

FILES = typer.Argument(
    metavar="FILES",
    help="Usage and cost exports of OpenAI and Anthropic, LiteLLM's spend logs, OpenTelemetry spans (OTLP, JSON), any CSV, JSON Lines or"
    " Parquet, also packed: paths, URIs as in s3://bucket/file, or -.",
)
Ledger = Annotated[bool, typer.Option("--ledger", help="Take bide's own record (see --db), alone or beside the files.")]
Days = Annotated[
    int | None, typer.Option("--days", min=1, help="Of bide's own record, only the last days (default: all of it).")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="WHAT=NAME",
        help="Which column of a table says what, again and again: at, input, output, model, workflow, cost and others (default: by"
        " its name).",
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="PROVIDER/MODEL", help="What rows that name no model are taken to be of."),
]
Zone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Whose nights and working hours count (default: this machine's)."),
]
Assumed = Annotated[
    list[str] | None,
    typer.Option(
        "--assume",
        metavar="WHAT=SHARE",
        help="What no log can tell, again and again: for how much a smaller model is good enough (smaller=25-50%), how much of the"
        " input can be left out (shorter=10-30%), how long a response cache keeps answers (keep=1d).",
    ),
]
Shown = Annotated[
    Form | None,
    typer.Option(
        "--output", help="table, json, markdown or html; by default a table on a terminal and JSON when piped."
    ),
]
Written = Annotated[
    str | None, typer.Option("--write", metavar="FILE", help="Into a file: a name that ends in .json, .md or .html.")
]


def audit(
    files: Annotated[list[str] | None, FILES] = None,
    ledger: Ledger = False,
    days: Days = None,
    columns: Columns = None,
    model: Model = None,
    timezone: Zone = None,
    assume: Assumed = None,
    output: Shown = None,
    write: Written = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Say what moving to batches, caching and smaller models would have saved, by workflow, and on what evidence. Nothing is sent anywhere.

    \b
    bide audit completions_usage.csv cost.csv
    bide audit spend-logs.jsonl.gz --write audit.html
    bide audit requests.csv --column at=created --column workflow=feature --model openai/gpt-4.1-mini
    bide audit --ledger --days 30 --output markdown

    Leaves with 1 where rows had to be left out.
    """
    from bide.audit.account import defaults
    from bide.audit.levers.assumption import assumptions
    from bide.audit.plan.audit import audit as audit_of
    from bide.cli.schedule import local_zone
    from bide.lanes.hours.window import zone_named

    form = form_of(output, write, watched=sys.stdout.isatty())
    loaded = configured(database, assignments, config)
    if not files and not ledger:
        raise InputError("name the files to read, or say --ledger to take bide's own record; see --help")
    if twice := [file for file in dict.fromkeys(files or []) if (files or []).count(file) > 1]:
        raise InputError(f"{twice[0]} is named twice, and would be counted twice; name it once")
    if days is not None and not ledger:
        raise InputError("--days is about bide's own record; say --ledger with it")
    assumed, zone = assumptions(assume or []), zone_named(timezone or local_zone(loaded)).key
    profile = _read(loaded, files or [], ledger, days, columns or [], defaults(loaded.settings.providers, model))
    say_what_was_read(profile)
    show(audit_of(profile, _grounds(loaded, zone, assumed).basis(profile)), form, write)
    raise typer.Exit(SOME_FAILED if any(source.bad for source in profile.sources) else ALL_ANSWERED)


def _read(
    config: "Config", files: Sequence[str], ledger: bool, days: int | None, columns: Sequence[str], defaults: "Defaults"
) -> "Profile":
    from bide.audit.profile.reading import Reading
    from bide.logs.columns import parse

    asked = parse(columns)
    with watching() as told:
        reading = Reading(defaults, told)
        for file in files:
            reading.file(file, asked)
        if ledger:
            run_async(_read_record(config, reading, days))
        return reading.profile()


async def _read_record(config: "Config", reading: "Reading", days: int | None) -> None:
    from bide.audit.account import listed_as
    from bide.audit.readers import own
    from bide.core.clock import DAY

    taking = reading.own()
    async with looking(config) as bide:
        since = 0 if days is None else bide.context.clock.now() - days * DAY
        async for page in bide.store.consumed.since(since):
            for record in own.records(page, lambda account: listed_as(config.settings.providers, account)):
                taking.take(record)
            reading.told(own.NAME, taking.rows, None)


def _grounds(config: "Config", zone: str, assumed: "Assumptions") -> "Grounds":
    """Today's prices, and the clocks of whoever works there."""
    from bide.audit.account import batches
    from bide.audit.grounds import Grounds
    from bide.core.clock import SystemClock
    from bide.ledger.hours import day_of

    return Grounds(
        overrides=config.settings.prices,
        home=config.home,
        day=day_of(SystemClock().now()),
        zone=zone,
        assumptions=assumed,
        batches=batches(),
    )

"""`bide report`: what was spent and saved, by whatever one likes; what stands out; where budgets stand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.options import Output
from bide.cli.record import on_record
from bide.cli.report_view import GROUPS, OUTLIERS, PARTS, Shape, show
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json

if TYPE_CHECKING:
    from bide.config import Config
    from bide.ledger.report import Asked, Report


def report(
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="workflow (the default), key, model, provider, lane or day; several, after commas or again and again.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="From when on: 2026-11, 2026-11-01, 2026-11-01T06:00+01:00, or 7d ago (default: all of it).",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TIME", help="Up to its beginning: 2026-12-01 leaves the first of December out."
        ),
    ] = None,
    timezone: Annotated[
        str, typer.Option("--tz", metavar="ZONE", help="By whose clocks days begin, as in Europe/Berlin.")
    ] = "UTC",
    owner: Annotated[
        str | None,
        typer.Option("--owner", metavar="OWNER", help="Only the money of this owner (default: everybody's)."),
    ] = None,
    outliers: Annotated[
        int, typer.Option("--outliers", min=0, metavar="N", help="How many of the dearest requests to show.")
    ] = 5,
    part: Annotated[
        str | None,
        typer.Option(
            "--part", metavar="PART", help="groups, outliers or budgets alone; a CSV has one (default: groups)."
        ),
    ] = None,
    output: Annotated[
        Shape | None,
        typer.Option("--output", help="table, json or csv; by default a table on a terminal and JSON when piped."),
    ] = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Tell what was spent, against all of it in real time, from the ledger: saved, wasted, tokens, what stands out, budgets.

    \b
    bide report
    bide report --by workflow --by model --since 7d
    bide report --by key,day --since 2026-11 --until 2026-12 --tz Europe/Berlin --output csv > november.csv
    bide report --part budgets --output csv
    bide report --by model --outliers 20 --part outliers
    """
    from bide.core.errors import SettingError
    from bide.intake.asked import one_of
    from bide.lanes.hours.window import zone_named
    from bide.ledger.report import MOST_OUTLIERS, Asked

    if outliers > MOST_OUTLIERS:
        raise SettingError(f"--outliers {outliers} is too many to look at; {MOST_OUTLIERS} are the most")
    loaded = configured(database, assignments, config)
    zone = zone_named(timezone)
    wanted = None if part is None else one_of("--part", part, PARTS)
    if wanted is None and output is Shape.CSV:
        wanted = GROUPS
    counted = outliers if wanted in (None, OUTLIERS) else 0  # they take as long as everything else
    asked = Asked(by=_parts(by or ["workflow"]), owner=owner, zone=zone, outliers=counted)
    run_async(_report(loaded, asked, since, until, wanted, output))


def _parts(words: Sequence[str]) -> tuple[str, ...]:
    """What to divide by, each once, in the order in which it was said. Raises `SettingError`."""
    from bide.intake.asked import one_of
    from bide.store.costs import PARTS as KNOWN

    said = [word.strip() for text in words for word in text.split(",")]
    return tuple(dict.fromkeys(one_of("--by", word, KNOWN) for word in said))


async def _report(
    config: "Config", asked: "Asked", since: str | None, until: str | None, part: str | None, output: Shape | None
) -> None:
    from dataclasses import replace

    from bide.core.clock import clock_from
    from bide.core.entropy import SystemEntropy
    from bide.core.errors import SettingError
    from bide.embedded import open_store
    from bide.ledger.period import instant_of
    from bide.ledger.report import report as made

    now = clock_from(config.environment).now()
    first = None if since is None else instant_of("--since", since, now, asked.zone)
    end = None if until is None else instant_of("--until", until, now, asked.zone)
    if first is not None and end is not None and first >= end:
        raise SettingError(f"--until {until} is not after --since {since}; nothing lies between them")
    with on_record(config) as there:
        store = await open_store(there, SystemEntropy())
        try:
            found = await made(store, replace(asked, since=first, until=end), now)
        finally:
            await store.close()
    _tell(found, part, output)


def _tell(found: "Report", part: str | None, output: Shape | None) -> None:
    """Show a report, or one part of it."""
    from bide.ledger import report_form

    if output is Shape.CSV:
        print(report_form.as_csv(found, part or GROUPS), end="", flush=True)
    elif chosen(None if output is None else Output(output)) is Output.JSON:
        whole = report_form.as_table(found)
        show_json(whole if part is None else whole[part])
    else:
        show(found, part)
    if not found.groups and part in (None, GROUPS):
        say("bide: nothing was spent in that time; `bide status` lists the jobs that are under way")

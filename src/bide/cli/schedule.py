"""`bide schedule`: files that are handed in again and again: every night, every week, as cron says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.asking import Asking, asks
from bide.cli.attend import hand_over
from bide.cli.exits import ALL_ANSWERED, BAD_INPUT
from bide.cli.guard import Guard, guarding
from bide.cli.options import Output
from bide.cli.record import keeping, looking
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_table

if TYPE_CHECKING:
    from bide.config import Config
    from bide.intake.asked import Asked
    from bide.store.schedules import Run, Schedule

app = typer.Typer(
    help="""Hand files in again and again: every night, every week, as cron says.

\b
bide schedule add tickets tickets.jsonl --nightly 02:00 --within 4h -o answers-{date}.jsonl
bide schedule add report rows.csv --weekly "sat 02:00" --timezone Europe/Berlin -m gpt-5-mini -p "{text}"
bide schedule add hourly s3://bucket/new.jsonl --cron "0 * * * *" --within 1h -o s3://bucket/{date}-{time}.jsonl
bide schedule list
bide schedule run-now tickets
bide schedule remove tickets

`bide serve`, `bide worker --stay` and every other running engine hand them in.
""",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the schedule is called.")]

RUNS = 5
"""Instants of a schedule that are shown in JSON."""

LONGEST_NAME = 64


@app.command("add")
@asks
def add(
    name: Name,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="What is read each time: a path or a URI; {date} and {time} are those of the instant."
        ),
    ],
    cron: Annotated[
        str | None, typer.Option("--cron", metavar="EXPRESSION", help="Five fields, as in '0 2 * * *'.")
    ] = None,
    nightly: Annotated[str | None, typer.Option("--nightly", metavar="TIME", help="Every day, as in 02:00.")] = None,
    weekly: Annotated[
        str | None, typer.Option("--weekly", metavar="'DAY TIME'", help="Every week: 'sat 02:00', 'mon-fri 18:30'.")
    ] = None,
    weekend: Annotated[
        str | None, typer.Option("--weekend", metavar="TIME", help="Every Saturday and Sunday, as in 02:00.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            "--timezone", metavar="ZONE", help="By whose clocks, as in Europe/Berlin (default: this machine's)."
        ),
    ] = None,
    missed: Annotated[
        str,
        typer.Option("--missed", help="Of instants while nobody ran: run-once makes up for the last, skip for none."),
    ] = "run-once",
    *,
    asked: Asking,
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Keep a schedule: from then on the file is handed in at each of its instants, as `bide submit` would.

    \b
    bide schedule add tickets tickets.jsonl --nightly 02:00 --within 4h -o answers-{date}.jsonl
    bide schedule add week s3://bucket/week.csv --cron "30 2 * * 6" --timezone Europe/Berlin --by 08:00 -o s3://bucket/{date}.csv
    """
    given = {"cron": cron, "nightly": nightly, "weekly": weekly, "weekend": weekend}
    loaded = configured(database, assignments, config)
    run_async(_add(loaded, owner, name, asked(source=source, new=True), given, timezone, missed, output))


@app.command("list")
def list_(
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """List the schedules: when each is due next, and what came of its last instant."""
    run_async(_list(configured(database, assignments, config), owner, output))


@app.command("remove")
def remove(
    name: Name,
    owner: options.Owner = "local",
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Forget a schedule. The jobs that it has handed in go on."""
    run_async(_remove(configured(database, assignments, config), owner, name))


@app.command("run-now")
def run_now(
    name: Name,
    owner: options.Owner = "local",
    no_guard: options.NoGuard = False,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Hand a schedule's file in now, beside its instants. The job's id goes to stdout."""
    loaded = configured(database, assignments, config)
    guard = guarding(loaded, database, assignments, config, unless=no_guard)
    raise typer.Exit(run_async(_run_now(loaded, owner, name, guard)))


async def _add(
    config: "Config",
    owner: str,
    name: str,
    asked: "Asked",
    given: dict[str, str | None],
    timezone: str | None,
    missed: str,
    output: Output | None,
) -> None:
    from bide.core.errors import SettingError
    from bide.core.identifiers import new_identifier
    from bide.intake import scheduled
    from bide.intake.asked import one_of
    from bide.lanes.hours.timetable import Missed, Timetable, check, nightly, weekly
    from bide.store.schedules import NewSchedule

    said = {word: text for word, text in given.items() if text is not None}
    if len(said) != 1:
        raise SettingError("say when with one of --cron, --nightly, --weekly and --weekend")
    if not 0 < len(name) <= LONGEST_NAME or not all(one.isalnum() or one in "-_." for one in name):
        raise SettingError(f"{name!r} is no name; letters, digits and - _ . will do, {LONGEST_NAME} of them at most")
    [(word, text)] = said.items()
    written = {
        "cron": lambda: " ".join(text.split()),
        "nightly": lambda: nightly(text),
        "weekly": lambda: weekly(text),
        "weekend": lambda: weekly(f"sat sun {text}"),
    }
    async with keeping(config) as bide:
        now = bide.context.clock.now()
        table = Timetable(written[word](), timezone or local_zone(config))
        due_at = check(table, now)
        one_of("--missed", missed, tuple(Missed))
        kept = scheduled.kept(asked, Path.cwd())
        request = scheduled.request_of(kept, config.settings, owner, name, table.zone, due_at, due_at)
        new = NewSchedule(
            external_id=new_identifier("sched", bide.context.entropy),
            name=name,
            asked=scheduled.encode(kept),
            cron=table.cron,
            timezone=table.zone,
            missed=missed,
            host=bide.context.host if scheduled.is_local(kept) else None,
            due_at=due_at,
        )
        schedule = await bide.store.schedules.add(owner, new, now)
        if "://" not in request.source and not Path(request.source).exists():  # noqa: ASYNC240
            say(f"bide: there is no {request.source} yet; it has to be there by then")
        if chosen(output) is Output.JSON:
            show_json(_facts(schedule, []))
        say(f"bide: {name} is handed in first at {_shown(schedule, due_at)} ({table.cron}, {table.zone})")
        if not await bide.store.database.others_present(bide.context.holder):
            say("bide: no engine runs; `bide serve` or `bide worker --stay` hands it in")


async def _list(config: "Config", owner: str, output: Output | None) -> None:

    async with looking(config) as bide:
        found = [(one, await bide.store.schedules.runs(one, RUNS)) for one in await bide.store.schedules.all(owner)]
    if chosen(output) is Output.JSON:
        show_json([_facts(one, runs) for one, runs in found])
    elif not found:
        say("bide: there is no schedule; `bide schedule add` makes one")
    else:
        rows = [
            [one.name, _file(one), one.cron, one.timezone, _shown(one, one.due_at), _last(one, runs)]
            for one, runs in found
        ]
        show_table(("name", "file", "cron", "time zone", "next", "last"), rows)


async def _remove(config: "Config", owner: str, name: str) -> None:

    async with looking(config) as bide:
        await bide.store.schedules.remove(owner, name, bide.context.clock.now())
        say(f"bide: {name} is handed in no more")


async def _run_now(config: "Config", owner: str, name: str, guard: Guard | None) -> int:
    from bide.engine.scheduled import hand_in

    async with looking(config) as bide:
        schedule = await bide.store.schedules.find(owner, name)
        now = bide.context.clock.now()
        outcome = await hand_in(bide.context, schedule, now, now)
        await bide.store.schedules.note(schedule, outcome, bide.context.clock.now())
        if outcome.job is None:
            say(f"bide: {name} cannot be handed in: {outcome.message}")
            return BAD_INPUT
        job = await bide.store.jobs.get(owner, outcome.job)
        await hand_over(bide, job, guard)
    return ALL_ANSWERED


def local_zone(config: "Config") -> str:
    """The name of this machine's time zone: it is kept, so that every process means the same clocks."""
    from bide.core.errors import SettingError
    from bide.lanes.hours.window import zone_named

    link = Path("/etc/localtime")
    named = str(link.resolve()).partition("/zoneinfo/")[2] if link.is_symlink() else ""
    for name in filter(None, (config.environment.get("TZ", "").lstrip(":"), named)):
        try:
            return zone_named(name).key
        except SettingError:
            continue  # TZ may hold rules instead of a name
    return "UTC"


def _facts(schedule: "Schedule", runs: "list[Run]") -> dict[str, Any]:
    from bide.delivery.event import iso
    from bide.intake.scheduled import decode

    asked = decode(schedule.asked)
    return {
        "id": schedule.external_id,
        "name": schedule.name,
        "file": asked.source,
        "output": asked.out,
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "missed": schedule.missed,
        "host": schedule.host,
        "next_at": None if schedule.due_at is None else iso(schedule.due_at),
        "runs": [
            {"due_at": iso(run.due_at), "at": iso(run.at), "job": run.job, "code": run.code, "message": run.message}
            for run in runs
        ],
    }


def _file(schedule: "Schedule") -> str:
    """The last part of its file's name."""
    from bide.intake.scheduled import decode

    return decode(schedule.asked).source.rpartition("/")[2]


def _shown(schedule: "Schedule", instant: int | None) -> str:
    from bide.core.clock import to_datetime
    from bide.lanes.hours.window import zone_named

    if instant is None:
        return "never"
    return f"{to_datetime(instant).astimezone(zone_named(schedule.timezone)):%a %Y-%m-%d %H:%M %Z}"


def _last(schedule: "Schedule", runs: "list[Run]") -> str:
    if not runs:
        return ""
    run = runs[0]
    return f"{_shown(schedule, run.due_at)}: {run.job or f'{run.code}: {run.message}'}"

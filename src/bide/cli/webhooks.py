"""`bide webhooks`: who is told about what happens, how each try went, and with which secret it was signed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.options import Output
from bide.cli.record import absent, keeping, looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.core.errors import SettingError

if TYPE_CHECKING:
    from bide.config import Config
    from bide.embedded import Embedded
    from bide.store.deliveries import Told
    from bide.store.endpoints import Endpoint

app = typer.Typer(help="Webhooks: where they go, how that went, their secrets.", no_args_is_help=True)

SHOWN = 100

Name = Annotated[
    str, typer.Argument(metavar="ENDPOINT", help="An endpoint's id or its URL, as `bide webhooks list` shows them.")
]
Secret = Annotated[bool, typer.Option("--secret", help="Show the signing secrets too, the current one first.")]


@app.command("list")
def list_(
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """List the endpoints, with what waits for them and what was given up."""
    run_async(_list(configured(database, assignments, config), owner, output))


@app.command("show")
def show(
    endpoint: Name,
    secret: Secret = False,
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Show one endpoint; with --secret what its events are signed with."""
    run_async(_show(configured(database, assignments, config), owner, endpoint, secret, output))


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where events are to go, as in https://example.com/hook.")],
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Make an endpoint before anything is told there, and show its secret.

    Endpoints are made by themselves too, when a job or a call first names their URL.
    """
    run_async(_add(configured(database, assignments, config), owner, url, output))


@app.command("log")
def log(
    subject: Annotated[
        str | None, typer.Argument(metavar="[EVENT|ENDPOINT|JOB]", help="Only one event, one endpoint or one job.")
    ] = None,
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Show what was told, the newest first, with every try of each; e-mails too."""
    run_async(_log(configured(database, assignments, config), owner, subject, output))


@app.command("redeliver")
def redeliver(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, as `bide webhooks log` shows it.")],
    owner: options.Owner = "local",
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Tell an event once more, under the same id, with a day of tries. A worker does it: `bide worker`, if none runs."""
    run_async(_redeliver(configured(database, assignments, config), owner, event))


@app.command("rotate")
def rotate(
    endpoint: Name,
    now: Annotated[
        bool, typer.Option("--now", help="The old secret signs no more from now on: it is known to others.")
    ] = False,
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Make a new secret and show it. The old one signs beside it for webhooks.overlap, a day by default."""
    run_async(_rotate(configured(database, assignments, config), owner, endpoint, now, output))


@app.command("enable")
def enable(
    endpoint: Name,
    owner: options.Owner = "local",
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Take up an endpoint again that has answered 410 Gone."""
    run_async(_enable(configured(database, assignments, config), owner, endpoint))


@app.command("test")
def send_test(
    endpoint: Annotated[str, typer.Argument(metavar="URL|ENDPOINT", help="A URL, or an endpoint's id.")],
    owner: options.Owner = "local",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Send `webhook.test` once, now, and say what was answered. Exit code 1: it was not taken."""
    raise typer.Exit(run_async(_test(configured(database, assignments, config), owner, endpoint, output)))


async def _list(config: "Config", owner: str, output: Output | None) -> None:

    async with looking(config) as bide:
        found = await bide.store.endpoints.all(owner, SHOWN)
        tables = [_facts(one.endpoint) | {"waiting": one.waiting, "given_up": one.given_up} for one in found]
        if chosen(output) is Output.JSON:
            show_json(tables)
        elif not tables:
            say(
                "bide: nobody is told yet; set webhooks.url, name one with the header Bide-Webhook, or `bide webhooks add URL`"
            )
        else:
            columns = ("id", "url", "waiting", "given_up", "disabled_at")
            heads = ("endpoint", "url", "waiting", "given up", "gone since")
            show_table(heads, [[one[name] for name in columns] for one in tables], numbers=("waiting", "given up"))


async def _show(config: "Config", owner: str, name: str, secret: bool, output: Output | None) -> None:

    async with looking(config) as bide:
        endpoint = await bide.store.endpoints.find(owner, name)
        await _tell_about(bide, endpoint, secret, output)


async def _add(config: "Config", owner: str, url: str, output: Output | None) -> None:

    async with keeping(config) as bide:
        herald = bide.herald
        endpoint = await herald.vault.endpoint(owner, herald.check(url).endpoint)
        await _tell_about(bide, endpoint, True, output)


async def _tell_about(bide: "Embedded", endpoint: "Endpoint", secret: bool, output: Output | None) -> None:
    facts = _facts(endpoint)
    if secret:
        facts["secrets"] = await bide.herald.vault.secrets(endpoint)
    if chosen(output) is Output.JSON:
        show_json(facts)
    else:
        show_pairs(
            {
                key.replace("_", " "): "\n".join(value) if isinstance(value, list) else value  # type: ignore[reportUnknownArgumentType]
                for key, value in facts.items()
                if value is not None
            }
        )


async def _log(config: "Config", owner: str, subject: str | None, output: Output | None) -> None:

    async with looking(config) as bide:
        chosen_by: dict[str, Any] = {}
        if subject is not None and subject.startswith("evt_"):
            chosen_by["event_id"] = subject
        elif subject is not None and (subject.startswith("whe_") or "://" in subject):
            chosen_by["endpoint"] = (await bide.store.endpoints.find(owner, subject)).id
        elif subject is not None:
            chosen_by["job"] = (await find_job(bide, subject)).id
        told = [_told(one) for one in await bide.store.deliveries.news(owner, SHOWN, **chosen_by)]
    if chosen(output) is Output.JSON:
        show_json(told)
    elif not told:
        say("bide: nothing has been told yet")
    else:
        columns = ("event", "kind", "to", "job", "state", "last")
        show_table(columns, [[_last(one) if name == "last" else one[name] for name in columns] for one in told])


async def _redeliver(config: "Config", owner: str, event: str) -> None:
    from bide.core.errors import NotFoundError

    async with looking(config) as bide:
        if await bide.store.deliveries.redeliver(owner, event, bide.context.clock.now()) is None:
            raise NotFoundError(f"there is no event {event!r} that has happened; `bide webhooks log` lists them")
        say(f"bide: {event} is told once more")
        if not await bide.store.database.others_present(bide.context.holder):
            say("bide: no worker runs; `bide worker` tells it")


async def _rotate(config: "Config", owner: str, name: str, now: bool, output: Output | None) -> None:
    from bide.core.duration import format_duration

    overlap = 0 if now else config.settings.webhooks.overlap
    async with looking(config) as bide:
        endpoint = await bide.store.endpoints.find(owner, name)
        secret = await bide.herald.vault.rotate(endpoint, overlap)
        if chosen(output) is Output.JSON:
            show_json(_facts(endpoint) | {"secrets": [secret]})
        else:
            print(secret)
        beside = f"the one before signs beside it for {format_duration(overlap)}" if overlap else "it signs alone"
        say(f"bide: a new secret for {endpoint.url}; {beside}")


async def _enable(config: "Config", owner: str, name: str) -> None:

    async with looking(config) as bide:
        endpoint = await bide.store.endpoints.find(owner, name)
        await bide.store.endpoints.enable(endpoint)
        say(f"bide: {endpoint.url} is told again; `bide webhooks redeliver EVENT` brings what it missed")


async def _test(config: "Config", owner: str, name: str, output: Output | None) -> int:

    if "database" not in config.sources and (path := absent(config)):
        raise SettingError(
            f"there is no database {path} yet, and no secret to sign a test with; `bide webhooks add URL` makes both"
        )
    async with looking(config) as bide:
        herald = bide.herald
        if "://" in name:
            endpoint, url = await herald.vault.endpoint(owner, herald.check(name).endpoint), name
        else:
            endpoint = await bide.store.endpoints.find(owner, name)
            url = endpoint.url
        outcome, event = await herald.test(endpoint, url)
    if chosen(output) is Output.JSON:
        show_json({"event": event, "endpoint": endpoint.external_id, "status": outcome.status, "error": outcome.error})
    else:
        say(f"bide: {endpoint.url} {outcome.error or f'took it ({outcome.status})'}")
    return SOME_FAILED if outcome.error else ALL_ANSWERED


def _facts(endpoint: "Endpoint") -> dict[str, Any]:
    return {
        "id": endpoint.external_id,
        "owner": endpoint.owner,
        "url": endpoint.url,
        "created_at": _time(endpoint.created_at),
        "disabled_at": _time(endpoint.disabled_at),
    }


def _told(told: "Told") -> dict[str, Any]:
    delivery = told.delivery
    return {
        "event": delivery.event_id,
        "kind": delivery.kind,
        "to": told.url or delivery.destination,
        "job": told.job,
        "state": _state(told),
        "due_at": _time(delivery.due_at),
        "delivered_at": _time(delivery.delivered_at),
        "given_up_at": _time(delivery.given_up_at),
        "tries": [
            {
                "at": _time(one.at),
                "status": one.status,
                "error": one.error,
                "milliseconds": round(one.duration / 1_000, 1),
            }
            for one in told.tries
        ],
    }


def _state(told: "Told") -> str:
    delivery = told.delivery
    if delivery.delivered_at is not None:
        return "told"
    if delivery.given_up_at is not None:
        return "given up"
    return "waiting" if delivery.due_at is None else "due" if not delivery.failures else "trying"


def _last(told: dict[str, Any]) -> str:
    """The last try, in a few words."""
    if not told["tries"]:
        return ""
    last = told["tries"][-1]
    return f"{len(told['tries'])}: {last['error'] or last['status'] or 'sent'}, {last['at']}"


def _time(instant: int | None) -> str | None:
    from bide.delivery.event import iso

    return None if instant is None else iso(instant)

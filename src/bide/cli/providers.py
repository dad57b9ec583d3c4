"""`bide providers`: which accounts are on and by what, what they take and cost, and whether they answer."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from bide.cli import options
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.options import Output
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table

if TYPE_CHECKING:
    from bide.accounts import State
    from bide.config import Config
    from bide.core.clock import Clock
    from bide.providers.port import Provider
    from bide.store.snapshot import Snapshot

app = typer.Typer(help="The providers and the accounts at them.", invoke_without_command=True)

NO_BATCH = "bide-check-of-the-account"
"""An id that no batch has: asking for it costs nothing, and is answered by whoever lets us in."""

CHECK_FOR = 20.0
"""Seconds after which a provider that does not answer counts as not reached."""

Check = Annotated[
    bool, typer.Option("--check", help="Ask each account that is on whether it lets us in. Costs nothing.")
]


@app.callback()
def providers(
    context: typer.Context,
    check: Check = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    file: options.ConfigFile = None,
) -> None:
    """List every provider: on or off, by which variable, discount and usual time of its batches.

    Examples: bide providers; bide providers --check; bide providers show anthropic
    """
    if context.invoked_subcommand is None:
        raise typer.Exit(run_async(_list(configured(database, assignments, file), check, output)))


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An account or a provider, as `bide providers` lists it.")
    ],
    check: Check = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    file: options.ConfigFile = None,
) -> None:
    """Show all that is known about one account: limits and their sources, what is in use, how to set it up."""
    raise typer.Exit(run_async(_show(configured(database, assignments, file), name, check, output)))


async def _list(config: "Config", check: bool, output: Output | None) -> int:
    from bide.accounts import states

    found = states(config.settings.providers, config.environment)
    checks: Mapping[str, str] = await _checks(config, found) if check else {}
    if chosen(output) is Output.JSON:
        show_json([_facts(state) | ({"check": checks.get(state.account)} if check else {}) for state in found])
    else:
        columns = ["account", "provider", "on", "batches", "usual time", "batch price"]
        rows = [
            [
                state.account,
                state.kind.title,
                _switched(state),
                _batches(state),
                state.kind.typical,
                state.kind.discount,
                *([checks.get(state.account, "")] if check else []),
            ]
            for state in found
        ]
        show_table([*columns, *(["check"] if check else [])], rows)
    if not any(state.setup for state in found):
        say("bide: no provider is switched on; set a variable of the list, or start `bide sim` for a rehearsal")
    return SOME_FAILED if any(answer != "ok" for answer in checks.values()) else ALL_ANSWERED


async def _show(config: "Config", name: str, check: bool, output: Output | None) -> int:
    from bide.accounts import states
    from bide.core.errors import SettingError
    from bide.embedded import opened

    found = {state.account: state for state in states(config.settings.providers, config.environment)}
    if name not in found:
        raise SettingError(f"there is no provider {name!r}; there are: {', '.join(found)}")
    state = found[name]
    facts = _facts(state)
    if state.setup is not None:
        async with opened(config) as bide:
            now = bide.context.clock.now()
            facts |= _in_use(name, await bide.store.snapshots.take(bide.context.host, now), now)
    if check and state.setup:
        facts["check"] = (await _checks(config, [state]))[name]
    if chosen(output) is Output.JSON:
        show_json(facts)
    else:
        show_pairs(
            {key.replace("_", " "): _written(value) for key, value in facts.items() if value not in (None, {}, [])}
        )
    return ALL_ANSWERED if facts.get("check", "ok") == "ok" else SOME_FAILED


def _facts(state: "State") -> dict[str, Any]:
    """What is known without asking anybody, as JSON."""
    from bide.core.duration import format_duration

    kind, setup = state.kind, state.setup
    limits = setup.limits if setup else kind.limits
    can = setup.capabilities if setup else kind.capabilities
    return {
        "account": state.account,
        "provider": kind.name,
        "title": kind.title,
        "on": setup is not None,
        "switched_on_by": _switched(state) if setup else None,
        "to_switch_on": state.lacks or None,
        "address": _open_part(setup.base_url) if setup else kind.base_url,
        "variables": {field: list(names) for field, names in kind.variables.items()},
        "models": list(kind.models),
        "prices_of": setup.catalogue if setup else kind.catalogue,
        "batch_price": kind.discount,
        "usual_time": kind.typical,
        "batches": can.batch,
        "lacks_for_batches": _lacks_for_batches(state),
        "batch_endpoints": sorted(can.batch_endpoints or can.endpoints) if can.batch else [],
        "endpoints": sorted(can.endpoints),
        "requests_per_batch": f"{limits.min_requests:,} to {limits.max_requests:,}",
        "bytes_per_batch": limits.max_bytes,
        "window": format_duration(limits.window),
        "results_of_expired_batches": limits.keeps_expired,
        "results_of_running_batches": can.early_results is not None,
        "source": f"{limits.source} ({limits.checked_on})",
    }


def _open_part(url: str) -> str:
    """An address without the name and the password that it may contain."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _in_use(account: str, snapshot: "Snapshot", now: int) -> dict[str, Any]:
    """What lies at the provider, and the limits that it has told us."""
    from bide.core.duration import format_duration

    return {
        "batches_open": sum(one.batch.account == account for one in snapshot.live),
        "batches_created_this_hour": snapshot.created_this_hour.get(account, 0),
        "enqueued_tokens": {
            model: held.tokens for (own, model), held in sorted(snapshot.enqueued.items()) if own == account
        },
        "learned_limits": {
            f"{model} {name}": f"{known.value:,} ({known.source}, {format_duration(now - known.learned_at)} ago)"
            for (own, model, name), known in sorted(snapshot.limits.items())
            if own == account
        },
    }


async def _checks(config: "Config", found: "Sequence[State]") -> Mapping[str, str]:
    """What each account that is on answers, all asked at once."""
    from bide.core.clock import clock_from
    from bide.embedded import tools_for
    from bide.providers.http import AiohttpTransport

    transport, clock = AiohttpTransport(), clock_from(config.environment)
    try:
        tools = tools_for(transport, config)
        accounts = {state.account: state.kind.connect(state.setup, tools) for state in found if state.setup}
        answers = await asyncio.gather(*(_ask(provider, clock) for provider in accounts.values()))
        return dict(zip(accounts, answers, strict=True))
    finally:
        await transport.close()


async def _ask(provider: "Provider", clock: "Clock") -> str:
    """``ok``, or why not."""
    from bide.core.errors import BideError
    from bide.providers.failures import MissingError, RejectedError

    try:
        async with asyncio.timeout(CHECK_FOR):
            await provider.poll(NO_BATCH)
    except (MissingError, RejectedError):
        return "ok"  # it knows us, and no such batch
    except TimeoutError:
        return f"no answer within {CHECK_FOR:.0f} s"
    except BideError as error:
        return str(error)
    return "ok"


def _switched(state: "State") -> str:
    """Whether it is on and by what; where it is off, what would switch it on."""
    if state.setup is None:
        return f"no: {state.lacks}"
    return f"by {state.switch}" if state.switch else "by the config"


def _batches(state: "State") -> str:
    """Whether it has batches; where it could have some, what it lacks for them."""
    if (state.setup.capabilities if state.setup else state.kind.capabilities).batch:
        return "yes"
    lacks = _lacks_for_batches(state)
    return f"no: set {' and '.join(lacks)}" if lacks else "no"


def _lacks_for_batches(state: "State") -> list[str]:
    """What would have to be set for an account that is on to have batches: variables, or settings where it has none."""
    if state.setup is None:
        return []
    own = state.account == state.kind.name
    return [
        state.kind.variables[field][0]
        if own and field in state.kind.variables
        else f"providers.{state.account}.{field}"
        for field in state.kind.batch_needs
        if not getattr(state.setup, field)
    ]


def _written(value: object) -> str:
    """A value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {_written(inner)}" for key, inner in value.items())  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return ", ".join(map(str, value))  # type: ignore[reportUnknownArgumentType]
    return str(value)

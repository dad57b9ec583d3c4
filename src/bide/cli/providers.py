"""`bide providers`: which accounts are on and by what, what they take and cost, and whether they answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.core.errors import InputError

if TYPE_CHECKING:
    from bide.accounts import State
    from bide.config import Config
    from bide.core.clock import Clock
    from bide.engine.advice import Record
    from bide.providers.port import Provider

app = typer.Typer(help="The providers and the accounts at them.", invoke_without_command=True)

NO_BATCH = "bide-check-of-the-account"
"""An id that no batch has: asking for it costs nothing, and is answered by whoever lets us in."""

CHECK_FOR = 20.0
"""Seconds after which a provider that does not answer counts as not reached."""

Check = Annotated[
    bool, typer.Option("--check", help="Ask each account that is on whether it lets us in. Costs nothing.")
]

Turnarounds = Annotated[
    bool,
    typer.Option("--turnaround", help="Show how long its batches, cancels and calls are expected to take instead."),
]

Tokens = Annotated[
    bool, typer.Option("--tokens", help="Show how many tokens requests turn out to have beside their size instead.")
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
    turnaround: Turnarounds = False,
    tokens: Tokens = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    file: options.ConfigFile = None,
) -> None:
    """Show all that is known about one account: limits and their sources, what is in use, how to set it up.

    Examples: bide providers show openai; bide providers show openai --turnaround; bide providers show openai --tokens
    """
    config = configured(database, assignments, file)
    if turnaround and tokens:
        raise InputError("--turnaround and --tokens show two different things; give one of them")
    if turnaround:
        shown = _turnaround(config, name, output)
    elif tokens:
        shown = _tokens(config, name, output)
    else:
        shown = _show(config, name, check, output)
    raise typer.Exit(run_async(shown))


async def _list(config: "Config", check: bool, output: Output | None) -> int:
    from bide.accounts import states
    from bide.engine.standing import facts, switched

    found = states(config.settings.providers, config.environment)
    checks: Mapping[str, str] = await _checks(config, found) if check else {}
    if chosen(output) is Output.JSON:
        show_json([facts(state) | ({"check": checks.get(state.account)} if check else {}) for state in found])
    else:
        columns = ["account", "provider", "on", "batches", "usual time", "batch price"]
        rows = [
            [
                state.account,
                state.kind.title,
                switched(state),
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
    from bide.engine.advice import as_table, records
    from bide.engine.quotas import standings
    from bide.engine.standing import facts, in_use
    from bide.settings import ProviderSettings

    state = _state(config, name)
    known = facts(state)
    quotas: list[dict[str, Any]] = []
    did: list[Record] = []
    if state.setup is not None:
        async with looking(config) as bide:
            now = bide.context.clock.now()
            snapshot = await bide.store.snapshots.take(bide.context.host, now)
            known |= in_use(name, snapshot, now)
            did = [one for one in await records(bide.context, snapshot, now) if one.account == name]
            known["last_day"] = [as_table(one) for one in did]
            if state.setup.capabilities.batch:
                own = config.settings.providers.get(name, ProviderSettings())
                quotas = [
                    asdict(one) | {"free": one.free} for one in standings(name, state.setup.limits, own, snapshot, now)
                ]
    if check and state.setup:
        known["check"] = (await _checks(config, [state]))[name]
    if chosen(output) is Output.JSON:
        show_json(known | {"quotas": quotas})
    else:
        known["last_day"] = [one.text for one in did]
        show_pairs(
            {key.replace("_", " "): written(value) for key, value in known.items() if value not in (None, {}, [])}
        )
        if quotas:
            show_table(["quota", "of", "limit", "in use", "free", "known from"], [_quota_row(one) for one in quotas])
    return ALL_ANSWERED if known.get("check", "ok") == "ok" else SOME_FAILED


def _quota_row(one: Mapping[str, Any]) -> list[str]:
    """A line about a quota."""
    from bide.core.quota import WORDS, Resource

    amounts = ["?" if one[name] is None else f"{one[name]:,}" for name in ("limit", "used", "free")]
    return [WORDS[Resource(one["resource"])], one["model"] or "the account", *amounts, one["source"]]


async def _turnaround(config: "Config", name: str, output: Output | None) -> int:
    from bide.cli.turnaround import show_expected
    from bide.engine.expectation import expected, view_of
    from bide.lanes.forecast.prior import prior_of

    state = _state(config, name)
    prior = prior_of((state.setup.catalogue if state.setup else None) or state.kind.name)
    async with looking(config) as bide:
        now = bide.context.clock.now()
        snapshot = await bide.store.snapshots.take(bide.context.host, now)
        models = expected(name, await view_of(bide.store, name, prior, snapshot, now), snapshot)
    if chosen(output) is Output.JSON:
        show_json({"account": name, "models": models})
    else:
        show_expected(name, models)
    return ALL_ANSWERED


async def _tokens(config: "Config", name: str, output: Output | None) -> int:
    from bide.engine.expectation import weighings
    from bide.lanes.arrival.weighing import BYTES_PER_TOKEN, ENOUGH

    _state(config, name)
    async with looking(config) as bide:
        found = await weighings(bide.store, bide.context.clock.now())
    models = [
        {
            "model": model,
            "answers": round(one.answers, 1),
            "estimated": round(one.estimated),
            "reported": round(one.reported),
            "ratio": round(one.ratio, 4) if one.is_known else None,
        }
        for (account, model), one in sorted(found.items())
        if account == name
    ]
    if chosen(output) is Output.JSON:
        show_json({"account": name, "bytes_per_token": BYTES_PER_TOKEN, "answers_needed": ENOUGH, "models": models})
    elif not models:
        say(
            f"bide: no answer of {name} is on record that says how many tokens its request had; sizes are taken as they are, "
            f"a token for {BYTES_PER_TOKEN} bytes"
        )
    else:
        columns = ["model", "answers", "tokens by size", "tokens reported", "ratio"]
        rows = [
            [
                one["model"],
                f"{one['answers']:,.0f}",
                f"{one['estimated']:,}",
                f"{one['reported']:,}",
                f"too few, below {ENOUGH}" if one["ratio"] is None else f"{one['ratio']:.3f}",
            ]
            for one in models
        ]
        show_table(columns, rows, columns[1:])
        print("  as they count now: what was seen a week ago counts half")
    return ALL_ANSWERED


def _state(config: "Config", name: str) -> "State":
    """The account of this name."""
    from bide.accounts import states
    from bide.core.errors import SettingError

    found = {state.account: state for state in states(config.settings.providers, config.environment)}
    if name not in found:
        raise SettingError(f"there is no provider {name!r}; there are: {', '.join(found)}")
    return found[name]


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


def _batches(state: "State") -> str:
    """Whether it has batches; where it could have some, what it lacks for them."""
    from bide.engine.standing import lacks_for_batches

    if (state.setup.capabilities if state.setup else state.kind.capabilities).batch:
        return "yes"
    lacks = lacks_for_batches(state)
    return f"no: set {' and '.join(lacks)}" if lacks else "no"


def written(value: object) -> str:
    """A value for people. Sentences of a list have lines of their own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {written(inner)}" for key, inner in value.items())  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        parts = [str(one) for one in value]  # type: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return ("\n" if any(" " in part for part in parts) else ", ").join(parts)
    return str(value)

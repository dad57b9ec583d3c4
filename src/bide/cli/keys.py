"""`bide keys`: who may call the gateway, what they may ask for and spend. A secret is shown once, when it is made."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.key_view import COLUMNS, facts, row
from bide.cli.options import Output
from bide.cli.record import absent, on_record, say_made
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.core.deadline import Priority, parse_deadline
from bide.core.duration import format_duration, parse_duration
from bide.core.entropy import SystemEntropy
from bide.core.errors import ConflictError, DeadlineError, NotFoundError, SettingError
from bide.core.key import Key, digest_of, new_secret, prefix_of
from bide.core.states import Lane
from bide.intake.asked import one_of

if TYPE_CHECKING:
    from bide.config import Config
    from bide.store.store import Store

app = typer.Typer(help="Keys of the gateway: who may call, what they may ask for and spend.", no_args_is_help=True)

Named = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help="The key's id, as in key_kq3…, or its name; a unique beginning of the id will do."
    ),
]


@dataclass(frozen=True)
class Administration:
    """The keys of a database, an instant, and chance."""

    store: "Store"
    now: int
    entropy: SystemEntropy


@asynccontextmanager
async def _looking(config: "Config") -> AsyncGenerator[Administration]:
    """The keys that are on record. Raises what `on_record` and `bide.embedded.open_store` do."""
    with on_record(config) as there:
        async with _opened(there) as found:
            yield found


@asynccontextmanager
async def _opened(config: "Config") -> AsyncGenerator[Administration]:
    """The store alone: who administers keys needs no provider."""
    from bide.core.clock import clock_from
    from bide.embedded import open_store

    entropy = SystemEntropy()
    store = await open_store(config, entropy)
    try:
        yield Administration(store, clock_from(config.environment).now(), entropy)
    finally:
        await store.close()


@app.command("create")
def create(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the key is for: a service, a person.")],
    owner: Annotated[
        str | None,
        typer.Option(
            "--owner",
            metavar="OWNER",
            help="Whose work is handed in with it; keys of one owner see each other's work, those of others nothing of it "
            "(default: local, as the command line).",
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="PATTERN",
            help="A model that may be asked for, as in 'gpt-5*'; repeatable (default: every one).",
        ),
    ] = None,
    lane: Annotated[
        list[str] | None,
        typer.Option(
            "--lane",
            metavar="LANE",
            help="A lane that may be used: cache, batch, flex or realtime; repeatable (default: all).",
        ),
    ] = None,
    priority: Annotated[
        str | None,
        typer.Option("--priority", help="Of requests that do not say how long they may wait: urgent, standard or low."),
    ] = None,
    workflow: Annotated[
        str | None, typer.Option("--workflow", metavar="NAME", help="Of requests that name none, for the money report.")
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option("--requests-per-minute", min=1, metavar="N", help="How often it may call.")
    ] = None,
    tokens_per_minute: Annotated[
        int | None,
        typer.Option(
            "--tokens-per-minute", min=1, metavar="N", help="Tokens it may ask for, answers at their longest."
        ),
    ] = None,
    budget_day: Annotated[
        str | None, typer.Option("--budget-day", metavar="USD", help="What may be spent in a day of UTC.")
    ] = None,
    budget_month: Annotated[
        str | None, typer.Option("--budget-month", metavar="USD", help="What may be spent in a calendar month of UTC.")
    ] = None,
    warn_only: Annotated[
        bool, typer.Option("--warn-only", help="Say when a budget is exceeded, and refuse nothing.")
    ] = False,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="TIME", help="How long it is good, or until when: 90d, 2027-06-30."),
    ] = None,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Make a key, and show its secret: this once, and never again.

    Examples: bide keys create --name checkout; bide keys create --name reports --lane batch --budget-day 20
    """
    asked: dict[str, Any] = {
        "name": name,
        "models": model or None,
        "lanes": [Lane(one_of("--lane", one, tuple(Lane))) for one in lane] if lane else None,
        "priority": Priority(one_of("--priority", priority, tuple(Priority))) if priority else None,
        "workflow": workflow,
        "requests_per_minute": requests_per_minute,
        "tokens_per_minute": tokens_per_minute,
        "budget_day": _dollars("--budget-day", budget_day),
        "budget_month": _dollars("--budget-month", budget_month),
        "budget_hard": not warn_only,
    }
    if warn_only and budget_day is None and budget_month is None:
        raise SettingError("--warn-only needs a budget to warn about; add --budget-day or --budget-month")
    run_async(_create(configured(database, assignments, config), owner, asked, expires, output))


@app.command("list")
def list_keys(
    owner: Annotated[str | None, typer.Option("--owner", metavar="OWNER", help="Only the keys of this owner.")] = None,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """List the keys, with what each has spent and reserved today and this month (UTC)."""
    run_async(_list(configured(database, assignments, config), owner, output))


@app.command("revoke")
def revoke(
    key: Named,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Make a key open nothing any more. What was handed in with it goes on; `bide cancel` ends that."""
    run_async(_revoke(configured(database, assignments, config), key))


@app.command("rotate")
def rotate(
    key: Named,
    grace: Annotated[
        str,
        typer.Option(
            "--grace", metavar="TIME", help="How long the former secret is still good; 0s where it has become known."
        ),
    ] = "24h",
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Give a key a new secret, and show it this once. Its id, its limits and what it has spent stay."""
    try:
        kept = parse_duration(grace)
    except ValueError as error:
        raise SettingError(f"--grace {grace!r}: {error}") from error
    run_async(_rotate(configured(database, assignments, config), key, kept, output))


async def _create(
    config: "Config", owner: str | None, asked: Mapping[str, Any], expires: str | None, output: Output | None
) -> None:
    from bide.core.identifiers import new_identifier
    from bide.embedded import LOCAL_OWNER
    from bide.store.keys import NewKey

    made = absent(config)
    async with _opened(config) as found:
        say_made(made)
        _check_unused(await found.store.keys.list(None), asked["name"], found.now)
        secret = new_secret(found.entropy)
        new = NewKey(
            external_id=new_identifier("key", found.entropy),
            digest=digest_of(secret),
            prefix=prefix_of(secret),
            expires_at=_expiry(expires, found.now),
            **asked,
        )
        key = await found.store.keys.create(owner or LOCAL_OWNER, new, found.now)
        await _show_secret(found, key, secret, output)


async def _list(config: "Config", owner: str | None, output: Output | None) -> None:
    async with _looking(config) as found:
        keys = await found.store.keys.list(owner)
        standings = [await found.store.budgets.standings(key.id, found.now) for key in keys]
        if chosen(output) is Output.JSON:
            show_json([facts(key, stands, found.now) for key, stands in zip(keys, standings, strict=True)])
            return
        if not keys:
            say("bide: there are no keys yet; `bide keys create --name NAME` makes one")
            return
        rows = [row(key, stands, found.now) for key, stands in zip(keys, standings, strict=True)]
        show_table(COLUMNS, rows)


async def _revoke(config: "Config", word: str) -> None:
    async with _looking(config) as found:
        key = await _find(found, word)
        if key.revoked_at is not None:
            say(f"bide: {key.external_id} ({key.name}) is revoked already")
            return
        await found.store.keys.revoke(None, key.external_id, found.now)
        say(f"bide: {key.external_id} ({key.name}) opens nothing any more")


async def _rotate(config: "Config", word: str, grace: int, output: Output | None) -> None:
    async with _looking(config) as found:
        before = await _find(found, word)
        secret = new_secret(found.entropy)
        key = await found.store.keys.rotate(
            None, before.external_id, digest_of(secret), prefix_of(secret), found.now, grace
        )
        kept = f"is good for {format_duration(grace)} more" if grace else "opens nothing any more"
        say(f"bide: the former secret of {key.external_id} ({before.prefix}…) {kept}")
        if before.former_until is not None and before.former_until > found.now:
            say("bide: the one before it had some of its time left; it opens nothing any more")
        await _show_secret(found, key, secret, output)


def _check_unused(keys: Sequence[Key], name: str, now: int) -> None:
    """See that no living key has a name: rules and reports go by it, and so do these commands. Raises `ConflictError`."""
    for key in keys:
        if key.name == name and key.is_live(now):
            raise ConflictError(
                f"--name {name}: {key.external_id} of {key.owner} has that name and is good; choose another name, or "
                f"`bide keys rotate {key.external_id}` for a new secret, `bide keys revoke {key.external_id}` to be rid of it"
            )


async def _find(found: Administration, word: str) -> Key:
    """The key with this id or name, or the only one whose id begins so. Raises `NotFoundError`."""
    keys = await found.store.keys.list(None)
    named = [key for key in keys if key.name == word]
    living = [key for key in named if key.is_live(found.now)]  # whose name may be that of one that is gone
    exact = [key for key in keys if key.external_id == word] or living or named
    fitting = exact or [key for key in keys if key.external_id.startswith(word)]
    if not fitting:
        raise NotFoundError(f"there is no key {word!r}; `bide keys list` lists the keys")
    if len(fitting) > 1:
        raise NotFoundError(
            f"{word!r} is the {'name' if exact else 'beginning'} of {len(fitting)} keys"
            f" ({', '.join(key.external_id for key in fitting)}); write the id"
        )
    return fitting[0]


async def _show_secret(found: Administration, key: Key, secret: str, output: Output | None) -> None:
    if chosen(output) is Output.JSON:
        stands = await found.store.budgets.standings(key.id, found.now)
        show_json({**facts(key, stands, found.now), "secret": secret})
    else:
        show_pairs({"key": key.external_id, "name": key.name, "owner": key.owner, "secret": secret})
    say("bide: keep the secret now; it is not stored, and is never shown again")


def _expiry(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    try:
        return parse_deadline(text, now)
    except DeadlineError as error:
        raise SettingError(f"--expires: {error}") from error


def _dollars(option: str, text: str | None) -> int | None:
    """USD as 1e-12 USD. Raises `SettingError`."""
    from bide.core.money import from_decimal, to_decimal
    from bide.store.budgets import UNBOUNDED

    if text is None:
        return None
    try:
        amount = from_decimal(Decimal(text.removeprefix("$")))
    except (InvalidOperation, ValueError) as error:
        raise SettingError(f"{option} {text!r} is no amount of USD; write it as in 2.50") from error
    if not 0 <= amount < UNBOUNDED:
        raise SettingError(f"{option} {text!r} is no budget; from 0 to {to_decimal(UNBOUNDED):,.0f} USD are")
    return amount

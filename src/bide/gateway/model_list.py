"""The models that can be asked for: those with a name of the user's own, and those of the catalogue that an account claims."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from bide.gateway.access import check_model
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.messages.paging import Cursor, page, read_cursor
from bide.gateway.refusal import Protocol, RefusalError
from bide.lanes.arrival.route import NoRouteError
from bide.ledger.catalogue import Catalogue, bundled_catalogue
from bide.ledger.facts import model_facts
from bide.ledger.prices import Prices
from bide.providers.port import Provider

_DATED = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")

LINES = ("haiku", "sonnet", "opus", "fable", "mythos")
"""Families of Anthropic's models, as its list names them."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it may be asked for. `created` in seconds since 1970, 0 where its name does not tell; limits in tokens."""

    name: str
    account: str
    title: str
    created: int
    window: int | None = None
    longest: int | None = None
    deprecated: bool = False


async def list_models(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Every model by the names that it may be asked for; Anthropic's clients get it in pages."""
    # Loading the catalogue for the first time takes a while, and others have calls under way.
    names = [name for name in await asyncio.to_thread(_names, gateway) if caller.key is None or caller.key.allows(name)]
    if exchange.protocol is not Protocol.ANTHROPIC:
        listed = [_openai(_model(gateway, name)) for name in names]
        await exchange.respond(200, msgspec.json.encode({"object": "list", "data": listed}))
        return
    chosen, has_more = _cut(names, read_cursor(exchange.query))
    shown = [_anthropic(_model(gateway, name)) for name in chosen]
    await exchange.respond(200, msgspec.json.encode(page(shown, has_more=has_more)))


async def show_model(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """One model. 404 where no account serves it, or the key may not ask for it."""
    name = exchange.parameters["model"]
    check_model(caller.key, name)
    gateway.routing.to(name)
    found = await asyncio.to_thread(_model, gateway, name)
    shown = _anthropic(found) if exchange.protocol is Protocol.ANTHROPIC else _openai(found)
    await exchange.respond(200, msgspec.json.encode(shown))


def _cut(names: Sequence[str], cursor: Cursor) -> tuple[Sequence[str], bool]:
    """The page of a list. Raises `RefusalError` where it is to begin at what is not in it."""
    start, end = 0, len(names)
    for field, given in (("after_id", cursor.after), ("before_id", cursor.before)):
        if given is not None and given not in names:
            raise RefusalError(400, "invalid_request", f"{field}: there is no model {given[:80]!r}", param=field)
    if cursor.before is not None:
        end = names.index(cursor.before)
        start = max(0, end - cursor.limit)
        return names[start:end], start > 0
    if cursor.after is not None:
        start = names.index(cursor.after) + 1
    return names[start : start + cursor.limit], len(names) - start > cursor.limit


def _names(gateway: Gateway) -> Sequence[str]:
    """Every name, in order. Of those that several accounts claim each one's own, with the account before it."""
    found: dict[str, None] = {}
    for account, provider in gateway.context.providers.items():
        settings = gateway.context.settings.providers.get(account)
        for name in (*(settings.aliases if settings else ()), *_claimed(provider, _catalogue(gateway))):
            found[name if _is_one(gateway, name) else f"{account}/{name}"] = None
    return sorted(found)


def _catalogue(gateway: Gateway) -> Catalogue:
    """The one by which this gateway prices."""
    source = gateway.context.pricing.source
    return source.catalogue if isinstance(source, Prices) else bundled_catalogue()


def _claimed(provider: Provider, catalogue: Catalogue) -> Iterator[str]:
    """The models that are an account's by their name alone."""
    for pattern in provider.serves:
        if not set(pattern) & set("*?["):
            yield pattern
    for entry in catalogue.entries(provider.catalogue):
        if any(fnmatchcase(entry.id, pattern) for pattern in provider.serves):
            yield entry.id


def _is_one(gateway: Gateway, name: str) -> bool:
    try:
        gateway.routing.to(name)
    except NoRouteError:
        return False
    return True


def _model(gateway: Gateway, name: str) -> Model:
    destination = gateway.routing.to(name)
    route, provider = destination.route, destination.provider
    catalogue = _catalogue(gateway)
    entry = catalogue.find(provider.catalogue, route.model)
    facts = model_facts(provider.catalogue, route.model, catalogue=catalogue)
    is_exact = entry is not None and entry.id == route.model  # an entry may stand for many
    title = entry.info.name if entry is not None and is_exact else None
    return Model(
        name,
        route.account,
        title or name,
        _created(route.model),
        facts.context_window,
        facts.maximum_output,
        facts.deprecated,
    )


def _created(model: str) -> int:
    found = _DATED.search(model)
    if found is None:
        return 0
    try:
        return int(datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _openai(model: Model) -> Mapping[str, Any]:
    return {"id": model.name, "object": "model", "created": model.created, "owned_by": model.account}


def _anthropic(model: Model) -> Mapping[str, Any]:
    """As Anthropic shows one; what bide does not know is null, and an unknown date is 1970, as it is there."""
    return {
        "type": "model",
        "id": model.name,
        "display_name": model.title,
        "created_at": f"{datetime.fromtimestamp(model.created, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "lifecycle": "deprecated" if model.deprecated else "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": next((line for line in LINES if model.name.startswith("claude") and f"-{line}" in model.name), None),
        "max_input_tokens": model.window,
        "max_tokens": model.longest,
        "capabilities": None,
    }

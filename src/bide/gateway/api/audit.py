"""What could be saved in the usage that there was: `bide audit` over HTTP, of a log that is sent or of the caller's own record.

Nothing of either is kept.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from typing import Annotated, BinaryIO
from urllib.parse import parse_qsl

import msgspec

from bide.audit.account import batches, defaults, listed_as
from bide.audit.errand import Errand, packed
from bide.audit.grounds import Grounds
from bide.audit.levers.assumption import assumptions
from bide.audit.profile.taking import Defaults
from bide.core.clock import DAY
from bide.core.errors import InputError, SettingError, StoreError
from bide.gateway.api.body import shaped
from bide.gateway.api.paging import fields, invalid
from bide.gateway.api.shape.base import Shape
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.messages.spool import spooled
from bide.gateway.refusal import RefusalError
from bide.lanes.hours.window import zone_named
from bide.ledger.hours import day_of
from bide.logs.columns import parse

UTC = "UTC"

MOST_DAYS = 36_500

LARGEST_WISH = 64 << 10
"""Bytes up to which a body can be a wish for the record; what has more is a log."""

PAGE = 1_000
"""Rows of the record that are taken at a time: calls pass in between."""

_OPTION = re.compile(r"--(column|model|assume) (?=\S+[=/])|--(?=(?:column|model|assume)\b)")
"""An option of the command, in a sentence that is meant for its user: with its value, or alone."""

_NAMED = re.compile(r"--(column|model|assume) ")


class AskedAudit(Shape, kw_only=True, forbid_unknown_fields=True):
    """The caller's own record, all of it or only the last days; whose nights count, and what is assumed (`smaller`, `shorter`, `keep`)."""

    ledger: Annotated[bool, msgspec.Meta(extra_json_schema={"const": True})]
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] | None = None
    timezone: str = UTC
    assume: dict[str, str] = msgspec.field(default_factory=dict[str, str])


_decode = msgspec.json.Decoder(AskedAudit).decode


async def audit(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The audit of the body, or of the record if that is what the body asks for."""
    asked = fields(exchange, ("column", "model", "timezone", "assume"))
    errand = _of_log(gateway, exchange, asked)
    if exchange.headers.get("content-type", "").startswith("multipart/"):
        raise RefusalError(
            400, "invalid_request", "send the log itself as the body, as curl does with --data-binary @FILE"
        )
    async with gateway.audits.place(), spooled(exchange, gateway.settings.largest_file, b"") as spool:
        wish = _wish(spool.file)
        if wish is None:
            told = await _answer(gateway, exchange, errand, spool.file)
        else:
            told = await _of_record(gateway, exchange, caller, asked, wish)
    await exchange.respond(200, told)


async def _answer(gateway: Gateway, exchange: Exchange, errand: Errand, file: BinaryIO) -> bytes:
    try:
        return await gateway.audits.answer(errand, file, exchange)
    except InputError as error:
        raise _refusal(error) from None


async def _of_record(
    gateway: Gateway, exchange: Exchange, caller: Caller, asked: Mapping[str, str], wish: bytes
) -> bytes:
    """The audit of what the caller's owner has on record, and of nobody else's."""
    if asked:
        raise invalid(next(iter(asked)), "with a wish for the record it is a field of the body, not of the query")
    found = _read(wish)
    errand = Errand(
        grounds=_grounds(gateway, found.timezone, [f"{name}={value}" for name, value in found.assume.items()]),
        defaults=Defaults(),
        columns={},
        is_record=True,
    )
    context = gateway.context
    since = 0 if found.days is None else context.clock.now() - found.days * DAY
    with tempfile.TemporaryFile(prefix="bide-") as file:
        try:
            async for page in context.store.consumed.since(since, PAGE, caller.owner):
                file.write(packed(page, lambda account: listed_as(context.settings.providers, account)))
            if not file.tell():
                why = "nothing that was paid for is on record then; ask for more days, or send a log as the body"
                raise RefusalError(400, "invalid_request", why, param="ledger")
            file.flush()
        except OSError as error:
            folder = tempfile.gettempdir()
            raise StoreError(f"{folder} does not take the record: {error.strerror}; free some space there") from error
        return await _answer(gateway, exchange, errand, file)


def _of_log(gateway: Gateway, exchange: Exchange, asked: Mapping[str, str]) -> Errand:
    """What is to be done with a log, by the query. Raises `RefusalError`."""
    query = parse_qsl(exchange.raw_query.decode("latin-1"), keep_blank_values=True)
    several = {name: [value for one, value in query if one == name] for name in ("column", "assume")}
    try:
        columns = parse(several["column"])
        model = defaults(gateway.context.settings.providers, asked.get("model"))
    except InputError as error:
        raise _refusal(error) from None
    grounds = _grounds(gateway, asked.get("timezone", UTC), several["assume"])
    return Errand(grounds=grounds, defaults=model, columns=columns, is_record=False)


def _grounds(gateway: Gateway, zone: str, assumed: Sequence[str]) -> Grounds:
    """Today's prices, and what the caller says. Raises `RefusalError`."""
    try:
        name = zone_named(zone).key
    except SettingError as error:
        raise invalid("timezone", str(error)) from None
    try:
        taken = assumptions(assumed)
    except InputError as error:
        raise _refusal(error) from None
    context = gateway.context
    return Grounds(
        overrides=context.settings.prices,
        home=gateway.home,
        day=day_of(context.clock.now()),
        zone=name,
        assumptions=taken,
        batches=batches(),
    )


def _wish(file: BinaryIO) -> bytes | None:
    """The body, where it is a JSON object that asks for the record; None where it is a log. Raises `RefusalError`: it is empty."""
    body = file.read(LARGEST_WISH + 1)
    if not body:
        raise RefusalError(400, "empty_file", 'the body is empty; send a log, or {"ledger": true} for your own record')
    if len(body) > LARGEST_WISH or not body.lstrip().startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if "ledger" in found or found.keys() <= set(AskedAudit.__struct_fields__) else None


def _read(body: bytes) -> AskedAudit:
    """What is asked of the record. Raises `RefusalError`."""
    found = shaped(_decode, body)
    if not found.ledger:
        raise RefusalError(400, "invalid_request", "ledger: write true, or send a log as the body", param="ledger")
    return found


def _refusal(error: InputError) -> RefusalError:
    """An error of the command's in the words of this path: its options are fields here."""
    text = str(error)
    named = _NAMED.match(text)
    said = _OPTION.sub(lambda found: f"{found[1]}=" if found[1] else "", text)
    return RefusalError(400, "invalid_request", said, param=named[1] if named else None)

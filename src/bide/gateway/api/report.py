"""What the caller's owner has spent, by whatever is asked for. As `bide report` tells it, and of nobody else's money."""

import msgspec

from bide.core.clock import FAR_FUTURE, SECOND
from bide.core.errors import SettingError
from bide.gateway.api.paging import fields, invalid, whole
from bide.gateway.api.shape.report import Report
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.lanes.hours.window import zone_named
from bide.ledger.report import MOST_OUTLIERS, Asked, report
from bide.ledger.report_form import as_table
from bide.store.costs import PARTS

LAST = FAR_FUTURE // SECOND


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The report."""
    found = fields(exchange, ("by", "since", "until", "tz", "outliers"))
    by = tuple(dict.fromkeys(found["by"].split(","))) if found.get("by") else ("workflow",)
    for word in by:
        if word not in PARTS:
            raise invalid("by", f"it names {word[:40]!r}; write some of {', '.join(PARTS)}, with commas between")
    try:
        zone = zone_named(found.get("tz", "UTC"))
    except SettingError as error:
        raise invalid("tz", str(error)) from None
    asked = Asked(
        by=by,
        owner=caller.owner,
        since=whole(found, "since", 0, 0, LAST) * SECOND if "since" in found else None,
        until=whole(found, "until", 0, 0, LAST) * SECOND if "until" in found else None,
        zone=zone,
        outliers=whole(found, "outliers", Asked().outliers, 0, MOST_OUTLIERS),
    )
    told = as_table(await report(gateway.context.store, asked, gateway.context.clock.now()))
    await exchange.respond(200, msgspec.json.encode(msgspec.convert(told, Report)))

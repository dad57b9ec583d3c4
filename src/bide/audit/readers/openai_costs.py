"""OpenAI's bill: the Costs API (``/v1/organization/costs``) as JSON, and the dashboard's export of costs as CSV.

A row is a line of a day's bill: an amount, and where it was grouped by them what for (``gpt-4o-2024-08-06, input``) and whose.
"""

import re
from typing import Any, cast

from bide.audit.readers import cell
from bide.audit.readers.bucket import holds, results
from bide.audit.readers.openai_usage import owner, times
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.ledger.rates import Mode

FOR_TOKENS = re.compile(r"\b(input|output|tokens?)\b|_tokens\b")
LANE = re.compile(r"\b(batch|flex|priority)\b")


def takes(values: Values) -> bool:
    return holds(values, "amount_value", "start_time") or any(
        result.get("object") == "organization.costs.result" or isinstance(result.get("amount"), dict)
        for result in results(values)
    )


def record(values: Values) -> Record | Skipped:
    nested = values.get("amount")
    if isinstance(nested, dict):
        amount = cast(dict[str, Any], nested)
        values = {**values, "amount_value": amount.get("value"), "amount_currency": amount.get("currency")}
    cost = cell.money(values, "amount_value")
    if cost is None:
        return Skipped("nothing was billed then")
    currency = cell.text(values, "amount_currency", "currency")
    if currency is not None and currency.lower() != "usd":
        raise ValueError(f"amount_currency: {currency!r} is not usd, the only currency that is reckoned in")
    item = cell.text(values, "line_item")
    model, lane = (NOT_NAMED, None) if item is None else _for(item)
    if model is None:
        return Skipped(f"it is the bill for {item}", cost)
    at, end = times(values)
    workflow, named_by = owner(values)
    return Record(
        at=at,
        period=max(0, end - at),
        requests=0,
        provider="openai",
        model=model,
        workflow=workflow,
        named_by=named_by,
        lane=lane,
        cost=cost,
        bill=True,
        caller=cell.text(values, "api_key_id", "user_id"),
    )


def _for(item: str) -> tuple[str | None, Mode | None]:
    """The model a line is for, None where it is for something else than tokens; and its lane where it says one."""
    model, comma, what = item.partition(",")
    if not comma or not FOR_TOKENS.search(what.lower()):
        return None, None
    named = LANE.search(item.lower())
    lane: Mode | None = cast(Mode, named[1]) if named else None
    return LANE.sub("", model.strip()).strip(" -|") if named else model.strip(), lane


READER = Reader("OpenAI's bill", takes, record, results)

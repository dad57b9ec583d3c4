"""Anthropic's bill: the Admin API's ``cost_report`` as JSON, in cents, and the Console's export of costs as CSV, in dollars."""

from bide.audit.readers import cell
from bide.audit.readers.anthropic_usage import lane, owner, when
from bide.audit.readers.bucket import holds, results
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.core.money import DOLLAR

CENT = DOLLAR // 100

FOR_TOKENS = ("token", "tokens")


def takes(values: Values) -> bool:
    return holds(values, "cost_usd", "usage_date_utc") or holds(values, "amount", "starting_at")


def record(values: Values) -> Record | Skipped:
    if "cost_usd" in values:
        cost = cell.money(values, "cost_usd")
    else:
        currency = cell.text(values, "currency")
        if currency is not None and currency.upper() != "USD":
            raise ValueError(f"currency: {currency!r} is not USD, the only currency that is reckoned in")
        cost = cell.money(values, "amount", CENT)
    if cost is None:
        return Skipped("nothing was billed then")
    kind = cell.text(values, "cost_type")
    if kind is not None and kind.lower() not in FOR_TOKENS:
        return Skipped(f"it is the bill for {kind.replace('_', ' ')}", cost)
    at, period = when(values)
    workflow, named_by = owner(values)
    return Record(
        at=at,
        period=period,
        requests=0,
        provider="anthropic",
        model=_model(cell.text(values, "model") or NOT_NAMED),
        workflow=workflow,
        named_by=named_by,
        lane=lane(values),
        cost=cost,
        bill=True,
        caller=cell.text(values, "api_key", "api_key_id"),
    )


def _model(name: str) -> str:
    """As a request would write it: the CSV has ``Claude Haiku 4.5``."""
    return name.strip().lower().replace(" ", "-").replace(".", "-")


READER = Reader("Anthropic's bill", takes, record, results)

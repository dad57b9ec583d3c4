"""Anthropic's usage: the Admin API's ``usage_report/messages`` as JSON, and the Console's export as CSV.

Neither counts requests. Uncached, cached and written tokens are named apart (Anthropic's reference of the usage report) and are added up
here. A row of the CSV stands for a day.
"""

from typing import Any, cast

from bide.audit.readers import cell
from bide.audit.readers.bucket import holds, results
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.core.clock import DAY, HOUR
from bide.ledger.rates import MODES, Mode

LENGTH_OF_A_DATE = len("2026-11-21")


def takes(values: Values) -> bool:
    return holds(values, "usage_output_tokens") or holds(values, "uncached_input_tokens", "output_tokens")


def record(values: Values) -> Record | Skipped:
    if "usage_output_tokens" in values:
        plain, cached, shorter, hour, output = (
            cell.tokens(values, f"usage_{name}")
            for name in (
                "input_tokens_no_cache",
                "input_tokens_cache_read",
                "input_tokens_cache_write_5m",
                "input_tokens_cache_write_1h",
                "output_tokens",
            )
        )
        shorter = cell.tokens(values, "usage_input_tokens_cache_write") if shorter is None else shorter
    else:
        written = values.get("cache_creation")
        made = cast(dict[str, Any], written) if isinstance(written, dict) else {}
        plain, cached = cell.tokens(values, "uncached_input_tokens"), cell.tokens(values, "cache_read_input_tokens")
        shorter = cell.tokens(made, "ephemeral_5m_input_tokens")
        hour = cell.tokens(made, "ephemeral_1h_input_tokens")
        output = cell.tokens(values, "output_tokens")
    at, period = when(values)
    if not any((plain, cached, shorter, hour, output)):
        return Skipped("nothing was used then", covers=(at, at + period))
    workflow, named_by = owner(values)
    parts = [part for part in (plain, cached, shorter, hour) if part is not None]
    return Record(
        at=at,
        period=period,
        requests=None,
        provider="anthropic",
        model=cell.text(values, "model_version", "model") or NOT_NAMED,
        workflow=workflow,
        named_by=named_by,
        lane=lane(values),
        input=sum(parts) if parts else None,
        cached=cached,
        cache_write=(shorter or 0) + (hour or 0) if (shorter, hour) != (None, None) else None,
        cache_write_1h=hour,
        output=output,
        caller=cell.text(values, "api_key", "api_key_id", "service_account_id", "account_id"),
    )


def when(values: Values) -> tuple[int, int]:
    """The period of a row: when it began and how long it was."""
    if (written := cell.text(values, "usage_date_utc")) is not None:
        return cell.needed(cell.moment(values, "usage_date_utc"), "usage_date_utc"), (
            DAY if len(written.strip()) <= LENGTH_OF_A_DATE else HOUR
        )
    at = cell.needed(cell.moment(values, "starting_at"), "starting_at")
    return at, max(0, cell.needed(cell.moment(values, "ending_at"), "ending_at") - at)


def owner(values: Values) -> tuple[str, str]:
    """Whose usage it is, most closely: that of a key by its name, else of a workspace; and which field says so."""
    for name, by in (
        ("api_key", "caller: api_key"),
        ("workspace", "workspace"),
        ("api_key_id", "caller: api_key_id"),
        ("service_account_id", "caller: service_account_id"),
        ("workspace_id", "workspace_id"),
        ("account_id", "caller: account_id"),
    ):
        if (found := cell.text(values, name)) is not None:
            return found, by
    return NOT_NAMED, NOT_NAMED


def lane(values: Values) -> Mode | None:
    """The service tier, which the CSV calls the type of usage."""
    tier = (cell.text(values, "service_tier", "usage_type") or "").lower().replace("_on_demand", "")
    return tier if tier in MODES else None


READER = Reader("Anthropic's usage", takes, record, results)

"""Anthropic's usage and bill, as the Admin API gives them and as the Console exports them."""

from typing import Any

import pytest

from bide.audit.readers import anthropic_costs, anthropic_usage
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Skipped
from bide.audit.readers.record import Record
from bide.core.clock import DAY, HOUR
from bide.core.money import DOLLAR
from bide.logs.moment import instant

AT = instant("2026-08-05")


def page(hours: int, *results: dict[str, Any]) -> dict[str, Any]:
    """A page with one bucket."""
    end = "2026-08-06T00:00:00Z" if hours == 24 else f"2026-08-05T{hours:02}:00:00Z"
    return {
        "data": [{"starting_at": "2026-08-05T00:00:00Z", "ending_at": end, "results": list(results)}],
        "has_more": False,
    }


USED = {
    "uncached_input_tokens": 1_500, "cache_creation": {"ephemeral_1h_input_tokens": 1_000, "ephemeral_5m_input_tokens": 500},
    "cache_read_input_tokens": 200, "output_tokens": 300, "server_tool_use": {"web_search_requests": 10}, "api_key_id": "apikey_1",
    "workspace_id": "wrkspc_1", "model": "claude-sonnet-4-20250514", "service_tier": "batch", "context_window": "0-200k",
}  # fmt: skip

EXPORTED = {
    "usage_date_utc": "2026-08-05", "model_version": "claude-opus-5", "api_key": "Mail sorter", "workspace": "Default",
    "usage_type": "standard", "context_window": "≤ 200k", "usage_input_tokens_no_cache": "46981",
    "usage_input_tokens_cache_write_5m": "15969", "usage_input_tokens_cache_write_1h": "10", "usage_input_tokens_cache_read": "40",
    "usage_output_tokens": "16932", "web_search_count": "0", "inference_geo": "global", "speed": "",
}  # fmt: skip

BILLED = {
    "usage_date_utc": "2026-08-05", "model": "Claude Haiku 4.5", "workspace": "Default", "api_key": "Mail sorter", "usage_type": "message",
    "context_window": "≤ 200k", "token_type": "input_no_cache", "cost_usd": "0.05", "list_price_usd": "0.05", "cost_type": "token",
    "inference_geo": "not_available", "speed": "",
}  # fmt: skip


def test_a_result_of_the_usage_report_adds_its_kinds_of_input_up() -> None:
    assert reader_of("it", [page(1, USED)], {}) is anthropic_usage.READER
    (part,) = anthropic_usage.READER.parts(page(1, USED))

    assert anthropic_usage.record(part) == Record(
        at=AT,
        period=HOUR,
        requests=None,
        provider="anthropic",
        model="claude-sonnet-4-20250514",
        workflow="apikey_1",
        named_by="caller: api_key_id",
        lane="batch",
        input=3_200,
        cached=200,
        cache_write=1_500,
        cache_write_1h=1_000,
        output=300,
        caller="apikey_1",
    )


def test_a_row_of_the_export_stands_for_its_day() -> None:
    found = anthropic_usage.record(EXPORTED)

    assert reader_of("it", [EXPORTED], {}) is anthropic_usage.READER
    assert isinstance(found, Record)
    assert (found.at, found.period, found.requests, found.model) == (AT, DAY, None, "claude-opus-5")
    assert (found.input, found.cached, found.cache_write, found.cache_write_1h) == (63_000, 40, 15_979, 10)
    assert (found.workflow, found.named_by, found.lane) == ("Mail sorter", "caller: api_key", "standard")


@pytest.mark.parametrize(
    ("tier", "lane"),
    [
        ("priority", "priority"),
        ("priority_on_demand", "priority"),
        ("flex", "flex"),
        ("flex_discount", None),
        (None, None),
    ],
)
def test_the_tier_is_the_lane_where_it_has_a_price(tier: str | None, lane: str | None) -> None:
    (part,) = anthropic_usage.READER.parts(page(24, USED | {"service_tier": tier}))
    found = anthropic_usage.record(part)

    assert isinstance(found, Record)
    assert (found.lane, found.period) == (lane, DAY)


def test_a_row_in_which_nothing_was_used_is_left_out() -> None:
    nothing = {name: "0" if "tokens" in name else value for name, value in EXPORTED.items()}

    assert anthropic_usage.record(nothing) == Skipped("nothing was used then", covers=(AT, AT + DAY))


def test_the_api_bills_in_cents() -> None:
    item = {
        "amount": "123.45", "currency": "USD", "cost_type": "tokens", "model": "claude-sonnet-4-20250514", "service_tier": "standard",
        "token_type": "uncached_input_tokens", "workspace_id": None, "description": "Claude Sonnet 4 Usage - Input Tokens",
    }  # fmt: skip
    assert reader_of("it", [page(24, item)], {}) is anthropic_costs.READER
    (part,) = anthropic_costs.READER.parts(page(24, item))
    found = anthropic_costs.record(part)

    assert isinstance(found, Record)
    assert (found.cost, found.bill, found.requests, found.lane) == (12_345 * DOLLAR // 10_000, True, 0, "standard")
    with pytest.raises(ValueError, match="currency: 'EUR' is not USD"):
        anthropic_costs.record({**part, "currency": "EUR"})
    assert anthropic_costs.record({**part, "cost_type": "web_search"}) == Skipped(
        "it is the bill for web search", 12_345 * DOLLAR // 10_000
    )


def test_the_console_bills_in_dollars_by_the_names_on_its_pages() -> None:
    found = anthropic_costs.record(BILLED)

    assert reader_of("it", [BILLED], {}) is anthropic_costs.READER
    assert isinstance(found, Record)
    assert (found.model, found.cost, found.at, found.period) == ("claude-haiku-4-5", DOLLAR // 20, AT, DAY)
    assert (found.workflow, found.lane) == ("Mail sorter", None)


def test_a_row_without_a_day_is_refused_by_its_column() -> None:
    with pytest.raises(ValueError, match="usage_date_utc: 'yesterday' is no instant"):
        anthropic_usage.record(EXPORTED | {"usage_date_utc": "yesterday"})

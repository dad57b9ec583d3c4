"""Advice over HTTP: the same as of `bide advise`, at the gateway's own prices and settings."""

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.api.ask import get, post
from tests.gateway.place import Place

TICKETS = {
    "name": "tickets",
    "within": "8h",
    "model": "openai/gpt-4.1-mini",
    "input_tokens_per_day": 10_000_000,
    "output_tokens_per_day": 2_000_000,
}


async def test_each_workload_is_advised_on_with_its_rule_its_source_and_its_money(at: Place) -> None:
    told = await post(at, "/advise", {"workloads": [TICKETS, {"name": "chat", "user_waiting": True}]})
    tickets, chat = told["data"]
    assert (tickets["workload"], tickets["mode"], tickets["rule"]) == ("tickets", "batch", "whole-window")
    assert Decimal(tickets["cost"]["batch"]) * 2 == Decimal(tickets["cost"]["realtime"]) > 0
    assert (chat["mode"], chat["rule"], chat["cost"]) == ("realtime", "person-waits", None)
    assert chat["sources"][0]["title"] == "Batch Processing vs Real-Time: The Cost-Latency Tradeoff"
    assert (await get(at, "/queue"))["requests"] == 0


async def test_a_preset_may_be_named(at: Place) -> None:
    few = {"requests_per_day": 50, "deferrable": True}
    told = [await post(at, "/advise", {"workloads": [few], "preset": name}) for name in ("deadline", "latency")]
    assert [one["data"][0]["mode"] for one in told] == ["batch", "realtime"]


EMPTY: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, None),
        ({"workloads": []}, "workloads"),
        ({"workloads": [{"within": "soon"}]}, "workloads[0].within"),
        ({"workloads": [{"within": "24h"}, {"withn": "24h"}]}, "workloads[1]"),
        ({"workloads": [{"tokens_per_day": -1}]}, "workloads[0].tokens_per_day"),
        ({"workloads": [{"requests_per_batch": "<50-100"}]}, "workloads[0].requests_per_batch"),
        ({"workloads": [EMPTY], "preset": "clever"}, "preset"),
        ({"workloads": [EMPTY] * 101}, "workloads"),
    ],
)
async def test_what_cannot_be_advised_on_says_why(at: Place, body: Any, param: str | None) -> None:
    error = (await post(at, "/advise", body, 400))["error"]
    assert (error["param"], error["code"]) == (param, "invalid_request")

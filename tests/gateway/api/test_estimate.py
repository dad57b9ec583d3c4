"""What requests would cost, before anything is sent."""

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.api.ask import get, post
from tests.gateway.place import CHAT, Place


async def test_a_body_costs_half_in_a_batch(at: Place) -> None:
    told = await post(at, "/estimate", {"body": {**CHAT, "max_completion_tokens": 1000}})
    batch, realtime = told["lanes"]
    assert (batch["lane"], batch["available"], realtime["lane"]) == ("batch", True, "realtime")
    assert Decimal(batch["cost"]["expected"]) * 2 == Decimal(realtime["cost"]["expected"]) > 0
    assert Decimal(realtime["cost"]["low"]) <= Decimal(realtime["cost"]["expected"])
    assert Decimal(realtime["cost"]["upper"]) > Decimal("1000") * Decimal("0.0000016")
    assert (await get(at, "/queue"))["requests"] == 0


async def test_several_are_told_by_model_and_added_up(at: Place) -> None:
    lines = [
        {"body": dict(CHAT)},
        {"body": {**CHAT, "model": "gpt-4.1"}},
        {"body": dict(CHAT)},
        {"url": "/v1/embeddings", "body": {"model": "text-embedding-3-small", "input": "hello"}},
    ]
    told = await post(at, "/estimate", {"requests": lines})
    assert told["requests"] == 4
    counts = {one["model"]: one["requests"] for one in told["models"]}
    assert counts == {"gpt-4.1": 1, "gpt-4.1-mini": 2, "text-embedding-3-small": 1}
    parts = [Decimal(one["lanes"][0]["cost"]["expected"]) for one in told["models"]]
    assert sum(parts) == Decimal(told["lanes"][0]["cost"]["expected"])


async def test_a_model_without_a_price_has_no_cost(at: Place) -> None:
    told = await post(at, "/estimate", {"body": {**CHAT, "model": "openai/nobody-has-a-price-for-this"}})
    assert [lane["cost"] for lane in told["lanes"]] == [None, None]


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, "requests"),
        ({"body": dict(CHAT), "requests": []}, 400, "requests"),
        ({"requests": []}, 400, "requests"),
        ({"body": "hello"}, 400, "body"),
        ({"body": {"model": "gpt-4.1-mini"}}, 400, "body.messages"),
        ({"body": dict(CHAT), "url": "/v1/audio"}, 400, "url"),
        ({"requests": [{"body": dict(CHAT)}, {"body": {**CHAT, "model": "nobody/x"}}]}, 404, "requests[1].body.model"),
        ({"body": dict(CHAT), "within": "1h"}, 400, None),
    ],
)
async def test_what_cannot_be_estimated_says_why(at: Place, body: Any, status: int, param: str | None) -> None:
    assert (await post(at, "/estimate", body, status))["error"]["param"] == param

"""What a key may do: its models, its lanes, how much in a minute, and its budgets."""

import asyncio
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from bide.core.deadline import Priority
from bide.core.states import Lane
from bide.store.passages import Passage
from bide.testing.audit import audit
from tests.gateway.keyed import CENT, bearing, make_key, standing
from tests.gateway.place import CHAT, Place, place

CLAUDE = "claude-sonnet-4-6"
LATER = {"Bide-Within": "15m"}
MESSAGES: Any = [{"role": "user", "content": "hello"}]


async def test_a_model_that_is_not_allowed_is_refused_by_its_name_in_either_protocol(at: Place) -> None:
    _, secret = await make_key(at.bide, models=("claude-haiku-*", "gpt-5*"))
    for headers in ({}, LATER):
        with pytest.raises(openai.PermissionDeniedError, match=r"gpt-4\.1-mini") as refused:
            await at.openai(secret).chat.completions.create(**CHAT, extra_headers=headers)
        assert (refused.value.code, refused.value.param) == ("model_not_allowed", "model")
        with pytest.raises(anthropic.NotFoundError, match=CLAUDE):
            await at.anthropic(secret).messages.create(
                model=CLAUDE, max_tokens=5, messages=MESSAGES, extra_headers=headers
            )
    listed = [model.id async for model in await at.openai(secret).models.list()]
    assert listed
    assert {name.partition("-")[0] for name in listed} <= {"claude", "gpt"}
    assert "gpt-4.1-mini" not in listed
    with pytest.raises(openai.PermissionDeniedError):
        await at.openai(secret).models.retrieve("gpt-4.1-mini")


async def test_a_model_named_twice_is_the_one_that_was_checked(at: Place) -> None:
    _, secret = await make_key(at.bide, models=("gpt-4.1-mini",))
    named = b'{"model":"%s","messages":[{"role":"user","content":"hello"}],"mod\\u0065l":"%s"}'
    async with at.http.post(
        "/v1/chat/completions", data=named % (b"gpt-4.1-mini", b"gpt-5"), headers=bearing(secret)
    ) as refused:
        assert refused.status == 403
    async with at.http.post(
        "/v1/chat/completions", data=named % (b"gpt-5", b"gpt-4.1-mini"), headers=bearing(secret)
    ) as answer:
        assert (await answer.json())["model"].startswith("gpt-4.1-mini")


async def test_a_key_without_real_time_defers_or_is_told_how(at: Place) -> None:
    _, secret = await make_key(at.bide, lanes={Lane.BATCH})
    client = at.openai(secret)
    with pytest.raises(openai.PermissionDeniedError, match="Bide-Within") as refused:
        await client.chat.completions.create(**CHAT)
    assert refused.value.code == "lane_not_allowed"
    with pytest.raises(openai.PermissionDeniedError, match="at least 75 s"):
        await client.chat.completions.create(**CHAT, extra_headers={"Bide-Within": "30s"})
    answer = await client.chat.completions.with_raw_response.create(**CHAT, extra_headers=LATER)
    assert answer.headers["bide-lane"] == "batch"
    row = await at.bide.store.calls.outcome("acme", answer.headers["bide-request-id"])
    job = await at.bide.store.jobs.get("acme", row["job_id"])
    assert job.on_miss == "late"


async def test_a_key_without_batch_is_always_passed_on(at: Place) -> None:
    _, secret = await make_key(at.bide, lanes={Lane.REALTIME})
    answer = await at.openai(secret).chat.completions.with_raw_response.create(**CHAT, extra_headers=LATER)
    assert answer.headers["bide-lane"] == "realtime"
    for create in (
        at.openai(secret).batches.create(
            input_file_id="file-x", endpoint="/v1/chat/completions", completion_window="24h"
        ),
        at.anthropic(secret).messages.batches.create(
            requests=[{"custom_id": "a", "params": {"model": CLAUDE, "max_tokens": 5, "messages": MESSAGES}}]
        ),
    ):
        with pytest.raises((openai.PermissionDeniedError, anthropic.PermissionDeniedError), match="batch"):
            await create


async def test_a_keys_priority_and_workflow_are_those_of_calls_that_name_none(at: Place) -> None:
    _, secret = await make_key(at.bide, priority=Priority.STANDARD, workflow="nightly")
    answer = await at.openai(secret).chat.completions.with_raw_response.create(**CHAT)
    row = await at.bide.store.calls.outcome("acme", answer.headers["bide-request-id"])
    job = await at.bide.store.jobs.get("acme", row["job_id"])
    assert (row["urgency"], job.workflow) == ("key", "nightly")


async def test_too_many_in_a_minute_are_asked_to_come_back(tmp_path: Path) -> None:
    async with place(tmp_path, clock="2026-11-21T00:00:00+00:00*1") as at:
        _, secret = await make_key(at.bide, requests_per_minute=3)
        client = at.openai(secret)
        answers = [await client.chat.completions.with_raw_response.create(**CHAT) for _ in range(3)]
        assert [answer.headers["x-ratelimit-remaining-requests"] for answer in answers] == ["2", "1", "0"]
        assert {answer.headers["x-ratelimit-limit-requests"] for answer in answers} == {"3"}
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(**CHAT, extra_headers=LATER)
        assert (refused.value.code, refused.value.type) == ("rate_limit_exceeded", "requests")
        assert 1 <= int(refused.value.response.headers["retry-after"]) <= 20
        with pytest.raises(anthropic.RateLimitError) as other:
            await at.anthropic(secret).messages.create(model=CLAUDE, max_tokens=5, messages=MESSAGES)
        assert other.value.response.headers["anthropic-ratelimit-requests-remaining"] == "0"
        _, another = await make_key(at.bide)
        await at.openai(another).chat.completions.create(**CHAT)  # a key's limit is its own


async def test_tokens_count_with_the_answer_at_its_longest(at: Place) -> None:
    _, secret = await make_key(at.bide, tokens_per_minute=1_000)
    client = at.openai(secret)
    with pytest.raises(openai.RateLimitError, match="1,000 a minute") as refused:
        await client.chat.completions.create(**CHAT, max_completion_tokens=1_000)
    assert refused.value.response.headers["x-should-retry"] == "false"
    answer = await client.chat.completions.with_raw_response.create(**CHAT, max_completion_tokens=100)
    assert 800 <= int(answer.headers["x-ratelimit-remaining-tokens"]) < 900


async def test_gateways_of_one_store_share_a_keys_rate(at: Place) -> None:
    """As many as there are divide it; who joins has one call until it has waited."""
    key, secret = await make_key(at.bide, requests_per_minute=600)
    now = at.bide.context.clock.now()
    await at.bide.store.limits.share(f"key {key.external_id}", "", "another gateway", now + 3_600_000_000, now)
    client = at.openai(secret)
    answers = [await client.chat.completions.with_raw_response.create(**CHAT) for _ in range(2)]
    assert int(answers[0].headers["x-ratelimit-remaining-requests"]) == 0
    assert int(answers[1].headers["x-ratelimit-remaining-requests"]) <= 300


async def test_a_call_that_is_passed_on_is_reserved_then_spent(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=100 * CENT)
    answer = await at.openai(secret).chat.completions.with_raw_response.create(**CHAT)
    await at.gateway.books.settle()
    row = await at.bide.store.passages.find("acme", answer.headers["x-request-id"])
    assert row is not None
    found = await standing(at.bide, key)
    assert (found.reserved, found.spent) == (0, row["amount"])
    assert row["reserved"] >= row["amount"] > 0


async def test_a_deferred_call_is_reserved_then_spent(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=100 * CENT)
    headers = bearing(secret, prefer="respond-async", **{"bide-within": "1h"})
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
        assert promised.status == 202
        assert (await standing(at.bide, key)).reserved > 0
        located = promised.headers["Location"]
    async with at.http.get(f"{located}?wait=60", headers=bearing(secret)) as told:
        assert (await told.json())["status"] == "succeeded"
    found = await standing(at.bide, key)
    assert found.reserved == 0
    assert found.spent > 0
    assert await audit(at.bide.store) == []


async def test_a_cancelled_call_is_not_spent(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=100 * CENT)
    headers = bearing(secret, prefer="respond-async", **{"bide-within": "24h"})
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
        located = promised.headers["Location"]
    async with at.http.post(f"{located}/cancel", headers=bearing(secret)) as told:
        assert (await told.json())["status"] == "cancelled"
    assert (await standing(at.bide, key)).reserved == 0


@pytest.mark.parametrize("headers", [{}, LATER], ids=["at once", "deferred"])
async def test_an_exhausted_budget_says_which_and_when_it_begins_anew(at: Place, headers: dict[str, str]) -> None:
    key, secret = await make_key(at.bide, budget_month=1_000)
    with pytest.raises(openai.RateLimitError, match="month budget") as refused:
        await at.openai(secret, max_retries=2).chat.completions.create(**CHAT, extra_headers=headers)
    assert (refused.value.code, refused.value.type) == ("budget_exhausted", "insufficient_quota")
    assert "is left" in str(refused.value)
    assert "begins anew at" in str(refused.value)
    assert refused.value.response.headers["retry-after"].endswith("GMT")
    with pytest.raises(anthropic.APIStatusError, match="month budget") as other:
        await at.anthropic(secret).messages.create(model=CLAUDE, max_tokens=5, messages=MESSAGES, extra_headers=headers)
    assert other.value.status_code == 402
    assert other.value.body["error"]["type"] == "billing_error"  # type: ignore[index]
    assert not at.simulator.books.batches
    found = await standing(at.bide, key)
    assert (found.reserved, found.spent) == (0, 0)


async def test_a_budget_that_warns_says_so_in_a_header(at: Place) -> None:
    _, secret = await make_key(at.bide, budget_day=1, budget_hard=False)
    for headers in ({}, LATER):
        answer = await at.openai(secret).chat.completions.with_raw_response.create(**CHAT, extra_headers=headers)
        assert answer.headers["bide-budget-exceeded"].startswith("day 20")
    stream = await at.openai(secret).chat.completions.with_raw_response.create(**CHAT, stream=True)
    assert "bide-budget-exceeded" in stream.headers
    async for _ in stream.parse():
        pass


@pytest.mark.parametrize("headers", [{}, LATER], ids=["at once", "deferred"])
async def test_an_unknown_price_is_refused_where_there_is_a_budget(at: Place, headers: dict[str, str]) -> None:
    _, secret = await make_key(at.bide, budget_day=100 * CENT)
    with pytest.raises(openai.PermissionDeniedError, match="price") as refused:
        await at.openai(secret).chat.completions.create(
            model="openai/nobody-knows", messages=MESSAGES, extra_headers=headers
        )
    assert refused.value.code == "price_unknown"


@pytest.mark.parametrize(
    "limits",
    [
        {"max_tokens": -1_000_000_000},
        {"max_tokens": 0},
        {"max_tokens": 2**70},
        {"max_completion_tokens": 1, "max_tokens": 2**31},
        {"n": 2**62, "max_tokens": 2**62},
        {"n": -5, "max_tokens": 10},
    ],
    ids=str,
)
async def test_no_number_makes_a_reservation_small_or_breaks_it(at: Place, limits: dict[str, int]) -> None:
    key, secret = await make_key(at.bide, budget_day=CENT)
    async with at.http.post("/v1/chat/completions", json={**CHAT, **limits}, headers=bearing(secret)) as answer:
        assert answer.status in (200, 400, 429)
        assert "internal" not in await answer.text()
    await at.gateway.books.settle()
    found = await standing(at.bide, key)
    assert found.reserved == 0
    assert 0 <= found.spent <= CENT


async def test_what_a_gateway_that_died_had_reserved_is_given_back_and_its_suspicion_spent(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        key, _ = await make_key(at.bide, budget_day=100 * CENT)
        passage = _passage(at, key.id)
        await at.bide.store.passages.record([passage], [])
        assert (await standing(at.bide, key)).reserved == CENT
    async with place(tmp_path) as at:
        found = await standing(at.bide, key)
        row = await at.bide.store.passages.find("acme", passage.external_id)
        assert row is not None
        assert (row["state"], row["kind"], row["holder"]) == ("lost", "suspected", None)
        assert (found.reserved, found.spent) == (0, row["amount"])
        assert row["amount"] > 0


async def test_a_client_that_leaves_leaves_no_reservation(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=100 * CENT)
    for delay in (0, 0.001, 0.005, 0.02):
        task = asyncio.create_task(at.openai(secret).chat.completions.create(**CHAT))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    while (await standing(at.bide, key)).reserved:
        await asyncio.sleep(0.02)
        await at.gateway.books.settle()
    assert await audit(at.bide.store) == []


async def test_a_message_batch_is_reserved_as_a_whole_or_refused(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=10 * CENT, models=("claude-*",))
    client = at.anthropic(secret)
    asked: Any = {"model": CLAUDE, "max_tokens": 50, "messages": MESSAGES}
    with pytest.raises(anthropic.APIStatusError, match="day budget") as refused:
        await client.messages.batches.create(
            requests=[{"custom_id": str(number), "params": asked} for number in range(500)]
        )
    assert refused.value.status_code == 402
    with pytest.raises(anthropic.APIStatusError, match="may not ask for"):
        await client.messages.batches.create(
            requests=[{"custom_id": "a", "params": {**asked, "model": "gpt-4.1-mini"}}]
        )
    assert (await standing(at.bide, key)).reserved == 0
    batch = await client.messages.batches.create(requests=[{"custom_id": "a", "params": asked}])
    assert (await standing(at.bide, key)).reserved > 0
    while (await client.messages.batches.retrieve(batch.id)).processing_status != "ended":
        await asyncio.sleep(0.05)
    found = await standing(at.bide, key)
    assert found.reserved == 0
    assert found.spent > 0


async def test_a_batch_over_its_budget_fails_and_says_so(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=CENT, lanes={Lane.BATCH})
    client = at.openai(secret)
    line = '{"custom_id": "%d", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "gpt-4.1-mini", '
    line += '"max_completion_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}}\n'
    outcomes: list[Any] = []
    for count in (1, 500):
        content = "".join(line % number for number in range(count)).encode()
        file = await client.files.create(file=("in.jsonl", content), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="1h"
        )
        while batch.status not in ("completed", "failed", "expired"):
            await asyncio.sleep(0.05)
            batch = await client.batches.retrieve(batch.id)
        outcomes.append(batch)
    assert [batch.status for batch in outcomes] == ["completed", "failed"]
    assert outcomes[1].errors.data[0].code == "budget_exhausted"
    found = await standing(at.bide, key)
    assert found.reserved == 0
    assert 0 < found.spent <= CENT


def _passage(at: Place, key: int) -> Passage:
    return Passage(
        external_id="req_gone",
        owner="acme",
        key=key,
        workflow=None,
        path="/v1/chat/completions",
        account="openai",
        model="gpt-4.1-mini",
        urgency="default",
        holder="a-gateway-that-is-gone",
        body_bytes=100,
        output_tokens=100,
        reserved=CENT,
        has_budget=True,
        sent_at=at.bide.context.clock.now(),
    )

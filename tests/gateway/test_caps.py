"""What calls and batches may cost at most, over HTTP: headers and metadata, in both protocols."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
import pytest_asyncio

from bide.core.money import DOLLAR
from tests.gateway.batching import CHAT as CHAT_PATH
from tests.gateway.batching import create, some
from tests.gateway.keyed import bearing, make_key, standing
from tests.gateway.place import Place, place

CLAUDE = "claude-sonnet-4-6"

HELLO = [{"role": "user", "content": "hello"}]

CALL: Mapping[str, Any] = {"model": "gpt-4.1-mini", "max_tokens": 1_000, "messages": HELLO}
"""May cost some $0.0016 at list price, half of it in a batch."""

DEFERRED = {"Bide-Within": "1h", "Prefer": "respond-async"}


@pytest_asyncio.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Place]:
    async with place(tmp_path) as found:
        yield found


def request(name: str, max_tokens: int = 50) -> dict[str, Any]:
    return {"custom_id": name, "params": {"model": CLAUDE, "max_tokens": max_tokens, "messages": HELLO}}


def sent(at: Place) -> int:
    """How many calls and batches the providers have heard of."""
    both = at.simulator.books, at.simulator.house.books("anthropic")
    return sum(books.calls.received + len(books.batches) for books in both)


async def post(at: Place, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_message_batch_has_the_cap_that_its_header_says(at: Place) -> None:
    batches = at.anthropic().messages.batches
    batch = await batches.create(requests=[request("one")], extra_headers={"Bide-Max-Cost": "2.50"})
    row = await at.bide.store.message_batches.get("local", batch.id)
    assert (await at.bide.store.jobs.get("local", row.job_id)).max_cost == 5 * DOLLAR // 2


@pytest.mark.parametrize(
    ("cap", "said"),
    [
        ("0.000001", r"cap of \$\S+ \(Bide-Max-Cost\) holds 0 of 2 requests.*Bide-On-Miss: late"),
        ("much", "bide-max-cost 'much' is no amount of USD; write it as in 2.50"),
    ],
)
async def test_a_message_batch_of_which_nothing_fits_is_refused_whole(at: Place, cap: str, said: str) -> None:
    batches = at.anthropic().messages.batches
    with pytest.raises(anthropic.BadRequestError, match=said) as found:
        await batches.create(requests=[request("one"), request("two")], extra_headers={"Bide-Max-Cost": cap})
    assert found.value.body["error"]["type"] == "invalid_request_error"  # type: ignore[index]
    assert (await batches.list()).data == []


async def test_what_the_cap_of_a_message_batch_does_not_hold_is_an_error_of_its_row(at: Place) -> None:
    client = at.anthropic()
    asked = [request("cheap"), request("dear", 60_000)]
    batch = await client.messages.batches.create(requests=asked, extra_headers={"Bide-Max-Cost": "0.05"})
    while batch.processing_status != "ended":
        await asyncio.sleep(0.05)
        batch = await client.messages.batches.retrieve(batch.id)
    assert (batch.request_counts.succeeded, batch.request_counts.errored) == (1, 1)
    found = {line.custom_id: line.result async for line in await client.messages.batches.results(batch.id)}
    assert found["cheap"].type == "succeeded"
    error = found["dear"].error.error
    assert error.type == "billing_error"
    assert "the job's cap of $0.050 does not hold it" in error.message


async def test_a_batch_of_openai_s_shape_takes_the_header_too_and_shows_it(at: Place) -> None:
    client = at.openai()
    batch = await create(client, some(2), extra_headers={"Bide-Max-Cost": "0.000001"})
    assert batch.metadata == {"bide_max_cost": "0.000001"}
    while batch.status != "failed":
        await asyncio.sleep(0.05)
        batch = await client.batches.retrieve(batch.id)
    [error] = batch.errors.data
    assert error.code == "budget_exhausted"
    assert "(bide_max_cost) holds 0 of 2 requests" in error.message
    body = {"input_file_id": "file-x", "endpoint": CHAT_PATH, "completion_window": "1h"}
    async with at.http.post("/v1/batches", json=body, headers={"Bide-Max-Cost": "-1"}) as answer:
        assert (answer.status, (await answer.json())["error"]["param"]) == (400, "bide-max-cost")


@pytest.mark.parametrize("headers", [{}, DEFERRED, {"Bide-Within": "1h"}], ids=["at once", "deferred", "held"])
async def test_a_call_that_may_cost_more_than_it_may_is_not_sent(at: Place, headers: Mapping[str, str]) -> None:
    for said, metadata in ({"Bide-Max-Cost": "0.0001"}, {}), ({}, {"metadata": {"bide_max_cost": "0.0001"}}):
        status, answer = await post(at, {**CALL, **metadata}, {**headers, **said})
        assert (status, answer["error"]["code"]) == (400, "budget_exhausted")
        assert (
            "the cap of $0.00010 (Bide-Max-Cost) does not hold the request: it may cost up to"
            in answer["error"]["message"]
        )
    assert sent(at) == 0
    with pytest.raises(anthropic.BadRequestError, match="does not hold the request"):
        await at.anthropic().messages.create(
            model=CLAUDE, max_tokens=1_000, messages=HELLO, extra_headers={**headers, "Bide-Max-Cost": "0.0001"}
        )
    assert sent(at) == 0


async def test_a_call_that_fits_is_answered(at: Place) -> None:
    """The longest answer in batches is half as dear, so that a call which is not rescued fits under a cap of half as much."""
    under = {"Bide-Max-Cost": "0.001"}
    status, refused = await post(at, CALL, {**DEFERRED, **under})
    assert status == 400
    assert "Keep to batches with Bide-On-Miss: late" in refused["error"]["message"]
    status, _ = await post(at, CALL, {**DEFERRED, **under, "Bide-On-Miss": "late"})
    assert status == 202
    status, _ = await post(at, CALL, {**DEFERRED, **under, "Bide-On-Miss": "late", "Bide-Within": "1m"})
    assert status == 400, "there is no time for a batch, so it would be called"
    status, answer = await post(at, {**CALL, "metadata": {"bide_max_cost": "0.002", "mine": "x"}}, {})
    assert status == 200
    assert answer["choices"]
    assert at.simulator.books.calls.received == 1


@pytest.mark.parametrize("headers", [{}, DEFERRED], ids=["at once", "deferred"])
async def test_an_unknown_price_is_never_free(at: Place, headers: Mapping[str, str]) -> None:
    body = {**CALL, "model": "openai/of-tomorrow"}
    status, answer = await post(at, body, {**headers, "Bide-Max-Cost": "100"})
    assert status == 400
    assert "price of openai/of-tomorrow is unknown; give it in bide.toml" in answer["error"]["message"]
    assert answer["error"]["message"].endswith("or leave out Bide-Max-Cost")
    assert sent(at) == 0


async def test_a_tier_whose_price_is_unknown_is_named(at: Place) -> None:
    body = {**CALL, "model": "gpt-3.5-turbo", "service_tier": "priority"}
    with pytest.raises(
        openai.BadRequestError, match=r"the priority price of openai/gpt-3\.5-turbo is unknown; ask for another"
    ):
        await at.openai().chat.completions.create(**body, extra_headers={"Bide-Max-Cost": "100"})


async def test_a_cap_that_is_no_amount_is_refused_by_its_name(at: Place) -> None:
    for text in "much", "1e99", "-1":
        status, answer = await post(at, CALL, {"Bide-Max-Cost": text})
        assert (status, answer["error"]["code"], answer["error"]["param"]) == (400, "invalid_value", "bide-max-cost")
    status, answer = await post(at, {**CALL, "metadata": {"bide_max_cost": "much"}}, DEFERRED)
    assert (status, answer["error"]["param"]) == (400, "metadata.bide_max_cost")


KEPT = {"Bide-Cache": "1h"}


async def test_what_a_cap_does_not_hold_is_answered_with_what_is_kept(at: Place) -> None:
    status, first = await post(at, CALL, KEPT)
    assert status == 200
    for headers in (DEFERRED, {"Bide-Within": "1h"}):
        dear = {**headers, "Bide-Max-Cost": "0.000001"}
        async with at.http.post("/v1/chat/completions", json=CALL, headers={**dear, **KEPT}) as answer:
            assert (answer.status, answer.headers["bide-lane"]) == (200, "cache")
            assert await answer.json() == first
        status, refused = await post(at, CALL, dear)
        assert (status, refused["error"]["code"]) == (400, "budget_exhausted")
        status, refused = await post(at, {**CALL, "max_tokens": 999}, {**dear, **KEPT})
        assert (status, refused["error"]["code"]) == (400, "budget_exhausted")
    status, refused = await post(
        at, CALL, {**DEFERRED, **KEPT, "Bide-Max-Cost": "0.000001", "Bide-Webhook": "https://example.com/hook"}
    )
    assert (status, refused["error"]["code"]) == (400, "budget_exhausted"), "who is to be told elsewhere would not be"
    assert sent(at) == 1


async def test_what_a_budget_does_not_hold_is_answered_with_what_is_kept(at: Place) -> None:
    key, secret = await make_key(at.bide, budget_day=DOLLAR * 17 // 10_000)
    status, first = await post(at, CALL, bearing(secret, **KEPT))
    assert status == 200
    spent = await standing(at.bide, key)
    assert await post(at, CALL, bearing(secret, **DEFERRED, **KEPT)) == (200, first)
    status, refused = await post(at, CALL, bearing(secret, **DEFERRED))
    assert (status, refused["error"]["code"]) == (429, "budget_exhausted")
    assert await standing(at.bide, key) == spent

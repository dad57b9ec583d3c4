"""Message batches by the official clients, in front of any provider's models."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

import anthropic
import pytest
import pytest_asyncio
from anthropic.types.messages import MessageBatch

from bide.core.clock import DAY, MINUTE, SECOND
from tests.gateway.keyed import make_key
from tests.gateway.place import Place, hurried, place

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"


QUICK = """
[batch]
turnaround = "30s"
"""


@pytest_asyncio.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Place]:
    """A gateway over providers whose batches take half a minute."""
    script = tmp_path / "quick.toml"
    script.write_text(QUICK)
    async with place(tmp_path, script=str(script)) as found:
        yield found


def request(name: str, prompt: str = "hello", model: str = GPT, **fields: Any) -> dict[str, Any]:
    params = {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": prompt}], **fields}
    return {"custom_id": name, "params": params}


async def ended(client: Any, batch: MessageBatch) -> MessageBatch:
    while batch.processing_status != "ended":
        await asyncio.sleep(0.05)
        batch = await client.messages.batches.retrieve(batch.id)
    return batch


async def lines(client: Any, batch: MessageBatch) -> dict[str, Any]:
    found = [line async for line in await client.messages.batches.results(batch.id)]
    assert len({line.custom_id for line in found}) == len(found)
    return {line.custom_id: line.result for line in found}


async def test_a_batch_goes_to_each_model_s_provider_and_every_row_has_one_answer(at: Place) -> None:
    client = at.anthropic()
    names = [f"row-{number}" for number in range(12)]
    asked = [request(name, f"say {name}", GPT if number % 2 else CLAUDE) for number, name in enumerate(names)]
    batch = await client.messages.batches.create(requests=asked)
    assert (batch.processing_status, batch.request_counts.processing) == ("in_progress", 12)
    assert (batch.expires_at - batch.created_at).total_seconds() == DAY / SECOND
    assert (batch.results_url, batch.ended_at, batch.archived_at, batch.cancel_initiated_at) == (None,) * 4
    batch = await ended(client, batch)
    assert batch.results_url == f"{at.url}/v1/messages/batches/{batch.id}/results"
    assert batch.ended_at is not None
    assert batch.request_counts.to_dict() == {
        "processing": 0,
        "succeeded": 12,
        "errored": 0,
        "canceled": 0,
        "expired": 0,
    }
    found = await lines(client, batch)
    assert list(found) == names
    for result in found.values():
        assert result.type == "succeeded"
        assert result.message.content[0].text
        assert result.message.usage.service_tier == "batch"


async def test_what_a_provider_refuses_is_an_errored_row_of_anthropic_s_shape(at: Place) -> None:
    client = at.anthropic()
    asked = [
        request("good"),
        request("bad", "[poison:row-error]"),
        request("bad-too", "[poison:row-error]", CLAUDE),
    ]
    batch = await ended(client, await client.messages.batches.create(requests=asked))
    counts = batch.request_counts
    assert (counts.succeeded, counts.errored) == (1, 2)
    found = await lines(client, batch)
    assert found["good"].type == "succeeded"
    for name in ("bad", "bad-too"):
        error = found[name].error
        assert (found[name].type, error.type, error.error.type) == ("errored", "error", "invalid_request_error")
        assert error.error.message


async def test_a_cancelled_batch_ends_and_its_rows_are_accounted_for(tmp_path: Path) -> None:
    async with place(tmp_path, script="slow") as at:
        client = at.anthropic()
        batch = await client.messages.batches.create(requests=[request(f"row-{n}") for n in range(5)])
        cancelled = await client.messages.batches.cancel(batch.id)
        assert cancelled.processing_status in ("canceling", "ended")
        assert cancelled.cancel_initiated_at is not None
        batch = await ended(client, cancelled)
        counts = batch.request_counts
        assert counts.canceled + counts.succeeded == 5
        assert counts.canceled
        assert sum(one.type == "canceled" for one in (await lines(client, batch)).values()) == counts.canceled
        with pytest.raises(anthropic.BadRequestError, match="nothing left to cancel"):
            await client.messages.batches.cancel(batch.id)


async def test_a_batch_is_deleted_when_it_has_ended_and_not_before(at: Place) -> None:
    client = at.anthropic()
    batch = await client.messages.batches.create(requests=[request("one")])
    with pytest.raises(anthropic.BadRequestError, match="in progress"):
        await client.messages.batches.delete(batch.id)
    with pytest.raises(anthropic.AnthropicError, match="results_url"):
        await client.messages.batches.results(batch.id)
    async with at.http.get(f"/v1/messages/batches/{batch.id}/results") as early:
        assert early.status == 404
    batch = await ended(client, batch)
    deleted = await client.messages.batches.delete(batch.id)
    assert (deleted.id, deleted.type) == (batch.id, "message_batch_deleted")
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.batches.retrieve(batch.id)
    async with at.http.get(f"/v1/messages/batches/{batch.id}/results") as gone:
        assert gone.status == 404


async def test_batches_are_listed_page_by_page_the_newest_first(at: Place) -> None:
    client = at.anthropic()
    names = [(await client.messages.batches.create(requests=[request("a")])).id for _ in range(5)]
    listed = [batch.id async for batch in client.messages.batches.list(limit=2)]
    assert listed == names[::-1]
    page = await client.messages.batches.list(limit=2, before_id=names[0])
    assert [batch.id for batch in page.data] == [names[2], names[1]]
    assert (page.has_more, page.first_id, page.last_id) == (True, names[2], names[1])
    assert (await client.messages.batches.list(after_id=names[0])).data == []
    for query, message in (
        ({"limit": 0}, "limit: Input should be 1 to 1,000"),
        ({"after_id": names[0], "before_id": names[0]}, "cannot be used together"),
        ({"after_id": "msgbatch_x"}, "after_id: there is no message batch"),
    ):
        with pytest.raises(anthropic.BadRequestError, match=message):
            await client.messages.batches.list(**query)


UNUSABLE: Sequence[tuple[Any, str]] = [
    ([], "requests: List should have at least 1 item"),
    ([request("a"), request("b"), request("a")], "requests.2.custom_id: another request of the batch"),
    ([request("a b")], "requests.0.custom_id: String should match pattern"),
    ([request("a"), request("b", model="nobody/knows")], "requests.1.params.model: none of the accounts claims"),
    ([{"custom_id": "a", "params": {"model": GPT}}], "requests.0.params.max_tokens: Field required"),
    ([request("a"), request("b", max_tokens=0)], "requests.1.params.max_tokens: Input should be greater"),
    ([request("a", max_tokens="5")], "requests.0.params.max_tokens: is the string"),
    ([request("a", stream=True)], "requests.0.params.stream: Streaming is not supported"),
    ([request("a", messages="hello")], "requests.0.params.messages: is the string"),
    ([request("a", top_k=5)], "requests.0.params.top_k: cannot be expressed by OpenAI"),
    ([{"custom_id": "a", "params": 3}], "requests.0.params: Input should be a valid object"),
    ([{"custom_id": 5, "params": {}}], "requests.0.custom_id: Expected `str`, got `int`"),
    ([{"custom_id": "a"}], "requests.0: Object missing required field `params`"),
    ([{**request("a"), "url": "/v1/messages"}], "requests.0: Object contains unknown field `url`"),
    (
        [request("a"), request("b", metadata=json.loads("[" * 128 + "]" * 128))],
        "requests.1.params: is nested too deeply: more than 128 values in each other",
    ),
    ([request(str(n), stream=True) for n in range(9)], "8 more of the 9 requests cannot be used"),
]


@pytest.mark.parametrize(("asked", "message"), UNUSABLE)
async def test_what_cannot_be_a_batch_is_refused_with_the_path_of_the_field(
    at: Place, asked: Sequence[Any], message: str
) -> None:
    async with at.http.post("/v1/messages/batches", json={"requests": asked}) as answer:
        said = await answer.json()
    assert (answer.status, said["type"], said["error"]["type"]) == (400, "error", "invalid_request_error")
    assert message in said["error"]["message"]
    assert said["request_id"] == answer.headers["request-id"]
    assert await at.bide.store.jobs.recent("local", 5) == []


@pytest.mark.parametrize(
    ("version", "fields", "status"),
    [
        ("2023-06-01", {"temperature": 0.5}, 200),
        ("2026-10-21", {"temperature": 0.5}, 400),
        ("2026-10-21", {}, 200),
        ("2020-01-01", {}, 400),
    ],
)
@pytest.mark.parametrize("header", ["x-api-key", "Authorization"])
async def test_both_versions_and_both_headers_of_a_key_are_known(
    at: Place, version: str, fields: Mapping[str, Any], status: int, header: str
) -> None:
    headers = {"anthropic-version": version, header: "Bearer none"}
    body = {"requests": [request("a", **fields)]}
    async with at.http.post("/v1/messages/batches", json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
    async with at.http.post("/v1/messages", json=request("a", **fields)["params"], headers=headers) as single:
        assert single.status == status, await single.text()
        if status == 400 and fields:
            assert "temperature: Extra inputs are not permitted" in (await single.json())["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "within", "source"),
    [
        ({}, DAY, "message batch"),
        ({"Bide-Within": "2h"}, 120 * MINUTE, "header bide-within"),
        ({"Bide-Priority": "standard"}, 15 * MINUTE, "header bide-priority"),
    ],
)
async def test_headers_say_by_when(at: Place, headers: Mapping[str, str], within: int, source: str) -> None:
    batch = await at.anthropic().messages.batches.create(requests=[request("a")], extra_headers=dict(headers))
    assert (batch.expires_at - batch.created_at).total_seconds() == within / SECOND
    [job] = await at.bide.store.jobs.recent("local", 5)
    assert (job.priority_source, job.name) == (source, batch.id)


async def test_on_miss_expire_is_an_expired_row(tmp_path: Path) -> None:
    async with place(tmp_path, script="hang") as at:
        client = at.anthropic()
        batch = await client.messages.batches.create(
            requests=[request("a")], extra_headers={"Bide-Within": "3m", "Bide-On-Miss": "expire"}
        )
        batch = await ended(client, batch)
        assert batch.request_counts.expired == 1
        assert (await lines(client, batch))["a"].type == "expired"


async def test_a_batch_survives_a_restart_and_is_answered_once(tmp_path: Path) -> None:
    clock = hurried()
    async with place(tmp_path, engine=False, clock=clock) as at:
        batch = await at.anthropic().messages.batches.create(requests=[request(f"row-{n}") for n in range(20)])
    async with place(tmp_path, clock=clock) as at:
        client = at.anthropic()
        batch = await ended(client, await client.messages.batches.retrieve(batch.id))
        assert batch.request_counts.succeeded == 20
        assert len(await lines(client, batch)) == 20
        assert batch.results_url is not None
        assert batch.results_url.startswith(at.url)


async def test_an_idempotency_key_and_a_retry_find_the_batch_again(at: Place) -> None:
    client = at.anthropic()
    asked = [request("a")]
    create = client.messages.batches.create
    first = await create(requests=asked, extra_headers={"Idempotency-Key": "k"})
    assert (await create(requests=asked, extra_headers={"Idempotency-Key": "k"})).id == first.id
    with pytest.raises(anthropic.UnprocessableEntityError, match=f"used for {first.id}, and its content was different"):
        await create(requests=[request("b")], extra_headers={"Idempotency-Key": "k"})
    sooner = {"Idempotency-Key": "k", "Bide-Within": "10m"}
    kept = await client.messages.batches.with_raw_response.create(requests=asked, extra_headers=sooner)
    assert kept.headers["bide-notice"].startswith(
        f"{first.id} was handed in before under this Idempotency-Key and keeps its deadline"
    )
    again = await create(requests=asked)
    assert again.id != first.id
    retried = await create(requests=asked, extra_headers={"x-stainless-retry-count": "1"})
    assert retried.id not in (first.id, again.id)  # both were told


async def test_a_retry_takes_over_a_batch_whose_gateway_died_before_it_could_tell(tmp_path: Path) -> None:
    clock = hurried()
    body = json.dumps({"requests": [request("a")]})
    async with place(tmp_path, engine=False, clock=clock) as at:
        async with at.http.post("/v1/messages/batches", data=body) as answer:
            first = (await answer.json())["id"]
        await _untold(at, first)
    async with place(tmp_path, clock=clock) as at:
        ids: list[str] = []
        for _ in range(2):
            async with at.http.post("/v1/messages/batches", data=body, headers={"x-stainless-retry-count": "1"}) as one:
                ids.append((await one.json())["id"])
    assert ids[0] == first
    assert ids[1] != first


async def test_whoever_asks_for_a_batch_was_told_of_it(tmp_path: Path) -> None:
    """A kill between the answer and its note takes the note away; the same create again is still a new batch."""
    clock = hurried()
    body = json.dumps({"requests": [request("a")]})
    async with place(tmp_path, engine=False, clock=clock) as at:
        async with at.http.post("/v1/messages/batches", data=body) as answer:
            first = (await answer.json())["id"]
        await _untold(at, first)
    async with place(tmp_path, clock=clock) as at:
        assert (await at.anthropic().messages.batches.retrieve(first)).id == first
        async with at.http.post("/v1/messages/batches", data=body, headers={"x-stainless-retry-count": "1"}) as again:
            assert (await again.json())["id"] != first


async def _untold(at: Place, external_id: str) -> None:
    """As if the gateway had died between the promise and its answer."""
    from bide.store import queries
    from bide.store.database import Transaction

    query = queries.parse(
        "-- name: q\nUPDATE message_batches SET delivered_at = NULL, holder = 'gone-1-x' WHERE external_id = :name;\n"
    )["q"]

    async def write(transaction: Transaction) -> int:
        return await transaction.run(query, name=external_id)

    assert await at.bide.store.database.write("untold", write) == 1


async def test_a_body_that_is_too_large_is_refused_in_words(at: Place) -> None:
    headers = {"content-length": str((256 << 20) + 1)}
    async with at.http.post("/v1/messages/batches", data=b"{}", headers=headers) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"]["type"] == "request_too_large"


async def test_a_key_may_only_ask_for_its_models_in_batches_too(at: Place) -> None:
    _, secret = await make_key(at.bide, models=("gpt-*",))
    asked = [request("a"), request("b", model=CLAUDE)]
    with pytest.raises(anthropic.BadRequestError, match=r"requests\.1\.params\.model: your key may not ask for"):
        await at.anthropic(secret).messages.batches.create(requests=asked)
    batch = await at.anthropic(secret).messages.batches.create(requests=asked[:1])
    assert batch.request_counts.processing == 1


async def test_a_webhook_that_cannot_be_one_is_refused_before_anything_is_taken_in(at: Place) -> None:
    with pytest.raises(anthropic.BadRequestError, match="webhook"):
        await at.anthropic().messages.batches.create(
            requests=[request("a")], extra_headers={"Bide-Webhook": "http://169.254.169.254/"}
        )
    assert await at.bide.store.jobs.recent("local", 5) == []


async def test_a_client_that_leaves_while_its_batch_is_read_has_handed_in_nothing(at: Place) -> None:
    body = json.dumps({"requests": [request(f"row-{n}", "x" * 2_000) for n in range(20_000)]})
    store, far = at.bide.store, at.bide.context.clock.now() + DAY
    leaving = asyncio.create_task(at.http.post("/v1/messages/batches", data=io.BytesIO(body.encode())))
    while not await store.requests.newest():
        assert not leaving.done()
        await asyncio.sleep(0)
    leaving.cancel()
    while await store.jobs.abandoned(far):
        await asyncio.sleep(0.01)
    assert await store.jobs.recent("local", 5) == []
    assert await store.message_batches.page("local", 5) == []

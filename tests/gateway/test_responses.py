"""Responses by the official SDK: in the background, asked about again, cancelled, deleted, gone on with."""

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.responses import Response

from tests.gateway.keyed import make_key
from tests.gateway.place import Place, place

ASK: dict[str, Any] = {"model": "gpt-4.1-mini", "input": "hello"}
CLAUDE = "claude-sonnet-4-6"
LATER = {"Bide-Within": "1h"}


async def ended(client: Any, response: Response) -> Response:
    while response.status in ("queued", "in_progress"):
        await asyncio.sleep(0.05)
        response = await client.responses.retrieve(response.id)
    return response


@pytest.mark.parametrize("model", ["gpt-4.1-mini", CLAUDE])
async def test_a_response_in_the_background_is_polled(at: Place, model: str) -> None:
    client = at.openai()
    queued = await client.responses.create(
        model=model,
        input="hello",
        background=True,
        service_tier="flex",
        instructions="Be brief.",
        **({"metadata": {"mine": "1"}} if model != CLAUDE else {}),
    )
    assert (queued.status, queued.background, queued.output, queued.usage) == ("queued", True, [], None)
    done = await ended(client, queued)
    assert (done.id, done.status, done.error) == (queued.id, "completed", None)
    assert "hello" in done.output_text
    assert (done.instructions, done.metadata) == ("Be brief.", {"mine": "1"} if model != CLAUDE else {})
    assert done.usage is not None
    assert (done.usage.input_tokens_details.cached_tokens, done.usage.input_tokens_details.cache_write_tokens) == (0, 0)
    assert done.completed_at is not None
    assert done.completed_at >= done.created_at
    assert done.background is True


async def test_background_is_a_word_that_defers(at: Place) -> None:
    answer = await at.openai().responses.with_raw_response.create(**ASK, background=True)
    row = await at.bide.store.calls.outcome("local", answer.headers["bide-request-id"])
    assert row["urgency"] == "background"
    assert answer.parse().id.removeprefix("resp_") == row["external_id"].removeprefix("req_")


async def test_a_deferred_response_can_be_asked_for_by_the_id_that_it_came_with(at: Place) -> None:
    client = at.openai()
    held = await client.responses.create(**ASK, extra_headers=LATER)
    again = await client.responses.retrieve(held.id)
    assert (again.id, again.output_text) == (held.id, held.output_text)
    stream = await client.responses.create(**ASK, stream=True, extra_headers=LATER)
    last = [event async for event in stream][-1]
    assert (await client.responses.retrieve(last.response.id)).status == "completed"


async def test_a_response_in_the_background_comes_as_a_stream_when_it_is_there(at: Place) -> None:
    client = at.openai()
    queued = await client.responses.create(**ASK, background=True)
    events = [event async for event in await client.responses.retrieve(queued.id, stream=True)]
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    assert events[-1].response.id == queued.id


async def test_a_response_in_the_background_is_cancelled(at: Place) -> None:
    client = at.openai()
    queued = await client.responses.create(**ASK, background=True, extra_headers={"Bide-Within": "24h"})
    for _ in range(2):
        cancelled = await client.responses.cancel(queued.id)
        assert (cancelled.id, cancelled.status, cancelled.error) == (queued.id, "cancelled", None)
    assert (await client.responses.retrieve(queued.id)).status == "cancelled"


async def test_what_is_there_is_not_cancelled(at: Place) -> None:
    client = at.openai()
    done = await ended(client, await client.responses.create(**ASK, background=True))
    with pytest.raises(openai.BadRequestError, match="completed"):
        await client.responses.cancel(done.id)


async def test_a_response_that_fails_says_so(at: Place) -> None:
    client = at.openai()
    queued = await client.responses.create(model="gpt-4.1-mini", input="[poison:row-error]", background=True)
    failed = await ended(client, queued)
    assert failed.status == "failed"
    assert failed.error is not None
    assert (failed.error.code, failed.output) == ("invalid_prompt", [])
    assert failed.error.message


@pytest.mark.parametrize("deferred", [True, False])
async def test_a_deleted_response_is_gone(at: Place, deferred: bool) -> None:
    client = at.openai()
    response = await client.responses.create(**ASK, background=deferred)
    await client.responses.delete(response.id)
    for verb in (client.responses.retrieve, client.responses.delete, client.responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            await verb(response.id)


async def test_what_was_asked_is_listed(at: Place) -> None:
    client = at.openai()
    items = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "3"},
    ]
    queued = await client.responses.create(model="gpt-4.1-mini", input=items, background=True)
    page = await client.responses.input_items.list(queued.id, order="asc", limit=2)
    assert [item.content[0].text for item in page.data] == ["one", "two"]
    assert page.has_more
    rest = await client.responses.input_items.list(queued.id, order="asc", after=page.last_id)
    assert [(item.role, item.content[0].text) for item in rest.data] == [("user", "3")]
    assert not rest.has_more


async def test_a_response_that_was_passed_on_lives_at_its_account(at: Place) -> None:
    client = at.openai()
    answer = await client.responses.create(**ASK)
    again = await client.responses.retrieve(answer.id)
    assert (again.id, again.output_text) == (answer.id, answer.output_text)
    events = [event async for event in await client.responses.retrieve(answer.id, stream=True)]
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    assert events[-1].response == again
    said = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(said) == answer.output_text
    with pytest.raises(openai.BadRequestError, match="leave it out to have all of them"):
        await client.responses.retrieve(answer.id, stream=True, starting_after=1)
    streamed = [event async for event in await client.responses.create(**ASK, stream=True)]
    assert (await client.responses.retrieve(streamed[-1].response.id)).status == "completed"


async def test_an_urgent_response_runs_in_the_providers_background(at: Place) -> None:
    client = at.openai()
    urgent = {"Bide-Priority": "urgent"}
    queued = await client.responses.create(**ASK, background=True, extra_headers=urgent)
    assert queued.status == "queued"
    assert (await ended(client, queued)).status == "completed"
    running = await client.responses.create(**ASK, background=True, extra_headers=urgent)
    events = asyncio.create_task(_events(client, running.id))
    assert (await client.responses.cancel(running.id)).status == "cancelled"
    with pytest.raises(openai.ConflictError, match="cancelled before it was there"):
        await events
    another = await client.responses.create(**ASK, background=True, extra_headers=urgent)
    assert (await _events(client, another.id))[-1] == "response.completed"


async def _events(client: Any, identifier: str) -> list[str]:
    """The kinds of the events of a response."""
    return [event.type async for event in await client.responses.retrieve(identifier, stream=True)]


async def test_an_urgent_response_of_a_provider_without_background_runs_in_ours(at: Place) -> None:
    client = at.openai()
    raw = await client.responses.with_raw_response.create(
        model=CLAUDE, input="hello", background=True, extra_headers={"Bide-Priority": "urgent"}
    )
    assert (await ended(client, raw.parse())).status == "completed"
    row = await at.bide.store.calls.outcome("local", raw.headers["bide-request-id"])
    assert row["lane"] == "realtime"


async def test_a_translated_response_is_kept_by_nobody(at: Place) -> None:
    client = at.openai()
    answer = await client.responses.create(model=CLAUDE, input="hello")
    with pytest.raises(openai.NotFoundError, match="kept by nobody"):
        await client.responses.retrieve(answer.id)


async def test_a_conversation_goes_on_where_it_lives(at: Place) -> None:
    client = at.openai()
    first = await client.responses.create(**ASK)
    second = await client.responses.create(**ASK, previous_response_id=first.id)
    assert second.previous_response_id == first.id
    with pytest.raises(openai.BadRequestError, match="lives at openai") as elsewhere:
        await client.responses.create(model=CLAUDE, input="and?", previous_response_id=first.id)
    assert elsewhere.value.param == "previous_response_id"


async def test_a_conversation_goes_on_from_what_bide_kept(at: Place) -> None:
    client = at.openai()
    first = await client.responses.create(model=CLAUDE, input="one", extra_headers=LATER)
    second = await client.responses.create(
        model="gpt-4.1-mini", input="two", previous_response_id=first.id, extra_headers=LATER
    )
    assert "two" in second.output_text
    third = await client.responses.create(model=CLAUDE, input="three", previous_response_id=second.id)
    assert "three" in third.output_text
    page = await client.responses.input_items.list(second.id, order="asc")
    said = [(item.role, item.content[0].text) for item in page.data]
    assert said == [("user", "one"), ("assistant", first.output_text), ("user", "two")]
    assert third.usage.input_tokens > second.usage.input_tokens > first.usage.input_tokens


async def test_a_conversation_that_grows_too_long_is_refused(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.largest_body=1024") as at:
        client = at.openai()
        first = await client.responses.create(model="gpt-4.1-mini", input="x" * 700, extra_headers=LATER)
        with pytest.raises(openai.APIStatusError, match="with what was said before it") as refused:
            await client.responses.create(**ASK, previous_response_id=first.id)
        assert refused.value.status_code == 413


async def test_what_has_no_answer_is_not_gone_on_with(at: Place) -> None:
    client = at.openai()
    waiting = await client.responses.create(**ASK, background=True, extra_headers={"Bide-Within": "24h"})
    with pytest.raises(openai.BadRequestError, match="not answered yet; go on with it when it is completed"):
        await client.responses.create(**ASK, previous_response_id=waiting.id)
    await client.responses.cancel(waiting.id)
    with pytest.raises(openai.BadRequestError, match="ended as cancelled and has no answer"):
        await client.responses.create(**ASK, previous_response_id=waiting.id)
    await client.responses.delete(waiting.id)
    with pytest.raises(openai.NotFoundError) as refused:
        await client.responses.create(**ASK, previous_response_id=waiting.id)
    assert refused.value.param == "previous_response_id"


async def test_nobody_is_told_of_anothers_responses(at: Place) -> None:
    store, now = at.bide.store, at.gateway.context.clock.now()
    client = at.openai()
    passed_on = await client.responses.create(**ASK)
    deferred = await client.responses.create(**ASK, background=True)
    await at.gateway.kept.settle()
    assert await store.responses.find("local", passed_on.id)
    for identifier in (passed_on.id, deferred.id):
        assert await store.responses.find("somebody", identifier) is None
    await store.responses.delete("somebody", passed_on.id, now)
    assert (await client.responses.retrieve(passed_on.id)).id == passed_on.id


async def test_tenants_see_nothing_of_each_others_responses(at: Place) -> None:
    (_, mine), (_, other) = await make_key(at.bide), await make_key(at.bide, "globex")
    client, stranger = at.openai(mine), at.openai(other)
    passed_on = await client.responses.create(**ASK)
    deferred = await client.responses.create(**ASK, background=True, extra_headers={"Bide-Within": "24h"})
    for response in (passed_on, deferred):
        for verb in (
            stranger.responses.retrieve,
            stranger.responses.cancel,
            stranger.responses.delete,
            stranger.responses.input_items.list,
        ):
            with pytest.raises(openai.NotFoundError):
                await verb(response.id)
        with pytest.raises(openai.NotFoundError) as refused:
            await stranger.responses.create(**ASK, previous_response_id=response.id)
        assert refused.value.code == "previous_response_not_found"
    assert (await client.responses.retrieve(passed_on.id)).id == passed_on.id
    assert (await client.responses.retrieve(deferred.id)).status in ("queued", "in_progress", "completed")


@pytest.mark.parametrize("identifier", ["resp_nothing", "req_nothing", "chatcmpl-1", "..%2F..%2Fmodels"])
async def test_what_is_no_response_is_not_found(at: Place, identifier: str) -> None:
    async with at.http.get(f"/v1/responses/{identifier}") as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["message"]

"""Messages answered by other providers' models are whole: every field of the official types, and none besides."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, cast

import anthropic
import pydantic
import pytest
from anthropic.types import ErrorResponse, Message, RawMessageStreamEvent
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

from tests.gateway.place import Place

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"

TOOL: dict[str, Any] = {
    "name": "look",
    "description": "look at it",
    "input_schema": {"type": "object", "properties": {}},
}

EVENT: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(RawMessageStreamEvent)

ASKED: dict[str, dict[str, Any]] = {
    "text": {},
    "tool": {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "look"}},
    "stop": {"stop_sequences": ["never"]},
}


def faults(value: object, path: str = "") -> Iterator[str]:
    """Where a parsed answer lacks a field of its type, or has one that its type does not know."""
    if isinstance(value, pydantic.BaseModel):
        for name in type(value).model_fields.keys() - value.model_fields_set:
            yield f"{path}.{name} is missing"
        for name in value.model_extra or ():
            yield f"{path}.{name} is unknown"
        for name in value.model_fields_set:
            yield from faults(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for number, item in enumerate(cast(list[object], value)):
            yield from faults(item, f"{path}[{number}]")


def body(model: str, **fields: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "hello"}], **fields}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_a_message_is_whole(at: Place, asked: dict[str, Any]) -> None:
    async with at.http.post("/v1/messages", json=body(GPT, **asked)) as answer:
        assert answer.status == 200, await answer.text()
        message = Message.model_validate(await answer.json(), strict=True)
    assert list(faults(message)) == []
    assert message.id.startswith("msg_")
    assert message.usage.service_tier == "standard"


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_every_event_of_a_stream_is_whole(at: Place, asked: dict[str, Any]) -> None:
    async with at.http.post("/v1/messages", json=body(GPT, stream=True, **asked)) as answer:
        assert answer.status == 200, await answer.text()
        text = (await answer.read()).decode()
    events: list[Any] = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        event = EVENT.validate_json(data.removeprefix("data: "), strict=True)
        assert name == f"event: {event.type}"
        events.append(event)
    assert [fault for event in events for fault in faults(event, event.type)] == []
    assert (events[0].type, events[-2].type, events[-1].type) == ("message_start", "message_delta", "message_stop")
    assert events[-2].usage.output_tokens > 0


async def test_the_rows_of_a_batch_are_whole(at: Place) -> None:
    client = at.anthropic()
    poison = {"messages": [{"role": "user", "content": "[poison:row-error]"}]}
    asked: list[Any] = [
        {"custom_id": "text", "params": body(GPT)},
        {"custom_id": "tool", "params": body(GPT, **ASKED["tool"])},
        {"custom_id": "bad", "params": body(GPT, **poison)},
    ]
    batch = await client.messages.batches.create(requests=asked)
    while batch.processing_status != "ended":
        assert list(faults(batch)) == []
        batch = await client.messages.batches.retrieve(batch.id)
    async with at.http.get(f"/v1/messages/batches/{batch.id}") as answer:
        assert list(faults(MessageBatch.model_validate_json(await answer.read(), strict=True))) == []
    async with at.http.get(batch.results_url) as answer:
        assert answer.content_type == "application/x-jsonl"
        lines = (await answer.read()).splitlines()
    found = [MessageBatchIndividualResponse.model_validate_json(line, strict=True) for line in lines]
    assert [one.custom_id for one in found] == ["text", "tool", "bad"]
    assert [fault for one in found for fault in faults(one, one.custom_id)] == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fields", "status", "kind"),
    [
        ({"messages": [{"role": "user", "content": "[poison:row-error]"}]}, 400, "invalid_request_error"),
        ({"model": "nobody/knows"}, 404, "not_found_error"),
        ({"messages": "hello"}, 400, "invalid_request_error"),
        ({"max_tokens": None}, 400, "invalid_request_error"),
    ],
)
@pytest.mark.parametrize("model", [GPT, CLAUDE])
async def test_errors_have_their_true_status_and_shape(
    at: Place, model: str, fields: dict[str, Any], status: int, kind: str, stream: bool
) -> None:
    asked = {name: value for name, value in {**body(model, stream=stream), **fields}.items() if value is not None}
    async with at.http.post("/v1/messages", json=asked) as answer:
        text = await answer.read()
    assert answer.status == status
    error = ErrorResponse.model_validate_json(text, strict=True)
    assert (error.type, error.error.type) == ("error", kind)
    assert {"type", "error", "request_id"} == set(json.loads(text))
    assert answer.headers["request-id"]


async def test_the_synchronous_client_sees_the_same(at: Place) -> None:
    def drive() -> list[str]:
        with anthropic.Anthropic(base_url=at.url, api_key="none", max_retries=0) as opened:
            client: Any = opened
            message = client.messages.create(**body(GPT))
            with client.messages.stream(**body(CLAUDE)) as stream:
                streamed = stream.get_final_message()
            counted = client.messages.count_tokens(model=GPT, messages=[{"role": "user", "content": "hello"}])
            batch = client.messages.batches.create(requests=[{"custom_id": "a", "params": body(GPT)}])
            names = [one.id for one in client.messages.batches.list()]
            while client.messages.batches.retrieve(batch.id).processing_status != "ended":
                continue
            results = [one.result.type for one in client.messages.batches.results(batch.id)]
            with pytest.raises(anthropic.BadRequestError):
                client.messages.batches.cancel(batch.id)
            deleted = client.messages.batches.delete(batch.id)
            model = client.models.retrieve(GPT)
            assert len(list(client.models.list(limit=500))) > 10
        assert names == [batch.id]
        assert counted.input_tokens
        return [message.type, streamed.type, *results, deleted.type, model.type]

    assert await asyncio.to_thread(drive) == ["message", "message", "succeeded", "message_batch_deleted", "model"]

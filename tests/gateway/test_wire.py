"""What the gateway sends is what the official clients' own types say, also where it is translated."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from bide.providers.translate import Wire
from bide.store import queries
from bide.store.database import Row, Transaction
from tests.gateway.place import CHAT, Place, place
from tests.providers.translate import sdk

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
MESSAGES = [{"role": "user", "content": "hello"}]

BODIES: dict[Wire, dict[str, Any]] = {
    Wire.CHAT: {
        "messages": MESSAGES,
        "max_completion_tokens": 50,
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}],
    },
    Wire.RESPONSES: {
        "input": "hello",
        "max_output_tokens": 50,
        "tools": [{"type": "function", "name": "weather", "parameters": SCHEMA}],
    },
    Wire.MESSAGES: {
        "messages": MESSAGES,
        "max_tokens": 50,
        "tools": [{"name": "weather", "input_schema": SCHEMA}],
    },
}
PATHS = {Wire.CHAT: "/v1/chat/completions", Wire.RESPONSES: "/v1/responses", Wire.MESSAGES: "/v1/messages"}
FORCED: dict[Wire, Any] = {Wire.CHAT: "required", Wire.RESPONSES: "required", Wire.MESSAGES: {"type": "any"}}

PIECES: dict[Wire, Callable[[Any], str | None]] = {
    Wire.CHAT: lambda part: part["choices"][0]["delta"].get("tool_calls", [{}])[0].get("function", {}).get("arguments"),
    Wire.RESPONSES: lambda part: part["delta"] if part["type"].endswith("arguments.delta") else None,
    Wire.MESSAGES: lambda part: part["delta"].get("partial_json") if part["type"] == "content_block_delta" else None,
}
"""What an event tells of the arguments of a call."""

NULLS: dict[Wire, set[str]] = {
    Wire.CHAT: {"service_tier", "choices.0.message.refusal", "choices.0.message.annotations", "choices.0.logprobs"},
    Wire.RESPONSES: {
        "completed_at",
        "error",
        "incomplete_details",
        "instructions",
        "max_output_tokens",
        "previous_response_id",
        "prompt_cache_key",
        "reasoning.effort",
        "safety_identifier",
        "store",
        "truncation",
        "usage.input_tokens_details.cached_tokens",
        "usage.input_tokens_details.cache_write_tokens",
        "usage.output_tokens_details.reasoning_tokens",
        "user",
    },
    Wire.MESSAGES: {
        "container",
        "content.0.citations",
        "stop_details",
        "stop_sequence",
        "usage.cache_creation.ephemeral_1h_input_tokens",
        "usage.inference_geo",
        "usage.server_tool_use",
        "usage.service_tier",
    },
}
"""Fields that are there even where they say nothing: what clients read without asking whether they are."""

CASES = [pytest.param(wire, model, id=f"{wire}-{model}") for wire in BODIES for model in (GPT, CLAUDE)]


def has(body: Any, path: str) -> bool:
    """Whether there is a field at a path, whatever it says."""
    for name in path.split("."):
        if not name.isdigit() and name not in body:
            return False
        body = body[int(name) if name.isdigit() else name]
    return True


async def post(at: Place, wire: Wire, body: dict[str, Any], **headers: str) -> Any:
    given = {"anthropic-version": "2023-06-01", **headers} if wire is Wire.MESSAGES else headers
    async with at.http.post(PATHS[wire], json=body, headers=given) as answer:
        assert answer.status == 200, await answer.text()
        if answer.content_type == "text/event-stream":
            return await answer.text()
        return await answer.json()


@pytest.mark.parametrize("headers", [{}, {"Bide-Within": "3m"}], ids=["at once", "deferred"])
@pytest.mark.parametrize(("wire", "model"), CASES)
async def test_answers_have_every_field(at: Place, wire: Wire, model: str, headers: dict[str, str]) -> None:
    body = await post(at, wire, {"model": model, **BODIES[wire]}, **headers)
    assert sdk.unknown_fields(sdk.REPLIES[wire](body)) == []
    assert {path for path in NULLS[wire] if not has(body, path)} == set()


@pytest.mark.parametrize(("wire", "model"), CASES)
async def test_a_demanded_call_of_a_tool_comes_whole_and_in_parts(at: Place, wire: Wire, model: str) -> None:
    asked = {"model": model, **BODIES[wire], "tool_choice": FORCED[wire]}
    whole = await post(at, wire, asked)
    assert sdk.unknown_fields(sdk.REPLIES[wire](whole)) == []
    assert "simulated" in json.dumps(whole)
    streamed = await post(at, wire, {**asked, "stream": True})
    events = [line.removeprefix("data: ") for line in streamed.splitlines() if line.startswith("data: ")]
    if wire is Wire.CHAT:
        assert events.pop() == "[DONE]"
    parts: list[Any] = [part for event in events if (part := json.loads(event)).get("type") != "ping"]
    for part in parts:
        assert sdk.unknown_fields(sdk.CHUNKS[wire](part)) == []
    told = [piece for part in parts if (piece := PIECES[wire](part))]
    assert json.loads("".join(told)) == {"city": "simulated"}
    assert len(told) > 1


@pytest.mark.parametrize("model", [GPT, CLAUDE])
@pytest.mark.parametrize("asked", [None, False, True])
async def test_usage_comes_to_those_who_asked_and_is_booked_for_all(at: Place, model: str, asked: bool | None) -> None:
    options = {} if asked is None else {"stream_options": {"include_usage": asked}}
    stream = await at.openai().chat.completions.create(model=model, messages=MESSAGES, stream=True, **options)
    parts = [part async for part in stream]
    assert [part.usage for part in parts if not part.choices] == ([parts[-1].usage] if asked else [])
    assert (parts[-1].usage is not None) is bool(asked)
    row = await passage(at)
    assert (row["kind"], row["output"] > 0) == ("paid", True)


async def test_usage_is_not_asked_for_where_that_is_switched_off(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.ask_usage=false") as at:
        stream = await at.openai().chat.completions.create(**CHAT, stream=True)
        assert all(part.choices for part in [part async for part in stream])
        assert (await passage(at))["output"] == 0


async def test_embeddings_take_texts_and_tokens_and_come_packed(at: Place) -> None:
    client = at.openai()
    cases: list[tuple[Any, int]] = [("one", 1), (["one", "two"], 2), ([1, 2, 3], 1), ([[1, 2], [3]], 2)]
    for given, count in cases:
        packed = await client.embeddings.create(model="text-embedding-3-small", input=given, dimensions=8)
        plain = await client.embeddings.create(
            model="text-embedding-3-small", input=given, dimensions=8, encoding_format="float"
        )
        assert len(packed.data) == len(plain.data) == count
        for one, other in zip(packed.data, plain.data, strict=True):
            assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    async with at.http.post(
        "/v1/embeddings",
        json={"model": "text-embedding-3-small", "input": "one", "encoding_format": "base64", "dimensions": 8},
        headers={"Bide-Within": "1h"},
    ) as deferred:
        assert deferred.headers["bide-lane"] == "batch"
        assert isinstance((await deferred.json())["data"][0]["embedding"], str)


@pytest.mark.parametrize("headers", [{}, {"Bide-Within": "3m"}], ids=["at once", "deferred"])
@pytest.mark.parametrize("streams", [False, True])
async def test_a_base_url_may_end_in_its_version_or_not(at: Place, headers: dict[str, str], streams: bool) -> None:
    for root in (at.url, f"{at.url}/v1"):
        async with openai.AsyncOpenAI(base_url=root, api_key="none", max_retries=0) as client:
            parts: Any = await client.chat.completions.create(**CHAT, stream=streams, extra_headers=headers)
            if streams:
                assert await all_of(parts)
            assert [model.id async for model in client.models.list()]
        async with anthropic.AsyncAnthropic(base_url=root, api_key="none", max_retries=0) as client:
            create: Any = client.messages.create
            given = {"model": CLAUDE, "max_tokens": 9, "messages": MESSAGES, "stream": streams}
            events = await create(**given, extra_headers=headers)
            if streams:
                assert await all_of(events)
            assert (await client.models.list()).data


@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v1/nothing", "/v1/files/file-none"])
async def test_shared_paths_are_told_apart_by_the_version_of_anthropics_api(at: Place, path: str) -> None:
    async with at.http.get(path) as answer:
        told = await answer.json()
        assert told.get("object") == "list" or "code" in told["error"]
    async with at.http.get(path, headers={"anthropic-version": "2023-06-01"}) as answer:
        told = await answer.json()
        assert "has_more" in told or told["type"] == "error"


@pytest.mark.parametrize(
    ("marker", "error", "code"),
    [
        ("[poison:row-error]", openai.BadRequestError, "invalid_value"),
        ("[poison:row-busy]", openai.RateLimitError, "rate_limit_exceeded"),
    ],
)
async def test_a_providers_errors_keep_their_class(
    at: Place, marker: str, error: type[openai.APIError], code: str
) -> None:
    with pytest.raises(error) as raised:
        await at.openai().chat.completions.create(model=GPT, messages=[{"role": "user", "content": marker}])
    assert raised.value.code == code


async def test_errors_keep_their_class(at: Place) -> None:
    with pytest.raises(openai.NotFoundError):
        await at.openai().chat.completions.create(model="nobody/knows", messages=MESSAGES)
    with pytest.raises(openai.NotFoundError):
        await at.openai().batches.retrieve("batch_none")
    with pytest.raises(anthropic.BadRequestError):
        await at.anthropic().messages.create(model=CLAUDE, max_tokens=9, messages=[])
    with pytest.raises(anthropic.RateLimitError):
        await at.anthropic().messages.create(
            model=CLAUDE, max_tokens=9, messages=[{"role": "user", "content": "[poison:row-busy]"}]
        )
    async with at.http.post(
        "/v1/chat/completions", json=CHAT, headers={"Prefer": "respond-async", "Bide-Within": "24h"}
    ) as promised:
        identifier = (await promised.json())["id"]
    async with at.http.post(f"/bide/v1/requests/{identifier}/cancel"):
        pass
    async with at.http.get(f"/bide/v1/requests/{identifier}/response") as cancelled:
        assert cancelled.status == 409


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("model", [GPT, CLAUDE])
async def test_a_client_that_leaves_takes_its_call_with_it(tmp_path: Path, model: str, streams: bool) -> None:
    script = tmp_path / "slow.toml"
    script.write_text('[realtime]\nlatency = "10s"\ntokens_per_second = 1\n', encoding="utf-8")
    async with place(tmp_path, script=str(script)) as at:
        client = at.openai()
        call = asyncio.create_task(client.chat.completions.create(model=model, messages=MESSAGES, stream=streams))
        if streams:
            stream = await call
            async for _ in stream:
                break
            await stream.close()
        else:
            while not at.simulator.house.books("anthropic" if model == CLAUDE else "openai").calls.received:
                await asyncio.sleep(0.01)
            call.cancel()
        while not at.simulator.left:
            await asyncio.sleep(0.01)
        row = await passage(at)
        assert (row["state"], row["code"], row["kind"]) == ("lost", "client_gone", "suspected")
        assert row["amount"] > 0


async def all_of(stream: Any) -> list[Any]:
    """What comes of a stream."""
    return [one async for one in stream]


async def passage(at: Place) -> Row:
    """The one call that was passed on, once it has ended."""
    query = queries.parse("-- name: all\nSELECT * FROM passages;\n")["all"]

    async def read(transaction: Transaction) -> list[Row]:
        return list(await transaction.all(query))

    while True:
        [row] = await at.bide.store.database.read("all", read) or [None]
        if row is not None and row["holder"] is None:
            return row
        await asyncio.sleep(0.01)

"""Exact repeats of calls by the official clients: answered with what is kept where that is wanted, and never across keys."""

import asyncio
from pathlib import Path
from typing import Any

import openai
import pytest

from bide.core.states import Lane
from bide.embedded import LOCAL_OWNER
from bide.gateway.api.explain import explanation
from tests.gateway.keyed import make_key
from tests.gateway.place import CHAT, Place, place
from tests.patience import PATIENCE

KEEP = {"Bide-Cache": "1d"}


async def ask(client: Any, headers: dict[str, str] | None = None, **changes: Any) -> tuple[str, str, Any]:
    """The answer's text, its lane and its headers."""
    answer = await client.chat.completions.with_raw_response.create(**{**CHAT, **changes}, extra_headers=headers or {})
    return answer.parse().choices[0].message.content, answer.headers["bide-lane"], answer.headers


def heard(at: Place) -> int:
    """How many calls and rows of batches the provider has billed."""
    return len(list(at.simulator.books.charges(at.simulator.clock.now())))


async def test_an_urgent_call_is_answered_with_what_the_first_was_answered(at: Place) -> None:
    client = at.openai()
    first, lane, _ = await ask(client, KEEP)
    assert lane == "realtime"
    again, lane, headers = await ask(client, KEEP)
    assert (again, lane, heard(at)) == (first, "cache", 1)
    assert int(headers["age"]) >= 0
    told = await explanation(at.bide.context, LOCAL_OWNER, headers["x-request-id"], private=False)
    [step] = told.decisions
    assert (step.action, step.lane, told.price.paid) == ("cache", "cache", "0")
    assert told.outcome.saved_usd == told.price.list_price != "0"
    listed = await at.http.get("/bide/v1/requests?lane=cache")
    [row] = (await listed.json())["data"]
    assert (row["id"], row["lane"], row["amount_usd"]) == (headers["x-request-id"], "cache", "0")


async def test_anthropic_s_client_is_answered_so_too(at: Place) -> None:
    create = at.anthropic().messages.with_raw_response.create
    told: dict[str, Any] = {"model": "claude-sonnet-4-6", "max_tokens": 50, "messages": CHAT["messages"]}
    answers = [await create(**told, extra_headers=KEEP) for _ in range(2)]
    assert [answer.headers["bide-lane"] for answer in answers] == ["realtime", "cache"]
    assert await answers[0].parse() == await answers[1].parse()


async def test_without_the_word_two_identical_calls_are_two_calls(at: Place) -> None:
    client = at.openai()
    await ask(client, KEEP)
    lanes = [(await ask(client))[1], (await ask(client, {"Bide-Cache": "no"}))[1]]
    assert (lanes, heard(at)) == (["realtime"] * 2, 3)


async def test_a_deferred_call_finds_what_an_urgent_one_left_and_leaves_what_another_finds(at: Place) -> None:
    client, later = at.openai(), {"Bide-Within": "15m"}
    first, _, _ = await ask(client, KEEP)
    again, lane, headers = await ask(client, {**KEEP, **later})
    assert (again, lane) == (first, "cache")
    receipt = await (await at.http.get(f"/bide/v1/requests/{headers['bide-request-id']}")).json()
    assert receipt["receipt"]["decision"]["why"] == "an answer to the same request was kept"
    other = {"messages": [{"role": "user", "content": "something else"}], "metadata": {"bide_cache": "1h"}}
    batched, lane, _ = await ask(client, later, **other)
    assert lane == "batch"
    assert (await ask(client, None, **other))[:2] == (batched, "cache")
    assert heard(at) == 2


async def test_what_asks_for_answers_that_differ_gets_them_and_is_told(at: Place) -> None:
    client, why = at.openai(), "no: temperature is above 0, which asks for answers that differ"
    for _ in range(2):
        _, lane, headers = await ask(client, KEEP, temperature=1)
        assert (lane, headers["bide-cache"]) == ("realtime", why)
    await ask(client, KEEP)
    parts = [part async for part in await client.chat.completions.create(**CHAT, stream=True, extra_headers=KEEP)]
    assert len(parts) > 2, "a stream is passed on"
    assert heard(at) == 4


async def test_neither_an_error_is_kept_nor_a_word_taken_that_is_no_time(at: Place) -> None:
    client = at.openai()
    with pytest.raises(openai.BadRequestError, match="header bide-cache: 'yes' is no time to keep an answer"):
        await ask(client, {"Bide-Cache": "yes"})
    for _ in range(2):
        with pytest.raises(openai.BadRequestError):
            await ask(client, KEEP, messages=[{"role": "user", "content": "[poison:row-error]"}])
    listed = await (await at.http.get("/bide/v1/requests")).json()
    assert {row["lane"] for row in listed["data"]} == {"realtime"}


async def test_nothing_is_given_across_keys_nor_to_a_key_without_the_lane(tmp_path: Path) -> None:
    async with place(tmp_path, "cache.keep=1h") as at:
        (_, one), (_, other) = await make_key(at.bide), await make_key(at.bide, name="other")
        _, barred = await make_key(at.bide, name="barred: ключ", lanes=frozenset({Lane.REALTIME}))
        lanes = [(await ask(at.openai(key)))[1] for key in (one, other, one, other, barred, barred)]
        assert lanes == ["realtime", "realtime", "cache", "cache", "realtime", "realtime"]
        headers = (await ask(at.openai(barred), KEEP))[2]
        assert headers["bide-cache"] == "no: the key may not use the lane cache"


async def test_workflows_and_models_of_the_settings_are_told_apart_and_large_answers_left(tmp_path: Path) -> None:
    async with place(tmp_path, "cache.keep=1h", "cache.workflows=nightly-*", "cache.largest=450") as at:
        client, nightly = at.openai(), {"Bide-Workflow": "nightly-tags"}

        async def embed(headers: dict[str, str]) -> str:
            small = client.embeddings.with_raw_response.create
            return (await small(model="text-embedding-3-small", input="a", extra_headers=headers)).headers["bide-lane"]

        assert [await embed(headers) for headers in ({}, {}, nightly, nightly)] == ["realtime"] * 3 + ["cache"]
        assert [(await ask(client, nightly))[1] for _ in range(2)] == ["realtime"] * 2


async def test_a_batch_says_it_in_its_metadata(at: Place) -> None:
    client = at.openai()
    line = b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": %s}\n'
    body = b'{"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "hello"}]}'
    await ask(client, KEEP)
    file = await client.files.create(file=("a.jsonl", line % body), purpose="batch")
    asked: dict[str, Any] = {"input_file_id": file.id, "endpoint": "/v1/chat/completions", "completion_window": "1h"}
    batch = await client.batches.create(**asked, metadata={"bide_cache": "1h"})
    async with asyncio.timeout(PATIENCE):
        while (batch := await client.batches.retrieve(batch.id)).status not in ("completed", "failed"):
            await asyncio.sleep(0.05)
    assert (batch.status, heard(at)) == ("completed", 1)
    with pytest.raises(openai.BadRequestError, match="metadata bide_cache"):
        await client.batches.create(**asked, metadata={"bide_cache": "yes"})

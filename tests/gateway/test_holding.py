"""Connections that are held: silence first, then signs of life, then the answer; and what happens when it comes too late."""

import asyncio
from pathlib import Path

import aiohttp
import anthropic
import openai
import pytest

from bide.gateway import holding
from tests.gateway.place import CHAT, Place, place

LATER = {"Bide-Within": "1h"}

REFUSED = [{"role": "user", "content": "[poison:row-error]"}]
"""What the simulated provider refuses, in a batch as in a call."""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life come after moments, not after 20 seconds."""
    monkeypatch.setattr(holding, "SILENCE", 0.1)
    monkeypatch.setattr(holding, "BEAT", 0.01)


@pytest.mark.usefixtures("hurried")
async def test_a_held_json_call_shows_signs_of_life_that_mean_nothing(at: Place) -> None:
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=LATER) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        body = await answer.read()
    assert body.startswith(b"  ")
    assert body.lstrip().startswith(b"{")


@pytest.mark.usefixtures("hurried")
async def test_both_sdks_read_an_answer_behind_signs_of_life(at: Place) -> None:
    chat = await at.openai().chat.completions.with_raw_response.create(**CHAT, extra_headers=LATER)
    assert chat.content.startswith(b" ")
    assert chat.parse().choices[0].message.content
    message = await at.anthropic().messages.create(
        model="claude-haiku-4-5",
        max_tokens=20,
        messages=[{"role": "user", "content": "hello"}],
        extra_headers=LATER,
    )
    assert message.content[0].text


@pytest.mark.usefixtures("hurried")
async def test_a_held_stream_shows_comments(at: Place) -> None:
    body = {**CHAT, "stream": True}
    async with at.http.post("/v1/chat/completions", json=body, headers=LATER) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        text = await answer.text()
    assert text.startswith(": bide is waiting")
    assert text.endswith("data: [DONE]\n\n")
    stream = await at.openai().chat.completions.create(**CHAT, stream=True, extra_headers=LATER)
    assert "".join([part.choices[0].delta.content or "" async for part in stream if part.choices])
    async with at.anthropic().messages.stream(
        model="claude-haiku-4-5",
        max_tokens=20,
        messages=[{"role": "user", "content": "hello"}],
        extra_headers=LATER,
    ) as events:
        assert (await events.get_final_message()).content[0].text


@pytest.mark.usefixtures("hurried")
async def test_an_error_that_comes_late_breaks_the_body_off_and_the_retry_gets_its_status(at: Place) -> None:
    """A request that its provider refuses, seen first by a client that does not try again, then by one that does."""
    body = {**CHAT, "messages": REFUSED}
    async with at.http.post("/v1/chat/completions", json=body, headers=LATER) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    retry = {**LATER, "x-stainless-retry-count": "1"}
    async with at.http.post("/v1/chat/completions", json=body, headers=retry) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == "invalid_value"
    with pytest.raises(openai.BadRequestError):
        await at.openai(max_retries=1).chat.completions.create(**body, extra_headers=LATER)


async def test_in_silence_an_error_still_has_its_status(at: Place) -> None:
    with pytest.raises(openai.BadRequestError):
        await at.openai().chat.completions.create(**{**CHAT, "messages": REFUSED}, extra_headers=LATER)
    with pytest.raises(anthropic.BadRequestError):
        await at.anthropic().messages.create(
            model="claude-haiku-4-5", max_tokens=10, messages=REFUSED, extra_headers=LATER
        )


async def test_one_orphan_one_retry(tmp_path: Path) -> None:
    """Two clients left, two come back: each finds one; a third is a new call."""
    async with place(tmp_path, "gather.longest=40s") as at:
        leaving = [asyncio.create_task(_post(at, LATER)) for _ in range(2)]
        await at.held(2)
        for task in leaving:
            task.cancel()
        await at.held(0)
        retry = {**LATER, "x-stainless-retry-count": "1"}
        found = await asyncio.gather(*(_post(at, retry) for _ in range(3)))
        async with at.http.get("/bide/v1/requests?limit=100") as listed:
            known = [request["id"] for request in (await listed.json())["data"]]
    assert len(set(found)) == 3
    assert sorted(known) == sorted(found)


async def _post(at: Place, headers: dict[str, str]) -> str:
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
        assert answer.status == 200
        await answer.read()
        return answer.headers["Bide-Request-Id"]

"""Counts of tokens: the provider's own, or an estimate that says so."""

from typing import Any

import anthropic
import pytest

from tests.gateway.place import Place

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"
SAID = [{"role": "user", "content": "hello there, how many tokens is this?"}]


async def test_anthropic_counts_for_its_own_models(at: Place) -> None:
    counted = await at.anthropic().messages.with_raw_response.count_tokens(model=CLAUDE, messages=SAID)
    assert (await counted.parse()).input_tokens > 0
    assert "bide-token-count" not in counted.headers


async def test_for_other_models_it_is_an_estimate_and_says_so(at: Place) -> None:
    counted = await at.anthropic().messages.with_raw_response.count_tokens(
        model=GPT, messages=SAID, system="be brief", tools=[{"name": "look", "input_schema": {"type": "object"}}]
    )
    assert 15 <= (await counted.parse()).input_tokens <= 40
    assert counted.headers["bide-token-count"] == "estimate; by=o200k_base"


@pytest.mark.parametrize("model", [GPT, CLAUDE])
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": "hello"}, "messages: "),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content: "),
        ({"system": 5}, "system: "),
    ],
)
async def test_what_cannot_be_counted_is_refused_by_the_name_of_the_field(
    at: Place, model: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        await at.anthropic().messages.count_tokens(**{"model": model, "messages": SAID, **fields})
    assert refused.value.body["error"]["type"] == "invalid_request_error"  # type: ignore[index]
    assert message in str(refused.value)


async def test_an_unknown_model_is_404(at: Place) -> None:
    with pytest.raises(anthropic.NotFoundError):
        await at.anthropic().messages.count_tokens(model="nobody/knows", messages=SAID)


async def test_the_version_is_held_to(at: Place) -> None:
    body = {"model": GPT, "messages": SAID, "temperature": 1}
    for version, status in (("2023-06-01", 200), ("2026-10-21", 400)):
        headers = {"anthropic-version": version}
        async with at.http.post("/v1/messages/count_tokens", json=body, headers=headers) as answer:
            assert answer.status == status

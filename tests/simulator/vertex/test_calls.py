"""Calls of the simulated Vertex AI, and whom it lets in."""

import json
from collections.abc import Callable

import pytest
from tests.simulator.google import HI
from tests.simulator.vertex.conftest import PARENT, Account

Opened = Callable[[str], Account]

GLOBAL = PARENT.replace("us-central1", "global")
MODEL = "publishers/google/models/gemini-3.8-flash"


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
@pytest.mark.parametrize("model", [MODEL, "endpoints/123"])
async def test_an_answer(account: Account, version: str, model: str) -> None:
    answer = await account.json("POST", f"/{version}/{PARENT}/{model}:generateContent", {**HI, "labels": {"a": "b"}})
    assert answer["usageMetadata"]["trafficType"] == "ON_DEMAND"
    assert answer["createTime"].endswith("Z")


async def test_a_stream(account: Account) -> None:
    reply = await account.reply("POST", f"/v1/{PARENT}/{MODEL}:streamGenerateContent?alt=sse", HI)
    last = json.loads(reply.events[-1].removeprefix(b"data: "))
    assert (last["candidates"][0]["finishReason"], last["usageMetadata"]["trafficType"]) == ("STOP", "ON_DEMAND")


async def test_the_tier_is_told_in_the_head_and_nowhere_else(account: Account) -> None:
    call = f"/v1/{GLOBAL}/{MODEL}:generateContent"
    answer = await account.json("POST", call, HI, x_vertex_ai_llm_shared_request_type="priority")
    assert answer["usageMetadata"]["trafficType"] == "ON_DEMAND_PRIORITY"
    await account.error("POST", call, {**HI, "serviceTier": "flex"})
    await account.error("POST", f"/v1/{PARENT}/{MODEL}:generateContent", HI, x_vertex_ai_llm_shared_request_type="flex")


async def test_tokens_are_counted(account: Account) -> None:
    assert (await account.json("POST", f"/v1/{PARENT}/{MODEL}:countTokens", HI))["totalTokens"] > 0


@pytest.mark.parametrize("authorization", ["Bearer invalid", "Basic x", ""])
async def test_tokens_that_open_nothing(account: Account, authorization: str) -> None:
    call = f"/v1/{PARENT}/{MODEL}:generateContent"
    error = await account.error("POST", call, HI, 401, authorization=authorization)
    assert error["status"] == "UNAUTHENTICATED"


async def test_credentials_are_exchanged_for_a_token(account: Account) -> None:
    granted = await account.json("POST", "/token", b"grant_type=x", authorization="")
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3599)


@pytest.mark.parametrize("path", ["/v2/x", f"/v1/{PARENT}/{MODEL}:other", f"/v1/{PARENT}/models", "/v1/projects/p"])
async def test_unknown_paths(account: Account, path: str) -> None:
    await account.error("POST", path, HI, 404)

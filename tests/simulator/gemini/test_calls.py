"""Calls of the simulated Gemini API, its files, and whom it lets in."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.gemini.conftest import Account
from tests.simulator.google import HI, saying

Opened = Callable[[str], Account]

CALL = "/v1beta/models/gemini-3.8-flash:generateContent"


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_an_answer(account: Account, version: str) -> None:
    reply = await account.reply("POST", CALL.replace("v1beta", version), HI)
    answer = json.loads(reply.body)
    assert "You said: Hi" in answer["candidates"][0]["content"]["parts"][0]["text"]
    usage = answer["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]
    assert "thoughtsTokenCount" not in usage, "what is zero is left out"
    assert reply.headers["x-gemini-service-tier"] == "standard"


async def test_thoughts_are_not_among_the_candidates_tokens(opened: Opened) -> None:
    answer = await opened("[answers]\noutput_tokens = 20\nreasoning_tokens = 5").json("POST", CALL, HI)
    usage = answer["usageMetadata"]
    assert (usage["candidatesTokenCount"], usage["thoughtsTokenCount"]) == (20, 5)


@pytest.mark.parametrize("name", ["maxOutputTokens", "max_output_tokens"])
@pytest.mark.parametrize("config", ["generationConfig", "generation_config"])
async def test_fields_are_written_either_way(account: Account, config: str, name: str) -> None:
    answer = await account.json("POST", CALL, {**HI, config: {name: 3}})
    assert answer["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert answer["usageMetadata"]["candidatesTokenCount"] == 3


async def test_a_stream_is_answers_that_end_in_a_reason(account: Account) -> None:
    reply = await account.reply("POST", "/v1/models/gemini-3.8-flash:streamGenerateContent?alt=sse", HI)
    chunks = [json.loads(event.removeprefix(b"data: ")) for event in reply.events]
    assert len(chunks) > 1
    assert [("finishReason" in chunk["candidates"][0]) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1]["usageMetadata"]["candidatesTokenCount"] > 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"no", id="no JSON"),
        pytest.param({}, id="nothing"),
        pytest.param({**HI, "labels": {"a": "b"}}, id="labels, which are Vertex AI's"),
        pytest.param({**HI, "messages": []}, id="a field of somebody else"),
        pytest.param({**HI, "serviceTier": "scale"}, id="a tier that there is not"),
        pytest.param({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, id="a role that there is not"),
        pytest.param(b'{"contents":[{"role":"user","parts":[]}]}', id="no parts"),
        pytest.param({**HI, "generationConfig": {"maxOutputTokens": 0}}, id="no room"),
        pytest.param(saying("[poison:row-error]"), id="poison"),
    ],
)
async def test_what_is_refused(account: Account, body: object) -> None:
    error = await account.error("POST", CALL, body)
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")


async def test_flex_is_told_in_the_head(opened: Opened) -> None:
    reply = await opened("[[limit]]\nrequests = 9").reply("POST", CALL, {**HI, "serviceTier": "flex"})
    assert reply.headers["x-gemini-service-tier"] == "flex"
    assert not any("ratelimit" in name for name in reply.headers)


async def test_a_reached_limit_says_when_to_come_back(opened: Opened) -> None:
    account = opened("[[limit]]\nrequests = 1")
    await account.json("POST", CALL, HI)
    error = await account.error("POST", CALL, HI, 429)
    kinds = {detail["@type"].rpartition(".")[2]: detail for detail in error["details"]}
    assert kinds["RetryInfo"]["retryDelay"].endswith("s")
    assert kinds["QuotaFailure"]["violations"]


async def test_no_credit_is_a_429_like_any_other(opened: Opened) -> None:
    account = opened('[[outage]]\nstops = ["calls"]\nrefusal = "no_credit"')
    error = await account.error("POST", CALL, HI, 429)
    assert "prepayment credits" in error["message"]


@pytest.mark.parametrize(
    ("key", "status", "word"), [("invalid", 400, "INVALID_ARGUMENT"), ("", 403, "PERMISSION_DENIED")]
)
async def test_keys(account: Account, key: str, status: int, word: str) -> None:
    error = await account.error("POST", CALL, HI, status, x_goog_api_key=key)
    assert error["status"] == word


async def test_a_key_may_stand_in_the_query(account: Account) -> None:
    await account.json("POST", f"{CALL}?key=other", HI, x_goog_api_key="")


async def test_tokens_are_counted(account: Account) -> None:
    counted = await account.json("POST", "/v1/models/gemini-3.8-flash:countTokens", HI)
    assert counted["totalTokens"] > 0


async def test_models(account: Account) -> None:
    listed: Any = await account.json("GET", "/v1/models")
    first = listed["models"][0]
    assert await account.json("GET", f"/v1/{first['name']}") == first
    await account.error("GET", "/v1/models/none", status=404)


@pytest.mark.parametrize("path", ["/", "/v2/files", "/v1", "/v1/models/gemini-3.8-flash:unknown", "/v1/tunedModels/x"])
async def test_unknown_paths(account: Account, path: str) -> None:
    await account.error("POST", path, HI, 404)


async def test_an_upload_in_pieces(account: Account) -> None:
    begun = await account.reply(
        "POST", "/upload/v1/files", {}, x_goog_upload_protocol="resumable", x_goog_upload_command="start"
    )
    path = begun.headers["x-goog-upload-url"].removeprefix("http://here")
    first = await account.reply("POST", path, b"one\n", x_goog_upload_command="upload", x_goog_upload_offset="0")
    assert first.headers["x-goog-upload-status"] == "active"
    await account.error("POST", path, b"two", x_goog_upload_command="upload", x_goog_upload_offset="0")
    assert (await account.json("GET", "/v1/files"))["files"] == [], "it is not there before its end"
    last = await account.reply("POST", path, b"two", x_goog_upload_command="upload, finalize", x_goog_upload_offset="4")
    assert last.headers["x-goog-upload-status"] == "final"
    name = json.loads(last.body)["file"]["name"]
    assert (await account.json("GET", f"/v1/{name}"))["sizeBytes"] == "7"
    assert bytes((await account.reply("GET", f"/v1/{name}:download?alt=media")).body) == b"one\ntwo"
    await account.error("POST", path, b"more", 404, x_goog_upload_command="upload", x_goog_upload_offset="7")
    assert await account.json("DELETE", f"/v1/{name}") == {}
    assert "may not exist" in (await account.error("GET", f"/v1/{name}", status=403))["message"]


@pytest.mark.parametrize(("protocol", "body"), [("raw", b"{}"), ("resumable", b"no")], ids=["not resumable", "no JSON"])
async def test_uploads_that_do_not_begin(account: Account, protocol: str, body: bytes) -> None:
    await account.error(
        "POST", "/upload/v1/files", body, x_goog_upload_protocol=protocol, x_goog_upload_command="start"
    )


async def test_embeddings(account: Account) -> None:
    path = "/v1/models/gemini-embedding-001"
    one = {"content": {"parts": [{"text": "x"}]}, "outputDimensionality": 4}
    single = await account.json("POST", f"{path}:embedContent", one)
    many = await account.json(
        "POST", f"{path}:batchEmbedContents", {"requests": [{**one, "model": "models/gemini-embedding-001"}] * 2}
    )
    assert many["embeddings"] == [single["embedding"]] * 2
    assert many["usageMetadata"]["promptTokenCount"] > 0


@pytest.mark.parametrize(
    "body",
    [
        b"no",
        b'{"requests":[]}',
        b'{"requests":[{"content":{"parts":[]}}]}',
        {"requests": [{"content": {"parts": [{"text": "x"}]}, "model": "models/other"}]},
        {"requests": [{"content": {"parts": [{"text": "x"}]}}] * 101},
    ],
    ids=["no JSON", "none", "nothing to embed", "another model", "too many"],
)
async def test_embeddings_that_are_none(account: Account, body: Any) -> None:
    await account.error("POST", "/v1/models/gemini-embedding-001:batchEmbedContents", body)

"""Batches of the simulated Gemini API: what is documented of the real ones, and what was seen of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.gemini.conftest import Account
from tests.simulator.google import HI, rows, saying

from bide.core.clock import DAY, HOUR, MINUTE
from bide.simulator.exchange import Reply
from bide.simulator.gemini.create import MOST_INLINE
from bide.simulator.gemini.uploads import MOST_BYTES

Opened = Callable[[str], Account]


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_a_batch_from_its_create_to_its_results(account: Account, version: str) -> None:
    created = await account.create("a", "b", "[poison:row-error]", version=version)
    known = created["metadata"]
    assert (created["done"], known["state"], known["displayName"]) == (False, "BATCH_STATE_PENDING", "bide-1")
    assert known["batchStats"] == {"requestCount": "3", "pendingRequestCount": "3"}, "zero is left out"
    account.clock.advance(5 * MINUTE)
    running = await account.json("GET", f"/{version}/{created['name']}")
    assert running["metadata"]["state"] == "BATCH_STATE_RUNNING"
    account.clock.advance(5 * MINUTE)
    ended = await account.json("GET", f"/{version}/{created['name']}")
    assert (ended["done"], ended["metadata"]["state"]) == (True, "BATCH_STATE_SUCCEEDED")
    assert ended["metadata"]["batchStats"]["failedRequestCount"] == "1", "succeeded is not that all have"
    file = ended["metadata"]["output"]["responsesFile"]
    assert ended["response"]["responsesFile"] == file
    reply = await account.reply("GET", f"/{version}/{file}:download?alt=media")
    found = {row["key"]: row for row in rows(reply.body)}
    assert found.keys() == {"r-0", "r-1", "r-2"}
    assert found["r-0"]["response"]["candidates"][0]["finishReason"] == "STOP"
    assert found["r-2"]["error"]["code"] == 3, "google.rpc's code, not HTTP's"


async def test_requests_that_come_with_the_create_have_their_results_in_the_batch(account: Account) -> None:
    requests = [{"request": HI, "metadata": {"key": key}} for key in ("a", "b")]
    batch = {"batch": {"displayName": "x", "inputConfig": {"requests": {"requests": requests}}}}
    created = await account.json("POST", "/v1/models/gemini-3.8-flash:batchGenerateContent", batch)
    account.clock.advance(HOUR)
    ended = await account.json("GET", f"/v1/{created['name']}")
    items = ended["metadata"]["output"]["inlinedResponses"]["inlinedResponses"]
    assert [item["metadata"]["key"] for item in items] == ["a", "b"]
    assert all(item["response"]["candidates"] for item in items)


async def test_results_in_the_batch_are_there_when_they_are_ready_and_as_long_as_they_are_kept(opened: Opened) -> None:
    account = opened('download_late = "3m"\n[files]\noutput_life = "2d"')
    batch = {"displayName": "x", "inputConfig": {"requests": {"requests": [{"request": HI, "metadata": {"key": "a"}}]}}}
    created = await account.json("POST", "/v1/models/gemini-3.8-flash:batchGenerateContent", {"batch": batch})

    async def shown() -> tuple[str, bool]:
        metadata = (await account.json("GET", f"/v1/{created['name']}"))["metadata"]
        return metadata["state"], "output" in metadata

    account.clock.advance(11 * MINUTE)
    assert await shown() == ("BATCH_STATE_SUCCEEDED", False)
    account.clock.advance(2 * MINUTE)
    assert await shown() == ("BATCH_STATE_SUCCEEDED", True)
    account.clock.advance(2 * DAY)
    assert await shown() == ("BATCH_STATE_SUCCEEDED", False)


async def test_a_create_has_20_mb_and_no_more(account: Account) -> None:
    def batch(length: int) -> bytes:
        requests = [{"request": saying("a" * length), "metadata": {"key": "a"}}]
        return json.dumps({"batch": {"displayName": "x", "inputConfig": {"requests": {"requests": requests}}}}).encode()

    path, most = "/v1/models/gemini-3.8-flash:batchGenerateContent", MOST_INLINE - len(batch(0))
    await account.json("POST", path, batch(most))
    error = await account.error("POST", path, batch(most + 1))
    assert "payload size exceeds the limit" in error["message"]


async def test_a_file_has_2_gb_and_no_more(account: Account) -> None:
    async def begun(length: int) -> int:
        reply = await account.send(
            "POST",
            "/upload/v1beta/files",
            b"{}",
            x_goog_upload_protocol="resumable",
            x_goog_upload_command="start",
            x_goog_upload_header_content_length=str(length),
        )
        assert isinstance(reply, Reply)
        return reply.status

    assert [await begun(MOST_BYTES), await begun(MOST_BYTES + 1)] == [200, 400]


EMBED = "/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent"


@pytest.mark.parametrize("spelling", ["fileName", "file_name"])
async def test_embeddings_of_a_file(account: Account, spelling: str) -> None:
    content = {"parts": [{"text": "hello"}]}
    lines: list[Any] = [
        {"key": "a", "request": {"content": content, "output_dimensionality": 4}},
        {"key": "b", "request": {"content": content, "outputDimensionality": 4, "taskType": "RETRIEVAL_DOCUMENT"}},
        {"key": "c", "request": {"contents": [content]}},
        {"key": "d", "request": {"content": content, "model": "models/another"}},
    ]
    file = await account.upload(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    batch = {"displayName": "x", "inputConfig": {spelling: file}}
    created = await account.json("POST", EMBED, {"batch": batch})
    assert created["metadata"]["@type"].endswith(".EmbedContentBatch")
    account.clock.advance(HOUR)
    ended = await account.json("GET", f"/v1beta/{created['name']}")
    assert ended["metadata"]["batchStats"]["failedRequestCount"] == "2"
    reply = await account.reply("GET", f"/v1beta/{ended['response']['responsesFile']}:download?alt=media")
    found = {row["key"]: row for row in rows(reply.body)}
    assert found["a"]["response"]["embedding"] == found["b"]["response"]["embedding"]
    assert len(found["a"]["response"]["embedding"]["values"]) == 4
    charged = {charge.custom_id: charge.usage for charge in account.books.charges(account.clock.now())}
    assert charged.keys() == {"a", "b"}
    assert charged["a"].output == 0
    assert found["a"]["response"]["tokenCount"] == charged["a"].input
    assert (found["c"]["error"]["code"], found["d"]["error"]["code"]) == (3, 3)


async def test_embeddings_that_come_along(account: Account) -> None:
    requests = [{"request": {"content": {"parts": [{"text": "hello"}]}}, "metadata": {"key": "a"}}]
    batch = {"displayName": "x", "inputConfig": {"requests": {"requests": requests}}}
    created = await account.json("POST", EMBED, {"batch": batch})
    account.clock.advance(HOUR)
    ended = await account.json("GET", f"/v1beta/{created['name']}")
    [item] = ended["response"]["inlinedResponses"]["inlinedResponses"]
    assert item["metadata"] == {"key": "a"}
    assert item["response"]["embedding"]["values"]


async def test_a_line_without_a_key_comes_back_without_one(account: Account) -> None:
    created = await account.create(content=json.dumps({"custom_id": "a", "request": HI}).encode())
    account.clock.advance(HOUR)
    file = (await account.json("GET", f"/v1/{created['name']}"))["response"]["responsesFile"]
    [row] = rows((await account.reply("GET", f"/v1/{file}:download?alt=media")).body)
    assert "key" not in row


@pytest.mark.parametrize("content", [b"no json", b"[1]", b"\n", b'{"key":"a","request":'])
async def test_a_file_that_cannot_be_read_fails_the_batch(account: Account, content: bytes) -> None:
    created = await account.create(content=content)
    account.clock.advance(HOUR)
    failed = await account.json("GET", f"/v1/{created['name']}")
    assert (failed["done"], failed["metadata"]["state"]) == (True, "BATCH_STATE_FAILED")
    assert failed["error"]["code"] == 3


async def test_what_expires_after_48_hours_has_no_results(opened: Opened) -> None:
    account = opened("expires = 0.5")
    created = await account.create("a", "b")
    account.clock.advance(2 * DAY - MINUTE)
    assert (await account.json("GET", f"/v1/{created['name']}"))["metadata"]["state"] == "BATCH_STATE_RUNNING"
    account.clock.advance(MINUTE)
    ended = await account.json("GET", f"/v1/{created['name']}")
    assert ended["metadata"]["state"] == "BATCH_STATE_EXPIRED"
    assert "output" not in ended["metadata"]
    assert "response" not in ended


async def test_one_model_is_stuck_while_another_is_quick(opened: Opened) -> None:
    account = opened('[[when]]\nmodel = "gemini-3.8-flash"\nturnaround = "90h"\nbegins = 0.9')
    created = await account.create("a")
    account.clock.advance(DAY)
    assert (await account.json("GET", f"/v1/{created['name']}"))["metadata"]["state"] == "BATCH_STATE_PENDING"
    account.clock.advance(DAY)
    assert (await account.json("GET", f"/v1/{created['name']}"))["metadata"]["state"] == "BATCH_STATE_EXPIRED"


async def test_a_cancel_says_nothing_and_leaves_nothing(opened: Opened) -> None:
    account = opened('cancelling = "1m"')
    created = await account.create("a", "b")
    assert await account.json("POST", f"/v1/{created['name']}:cancel", {}) == {}
    assert (await account.json("GET", f"/v1/{created['name']}"))["done"] is False
    account.clock.advance(MINUTE)
    ended = await account.json("GET", f"/v1/{created['name']}")
    assert (ended["done"], ended["metadata"]["state"]) == (True, "BATCH_STATE_CANCELLED")
    assert "output" not in ended["metadata"]
    error = await account.error("POST", f"/v1/{created['name']}:cancel", {})
    assert error["status"] == "FAILED_PRECONDITION"


async def test_a_create_that_is_sent_twice_is_two_batches(account: Account) -> None:
    file = await account.upload(json.dumps({"key": "a", "request": HI}).encode())
    names = {(await account.named(file))["name"] for _ in range(2)}
    assert len(names) == 2
    page = await account.json("GET", "/v1/batches?pageSize=10")
    assert [entry["name"] for entry in page["operations"]] == [
        batch.id for batch in reversed(list(account.books.batches))
    ]


async def test_a_full_queue_is_told_at_the_create_and_says_no_time(opened: Opened) -> None:
    account = opened('[[limit]]\nmodel = "gemini-3.8-flash"\nenqueued_tokens = 20')
    await account.create("a")
    refused = (await account.create("b", status=429))["error"]
    assert (refused["code"], refused["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert [detail["@type"].rpartition(".")[2] for detail in refused["details"]] == ["Help"]


async def test_a_hundred_batches_may_be_open(account: Account) -> None:
    file = await account.upload(json.dumps({"key": "a", "request": HI}).encode())
    for _ in range(100):
        await account.named(file)
    await account.named(file, status=429)
    account.clock.advance(HOUR)
    await account.named(file)


async def test_an_input_file_lives_for_48_hours(account: Account) -> None:
    file = await account.upload(json.dumps({"key": "a", "request": HI}).encode())
    account.clock.advance(2 * DAY)
    refused = (await account.named(file, status=403))["error"]
    assert "may not exist" in refused["message"]


async def test_a_deleted_batch_is_unknown(account: Account) -> None:
    created = await account.create("a")
    assert await account.json("DELETE", f"/v1/{created['name']}") == {}
    assert (await account.error("GET", f"/v1/{created['name']}", status=404))["status"] == "NOT_FOUND"


async def test_a_listing_has_pages(account: Account) -> None:
    for _ in range(3):
        await account.create("a")
    first: Any = await account.json("GET", "/v1/batches?pageSize=2")
    rest: Any = await account.json("GET", f"/v1/batches?pageSize=2&pageToken={first['nextPageToken']}")
    assert (len(first["operations"]), len(rest["operations"]), "nextPageToken" in rest) == (2, 1, False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no", 400),
        ({"batch": {"displayName": "x", "inputConfig": {}}}, 400),
        ({"batch": {"inputConfig": {"fileName": "files/x"}}}, 400),
        ({"batch": {"displayName": "x", "inputConfig": {"fileName": "files/x"}}}, 403),
    ],
)
async def test_creates_that_are_none(account: Account, body: object, status: int) -> None:
    await account.error("POST", "/v1/models/gemini-3.8-flash:batchGenerateContent", body, status)


async def test_a_model_that_is_not_there(opened: Opened) -> None:
    account = opened('[account]\nmodels = ["gemini-2.5-flash"]')
    await account.create("a", status=404)

"""Batch prediction jobs of the simulated Vertex AI."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.google import rows
from tests.simulator.vertex.conftest import PARENT, Account

from bide.core.clock import HOUR, MINUTE

Opened = Callable[[str], Account]


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_a_job_from_its_create_to_its_rows(account: Account, version: str) -> None:
    created = await account.create("a", "[poison:row-error]", "c", version=version)
    assert created["name"].startswith(f"{PARENT}/batchPredictionJobs/1")
    assert (created["state"], created["labels"]) == ("JOB_STATE_QUEUED", {"tag": "t-1"})
    account.clock.advance(5 * MINUTE)
    running = await account.json("GET", f"/{version}/{created['name']}")
    assert running["state"] == "JOB_STATE_RUNNING"
    assert "outputInfo" not in running
    account.clock.advance(5 * MINUTE)
    ended = await account.json("GET", f"/{version}/{created['name']}")
    assert ended["state"] == "JOB_STATE_PARTIALLY_SUCCEEDED"
    assert ended["completionStats"] == {"successfulCount": "2", "failedCount": "1"}, "zero is left out"
    directory = ended["outputInfo"]["gcsOutputDirectory"]
    assert directory.startswith("gs://b/out/prediction-model-")
    found = {
        row["request"]["labels"]["rid"]: row for row in rows(account.bucket.objects[f"{directory}/predictions.jsonl"])
    }
    assert found.keys() == {"r-0", "r-1", "r-2"}
    answered, failed = found["r-0"], found["r-1"]
    assert (answered["status"], answered["request"]["cachedContent"]) == ("", None)
    assert list(answered["request"]).index("labels") < list(answered["request"]).index("contents"), "in another order"
    assert answered["response"]["candidates"][0]["content"]["parts"][0]["text"]
    assert "INVALID_ARGUMENT" in failed["status"]
    assert failed["response"] == {}


async def test_a_cancelled_job_keeps_what_it_has_written(opened: Opened) -> None:
    account = opened('cancelling = "1m"\nin_flight = "0s"')
    created = await account.create(*"abcd")
    account.clock.advance(5 * MINUTE)
    assert await account.json("POST", f"/v1/{created['name']}:cancel", {}) == {}
    assert (await account.json("GET", f"/v1/{created['name']}"))["state"] == "JOB_STATE_CANCELLING"
    account.clock.advance(MINUTE)
    ended = await account.json("GET", f"/v1/{created['name']}")
    assert (ended["state"], ended["error"]["code"]) == ("JOB_STATE_CANCELLED", 1)
    assert ended["completionStats"] == {"successfulCount": "2", "incompleteCount": "2"}
    assert len(rows(account.bucket.objects[f"{ended['outputInfo']['gcsOutputDirectory']}/predictions.jsonl"])) == 2
    assert (await account.error("POST", f"/v1/{created['name']}:cancel", {}))["status"] == "FAILED_PRECONDITION"


async def test_72_hours_in_the_queue_are_the_end(opened: Opened) -> None:
    account = opened('[[when]]\nnth = 1\nturnaround = "90h"\nbegins = 0.9')
    created = await account.create("a")
    account.clock.advance(71 * HOUR)
    assert (await account.json("GET", f"/v1/{created['name']}"))["state"] == "JOB_STATE_PENDING"
    account.clock.advance(HOUR)
    ended = await account.json("GET", f"/v1/{created['name']}")
    assert (ended["state"], ended["completionStats"]) == ("JOB_STATE_EXPIRED", {"incompleteCount": "1"})
    assert not list(account.books.charges(account.clock.now()))


async def test_24_hours_of_running_are_the_end(opened: Opened) -> None:
    account = opened('[[when]]\nnth = 1\nturnaround = "48h"')
    created = await account.create(*"abcd")
    account.clock.advance(24 * HOUR)
    ended = await account.json("GET", f"/v1/{created['name']}")
    assert ended["state"] == "JOB_STATE_EXPIRED"
    assert ended["completionStats"] == {"successfulCount": "2", "incompleteCount": "2"}


@pytest.mark.parametrize(
    "content",
    [b"no json", b'{"key":"a"}\n', b"\n", b'{"request":[]}'],
    ids=["no JSON", "no request", "empty", "no object"],
)
async def test_an_input_that_cannot_be_read_fails_the_job(account: Account, content: bytes) -> None:
    created = await account.create(content=content)
    account.clock.advance(HOUR)
    failed = await account.json("GET", f"/v1/{created['name']}")
    assert (failed["state"], failed["error"]["code"]) == ("JOB_STATE_FAILED", 3)
    assert "outputInfo" not in failed


async def test_a_missing_input_fails_the_job(account: Account) -> None:
    created = await account.create(
        "a", inputConfig={"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://b/none.jsonl"]}}
    )
    account.clock.advance(HOUR)
    failed = await account.json("GET", f"/v1/{created['name']}")
    assert "gs://b/none.jsonl" in failed["error"]["message"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"model": "no model"}, 400),
        ({"labels": {"Tag": "x"}}, 400),
        ({"inputConfig": {"instancesFormat": "csv"}}, 400),
        ({"inputConfig": {"instancesFormat": "bigquery"}}, 501),
        ({"inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://b/a", "gs://b/b"]}}}, 400),
        ({"outputConfig": {"predictionsFormat": "jsonl", "gcsDestination": {"outputUriPrefix": "s3://b"}}}, 400),
        ({"displayName": 3}, 400),
    ],
)
async def test_creates_that_are_none(account: Account, fields: dict[str, Any], status: int) -> None:
    await account.create("a", status=status, **fields)


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("", 3),
        ('labels.tag="t-1"', 2),
        ("labels.tag=t-1", 2),
        ("labels.tag:*", 3),
        ('display_name="second"', 1),
        ('display_name="s*"', 1),
        ('state="JOB_STATE_RUNNING"', 0),
        ('NOT state="JOB_STATE_RUNNING" AND labels.tag=t-1', 2),
        ('state!="JOB_STATE_SUCCEEDED"', 0),
    ],
)
async def test_a_listing_is_filtered(account: Account, condition: str, count: int) -> None:
    await account.create("a")
    await account.create("b", displayName="second")
    await account.create("c", labels={"tag": "t-2"})
    account.clock.advance(HOUR)
    page = await account.json("GET", f"/v1/{PARENT}/batchPredictionJobs?filter={condition}")
    assert len(page.get("batchPredictionJobs", [])) == count


async def test_a_listing_has_pages_and_is_of_one_location(account: Account) -> None:
    for _ in range(3):
        await account.create("a")
    path = f"/v1/{PARENT}/batchPredictionJobs?pageSize=2"
    first = await account.json("GET", path)
    rest = await account.json("GET", f"{path}&pageToken={first['nextPageToken']}")
    assert (len(first["batchPredictionJobs"]), len(rest["batchPredictionJobs"])) == (2, 1)
    assert await account.json("GET", path.replace("us-central1", "global")) == {}
    await account.error("GET", f"/v1/{PARENT}/batchPredictionJobs?filter=what")


async def test_a_deleted_job_is_unknown(account: Account) -> None:
    created = await account.create("a")
    assert (await account.json("DELETE", f"/v1/{created['name']}"))["done"] is True
    await account.error("GET", f"/v1/{created['name']}", status=404)

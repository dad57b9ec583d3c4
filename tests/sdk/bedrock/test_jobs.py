"""Every method of the control plane that bide depends on, and what lies in the bucket afterwards."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from tests.sdk.bedrock.conftest import Clients, ask

from bide.core.clock import MINUTE, SECOND, ManualClock
from bide.simulator.bucket import MemoryBucket

INPUT = "s3://bide/in/one.jsonl"
NOVA = "amazon.nova-lite-v1:0"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "hello"}]}], "inferenceConfig": {"maxTokens": 9}}
NATIVE = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "hello"}],
}


def records(count: int, body: Any = CONVERSE) -> bytes:
    lines = ({"recordId": f"REC{number:08d}", "modelInput": body} for number in range(count))
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def wanted(name: str = "job-1", **fields: Any) -> dict[str, Any]:
    return {
        "jobName": name,
        "clientRequestToken": name,
        "roleArn": "arn:aws:iam::123456789012:role/bide",
        "modelId": NOVA,
        "modelInvocationType": "Converse",
        "timeoutDurationInHours": 24,
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": INPUT, "s3InputFormat": "JSONL"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bide/out/"}},
        "tags": [{"key": "bide", "value": "1"}],
        **fields,
    }


async def create(jobs: Any, **fields: Any) -> str:
    arn: str = (await ask(jobs.create_model_invocation_job, **wanted(**fields)))["jobArn"]
    return arn


async def get(jobs: Any, arn: str) -> Any:
    return await ask(jobs.get_model_invocation_job, jobIdentifier=arn)


def lines(bucket: MemoryBucket, uri: str) -> list[Any]:
    return [json.loads(line) for line in bucket.objects[uri].split(b"\n") if line]


async def test_a_job_from_its_create_to_its_results(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bucket.objects[INPUT] = records(100)
    arn = await create(jobs)
    seen: list[str] = []
    for pause in (0, 10 * SECOND, MINUTE, 5 * MINUTE, 5 * MINUTE):
        clock.advance(pause)
        seen.append((await get(jobs, arn))["status"])
    assert seen == ["Submitted", "Validating", "Scheduled", "InProgress", "Completed"]

    job = await get(jobs, arn)
    assert (job["jobName"], job["clientRequestToken"], job["modelInvocationType"]) == ("job-1", "job-1", "Converse")
    assert (job["totalRecordCount"], job["successRecordCount"], job["errorRecordCount"]) == (100, 100, 0)
    assert job["endTime"] > job["submitTime"]
    assert (job["jobExpirationTime"] - job["submitTime"]).total_seconds() == 24 * 3600
    short = arn.rpartition("/")[2]
    assert (await get(jobs, short))["jobArn"] == arn

    folder = f"s3://bide/out/{short}"
    rows = lines(bucket, f"{folder}/one.jsonl.out")
    assert {row["recordId"] for row in rows} == {f"REC{number:08d}" for number in range(100)}
    assert [row["recordId"] for row in rows] != sorted(row["recordId"] for row in rows), "in no order"
    assert rows[0]["modelInput"] == CONVERSE
    assert rows[0]["modelOutput"]["usage"]["outputTokens"] == 9
    [manifest] = lines(bucket, f"{folder}/manifest.json.out")
    assert (manifest["totalRecordCount"], manifest["successRecordCount"]) == (100, 100)


async def test_a_folder_of_files_has_a_result_for_each(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bucket.objects |= {"s3://bide/in/a.jsonl": records(60), "s3://bide/in/b.jsonl": records(60)}
    folder = {"s3InputDataConfig": {"s3Uri": "s3://bide/in/"}}
    arn = await create(jobs, inputDataConfig=folder)
    clock.advance(11 * MINUTE)
    assert (await get(jobs, arn))["status"] == "Completed"
    names = sorted(uri.rpartition("/")[2] for uri in bucket.objects if uri.startswith("s3://bide/out/"))
    assert names == ["a.jsonl.out", "b.jsonl.out", "manifest.json.out"]


async def test_a_token_makes_one_job(jobs: Any, bucket: MemoryBucket) -> None:
    bucket.objects[INPUT] = records(100)
    assert await create(jobs) == await create(jobs)
    assert await create(jobs) != await create(jobs, name="job-2")


async def test_jobs_are_listed_by_name_time_and_status(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bucket.objects[INPUT] = records(100)
    made: list[str] = []
    for number in range(5):
        made.append(await create(jobs, name=f"job-{number}"))
        clock.advance(MINUTE)
    listing = jobs.list_model_invocation_jobs

    async def names(**query: Any) -> list[str]:
        return [job["jobName"] for job in (await ask(listing, **query))["invocationJobSummaries"]]

    assert await names(sortBy="CreationTime", sortOrder="Descending") == [f"job-{number}" for number in (4, 3, 2, 1, 0)]
    assert await names(sortOrder="Ascending", maxResults=2) == ["job-0", "job-1"]
    assert await names(nameContains="b-3") == ["job-3"]
    second = (await get(jobs, made[1]))["submitTime"]
    assert await names(submitTimeAfter=second) == ["job-4", "job-3", "job-2"]
    assert await names(statusEquals="Completed") == []
    first = await ask(listing, maxResults=3)
    rest = await ask(listing, maxResults=3, nextToken=first["nextToken"])
    assert [len(page["invocationJobSummaries"]) for page in (first, rest)] == [3, 2]
    assert "nextToken" not in rest
    assert rest["invocationJobSummaries"][0]["clientRequestToken"] == "job-1"


async def test_a_stopped_job_keeps_what_it_has_finished(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bucket.objects[INPUT] = records(100)
    arn = await create(jobs)
    clock.advance(7 * MINUTE + 30 * SECOND)
    assert await ask(jobs.stop_model_invocation_job, jobIdentifier=arn) is not None
    assert (await get(jobs, arn))["status"] == "Stopping"
    clock.advance(3 * MINUTE)
    job = await get(jobs, arn)
    assert job["status"] == "Stopped"
    rows = lines(bucket, f"s3://bide/out/{arn.rpartition('/')[2]}/one.jsonl.out")
    assert 40 < len(rows) == job["successRecordCount"] < 60
    with pytest.raises(ClientError, match="ConflictException"):
        await ask(jobs.stop_model_invocation_job, jobIdentifier=arn)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (records(99), "less records"),
        (records(99) + b"[]\n", "malformed"),
        (b"nonsense", "malformed"),
        (None, "cannot be found"),
    ],
)
async def test_a_bad_input_fails_in_validation(
    jobs: Any, bucket: MemoryBucket, clock: ManualClock, content: bytes | None, message: str
) -> None:
    if content is not None:
        bucket.objects[INPUT] = content
    arn = await create(jobs)
    clock.advance(MINUTE)
    job = await get(jobs, arn)
    assert job["status"] == "Failed"
    assert message in job["message"]


async def test_records_for_claude_come_in_its_own_format(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bad = records(1, {"max_tokens": 9, "messages": []}).replace(b"REC", b"BAD")
    bucket.objects[INPUT] = records(100, NATIVE) + bad
    arn = await create(jobs, modelId=CLAUDE, modelInvocationType="InvokeModel")
    clock.advance(11 * MINUTE)
    assert (await get(jobs, arn))["errorRecordCount"] == 1
    rows = {row["recordId"]: row for row in lines(bucket, f"s3://bide/out/{arn.rpartition('/')[2]}/one.jsonl.out")}
    assert rows["REC00000001"]["modelOutput"]["type"] == "message"
    assert rows["BAD00000000"]["error"]["errorCode"] == 400


async def test_tools_are_refused_in_records_of_converse(jobs: Any, bucket: MemoryBucket, clock: ManualClock) -> None:
    bucket.objects[INPUT] = records(100, {**CONVERSE, "toolConfig": {"tools": []}})
    arn = await create(jobs)
    clock.advance(11 * MINUTE)
    job = await get(jobs, arn)
    assert (job["status"], job["errorRecordCount"]) == ("Completed", 100)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "has space"}, "ValidationException"),
        ({"roleArn": "arn:aws:iam::1:user/me"}, "ValidationException"),
        ({"timeoutDurationInHours": 200}, "ValidationException"),
    ],
)
async def test_what_is_refused_at_once(simulator: Any, client: Clients, fields: dict[str, Any], code: str) -> None:
    jobs = client("bedrock")
    jobs.meta.config.parameter_validation = False
    with pytest.raises(ClientError) as caught:
        await create(jobs, **fields)
    response = cast(Any, caught.value).response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["RequestId"]


async def test_errors_have_the_classes_that_the_sdk_knows(jobs: Any, client: Clients) -> None:
    with pytest.raises(jobs.exceptions.ResourceNotFoundException):
        await get(jobs, "abcdefghijkl")
    stranger = client("bedrock", key="invalid")
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        await get(stranger, "abcdefghijkl")

import json
from collections.abc import Callable
from typing import Any

import pytest

from bide.core.clock import HOUR, SECOND
from bide.core.states import BatchOutcome
from bide.providers.bedrock.folder import Folder, is_result, model_of
from bide.providers.bedrock.job import read_created, read_job, read_page, remote
from bide.providers.failures import OverloadedError
from bide.providers.port import BATCH_REFUSED, TOO_FEW, Remote

ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl"
OUTPUT = "s3://bucket/bide/tag/nova"
STARTED = 1_795_255_200


def shown(status: str, **fields: Any) -> Remote:
    job = {
        "jobArn": ARN,
        "status": status,
        "submitTime": "2026-11-21T10:00:00Z",
        "lastModifiedTime": "2026-11-21T11:00:00.5Z",
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"{OUTPUT}/"}},
        **fields,
    }
    return remote(read_job(json.dumps(job).encode()))


@pytest.mark.parametrize("status", ["Submitted", "Validating", "Scheduled", "InProgress", "Stopping", "Thinking"])
def test_a_job_that_runs(status: str) -> None:
    found = shown(status, totalRecordCount=100, successRecordCount=40, errorRecordCount=2)

    assert (found.provider_id, found.outcome, found.output_file, found.ended_at) == (ARN, None, None, None)
    assert found.cancelling is (status == "Stopping")
    assert (found.total, found.completed, found.failed) == (100, 40, 2)
    assert found.created_at == STARTED * SECOND


@pytest.mark.parametrize(
    ("status", "counters", "outcome", "directory"),
    [
        pytest.param("Completed", {}, BatchOutcome.COMPLETED, f"{OUTPUT}/abcdefghijkl", id="done"),
        pytest.param("PartiallyCompleted", {"successRecordCount": 40}, BatchOutcome.EXPIRED, f"{OUTPUT}/abcdefghijkl", id="time ran out while it ran"),
        pytest.param("PartiallyCompleted", {}, BatchOutcome.EXPIRED, f"{OUTPUT}/abcdefghijkl/", id="the same, and nothing is counted"),
        pytest.param("Stopped", {"processedRecordCount": 1}, BatchOutcome.CANCELLED, f"{OUTPUT}/abcdefghijkl", id="stopped while it ran"),
        pytest.param("Stopped", {"processedRecordCount": 0}, BatchOutcome.CANCELLED, f"{OUTPUT}/abcdefghijkl/", id="stopped before: there may be no results"),
        pytest.param("Expired", {}, BatchOutcome.EXPIRED, f"{OUTPUT}/abcdefghijkl/", id="never begun"),
        pytest.param("Failed", {}, BatchOutcome.FAILED, f"{OUTPUT}/abcdefghijkl/", id="failed: as far as is counted, before it began"),
        pytest.param("Failed", {"errorRecordCount": 3}, BatchOutcome.CANCELLED, f"{OUTPUT}/abcdefghijkl", id="failed while it ran: what is finished can be read"),
    ],
)  # fmt: skip
def test_a_job_that_has_ended(
    status: str, counters: dict[str, int], outcome: BatchOutcome, directory: str | None
) -> None:
    found = shown(status, **counters)

    assert (found.outcome, found.output_file, found.error_file) == (outcome, directory, None)
    assert found.ended_at == (STARTED + 3_600) * SECOND + SECOND // 2, "the last change, where no end is told"
    assert bool(found.errors) is (outcome is BatchOutcome.FAILED)


@pytest.mark.parametrize(
    ("fields", "expires_in"),
    [
        ({"jobExpirationTime": "2026-11-22T10:00:00Z"}, 24 * HOUR),
        ({"timeoutDurationInHours": 48}, 48 * HOUR),
        ({}, None),
    ],
)
def test_when_a_job_runs_out_of_time(fields: dict[str, Any], expires_in: int | None) -> None:
    expires_at = shown("Scheduled", **fields).expires_at

    assert expires_at == (None if expires_in is None else STARTED * SECOND + expires_in)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Batch job contains less records (50) than the required minimum of: 100", TOO_FEW),
        ("The role does not have access to the bucket", BATCH_REFUSED),
        ("Access denied when reading s3://bucket/x", BATCH_REFUSED),
        ("The number of records exceeds the limit of 50000", "job_failed"),
        (None, "job_failed"),
    ],
)
def test_why_a_job_failed(message: str | None, code: str) -> None:
    [error] = shown("Failed", message=message).errors

    assert (error.code, error.line) == (code, None)
    assert error.message


def test_a_reply_that_is_no_job_is_no_answer() -> None:
    readers: list[Callable[[bytes], object]] = [read_job, read_created, read_page]
    for read in readers:
        with pytest.raises(OverloadedError):
            read(b"<html>")


def test_the_folder_of_a_batch_tells_its_model() -> None:
    folder = Folder.of("bedrock", "s3://bucket/bide/")
    directory = folder.output("tag", "arn:aws:x/us.nova-v1:0 !")

    assert folder.input("tag", "input.jsonl") == "s3://bucket/bide/tag/input.jsonl"
    assert "%" not in directory
    assert ":" not in directory.removeprefix("s3:")
    assert model_of(f"{directory}abcdefghijkl") == model_of(f"{directory}abcdefghijkl/") == "arn:aws:x/us.nova-v1:0 !"
    assert folder.is_ours(directory)
    assert not folder.is_ours("s3://bucket/bide/../other/input.jsonl")
    assert not folder.is_ours("s3://bucket/other/input.jsonl")


def test_the_manifest_holds_no_rows() -> None:
    assert is_result(f"{OUTPUT}/abcdefghijkl/input.jsonl.out")
    assert not is_result(f"{OUTPUT}/abcdefghijkl/manifest.json.out")

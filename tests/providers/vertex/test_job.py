"""A batch prediction job in every state."""

import json
from typing import Any

import pytest

from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.providers.failures import OverloadedError
from bide.providers.port import Remote
from bide.providers.vertex.job import read_job, read_page, remote


def shown(state: str, **fields: Any) -> Remote:
    job = {"name": "projects/1/locations/l/batchPredictionJobs/2", "state": state, **fields}
    return remote(read_job(json.dumps(job).encode()))


@pytest.mark.parametrize(
    ("state", "outcome", "cancelling"),
    [
        ("JOB_STATE_QUEUED", None, False),
        ("JOB_STATE_PENDING", None, False),
        ("JOB_STATE_RUNNING", None, False),
        ("JOB_STATE_PAUSED", None, False),
        ("JOB_STATE_UPDATING", None, False),
        ("JOB_STATE_CANCELLING", None, True),
        ("JOB_STATE_SUCCEEDED", BatchOutcome.COMPLETED, False),
        ("JOB_STATE_PARTIALLY_SUCCEEDED", BatchOutcome.COMPLETED, False),
        ("JOB_STATE_FAILED", BatchOutcome.FAILED, False),
        ("JOB_STATE_CANCELLED", BatchOutcome.CANCELLED, False),
        ("JOB_STATE_EXPIRED", BatchOutcome.EXPIRED, False),
    ],
)
def test_states(state: str, outcome: BatchOutcome | None, cancelling: bool) -> None:
    found = shown(state)
    assert (found.outcome, found.cancelling) == (outcome, cancelling)


DIRECTORY = {"gcsOutputDirectory": "gs://b/out/prediction-model-1"}


@pytest.mark.parametrize(
    ("state", "stats", "file"),
    [
        pytest.param("RUNNING", {"successfulCount": "1"}, None, id="not before the end"),
        pytest.param("SUCCEEDED", {"successfulCount": "2"}, "", id="answers"),
        pytest.param("SUCCEEDED", {}, "", id="counters that lie"),
        pytest.param("CANCELLED", {"successfulCount": "1", "incompleteCount": "1"}, "", id="partial"),
        pytest.param("EXPIRED", {"failedCount": "1"}, "", id="failures alone"),
        pytest.param("CANCELLED", {"incompleteCount": "2"}, "/", id="nothing was done, it says"),
        pytest.param("CANCELLED", None, "", id="nothing is known"),
        pytest.param("FAILED", None, "/", id="it failed before it began, or later"),
    ],
)
def test_where_the_results_are(state: str, stats: dict[str, str] | None, file: str | None) -> None:
    """One that may be empty ends in a slash; the others are waited for."""
    fields: dict[str, Any] = {"outputInfo": DIRECTORY} | ({} if stats is None else {"completionStats": stats})
    found = shown(f"JOB_STATE_{state}", **fields)
    assert found.output_file == (None if file is None else DIRECTORY["gcsOutputDirectory"] + file)


def test_a_job_that_was_never_given_a_directory_has_no_results() -> None:
    assert shown("JOB_STATE_EXPIRED").output_file is None


def test_unknown_counters_are_minus_one() -> None:
    found = shown("JOB_STATE_RUNNING", completionStats={"successfulCount": "3", "incompleteCount": "-1"})
    assert (found.total, found.completed, found.failed) == (3, 3, 0)


def test_a_failure_says_why_and_a_cancel_does_not() -> None:
    error = {"code": 3, "message": "the input has no field request"}
    [told] = shown("JOB_STATE_FAILED", error=error).errors
    assert (told.code, told.message) == ("INVALID_ARGUMENT", "the input has no field request")
    assert shown("JOB_STATE_CANCELLED", error={"code": 1, "message": "cancelled"}).errors == ()
    assert len(shown("JOB_STATE_FAILED").errors) == 1


def test_instants() -> None:
    found = shown(
        "JOB_STATE_SUCCEEDED",
        createTime="1970-01-01T00:00:01Z",
        startTime="1970-01-01T00:00:02Z",
        endTime="1970-01-01T00:00:09.5Z",
    )
    assert (found.created_at, found.started_at, found.ended_at) == (SECOND, 2 * SECOND, 9_500_000)


def test_what_is_no_job() -> None:
    with pytest.raises(OverloadedError):
        read_job(b"<html>")
    with pytest.raises(OverloadedError):
        read_page(b"<html>")
    assert read_page(b"{}").batch_prediction_jobs == []

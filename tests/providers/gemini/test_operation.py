"""A batch as the Gemini API shows it, in every spelling that was seen."""

import json
from typing import Any

import pytest

from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.providers.failures import OverloadedError
from bide.providers.gemini.operation import read_operation, read_page, remote
from bide.providers.port import Remote


def shown(metadata: dict[str, Any], **fields: Any) -> Remote:
    return remote(read_operation(json.dumps({"name": "batches/b", "metadata": metadata, **fields}).encode()))


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("UNSPECIFIED", None),
        ("PENDING", None),
        ("RUNNING", None),
        ("SUCCEEDED", BatchOutcome.COMPLETED),
        ("FAILED", BatchOutcome.FAILED),
        ("CANCELLED", BatchOutcome.CANCELLED),
        ("EXPIRED", BatchOutcome.EXPIRED),
        ("A_NEW_ONE", None),
    ],
)
@pytest.mark.parametrize("spelling", ["BATCH_STATE_", "JOB_STATE_"])
def test_states_in_both_spellings(spelling: str, state: str, outcome: BatchOutcome | None) -> None:
    assert shown({"state": f"{spelling}{state}"}).outcome is outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, None),
        ({"done": True}, BatchOutcome.COMPLETED),
        ({"done": True, "error": {"code": 1, "message": "cancelled"}}, BatchOutcome.CANCELLED),
        ({"done": True, "error": {"code": 13, "message": "internal"}}, BatchOutcome.FAILED),
    ],
)
def test_an_operation_without_a_state_is_known_by_its_end(fields: dict[str, Any], outcome: BatchOutcome | None) -> None:
    assert shown({}, **fields).outcome is outcome


def test_counters_are_texts_and_left_out_where_they_are_zero() -> None:
    found = shown({"state": "BATCH_STATE_RUNNING", "batchStats": {"requestCount": "4", "successfulRequestCount": "1"}})
    assert (found.total, found.completed, found.failed) == (4, 1, 0)


@pytest.mark.parametrize(
    ("metadata", "fields"),
    [
        pytest.param({"output": {"responsesFile": "files/r"}}, {}, id="in metadata.output"),
        pytest.param({}, {"done": True, "response": {"@type": "x", "responsesFile": "files/r"}}, id="in response"),
        pytest.param({}, {"done": True, "response": {"output": {"responsesFile": "files/r"}}}, id="in response.output"),
    ],
)
def test_results_are_named_in_several_places(metadata: dict[str, Any], fields: dict[str, Any]) -> None:
    assert shown(metadata, **fields).output_file == "files/r"


def test_a_cancelled_batch_that_names_results_has_them_read() -> None:
    assert shown({"state": "BATCH_STATE_CANCELLED", "output": {"responsesFile": "files/r"}}).output_file == "files/r"


def test_a_failure_says_why() -> None:
    found = shown({"state": "BATCH_STATE_FAILED"}, done=True, error={"code": 3, "message": "no such model"})
    assert [(error.code, error.message, error.line) for error in found.errors] == [
        ("INVALID_ARGUMENT", "no such model", None)
    ]
    assert shown({"state": "BATCH_STATE_FAILED"}).errors == ()


def test_instants() -> None:
    found = shown(
        {"state": "BATCH_STATE_SUCCEEDED", "createTime": "1970-01-01T00:00:02.5Z", "endTime": "1970-01-01T00:00:09Z"}
    )
    assert (found.created_at, found.ended_at, found.expires_at) == (2_500_000, 9 * SECOND, None)
    running = shown({"state": "BATCH_STATE_RUNNING", "updateTime": "1970-01-01T00:00:09Z"})
    assert running.ended_at is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}"])
def test_a_reply_that_is_no_batch(body: bytes) -> None:
    with pytest.raises(OverloadedError):
        read_operation(body)


def test_an_empty_listing_is_an_empty_object() -> None:
    assert read_page(b"{}").operations == []
    with pytest.raises(OverloadedError):
        read_page(b"no")

"""What clients are told about a served batch, and how it ends."""

from dataclasses import replace

import pytest

from bide.core.deadline import OnMiss
from bide.core.file import File, FileKind
from bide.core.job import Job
from bide.core.served import ENDS, ServedBatch, Status, outcome_of, status_of
from bide.core.states import BatchOutcome, JobState, ServedState

BATCH = ServedBatch(
    id=1,
    owner="local",
    external_id="batch_1",
    key_id=None,
    state=ServedState.VALIDATING,
    endpoint="/v1/chat/completions",
    completion_window="24h",
    metadata=None,
    input_file="file-1",
    partial=False,
    output_life=1,
    deadline=100,
    said_by="completion_window",
    priority=None,
    on_miss=OnMiss.RESCUE,
    workflow=None,
    webhook=None,
    kept_for=None,
    digest=b"",
    holder=None,
    errors=None,
    model=None,
    job_id=None,
    output_file=None,
    error_file=None,
    outcome=None,
    succeeded=0,
    failed=0,
    usage=None,
    created_at=1,
    in_progress_at=None,
    cancelling_at=None,
    finalizing_at=None,
    ended_at=None,
)

JOB = Job(
    id=1,
    owner="local",
    external_id="job_1",
    kind="run",
    state=JobState.RUNNING,
    name="",
    workflow=None,
    fingerprint=None,
    idempotency_key=None,
    priority=None,
    priority_source="completion_window",
    deadline=100,
    on_miss=OnMiss.RESCUE,
    max_cost=None,
    parent_id=None,
    destination=None,
    parameters="{}",
    input_id=None,
    requests=1,
    refused=0,
    admission=None,
    first_request=1,
    last_request=1,
    created_at=1,
    accepted_at=1,
    cancelled_at=None,
    answered_at=None,
    done_at=None,
)

RUNNING = replace(BATCH, state=ServedState.RUNNING, job_id=1)


@pytest.mark.parametrize(
    ("batch", "job", "status"),
    [
        pytest.param(BATCH, None, Status.VALIDATING, id="its file is read"),
        pytest.param(replace(BATCH, cancelling_at=2), None, Status.CANCELLING, id="cancelled while it is read"),
        pytest.param(replace(BATCH, state=ServedState.FAILED), None, Status.FAILED, id="its file cannot be used"),
        pytest.param(RUNNING, JOB, Status.IN_PROGRESS, id="its job runs"),
        pytest.param(RUNNING, replace(JOB, answered_at=5), Status.FINALIZING, id="answered, and nobody has looked"),
        pytest.param(replace(RUNNING, cancelling_at=2), JOB, Status.CANCELLING, id="cancelled"),
        pytest.param(RUNNING, replace(JOB, cancelled_at=2), Status.CANCELLING, id="its job was cancelled elsewhere"),
        *(
            pytest.param(replace(RUNNING, state=ServedState.ENDED, outcome=outcome), None, Status(outcome), id=outcome)
            for outcome in (BatchOutcome.COMPLETED, BatchOutcome.EXPIRED, BatchOutcome.CANCELLED)
        ),
    ],
)
def test_a_batch_is_told_in_openais_words(batch: ServedBatch, job: Job | None, status: Status) -> None:
    assert status_of(batch, job) is status
    assert (status in ENDS) is (batch.state in (ServedState.FAILED, ServedState.ENDED))


@pytest.mark.parametrize(
    ("cancelled_at", "expired", "outcome"),
    [
        (None, 0, BatchOutcome.COMPLETED),
        (None, 1, BatchOutcome.EXPIRED),
        (5, 0, BatchOutcome.CANCELLED),
        (5, 1, BatchOutcome.CANCELLED),
    ],
)
def test_a_batch_is_complete_unless_it_was_cancelled_or_chose_to_expire(
    cancelled_at: int | None, expired: int, outcome: BatchOutcome
) -> None:
    assert outcome_of(replace(JOB, cancelled_at=cancelled_at), expired) is outcome


@pytest.mark.parametrize(
    ("expires_at", "deleted_at", "there"),
    [(None, None, True), (11, None, True), (10, None, False), (None, 11, True), (None, 10, False), (11, 9, False)],
)
def test_a_file_is_there_until_it_expires_or_is_deleted(
    expires_at: int | None, deleted_at: int | None, there: bool
) -> None:
    file = File(
        id=1,
        owner="local",
        external_id="file-1",
        name="a.jsonl",
        purpose="batch",
        kind=FileKind.UPLOADED,
        size=1,
        object_id=1,
        batch_id=None,
        created_at=1,
        expires_at=expires_at,
        deleted_at=deleted_at,
    )
    assert file.is_there(10) is there

"""What decisions are made about, with the fields that do not matter filled in."""

from collections.abc import Mapping
from typing import Any

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.providers.port import Capabilities, Limits

NOW = 1_800_000_000 * SECOND

CHAT = "/v1/chat/completions"

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 << 20,
    batches_per_hour=2_000,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    source="a test",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset({CHAT}),
    source="a test",
    checked_on="2026-11-21",
)


def a_bucket(
    bucket: int = 1,
    *,
    waiting: int = 0,
    batched: int = 0,
    calling: int = 0,
    tokens: int = 100,
    tallies: Mapping[Phase, Tally] | None = None,
    **fields: Any,
) -> Bucket:
    """A protected bucket of a running job, just accepted and due in eight hours; `tokens` are those of one request."""
    counts = {Phase.WAITING: waiting, Phase.BATCHED: batched, Phase.CALLING: calling}
    if tallies is None:
        tallies = {phase: Tally(count, count * tokens) for phase, count in counts.items() if count}
    values: dict[str, Any] = {
        "id": bucket,
        "owner": "me",
        "job_id": 1,
        "job_state": JobState.RUNNING,
        "on_miss": OnMiss.RESCUE,
        "account": "openai",
        "model": "gpt-6-luna",
        "endpoint": CHAT,
        "accepted_at": NOW,
        "deadline": NOW + 8 * HOUR,
        "protected": True,
        "longest": 0,
        "batchable": True,
        "tallies": tallies,
    }
    return Bucket(**(values | fields))


def a_batch(batch: int = 1, *, age: int = HOUR, **fields: Any) -> Batch:
    """A batch of 100 that was submitted `age` ago and has shown nothing finished."""
    values: dict[str, Any] = {
        "id": batch,
        "owner": "me",
        "external_id": f"batch_{batch}",
        "tag": "a" * 26,
        "account": "openai",
        "model": "gpt-6-luna",
        "endpoint": CHAT,
        "state": BatchState.SUBMITTED,
        "outcome": None,
        "code": None,
        "message": None,
        "requests": 100,
        "size": 10_000,
        "tokens": 10_000,
        "rescued": 0,
        "first_attempt": 1,
        "last_attempt": 100,
        "failed_validations": 0,
        "input_file": "file-1",
        "provider_id": f"batch-{batch}",
        "output_file": None,
        "error_file": None,
        "output_rows": 0,
        "error_rows": 0,
        "total_count": 100,
        "completed_count": 0,
        "failed_count": 0,
        "cancel_asked": False,
        "opened_at": NOW - age,
        "intended_at": NOW - age,
        "doubted_at": None,
        "submitted_at": NOW - age,
        "started_at": NOW - age,
        "cancel_at": None,
        "ended_at": None,
        "harvested_at": None,
        "cleaned_at": None,
        "files_kept": 0,
        "expires_at": NOW - age + DAY,
        "failures": 0,
        "trouble": None,
        "due_at": NOW,
        "holder": None,
        "lease_until": 0,
        "fence": 1,
    }
    if not {"submitting", "sealed", "open"}.isdisjoint({fields.get("state", "")}):
        values |= {"provider_id": None, "submitted_at": None, "total_count": 0}
    return Batch(**(values | fields))

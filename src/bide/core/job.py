"""A job: the requests a caller handed in together, and by when they must be answered."""

from dataclasses import dataclass

from bide.core.deadline import OnMiss
from bide.core.states import JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of `jobs`; instants in microseconds since 1970 UTC, money in 1e-12 USD."""

    id: int
    owner: str
    external_id: str
    kind: str
    """`run`, `retry` of an earlier job's failed requests, or `calls` that came one at a time."""
    state: JobState
    name: str
    workflow: str | None
    fingerprint: str | None
    """Identity of content and parameters; the same again is the same job."""
    idempotency_key: str | None
    priority: str | None
    priority_source: str
    """Who said how long it may wait: `by`, `within`, `priority`, `config` or `default`."""
    deadline: int
    on_miss: OnMiss
    max_cost: int | None
    parent_id: int | None
    destination: str | None
    parameters: str
    input_id: int | None
    """The object that keeps the caller's columns, where the input had columns."""
    requests: int
    refused: int
    """Input lines that were refused and skipped."""
    admission: str | None
    first_request: int | None
    last_request: int | None
    created_at: int
    accepted_at: int | None
    cancelled_at: int | None
    answered_at: int | None
    done_at: int | None
    key_id: int | None = None
    """The key it was handed in with, whose budgets it spends."""

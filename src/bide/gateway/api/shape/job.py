"""A job, in a list and by itself, and its receipt."""

from typing import Any, Literal

from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.gateway.api.shape.base import Money, Shape


class Batch(Shape, kw_only=True):
    """A batch that carries requests of a job."""

    id: str
    state: str
    outcome: str | None
    requests: int
    provider_id: str | None
    trouble: str | None


class JobRow(Shape, kw_only=True):
    """A job in a list: a file, a retry, or calls that came one at a time and share batches."""

    id: str
    object: Literal["bide.job"] = "bide.job"
    kind: str
    name: str
    status: JobState
    workflow: str | None
    deadline: int
    on_miss: OnMiss
    urgency: str
    requests: int
    max_cost: str | None
    """The most that it may cost; null: it has no cap."""
    created_at: int
    accepted_at: int | None
    answered_at: int | None
    done_at: int | None


class Job(JobRow, kw_only=True):
    """A job with its progress: how many requests are `waiting`, `batched`, `calling`, answered by `batch` or in `realtime` …"""

    progress: dict[str, int]
    held: int
    """Of those that wait, how many its cap holds back."""
    money: Money
    batches: list[Batch]


class Jobs(Shape, kw_only=True):
    """A page of jobs, newest first."""

    object: Literal["list"] = "list"
    data: list[JobRow]
    first_id: str | None
    last_id: str | None
    has_more: bool


class JobReceipt(Shape, kw_only=True):
    """What was promised, what happened, what it cost and saved; as `bide status JOB --receipt` tells it."""

    job: str
    name: str
    state: str
    final: bool
    promised: dict[str, Any]
    delivered: dict[str, Any]
    requests: dict[str, Any]
    money: dict[str, Any]
    models: list[dict[str, Any]]
    tokens: dict[str, int]
    attempts: dict[str, dict[str, int]]
    retries: int
    batches: dict[str, int]
    files_kept: int
    seconds: dict[str, Any]

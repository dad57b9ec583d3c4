"""A batch: a group of requests handed to a provider, and what is on record about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.core.states import BatchOutcome, BatchState


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One row of `batches`; instants in microseconds since 1970 UTC, `size` in bytes."""

    id: int
    owner: str
    external_id: str
    tag: str
    """Ours, at the provider: in the metadata, the file's name and every `custom_id`."""
    account: str
    model: str
    endpoint: str
    state: BatchState
    outcome: BatchOutcome | None
    code: str | None
    message: str | None
    requests: int
    size: int
    tokens: int
    rescued: int
    """How many of its requests were also sent in real time."""
    first_attempt: int | None
    last_attempt: int | None
    failed_validations: int
    input_file: str | None
    provider_id: str | None
    output_file: str | None
    error_file: str | None
    output_rows: int
    """How many rows of its output have been read: while it runs as the file grows, from its end on as it is harvested."""
    error_rows: int
    total_count: int
    completed_count: int
    failed_count: int
    cancel_asked: bool
    opened_at: int
    intended_at: int | None
    doubted_at: int | None
    """Since when nobody sends its create any more, though it may have been sent."""
    submitted_at: int | None
    started_at: int | None
    cancel_at: int | None
    ended_at: int | None
    harvested_at: int | None
    cleaned_at: int | None
    files_kept: int
    expires_at: int | None
    failures: int
    """Calls about it that failed in a row; the back-off grows with it."""
    trouble: str | None
    due_at: int | None
    holder: str | None
    lease_until: int
    fence: int
    """Counts the leases; a move under an older number finds no row."""
    copy_of: int | None = None
    """The batch that carries the same requests, where this is its second copy."""
    copy_chance: int | None = None
    """In thousandths, the chance to come back in time with which it was made, where it is a second copy."""
    copied: bool = False
    """Whether it has a second copy."""
    promise: str | None = None
    """The ages by which it was given 5, 10 … 95 % at its submission, as `bide.lanes.forecast.calibration` writes them."""

    @property
    def what_ails(self) -> str | None:
        """For people: what stands in its way now, or why nothing of it ran."""
        if self.trouble is not None or self.outcome is not BatchOutcome.FAILED:
            return self.trouble
        return ": ".join(part for part in (self.code, self.message) if part) or None


@dataclass(frozen=True, slots=True)
class LiveBatch:
    """A batch whose answers are not all in, and how many of its requests are from which bucket."""

    batch: Batch
    shares: Mapping[int, int]
    is_needed: bool = True
    """Of a batch that is a second copy or has one: whether its request is still open."""

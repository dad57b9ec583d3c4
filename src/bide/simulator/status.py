"""Where a batch stands. Each protocol has its own words for it; these are the books'."""

import enum


class Status(enum.StrEnum):
    """The course of a batch: three steps, a cancel perhaps, and one of four ends."""

    VALIDATING = "validating"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = frozenset({Status.COMPLETED, Status.EXPIRED, Status.CANCELLED, Status.FAILED})

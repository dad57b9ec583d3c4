"""What is open, and the event log."""

from typing import Any, Literal

from bide.gateway.api.shape.base import Shape


class Depth(Shape, kw_only=True):
    """Requests in a lane, or waiting to be given one; the slack of the most urgent of them, negative once it is late."""

    lane: str
    """`waiting`, `batch` or `realtime`."""
    requests: int
    tokens: int
    oldest_deadline: int | None
    oldest_slack_seconds: float | None


class QueueOf(Shape, kw_only=True):
    """What is open for one model at one account. A request that is called while its batch runs counts in `realtime`."""

    account: str
    model: str
    requests: int
    lanes: list[Depth]


class Held(Shape, kw_only=True):
    """Connections that wait for deferred answers."""

    connections: int
    most: int


class Pressure(Shape, kw_only=True):
    """What is taken now. `reasons` are the codes of the 429 that the rest gets, or ``draining``."""

    accepts_urgent: bool
    accepts_deferred: bool
    accepts_held: bool
    calls_under_way: int
    reasons: list[str]


class Queue(Shape, kw_only=True):
    """What is open: of the caller's own where callers have keys."""

    object: Literal["bide.queue"] = "bide.queue"
    at: int
    requests: int
    data: list[QueueOf]
    held: Held
    pressure: Pressure


class Event(Shape, kw_only=True):
    """One line of the event log, as in ``data:`` of the stream."""

    id: int
    object: Literal["bide.event"] = "bide.event"
    at: float
    kind: str
    job: str | None
    batch: str | None
    detail: dict[str, Any]

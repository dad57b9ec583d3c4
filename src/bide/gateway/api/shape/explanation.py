"""The decision record of a request: who wanted it by when, what was decided when and why, what else there was, what came of it."""

from typing import Literal

from bide.core.deadline import OnMiss
from bide.core.states import Lane, RequestState
from bide.gateway.api.shape.base import Shape
from bide.gateway.api.shape.request import Attempt, Price


class Urgency(Shape, kw_only=True):
    """Who said how urgent it was, and what was made of it."""

    said_by: str
    """As in ``header bide-within``, ``class nightly``, ``--within``, ``default``."""
    asked_at: float
    deadline: int | None
    planned_for: int | None
    """The deadline that planning keeps to; calls that share a batch share one, a little earlier than the first of theirs."""
    on_miss: OnMiss | None
    promise: str
    """What was promised, in words."""


class LastSafeMoment(Shape, kw_only=True):
    """When calls had to begin so that everything of its kind was still in time, as it was reckoned first."""

    at: float
    reckoned_at: float
    arithmetic: list[str]
    latency_bound_seconds: float
    safety_seconds: float
    last_call: float
    work_seconds: float
    """How long everything takes that has to be called with it."""
    kept_for_later_seconds: float
    """So much earlier, because what comes later needs the time, or the lane is closed then."""
    head_room: float


class Alternative(Shape, kw_only=True):
    """A lane and what this request costs in it; `cost_usd` is null where the price is unknown."""

    lane: Lane
    open: bool
    why: str
    cost_usd: str | None


class Step(Shape, kw_only=True):
    """A decision, with the numbers of its instant."""

    at: float
    action: Literal["batch", "call", "hold", "cache"]
    lane: Lane | None
    """Where it went; null: it waited."""
    rule: str
    slack_seconds: float | None
    """How long before its last safe moment; null where nothing rescues it."""
    batch: str | None
    group: int | None
    """How many requests went together."""
    numbers: dict[str, float | str | bool | None]
    """Durations end in ``_seconds``, instants in ``_at``."""
    alternatives: list[Alternative]


class Tokens(Shape, kw_only=True):
    """What the alternatives are reckoned with: what the answer had, or an estimate."""

    input: int
    output: int
    estimated: bool


class Outcome(Shape, kw_only=True):
    """What came of it."""

    settled_at: float | None
    lane: Lane | None
    met: bool | None
    """Whether the deadline was met; null while it is open, or where there was none."""
    margin_seconds: float | None
    saved_usd: str | None


class Explanation(Shape, kw_only=True):
    """The decision record of a request."""

    object: Literal["bide.explanation"] = "bide.explanation"
    id: str
    job: str | None
    line: int | None
    custom_id: str | None
    status: RequestState
    account: str
    model: str
    endpoint: str
    workflow: str | None
    urgency: Urgency
    last_safe_moment: LastSafeMoment | None
    waits_for: str | None
    """Why it is where it is, while it is open."""
    decisions: list[Step]
    tokens: Tokens
    attempts: list[Attempt]
    price: Price
    outcome: Outcome

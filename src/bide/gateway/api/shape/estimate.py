"""What requests would cost, by lane and by model."""

from typing import Literal

from bide.core.states import Lane
from bide.gateway.api.shape.base import Shape


class Cost(Shape, kw_only=True):
    """What it will cost: bounds, and what is expected."""

    low: str
    expected: str
    upper: str


class LaneEstimate(Shape, kw_only=True):
    """What a lane costs. `available` is false where no account that serves the models has the lane for these endpoints;
    `cost` is null where a price is unknown."""

    lane: Lane
    available: bool
    cost: Cost | None


class ModelEstimate(Shape, kw_only=True):
    """What one model at one account has of an estimate."""

    account: str
    model: str
    requests: int
    input_tokens: int
    lanes: list[LaneEstimate]


class Estimate(Shape, kw_only=True):
    """What requests would cost in each lane; nothing is sent, nothing kept."""

    object: Literal["bide.estimate"] = "bide.estimate"
    currency: Literal["USD"] = "USD"
    requests: int
    input_tokens: int
    lanes: list[LaneEstimate]
    models: list[ModelEstimate]

"""What work costs at several models, with every step. Numbers are exact text."""

from typing import Literal

from bide.gateway.api.shape.base import Shape


class Range(Shape, kw_only=True):
    """A number that nobody knows better: its two ends."""

    low: str
    high: str


Number = str | Range


class Origin(Shape, kw_only=True):
    """Where a price is from, on which day it held, and how far to trust it."""

    source: str
    day: str
    confidence: str


class LaneCost(Shape, kw_only=True):
    """What the work costs in a lane, in USD; saved against calling all of it. Null: it does not come again, or nobody said how many
    requests it is."""

    lane: str
    cost: Number
    input_cost: Number
    output_cost: Number
    cost_a_month: Number | None
    cost_of_a_request: Number | None
    saved: Number | None
    saved_share: Number | None
    saved_a_month: Number | None
    prices: list[Origin]


class Month(Shape, kw_only=True):
    """What a month was taken for."""

    days: str
    weeks: str
    hours: str


class StepNumber(Shape, kw_only=True):
    """A number that went into a step."""

    name: str
    value: Number
    unit: str


class Step(Shape, kw_only=True):
    """A line of the arithmetic."""

    name: str
    formula: str
    numbers: list[StepNumber]
    result: Number
    unit: str


class Compared(Shape, kw_only=True):
    """The lanes beside each other, real time first, and how each figure came about."""

    currency: Literal["USD"] = "USD"
    period: str
    month: Month
    lanes: list[LaneCost]
    notes: list[str]
    steps: list[Step]


class ModelCost(Shape, kw_only=True):
    """A model. Lanes that lack a price are `unknown`, and nothing stands in for them; `estimate` is null where all do."""

    model: str
    unknown: list[str]
    estimate: Compared | None


class Calculation(Shape, kw_only=True):
    """The models in the order in which they were named, at the prices of a day."""

    object: Literal["bide.calculation"] = "bide.calculation"
    day: str
    tokens_of: str | None
    models: list[ModelCost]

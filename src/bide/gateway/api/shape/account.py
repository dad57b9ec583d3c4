"""Accounts at providers."""

from typing import Literal

from bide.gateway.api.shape.base import Shape


class Advice(Shape, kw_only=True):
    """What would bring more batches back in time; `gain` is by how much the chance of a typical one grows."""

    reaction: str
    """``more often``, ``smaller batches``, ``another provider``, ``more real-time capacity`` or ``a longer deadline``."""
    why: str
    gain: float


class LastDay(Shape, kw_only=True):
    """How a model's batches did in the last day. `missed` ones expired, came back after their last safe moment, or were cancelled
    because their requests had to be called; `is_bad` where that was more than it should be."""

    model: str
    batches: int
    missed: int
    expired: int
    requests: int
    rescued: int
    is_bad: bool
    advice: list[Advice]


class Use(Shape, kw_only=True):
    """What lies at a provider, and the limits that it has told us."""

    batches_open: int
    batches_created_this_hour: int
    enqueued_tokens: dict[str, int]
    learned_limits: dict[str, str]
    last_day: list[LastDay]


class Provider(Shape, kw_only=True):
    """An account at a provider, on or off. Where callers have keys, what concerns the whole installation is null: addresses,
    variables, and what is in use."""

    account: str
    provider: str
    title: str
    on: bool
    switched_on_by: str | None
    to_switch_on: str | None
    address: str | None
    variables: dict[str, list[str]] | None
    models: list[str]
    prices_of: str | None
    batch_price: str
    usual_time: str
    batches: bool
    lacks_for_batches: list[str]
    batch_endpoints: list[str]
    endpoints: list[str]
    requests_per_batch: str
    bytes_per_batch: int
    window: str
    results_of_expired_batches: bool
    results_of_running_batches: bool
    source: str
    in_use: Use | None = None


class Providers(Shape, kw_only=True):
    """Every account that is on or could be."""

    object: Literal["list"] = "list"
    data: list[Provider]

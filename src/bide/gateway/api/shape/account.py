"""Accounts at providers."""

from typing import Literal

from bide.gateway.api.shape.base import Shape


class Use(Shape, kw_only=True):
    """What lies at a provider, and the limits that it has told us."""

    batches_open: int
    batches_created_this_hour: int
    enqueued_tokens: dict[str, int]
    learned_limits: dict[str, str]


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

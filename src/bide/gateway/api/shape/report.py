"""What was spent: sums by whatever was asked for, what stands out, and where budgets stand."""

from msgspec import UNSET, UnsetType

from bide.gateway.api.shape.base import Shape

Label = str | None | UnsetType
"""Not there where it was not asked for; null where a request had none."""


class Spent(Shape, kw_only=True):
    """What entries come to. `paid`, `list_price` and `saved` are null where a price is unknown; `known_paid` never is."""

    requests: int
    paid: str | None
    list_price: str | None
    saved: str | None
    saved_percent: float | None
    wasted: str
    wasted_answers: int
    suspected: str | None
    suspected_calls: int
    known_paid: str
    unpriced: int
    unlisted: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    cache_write_1h_tokens: int
    output_tokens: int
    reasoning_tokens: int


class SpentBy(Spent, kw_only=True):
    """The same of a group."""

    workflow: Label = UNSET
    key: Label = UNSET
    key_name: Label = UNSET
    model: Label = UNSET
    provider: Label = UNSET
    lane: Label = UNSET
    day: Label = UNSET


class Outlier(Shape, kw_only=True):
    """A request that cost more than the one in the middle of its group. `request` is null once it has been purged."""

    request: str | None
    owner: str | None
    at: str
    cost: str
    median: str
    times: float | None
    group_requests: int
    workflow: Label = UNSET
    key: Label = UNSET
    key_name: Label = UNSET
    model: Label = UNSET
    provider: Label = UNSET
    lane: Label = UNSET


class Budget(Shape, kw_only=True):
    """Where a key stands in its present day or month. `limit` and `left` are null where it has none."""

    key: str
    key_name: str
    owner: str
    window: str
    period: str
    on_budget: str
    limit: str | None
    spent: str
    reserved: str
    left: str | None
    resets_at: str


class Report(Shape, kw_only=True):
    """What was spent against all of it in real time; as `bide report --output json` tells it."""

    since: str | None
    until: str | None
    time_zone: str
    by: list[str]
    owner: str | None
    currency: str
    made_at: str
    total: Spent
    groups: list[SpentBy]
    outliers: list[Outlier]
    budgets: list[Budget]

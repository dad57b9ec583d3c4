"""A workload, as whoever asks for advice describes it; what is left out is unknown.

Amounts may be ranges, as `bide.advise.span` reads them: ``<5s`` is less than five seconds, ``>1M`` more than a million.
"""

from typing import Annotated, Literal

import msgspec

from bide.advise import span
from bide.advise.span import Span

_TIME = r"[0-9]{1,9}(\.[0-9]{1,3})?(ms|s|m|h|d|w)"
_MANY = r"[0-9]{1,15}(\.[0-9]{1,3})?[kMB]?"

Latency = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^([<>]?{_TIME}|{_TIME}-{_TIME})$",
        description="A time as in 24h, <5s, >5m or 8h-12h.",
    ),
]
Amount = (
    Annotated[float, msgspec.Meta(ge=0, le=1e15, description="So many.")]
    | Annotated[
        str,
        msgspec.Meta(
            pattern=rf"^([<>]?{_MANY}|{_MANY}-{_MANY})$",
            description="An amount as in 12M, <100k, >1M or 50-100.",
        ),
    ]
)
Part = (
    Annotated[float, msgspec.Meta(ge=0, le=1, description="A part from 0 to 1.")]
    | Annotated[
        str, msgspec.Meta(pattern=r"^[<>]?(0(\.[0-9]{1,6})?|1)$", description="A part as in 0.5, <0.6 or >0.5.")
    ]
)
Tokens = Annotated[float, msgspec.Meta(ge=0, le=1e15)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Priority = Literal["urgent", "standard", "low"]

DURATIONS = ("within", "seen_p95", "oldest_wait")
PARTS = ("utilisation",)
AMOUNTS = (
    "tokens_per_day",
    "requests_per_day",
    "reports_per_week",
    "images_per_day",
    "requests_per_batch",
    "urgent_requests_per_day",
    "deferrable_requests_per_day",
    "queue_length",
)


class Workload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a stream of work."""

    name: Text = "workload"
    within: Latency | None = None
    """How long an answer may take: the deadline, or the service level."""
    hard_deadline: bool | None = None
    """Whether an answer after that is worth nothing."""
    user_waiting: bool | Literal["some"] | None = None
    """Whether a person waits for the answer; some: for a part of them."""
    blocking: bool | None = None
    """Whether a decision or a transaction waits for it."""
    agent_step: bool | None = None
    """Whether it is a step of an agent that holds up the next one."""
    streaming: bool | None = None
    iterative: bool | None = None
    """Whether each answer leads to the next question, as in an editor."""
    revenue_critical: bool | None = None
    ux_critical: bool | None = None
    """Whether users must not notice a delay."""
    deferrable: bool | None = None
    """Whether it may wait, however long."""
    priority: Priority | None = None
    mixed_latency: bool | None = None
    """Whether parts of it differ in how long they may wait."""
    mixed_priorities: bool | None = None
    urgent_requests_per_day: Amount | None = None
    deferrable_requests_per_day: Amount | None = None
    schedule: Literal["nightly", "weekly", "monthly"] | None = None
    off_peak: bool | None = None
    """Whether it may move to the quiet hours."""
    predictable: bool | None = None
    """Whether it comes evenly; false: in bursts."""
    batchable: bool | None = None
    """Whether several of its requests can ever be there at a time."""
    cost_sensitive: bool | None = None
    cost_over_latency: bool | None = None
    """Whether cost weighs more than latency."""
    preserve_realtime_quota: bool | None = None
    """Whether the rate limit is needed for something else."""
    tokens_per_day: Amount | None = None
    input_tokens_per_day: Tokens | None = None
    output_tokens_per_day: Tokens | None = None
    requests_per_day: Amount | None = None
    requests_per_batch: Amount | None = None
    reports_per_week: Amount | None = None
    images_per_day: Amount | None = None
    model: Text | None = None
    """The model as PROVIDER/MODEL; with it and the tokens a day there is money in the advice."""
    cheaper_model: Text | None = None
    """One that would do for a part of it."""
    simple_share: Share | None = None
    """The part for which it would do."""
    static_prefix_share: Share | None = None
    """The part of the input that is the same in every request, at its beginning."""
    repeated_share: Share | None = None
    """The part of the requests that was asked before, word for word."""
    compressible_share: Share | None = None
    """The part of the input that could be left out."""
    data_stays: bool | None = None
    """Whether the data may not leave your own hardware."""
    no_storage: bool | None = None
    """Whether nothing of it may be stored at the provider."""
    self_hosting: bool | None = None
    """Whether hardware of your own is possible."""
    self_hosted: bool | None = None
    """Whether it runs on hardware of your own now."""
    own_usd_per_month: Rate | None = None
    """What own hardware for it costs a month."""
    own_instance: Text | None = None
    """Or which instance it is, as in ml.g5.xlarge: its price is looked up."""
    own_instances: Annotated[float, msgspec.Meta(ge=1, le=1e6)] | None = None
    own_hours_per_day: Annotated[float, msgspec.Meta(gt=0, le=24)] | None = None
    """How long they run; without it always."""
    own_purchase: Literal["on-demand", "spot", "commitment"] | None = None
    utilisation: Part | None = None
    """The busy part of the endpoint's time."""
    interruptible: bool | None = None
    """Whether it may be broken off and go on later."""
    queue_length: Amount | None = None
    oldest_wait: Latency | None = None
    """How long the first in the queue has waited."""
    seen_p95: Latency | None = None
    """The latency that 95 % stay below today, and that nobody minds."""
    batch_misses: bool | None = None
    """Whether batches miss their deadlines today."""
    realtime_p99_above_target: bool | None = None
    misclassified_urgent: bool | None = None
    """Whether requests are called urgent that are not."""

    def __post_init__(self) -> None:
        """See that amounts can be read. Raises `ValueError` that names the field."""
        for name in (*DURATIONS, *AMOUNTS, *PARTS):
            try:
                self.span(name)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None

    def span(self, name: str) -> Span | None:
        """An amount by its name; times in microseconds. Raises `ValueError`."""
        value = getattr(self, name)
        if value is None:
            return None
        read = span.duration if name in DURATIONS else span.share if name in PARTS else span.amount
        return read(value)


def _kind(name: str) -> str:
    """What may be written into a field."""
    if name in DURATIONS:
        return "a time: 24h, <5s, >5m, 8h-12h"
    if name in PARTS:
        return "a part: 0.5, <0.6"
    if name in AMOUNTS:
        return "an amount: 12000000, 12M, <100k, >1M, 50-100"
    return _PLAIN.get(name, "true or false")


_PLAIN = {
    "name": "text",
    "user_waiting": "true, false or some",
    "priority": "urgent, standard or low",
    "schedule": "nightly, weekly or monthly",
    "model": "PROVIDER/MODEL",
    "cheaper_model": "PROVIDER/MODEL",
    "input_tokens_per_day": "a number",
    "output_tokens_per_day": "a number",
    "own_usd_per_month": "USD",
    "own_instance": "an instance, as in ml.g5.xlarge",
    "own_instances": "a number",
    "own_hours_per_day": "up to 24",
    "own_purchase": "on-demand, spot or commitment",
    **dict.fromkeys(("simple_share", "static_prefix_share", "repeated_share", "compressible_share"), "from 0 to 1"),
}

FIELDS = {name: _kind(name) for name in Workload.__struct_fields__}
"""Every field, and what may be written into it."""

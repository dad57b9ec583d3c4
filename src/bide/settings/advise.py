"""The settings of `bide advise`: which preset, and thresholds that stand above its own."""

from typing import Annotated, Literal

import msgspec

from bide.settings.section import Count, Duration, Section

Part = Annotated[float, msgspec.Meta(ge=0, le=1)]


class AdviseSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `bide advise` goes by, as docs/advise.md explains. Thresholds that are not set are those of the preset."""

    preset: Literal["deadline", "volume", "latency", "patience"] = "deadline"
    """deadline is bide's own; the others are the thresholds of one article each: volume goes by tokens a day, latency by five
    minutes, patience by whether it can wait a minute."""
    realtime_below: Duration | None = None
    """Up to this it is real time."""
    queue_from: Duration | None = None
    """From this on a queue is worth it."""
    batch_from: Duration | None = None
    """From this on batches have time enough."""
    low_tokens_per_day: Count | None = None
    high_tokens_per_day: Count | None = None
    reports_per_week: Count | None = None
    images_per_day: Count | None = None
    low_requests_per_day: Count | None = None
    requests_per_batch: Count | None = None
    mixed_requests_per_day: Count | None = None
    queue_requests: Count | None = None
    queue_timeout: Duration | None = None
    serverless_below: Part | None = None
    """The utilisation of an endpoint below which paying by use is cheaper."""
    migrate_below: Part | None = None
    """The utilisation below which what can wait should move away."""
    fastest_answer: Duration | None = None
    """No hosted model is reckoned to answer within this."""
    least_saving: Annotated[float, msgspec.Meta(ge=0)] | None = None
    """USD a month that are worth the effort."""

    @property
    def thresholds(self) -> dict[str, float]:
        """Those that are set, by name; times in microseconds."""
        told = {name: value for name, value in msgspec.structs.asdict(self).items() if name != "preset"}
        return {name: float(value) for name, value in told.items() if value is not None}

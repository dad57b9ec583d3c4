"""What the rules ask about: a workload's own words, and what follows from them. None is unknown, and fits no condition."""

from collections.abc import Mapping

import msgspec

from bide.advise.span import Span
from bide.advise.workload import AMOUNTS, DURATIONS, PARTS, Workload

Fact = bool | str | Span | None
Facts = Mapping[str, Fact]
Thresholds = Mapping[str, float]
"""By name; times in microseconds."""


def facts_of(workload: Workload, thresholds: Thresholds) -> dict[str, Fact]:
    """Everything that is known of a workload before its money is."""
    found: dict[str, Fact] = {}
    for name in msgspec.structs.asdict(workload):
        value = getattr(workload, name)
        if name in (*DURATIONS, *AMOUNTS, *PARTS):
            found[name] = workload.span(name)
        elif value is None or isinstance(value, bool | str):
            found[name] = value
        else:
            found[name] = Span.exactly(float(value))
    found["tokens_per_day"] = _tokens(workload)
    found["mixed"] = _mixed(workload) or None
    found["provider"] = (workload.model or "").partition("/")[0] or None
    within = workload.span("within")
    long = within is not None and within.reaches(thresholds["batch_from"])
    found["may_wait"] = (workload.deferrable is True or workload.user_waiting is False or long) or None
    return found


def _tokens(workload: Workload) -> Span | None:
    if workload.tokens_per_day is not None:
        return workload.span("tokens_per_day")
    parts = [one for one in (workload.input_tokens_per_day, workload.output_tokens_per_day) if one is not None]
    return Span.exactly(float(sum(parts))) if parts else None


def _mixed(workload: Workload) -> bool:
    urgent, later = workload.span("urgent_requests_per_day"), workload.span("deferrable_requests_per_day")
    both = urgent is not None and urgent.above(0) and later is not None and later.above(0)
    return workload.user_waiting == "some" or workload.mixed_latency is True or both

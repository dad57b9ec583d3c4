"""What a log does not tell, how much of it that concerns, and what would make it known."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.audit.profile.group import Group

REMEDIES = {
    "input": ("what was sent in", "tokens are not known, so neither is what they cost", "export the input tokens, or name their column"),
    "output": ("the output tokens", "what the answers cost is not known", "export the output tokens, or name their column"),
    "requests": ("how many requests they stand for", "price tiers go by the size of one", "export the number of requests"),
    "model": ("the model", "no price can be found", "group the export by model"),
    "provider": ("the provider", "no price can be found", "name the column of the provider, or set it for the file"),
    "workflow": ("a workflow", "it is guessed, by model, prompt and rhythm", "send `metadata.bide_workflow`, or tag calls at your gateway"),
    "lane": ("how they were sold", "they are taken for real time, unless the bill or the latency says otherwise", "export the service tier and the batch flag"),
    "cached": ("what was read from the prompt cache", "it may be saved already", "export the cached tokens"),
    "prompt": ("the prompt or a hash of it", "repeats cannot be counted", "log the bodies, or a hash of each"),
    "prefix": ("how the prompt begins", "what prompts share cannot be counted", "log the bodies"),
    "streamed": ("whether it was streamed", "nobody can see whether somebody reads along", "log the `stream` parameter"),
    "session": ("the session or trace", "nobody can see whether the next step waits for it", "log a trace or conversation id"),
    "latency": ("how long it took", "nobody can see what was waited for", "log the duration"),
    "hour": ("the hour", "nights, working hours and schedules cannot be seen", "export times of the calendar, by the hour or finer"),
}  # fmt: skip
"""By the word of `bide.audit.profile.group.MISSING`: what rows do not say, what follows, and what would make it known."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows that do not say something. `remedy` is what to do about it."""

    field: str
    rows: int
    of: int
    says: str
    follows: str
    remedy: str


def gaps(groups: Sequence[Group]) -> Sequence[Gap]:
    """What is missing in rows that are about requests, in the order in which it matters."""
    rows = sum(group.rows - group.bills for group in groups)
    missing = {field: sum(group.missing.get(field, 0) for group in groups) for field in REMEDIES}
    return [Gap(field, missing[field], rows, *REMEDIES[field]) for field in REMEDIES if missing[field]]

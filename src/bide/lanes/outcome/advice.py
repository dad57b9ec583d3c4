"""What to do when batches come back too late: which change would have brought how many of them back in time.

A batch has missed its service level when it expired, when it came back after the last safe moment of its requests, or when it was
cancelled because they had to be called. Some of that is the price of a free option; when it is more, somebody should know
what helps: send more often, send smaller, send elsewhere, buy more real-time capacity, or allow more time.

Each piece of advice comes with its gain: by how much the chance of a typical batch to be back in time grows, by the forecast. It is
told to people; nothing is decided by it.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bide.core.duration import format_duration

FEWEST = 5
"""Batches in a day below which chance alone could have been it."""

MISSED, RESCUED = 0.05, 0.1
"""Shares of missed batches and of rescued requests above which advice is given."""

GAIN = 0.05
"""What is worth being told: so much more of a chance."""

ELSEWHERE = 0.1
"""The same for another provider, whose estimate is as uncertain."""

ENOUGH = 0.95
"""The chance that a longer deadline is to give."""


class Reaction(enum.StrEnum):
    """What could be changed."""

    MORE_OFTEN = "more often"
    SMALLER = "smaller batches"
    ANOTHER_PROVIDER = "another provider"
    MORE_REALTIME = "more real-time capacity"
    LONGER_DEADLINE = "a longer deadline"


@dataclass(frozen=True, slots=True)
class Ended:
    """A batch that has ended. Instants and durations in microseconds.

    `safe_until` was the last safe moment of its requests when it was made, `work` the time that calling all of them takes.
    """

    requests: int
    rescued: int
    outcome: str
    accepted_at: int
    submitted_at: int
    ended_at: int
    deadline: int
    safe_until: int | None
    work: int

    @property
    def is_missed(self) -> bool:
        if self.outcome == "expired" or (self.outcome == "cancelled" and self.rescued > 0):
            return True
        return self.safe_until is not None and self.ended_at > self.safe_until


@dataclass(frozen=True, slots=True)
class Review:
    """How the batches of one (account, model) did. Durations are medians in microseconds.

    `waited` is from acceptance to submission, `allowed` from there to the last safe moment, `work` what calling them takes, `window`
    all the time they had.
    """

    batches: int
    missed: int
    expired: int
    requests: int
    rescued: int
    waited: int
    allowed: int
    work: int
    window: int

    @property
    def is_bad(self) -> bool:
        """Whether more was missed than a free option may."""
        if self.batches < FEWEST:
            return False
        return self.missed > MISSED * self.batches or self.rescued > RESCUED * self.requests

    @property
    def text(self) -> str:
        return f"{self.missed:,} of {self.batches:,} batches came back too late, {self.rescued:,} of {self.requests:,} requests were called out of them"


@dataclass(frozen=True, slots=True)
class Advice:
    """What helps, and by how much the chance of a typical batch grows."""

    reaction: Reaction
    why: str
    gain: float


Chance = Callable[[int], float]
"""P(a batch is back within so many microseconds)."""


def review(batches: Sequence[Ended]) -> Review | None:
    """What some batches add up to; None where none of them had a last safe moment to miss.

    Those that failed are left out: nothing of them ran, and their requests are in other batches.
    """
    known = [(one, one.safe_until) for one in batches if one.safe_until is not None and one.outcome != "failed"]
    if not known:
        return None
    return Review(
        batches=len(known),
        missed=sum(one.is_missed for one, _ in known),
        expired=sum(one.outcome == "expired" for one, _ in known),
        requests=sum(one.requests for one, _ in known),
        rescued=sum(min(one.rescued, one.requests) for one, _ in known),
        waited=_middle([one.submitted_at - one.accepted_at for one, _ in known]),
        allowed=_middle([safe - one.submitted_at for one, safe in known]),
        work=_middle([one.work for one, _ in known]),
        window=_middle([one.deadline - one.accepted_at for one, _ in known]),
    )


def advise(
    batches: Sequence[Ended],
    chance: Chance,
    time_for: Callable[[float], int],
    others: Sequence[tuple[str, Chance]] = (),
) -> list[Advice]:
    """What helps, the most helpful first; nothing where it is as good as it has to be.

    `chance` and its inverse `time_for` are the forecast of the account's batches, `others` those of other accounts that serve the model.
    """
    found = review(batches)
    if found is None or not found.is_bad:
        return []
    present = chance(found.allowed)
    advice = [
        *_more_often(found, chance, present),
        *_smaller([one for one in batches if one.outcome != "failed"]),
        *_elsewhere(found, others, present),
        *_more_realtime(found, chance, present),
        *_longer(found, time_for, present),
    ]
    return sorted(advice, key=lambda one: -one.gain)


def _more_often(found: Review, chance: Chance, present: float) -> list[Advice]:
    gain = chance(found.allowed + found.waited) - present
    if gain < GAIN:
        return []
    why = (
        f"requests wait {format_duration(found.waited)} before they are sent; at once, {_percent(present + gain)} of the batches would be back"
        f" in time instead of {_percent(present)} (gather.longest, gather.requests, an account's window)"
    )
    return [Advice(Reaction.MORE_OFTEN, why, gain)]


def _smaller(batches: Sequence[Ended]) -> list[Advice]:
    """Where the larger half misses at least twice as often as the smaller, which is at most half as large."""
    ordered = sorted(batches, key=lambda one: one.requests)
    small, large = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    if len(small) < FEWEST // 2 + 1:
        return []
    sizes = _middle([one.requests for one in small]), _middle([one.requests for one in large])
    missed = [sum(one.is_missed for one in half) / len(half) for half in (small, large)]
    gain = missed[1] - missed[0]
    if sizes[1] < 2 * sizes[0] or missed[1] < 2 * missed[0] or gain < GAIN:
        return []
    why = (
        f"of batches of about {sizes[1]:,} requests {_percent(missed[1])} missed, of those of about {sizes[0]:,} {_percent(missed[0])}"
        " (providers.NAME.max_requests)"
    )
    return [Advice(Reaction.SMALLER, why, gain)]


def _elsewhere(found: Review, others: Sequence[tuple[str, Chance]], present: float) -> list[Advice]:
    chances = sorted(((chance(found.allowed), account) for account, chance in others), reverse=True)
    if not chances or chances[0][0] - present < ELSEWHERE:
        return []
    best, account = chances[0]
    why = f"in the {format_duration(found.allowed)} that batches have, {_percent(best)} of those at {account} are back, here {_percent(present)}"
    return [Advice(Reaction.ANOTHER_PROVIDER, why, best - present)]


def _more_realtime(found: Review, chance: Chance, present: float) -> list[Advice]:
    gain = chance(found.allowed + found.work // 2) - present
    if gain < GAIN:
        return []
    why = (
        f"calling what is left takes {format_duration(found.work)}, so rescues begin that early; at twice the rate limit {_percent(present + gain)}"
        f" of the batches would be back in time instead of {_percent(present)} (a higher tier, deadline.head_room)"
    )
    return [Advice(Reaction.MORE_REALTIME, why, gain)]


def _longer(found: Review, time_for: Callable[[float], int], present: float) -> list[Advice]:
    more = time_for(ENOUGH) - found.allowed
    gain = ENOUGH - present
    if more <= 0 or gain < GAIN:
        return []
    why = (
        f"{_percent(ENOUGH)} of the batches are back within {format_duration(found.allowed + more)}, and have {format_duration(found.allowed)};"
        f" that takes deadlines of {format_duration(found.window + more)} instead of {format_duration(found.window)}"
    )
    return [Advice(Reaction.LONGER_DEADLINE, why, gain)]


def _middle(values: Sequence[int]) -> int:
    return int(median(values))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

"""How long a workflow could wait, on what evidence: guesses from a log, each with its strength, for somebody to confirm.

The strongest clue decides, and of equally strong ones the most urgent. Nothing here is a fact but what was counted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from bide.audit.evidence.rhythm import BULK, FEWEST, Rhythm
from bide.audit.profile.group import GAPS, Group
from bide.audit.readers.record import BY_PROMPTS
from bide.core.clock import DAY, HOUR, MINUTE, SECOND


class Strength(IntEnum):
    """How far a clue can be relied on."""

    NONE = 0
    """There is no clue."""
    WEAK = 1
    """It is often so: ask whoever runs it."""
    FAIR = 2
    """It is hardly ever otherwise."""
    STRONG = 3
    """It was counted, request by request."""

    @property
    def word(self) -> str:
        return self.name.lower()


NOW, SOON, NEXT_HOUR, MORNING, TOMORROW = 0, 15 * MINUTE, HOUR, 8 * HOUR, DAY
"""How long something may wait, in microseconds; 0: somebody or something waits for it."""

HORIZONS = ("somebody waits", "minutes", "hours", "a day", "unknown")
"""How long something could wait, in words."""


def horizon(within: int | None) -> str:
    """The word for a time."""
    if within is None:
        return "unknown"
    return HORIZONS[sum(within >= least for least in (1, NEXT_HOUR, TOMORROW))]


MOST = Fraction(9, 10)
"""The part of the requests that makes a habit."""

LONG = MINUTE
"""An answer that nobody watches for."""


@dataclass(frozen=True, slots=True)
class Clue:
    """Something that was seen, and how long it lets a workflow wait."""

    says: str
    within: int
    strength: Strength


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a workflow could wait, in microseconds; None is unknown. The clue that decided stands first."""

    within: int | None
    strength: Strength
    clues: Sequence[Clue]

    @property
    def waits(self) -> bool:
        """Whether it may well wait: nobody has seen that it may not."""
        return self.within is not None and self.within > NOW


UNKNOWN = Patience(None, Strength.NONE, ())


def patience(group: Group, beat: Rhythm | None) -> Patience:
    """What speaks for and against waiting."""
    return judged([*_watched(group), *_followed(group), *_sold(group), *_slow(group), *_beat(beat), *_named(group)])


def judged(clues: Sequence[Clue]) -> Patience:
    """The clues weighed."""
    ordered = sorted(clues, key=lambda clue: (-clue.strength, clue.within))
    return Patience(ordered[0].within, ordered[0].strength, tuple(ordered)) if ordered else UNKNOWN


def _watched(group: Group) -> Iterator[Clue]:
    known = group.streamed + group.unstreamed
    if not group.streamed:
        return
    share = Fraction(group.streamed, known)
    strength = Strength.STRONG if share >= Fraction(1, 2) else Strength.FAIR
    yield Clue(f"{_percent(share)} of the answers were streamed: somebody reads along", NOW, strength)


def _followed(group: Group) -> Iterator[Clue]:
    """What the session did after a call: the next step within seconds, or a person's next question within minutes."""
    in_sessions = group.rows - group.missing.get("session", 0)
    if in_sessions <= 0:
        return
    by_gap = dict(zip(("before", *GAPS[1:], "later"), group.follows, strict=True))
    steps = Fraction(by_gap[2 * SECOND] + by_gap[10 * SECOND], in_sessions)
    if steps >= Fraction(1, 5):
        strength = Strength.STRONG if steps >= Fraction(1, 2) else Strength.FAIR
        yield Clue(
            f"{_percent(steps)} of the calls are followed within 10 seconds by the session's next: it waits for them",
            NOW,
            strength,
        )
    turns = Fraction(by_gap[MINUTE] + by_gap[10 * MINUTE], in_sessions)
    if turns >= Fraction(3, 10):
        yield Clue(
            f"{_percent(turns)} of the calls are followed within minutes by the session's next, as in a conversation",
            NOW,
            Strength.FAIR,
        )


def _sold(group: Group) -> Iterator[Clue]:
    if group.lane == "batch":
        yield Clue("it is sent in batches already", TOMORROW, Strength.STRONG)
    elif group.lane == "flex":
        yield Clue("it is sent to the flex tier already", SOON, Strength.STRONG)
    elif group.lane in ("priority", "fast"):
        yield Clue("somebody pays for an answer sooner", NOW, Strength.STRONG)


def _slow(group: Group) -> Iterator[Clue]:
    if group.latency is not None and group.latency.p50 >= LONG:
        yield Clue(
            f"half of the answers take more than {group.latency.p50 // SECOND} seconds, and nobody watches that",
            SOON,
            Strength.WEAK,
        )


def _beat(beat: Rhythm | None) -> Iterator[Clue]:
    if beat is None:
        return
    if (plan := beat.schedule) is not None:
        sure = plan.share >= MOST and plan.bursts >= 5
        strength = Strength.STRONG if sure else Strength.FAIR
        share, bursts = _percent(plan.share), f"{plan.bursts:,} bursts"
        if plan.every == "day":
            at = f"about {plan.minute // 60:02d}:{plan.minute % 60:02d}" if beat.dated else "the same time of the day"
            within = MORNING if beat.night >= MOST else TOMORROW
            yield Clue(
                f"{share} of the requests come in {bursts} that begin at {at} every time: a schedule starts them",
                within,
                strength,
            )
        else:
            yield Clue(
                f"{share} of the requests come in {bursts} that begin at about minute {plan.minute} of the hour: a schedule starts them",
                NEXT_HOUR,
                strength,
            )
    elif beat.bulk is not None:
        says = f"nine tenths of the requests come in {_percent(beat.bulk)} of the time, {BULK} a minute and more: work is handed in in bulk"
        yield Clue(says, NEXT_HOUR, Strength.FAIR)
    if not beat.dated or beat.days < FEWEST["day"]:
        return
    if beat.weekend >= MOST:
        yield Clue(f"{_percent(beat.weekend)} of the requests come at weekends", TOMORROW, Strength.FAIR)
    elif beat.night >= MOST:
        yield Clue(f"{_percent(beat.night)} of the requests come between 20:00 and 06:00", MORNING, Strength.FAIR)
    elif beat.evenness >= Fraction(3, 5):
        yield Clue("they come evenly by day and by night, as from a machine", MORNING, Strength.WEAK)
    elif beat.days >= 5 and beat.working >= Fraction(17, 20) and beat.schedule is None:
        yield Clue(
            f"{_percent(beat.working)} of the requests come in the working hours of weekdays, as from people",
            NOW,
            Strength.WEAK,
        )


WORDS: tuple[tuple[frozenset[str], int, str], ...] = (
    (
        frozenset(("chat", "chatbot", "assistant", "copilot", "autocomplete", "agent", "interactive", "live", "voice", "checkout", "realtime")),
        NOW,
        "work that somebody waits for",
    ),
    (
        frozenset(("nightly", "night", "batch", "backfill", "offline", "bulk", "eval", "evals", "evaluation", "reindex", "indexing", "index",
                   "enrichment", "enrich", "labelling", "labeling", "archive", "weekly", "monthly", "digest", "cron", "etl")),
        TOMORROW,
        "work that can wait",
    ),
)  # fmt: skip
"""Words of a workflow's name, how long what is called so may wait, and what it is."""


def _named(group: Group) -> Iterator[Clue]:
    if group.named_by == BY_PROMPTS:
        return  # any prompt may tell a model that it is an assistant
    words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", group.workflow).lower()))
    for known, within, what in WORDS:
        if said := sorted(words & known):
            yield Clue(f"it is called {said[0]}, which is the name of {what}", within, Strength.WEAK)


def _percent(share: Fraction) -> str:
    """A share for people: no 100 % that is not all of it, and no 0 % that is not nothing."""
    if 0 < share < 1:
        return f"{min(99, max(1, round(share * 100)))} %"
    return f"{round(share * 100)} %"

"""What is known of one workflow at one model in one lane: sums, rhythms, and what speaks for and against waiting."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.audit.profile.timeline import Timeline
from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.usage import Usage
from bide.ledger.rates import Mode

AGES = (5 * MINUTE, HOUR, DAY)
"""How long ago the same was seen: within five minutes and within an hour, as long as prompt caches live, within a day, longer ago."""

LENGTHS = (0, 1_024, 2_048, 4_096)
"""Tokens from which a prefix is of a class of its own: the least that providers' prompt caches take."""

GAPS = (0, 2 * SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR)
"""How long after the end of a call the session's next one began: before it, within two seconds as programs do, within ten, within
the minute or the ten in which people read and write, within an hour, later."""

MISSING = (
    "requests", "provider", "model", "workflow", "lane", "input", "cached", "output", "reasoning", "cost", "latency", "streamed",
    "succeeded", "prompt", "prefix", "caller", "session", "hour",
)  # fmt: skip
"""What rows may say nothing of. ``hour`` is missing where a row stands for more than an hour, or has no time of the calendar."""


@dataclass(frozen=True, slots=True)
class Amount:
    """So many requests with their tokens and their known cost, in 1e-12 USD. `unpriced` rows of them name no cost."""

    requests: int = 0
    tokens: Usage = Usage()  # noqa: RUF009 - a NamedTuple cannot be changed
    cost: int = 0
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Reuse:
    """How often what was sent had been sent before in the same group, word for word.

    `seen` rows have a fingerprint. `again` is what came again, by how long ago it was last seen: within each of `AGES`, and longer ago; tokens
    and cost are those of the whole requests. `prefixes` are the prefixes' own tokens that came again, by age and then by the classes of
    `LENGTHS`; empty for whole prompts. `one_in` is 1 where every row was followed, else one fingerprint in so many was, and all
    the others are extrapolated from it.
    """

    seen: int = 0
    again: tuple[Amount, ...] = ()
    prefixes: tuple[tuple[int, ...], ...] = ()
    prefix_requests: tuple[tuple[int, ...], ...] = ()
    one_in: int = 1

    @property
    def is_estimate(self) -> bool:
        return self.one_in > 1

    def within(self, age: int) -> Amount:
        """What came again within one of `AGES`."""
        return plus(self.again[: AGES.index(age) + 1])

    @property
    def total(self) -> Amount:
        """What came again, however long after."""
        return plus(self.again)


@dataclass(frozen=True, slots=True)
class Latency:
    """Durations in microseconds, each at most an eighth too small. `rows` say how long they took."""

    rows: int
    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different ones there are; `more` where they were not counted to the end."""

    count: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one (workflow, provider, model, lane). Instants in microseconds since 1970, hours and days are those of UTC."""

    workflow: str
    named_by: str
    provider: str
    model: str
    lane: Mode | None
    rows: int
    amount: Amount
    bills: int = 0
    """Rows that are lines of a bill; their cost is in `amount`, their tokens in other rows."""
    billed: int = 0
    """The cost of those lines."""
    first: int
    end: int
    """When the last request came, or the last period ended."""
    covers: tuple[int, int] = (0, 0)
    """From when to when the files of its kind speak: what an export says nothing of in its time was not used, and of another time nobody
    knows."""
    days: Mapping[int, Amount] = field(default_factory=dict[int, Amount])
    """By the instant of its midnight."""
    hours: tuple[int, ...] = (0,) * 168
    """Requests by the hour of the week, Monday's first hour first."""
    timeline: Timeline = field(default_factory=Timeline)
    """When requests came, as finely as there was room for."""
    largest_input: int = 0
    """Tokens of the longest prompt that is one request."""
    missing: Mapping[str, int] = field(default_factory=dict[str, int])
    """Rows that say nothing of it, by the words of `MISSING`."""
    streamed: int = 0
    unstreamed: int = 0
    failed: int = 0
    from_cache: int = 0
    """Requests that a response cache answered, so that no provider was asked."""
    spared: Amount = Amount()
    """What these would have used. It is in no other amount: nobody sold it."""
    seen_before: int = 0
    """Tokens that began an earlier prompt too, by the log's own word."""
    latency: Latency | None = None
    repeats: Reuse = field(default_factory=Reuse)
    prefixes: Reuse = field(default_factory=Reuse)
    prefix_text: str = ""
    """The first words of the prefix that was seen first."""
    follows: tuple[int, ...] = (0,) * (len(GAPS) + 1)
    """How many calls were followed by another of the same session, by the classes of `GAPS`, the last for what is longer."""
    callers: Distinct = field(default_factory=Distinct)
    sessions: Distinct = field(default_factory=Distinct)

    @property
    def requests(self) -> int:
        """Requests that are known."""
        return self.amount.requests

    @property
    def tokens(self) -> Usage:
        """Tokens that are known."""
        return self.amount.tokens

    @property
    def cost(self) -> int | None:
        """What it cost, in 1e-12 USD; None where a row with tokens names no cost."""
        return None if self.amount.unpriced else self.amount.cost


def plus(amounts: tuple[Amount, ...]) -> Amount:
    """The sum of amounts."""
    tokens = Usage(*(sum(kind) for kind in zip(*(one.tokens for one in amounts), strict=True))) if amounts else Usage()
    return Amount(
        sum(one.requests for one in amounts),
        tokens,
        sum(one.cost for one in amounts),
        sum(one.unpriced for one in amounts),
    )

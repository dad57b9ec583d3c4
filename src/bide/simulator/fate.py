"""What somebody else foretold: how long each batch and each call takes, and what each answer consumes.

A script draws these from its own chance. Whoever compares what bide did with what a model of the world foretells wants both to
meet the same luck, and hands a `Fate` to the script. Programs can; no TOML file does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Spread
from bide.simulator.exchange import Content
from bide.simulator.rows import Row

Body = Raw | Content
"""A request's body, as it was sent."""


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of a batch: how long it takes, after which share of that its first row is begun, and how long a cancel
    takes. Durations in microseconds."""

    takes: int
    begins: float
    cancelling: int


class Fate(Protocol):
    """Knows what happens."""

    def batch(self, bodies: Sequence[Body], now: int) -> Course:
        """What becomes of a batch of these bodies that is created now."""
        ...

    def call(self, body: Body) -> int:
        """Microseconds until a call is answered, all of it."""
        ...

    def usage(self, body: Body, drawn: Usage) -> Usage:
        """What the answer consumes; `drawn` is what the script would say."""
        ...


def follow(fate: Fate, behaviour: Behaviour, rows: Sequence[Row], now: int) -> Behaviour:
    """The behaviour of a batch of these rows, and the usage of each row, as foretold."""
    bodies = [row.raw for row in rows if row.raw is not None]
    for row, body in zip(rows, bodies, strict=True):
        row.usage = fate.usage(body, row.usage)
    course = fate.batch(bodies, now)
    return replace(
        behaviour,
        turnaround=Spread(course.takes),
        begins=course.begins,
        cancelling=Spread(course.cancelling),
    )

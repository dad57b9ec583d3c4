"""Hidden reasoning: how much is billed on top of what is seen, learned from answers, else a rule of thumb."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from bide.advise.calculator.quantity import Quantity, quantity
from bide.core.count import many

BUFFER = quantity(("10%", "20%"))
"""Where nothing was learned of a reasoning model. A rule of thumb of the articles; the hardest prompts take several times as much."""

SAMPLE = 100_000
"""Answers on record that are learned from."""

ENOUGH = 20
"""Answers below which their mean says little."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What providers reported for a model: so many answers, their output tokens, and the part of them that was reasoning."""

    answers: int
    output: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Buffer:
    """Reasoning as a share of the visible output, and why it is taken."""

    share: Quantity
    why: str


def buffer_of(model: str, reported: Mapping[str, Reported]) -> Buffer:
    """What to reckon with for a model, by its whole name."""
    found = reported.get(model)
    if found is None or found.answers < ENOUGH or found.output == found.reasoning:
        seen = 0 if found is None else found.answers
        return Buffer(
            BUFFER,
            f"{model}: {many(seen, 'answer is', 'answers are')} too few to learn from; reasoning is taken as 10-20% on top",
        )
    share = Fraction(found.reasoning, found.output - found.reasoning)
    return Buffer(
        quantity(share),
        f"{model}: reasoning was {round(share * 100)}% on top of the visible output in the latest {found.answers:,} answers",
    )


class Reading(Protocol):
    """A row of the store."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""
        ...


def reported(rows: Iterable[Reading]) -> Mapping[str, Reported]:
    """Rows of the store (account, model, answers, output, reasoning) by ``account/model``."""
    return {
        f"{row['account']}/{row['model']}": Reported(*(int(row[name]) for name in ("answers", "output", "reasoning")))
        for row in rows
    }

"""What second copies have achieved of what was expected of them (`bide.lanes.plan.copies`): bad luck is shared, more or less."""

from dataclasses import dataclass

from bide.core.clock import HOUR

PRIOR = 5.0
"""So many expected answers of copies count as achieved before anything was seen."""

HALF_LIFE = 12 * HOUR
"""After which what copies have achieved counts half: whether luck is shared depends on what holds the provider up."""


@dataclass(frozen=True, slots=True)
class Efficacy:
    """What copies have achieved of what was expected of them: answers that came first and in time, by the sum of their chances."""

    won: float = 0.0
    expected: float = 0.0

    @property
    def factor(self) -> float:
        """By what the chance of a second copy is to be multiplied; at most 1."""
        return min(1.0, (self.won + PRIOR) / (self.expected + PRIOR))


NO_COPIES = Efficacy()

"""What is left of a rate limit, for the headers in which every protocol tells it differently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One budget of a minute: `name` is ``requests`` or ``tokens``, `reset` the microseconds until it is full again."""

    name: str
    limit: int
    left: int
    reset: int

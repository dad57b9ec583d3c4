"""What is left of a rate limit, for the headers in which every protocol tells it differently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One budget of a minute, as it is at `at`: `name` is ``requests`` or ``tokens``.

    `reset` is how many microseconds it takes until it is full again.
    """

    name: str
    limit: int
    left: int
    reset: int
    at: int

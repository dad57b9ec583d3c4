"""Some of an input's bodies, evenly spread over it, to be counted by tokenizers: reading all of a large file costs seconds, counting it
minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bide.intake.counting import counted
from bide.intake.entry import Chunk
from bide.intake.tokens import estimate_each

LARGEST = 4 << 20
"""Bytes of bodies that are kept."""


@dataclass(frozen=True, slots=True)
class Count:
    """The sample in a tokenizer's tokens: so many of those by size. `guessed` parts in it are no text."""

    tokens: int
    by_size: int
    guessed: int


class Sample:
    """Shown every chunk, it keeps every n-th body, with n doubled whenever there are too many."""

    def __init__(self, largest: int = LARGEST) -> None:
        self.requests = 0
        self.by_size = 0
        """Tokens of all bodies that were seen, by size."""
        self._largest = largest
        self._every = 1
        self._bodies: list[bytes] = []
        self._bytes = 0

    @property
    def kept(self) -> int:
        """Bodies in the sample."""
        return len(self._bodies)

    def see(self, chunk: Chunk) -> None:
        """Take note of a chunk."""
        bodies = chunk.entries.bodies
        self.by_size += sum(estimate_each(bodies))
        for number, body in enumerate(bodies, self.requests):
            if number % self._every == 0:
                self._bodies.append(body)
                self._bytes += len(body)
                if self._bytes > self._largest and len(self._bodies) > 1:
                    self._thin()
        self.requests += len(bodies)

    def leave_out(self, requests: int, by_size: int) -> None:
        """Take requests with so many tokens by size out of the whole: they were refused after they had been shown."""
        self.requests -= requests
        self.by_size -= by_size

    def count(self, count: Callable[[str], int]) -> Count:
        """The bodies that were kept, by a counter of text."""
        found = [counted(body, count, "") for body in self._bodies]
        by_size = sum(estimate_each(self._bodies))
        return Count(sum(one.count for one in found), by_size, sum(one.guessed for one in found))

    def _thin(self) -> None:
        self._every *= 2
        self._bodies = self._bodies[::2]
        self._bytes = sum(map(len, self._bodies))

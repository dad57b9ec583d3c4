"""Chance is handed in: the system's randomness, or a seeded stream in tests and simulation."""

import os
import random  # noqa: TID251 - this is the seam
from typing import Protocol


class Entropy(Protocol):
    """The only source of chance in bide: identifiers and the jitter of back-off."""

    def random_bytes(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        ...

    def uniform(self) -> float:
        """A float in [0, 1)."""
        ...


class SystemEntropy:
    """The operating system's randomness."""

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def uniform(self) -> float:
        return (int.from_bytes(os.urandom(7)) >> 3) / (1 << 53)  # 53 bits: more would round up to 1


class SeededEntropy:
    """A repeatable stream; never for production: its identifiers can be guessed."""

    def __init__(self, seed: int | str) -> None:
        self._stream = random.Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._stream.randbytes(count)

    def uniform(self) -> float:
        return self._stream.random()

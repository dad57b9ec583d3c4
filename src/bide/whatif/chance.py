"""Chance in a made-up world: drawn from distributions, and the same whenever it is asked for by the same name."""

import random  # noqa: TID251 - nothing of it reaches the engine, and every stream has its seed


def stream(*name: int | str) -> random.Random:
    """A repeatable stream of its own for everything that has a name."""
    return random.Random(":".join(map(str, name)))

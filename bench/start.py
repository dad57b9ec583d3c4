"""How long a person waits for `bide --help`."""

import sys

from bench.measure import Figure, command, median

ROUNDS = 11


def figures() -> list[Figure]:
    """Seconds until it is on the screen."""
    found = median([command([sys.executable, "-m", "bide", "--help"]) for _ in range(ROUNDS)])
    return [Figure("bide --help", found.wall, 0.25, "s", detail=f"{found.cpu:.2f} s CPU")]

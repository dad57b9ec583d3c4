"""How long requests took, counted in classes: exact to an eighth, whatever the number of requests."""

from bide.audit.profile.group import Latency


def step_of(latency: int) -> int:
    """The class of a latency in microseconds: of the numbers between two powers of two, the eighth."""
    length = max(latency, 8).bit_length()
    return length << 3 | max(latency, 8) >> length - 4 & 7


def _least(step: int) -> int:
    """The smallest latency of a class."""
    length, eighth = step >> 3, step & 7
    return (8 | eighth) << length - 4


def quantiles(steps: dict[int, int]) -> Latency | None:
    """The median and the 95th percentile of so many latencies in each class; None where there are none."""
    rows = sum(steps.values())
    if not rows:
        return None
    found, so_far, wanted = list[int](), 0, [(rows + 1) // 2, -(-rows * 95 // 100)]
    for step in sorted(steps):
        so_far += steps[step]
        while wanted and so_far >= wanted[0]:
            found.append(_least(step))
            wanted.pop(0)
    return Latency(rows, *found)

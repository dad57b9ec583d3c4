"""Amounts while they grow: of a group, of a day, and of what came again."""

from bisect import bisect_left, bisect_right

from bide.audit.profile.group import AGES, LENGTHS, Amount, Reuse
from bide.audit.readers.record import Record
from bide.core.usage import Usage

KINDS = 9
"""Figures of an amount while it is summed up: requests, the six kinds of token, cost, rows without a cost."""


class Sums:
    """An amount that grows."""

    __slots__ = ("figures",)

    def __init__(self) -> None:
        self.figures = [0] * KINDS

    def add(self, record: Record, times: int = 1) -> None:
        """A row; `times`: so many of its like."""
        figures = self.figures
        figures[0] += (record.requests or 0) * times
        figures[1] += (record.input or 0) * times
        figures[2] += (record.cached or 0) * times
        figures[3] += (record.cache_write or 0) * times
        figures[4] += (record.output or 0) * times
        figures[5] += (record.reasoning or 0) * times
        figures[6] += (record.cache_write_1h or 0) * times
        if record.cost is None:
            figures[8] += times
        else:
            figures[7] += record.cost * times

    def amount(self) -> Amount:
        requests, read, cached, written, output, reasoning, written_1h, cost, unpriced = self.figures
        return Amount(requests, Usage(read, cached, written, output, reasoning, written_1h), cost, unpriced)


class Again:
    """What came again, by how long ago it was last seen."""

    __slots__ = ("prefix_requests", "prefixes", "seen", "sums")

    def __init__(self) -> None:
        self.seen = 0
        self.sums = [Sums() for _ in range(len(AGES) + 1)]
        self.prefixes = [[0] * len(LENGTHS) for _ in self.sums]
        self.prefix_requests = [[0] * len(LENGTHS) for _ in self.sums]

    def add(self, record: Record, age: int, times: int, prefix_tokens: int | None = None) -> None:
        """A row of which the same was seen so long ago, in microseconds, and which stands for so many."""
        index = bisect_left(AGES, age)
        self.sums[index].add(record, times)
        if prefix_tokens is not None:
            length = bisect_right(LENGTHS, prefix_tokens) - 1
            self.prefixes[index][length] += prefix_tokens * times
            self.prefix_requests[index][length] += times

    def reuse(self, one_in: int, of_prefixes: bool) -> Reuse:
        return Reuse(
            seen=self.seen,
            again=tuple(sums.amount() for sums in self.sums),
            prefixes=tuple(map(tuple, self.prefixes)) if of_prefixes else (),
            prefix_requests=tuple(map(tuple, self.prefix_requests)) if of_prefixes else (),
            one_in=one_in,
        )

"""What was counted, by `cell` and slot of time, and sums of it as they count at an instant.

Nothing here knows what the counts mean: `forecast` puts them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bide.core.clock import HOUR
from bide.lanes.forecast.cell import BATCH, SLOT, WHOLE, Cell, Count, Kind, Lessons, Weight
from bide.lanes.forecast.evidence import BINS, Evidence

Slots = dict[int, dict[int, Weight]]
"""By the slot's first instant, by bin."""


class Asked(NamedTuple):
    """Which counts, and how they fade. None fits every one; `hour` is of the day, UTC, in which what they tell of began."""

    half_life: int
    kind: Kind
    account: str
    model: str | None = None
    lane: str = BATCH
    size: int | None = None
    hour: int | None = None

    def fits(self, cell: Cell) -> bool:
        return (
            cell.kind is self.kind
            and cell.account == self.account
            and cell.lane == self.lane
            and (self.model is None or cell.model == self.model)
            and (self.size is None or cell.size == self.size)
        )


@dataclass(slots=True)
class Sum:
    """The counts that were asked for, as they count at an instant. All of them fade alike, so what comes later is added, and
    nothing has to be summed up again."""

    asked: Asked
    as_of: int
    ended: list[float] = field(default_factory=lambda: [0.0] * BINS)
    gone: list[float] = field(default_factory=lambda: [0.0] * BINS)

    def add(self, count: Count, weight: Weight) -> None:
        """Add what fits."""
        asked, since = self.asked, count.since
        if not asked.fits(count.cell) or (asked.hour is not None and since // HOUR % 24 != asked.hour):
            return
        began = since + SLOT[asked.kind] // 2
        if began > self.as_of:
            self._go_to(began)
        factor = 0.5 ** ((self.as_of - began) / asked.half_life) / WHOLE
        self.ended[count.bin] += weight.ended * factor
        self.gone[count.bin] += weight.gone * factor

    def at(self, now: int) -> Evidence:
        """As it counts at an instant. What was seen after it counts whole: a clock that was set back makes nothing weigh more."""
        factor = 0.5 ** (max(0, now - self.as_of) / self.asked.half_life)
        return Evidence(
            tuple([value * factor for value in self.ended]),
            tuple([value * factor for value in self.gone]),
            now,
            self.asked.half_life,
        )

    def _go_to(self, instant: int) -> None:
        factor = 0.5 ** ((instant - self.as_of) / self.asked.half_life)
        self.ended = [value * factor for value in self.ended]
        self.gone = [value * factor for value in self.gone]
        self.as_of = instant


class Counts:
    """All of them. What was asked for once is kept, and what comes later is added to it."""

    def __init__(self) -> None:
        self._cells: dict[Cell, Slots] = {}
        self._sums: dict[Asked, Sum] = {}

    def add(self, lessons: Lessons) -> None:
        """Count lessons."""
        for count, weight in lessons.items():
            bins = self._cells.setdefault(count.cell, {}).setdefault(count.since, {})
            ended, gone = bins.get(count.bin, (0, 0))
            bins[count.bin] = Weight(ended + weight.ended, gone + weight.gone)
            for one in self._sums.values():
                one.add(count, weight)

    def replace(self, counts: Lessons) -> None:
        """Take counts as they stand on record, in the place of what was known of the same bins."""
        for count, weight in counts.items():
            bins = self._cells.setdefault(count.cell, {}).setdefault(count.since, {})
            ended, gone = bins.get(count.bin, (0, 0))
            bins[count.bin] = weight
            change = Weight(weight.ended - ended, weight.gone - gone)
            if any(change):
                for one in self._sums.values():
                    one.add(count, change)

    def forget(self, before: int) -> None:
        """Drop what began before an instant."""
        for cell, slots in list(self._cells.items()):
            left = {since: bins for since, bins in slots.items() if since >= before}
            if len(left) < len(slots):
                self._sums.clear()
                self._cells[cell] = left
            if not left:
                del self._cells[cell]

    def cells(self) -> Sequence[Cell]:
        """The cells in which something was counted."""
        return sorted(self._cells)

    def evidence(self, asked: Asked, now: int) -> Evidence:
        """The counts that fit, as they count now."""
        found = self._sums.get(asked)
        if found is None:
            found = self._sums[asked] = Sum(asked, now)
            for cell, slots in self._cells.items():
                if asked.fits(cell):
                    for since, bins in slots.items():
                        for position, weight in bins.items():
                            found.add(Count(cell, since, position), weight)
        return found.at(now)

"""When requests came, in slots that grow wider where there are too many of them, and the bursts in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.core.clock import DAY, HOUR, MINUTE

WIDTHS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 28 * DAY)
"""How wide slots may be; each divides the next."""

SILENCE = 30 * MINUTE
"""How long nothing comes between two bursts."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Requests by slot: the instant of a slot is its number times `width`. Slots in which nothing came are left out. No slot is narrower than
    the period of a row that stands in it."""

    width: int = WIDTHS[0]
    slots: Mapping[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True, slots=True)
class Burst:
    """Requests before and after which there was silence. It began in the slot at `start`, and ended with the one that ends at `end`."""

    start: int
    end: int
    requests: int

    @property
    def minute(self) -> int:
        """The minute of the day (UTC) in which it began: what a schedule has in common with itself."""
        return self.start % DAY // MINUTE


def bursts(timeline: Timeline, silence: int = SILENCE) -> tuple[Burst, ...]:
    """The bursts in a timeline, in order; one where it never was silent for so long, none where nothing came.

    Slots that are wider than the silence hide it: there a whole empty slot parts two bursts.
    """
    found, width = list[Burst](), timeline.width
    start = end = requests = 0
    for slot in sorted(timeline.slots):
        at = slot * width
        if requests and at - end >= silence:
            found.append(Burst(start, end, requests))
            requests = 0
        if not requests:
            start = at
        end = at + width
        requests += timeline.slots[slot]
    if requests:
        found.append(Burst(start, end, requests))
    return tuple(found)

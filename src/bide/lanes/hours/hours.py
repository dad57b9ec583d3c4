"""When an account may be sent deferred work: its window, and its blackout.

The window says when its batches and calls are wanted. It is a wish: work waits for it as long as its last safe moment allows, and
no longer. The blackout says when nothing is to be sent. Then only rescues are, which would otherwise come too late; where it is
strict, not even those, and the safety net reckons with the remaining time alone. Urgent work is not deferred: it goes at any time.
"""

import enum
from dataclasses import dataclass

from bide.core.clock import FAR_FUTURE
from bide.lanes.hours.window import Window


class WindowEnd(enum.StrEnum):
    """What happens at the end of a window to work that has begun in it."""

    CONTINUE = "continue"
    """It goes on."""
    WAIT = "wait"
    """Its batches are cancelled and what they have finished is kept; the rest waits for the next window."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one (account, model). `cheap`: the window is that of its lower prices."""

    window: Window | None = None
    on_end: WindowEnd = WindowEnd.CONTINUE
    blackout: Window | None = None
    strict: bool = False
    cheap: bool = False

    @property
    def allowed(self) -> Window | None:
        """When calls may be made even for a rescue; None: at any time."""
        return ~self.blackout if self.blackout is not None and self.strict else None

    def next_edge(self, now: int) -> int:
        """When the window or the blackout opens or closes next."""
        return min((_edge(one, now) for one in (self.window, self.blackout) if one is not None), default=FAR_FUTURE)

    def is_open(self, now: int) -> bool:
        """Whether deferred work may be sent now, in its window and outside the blackout."""
        return (self.window is None or self.window.is_open(now)) and now >= self.barred_until(now)

    def barred_until(self, now: int) -> int:
        """Until when nothing is to be sent; an instant that has passed where something may be."""
        return self.blackout.closes_at(now) if self.blackout is not None and self.blackout.is_open(now) else 0


ANY_TIME = Hours()


def _edge(window: Window, now: int) -> int:
    return window.closes_at(now) if window.is_open(now) else window.opens_at(now)

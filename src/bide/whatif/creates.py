"""The creates of batches that a provider counts."""

from collections import deque

from bide.core.quota import CREATE_WINDOW, LATELY


class Creates:
    """Instants at which batches were created, in microseconds and in order; those of the last hour."""

    def __init__(self) -> None:
        self._this_hour: deque[int] = deque()
        self._lately: deque[int] = deque()

    def append(self, at: int) -> None:
        """One more, not before the last."""
        self._this_hour.append(at)
        self._lately.append(at)

    def counted(self, now: int) -> tuple[int, int]:
        """How many are of the last hour, and how many of them of the last 15 minutes."""
        return _since(self._this_hour, now - CREATE_WINDOW), _since(self._lately, now - LATELY)


def _since(instants: deque[int], since: int) -> int:
    while instants and instants[0] <= since:
        instants.popleft()
    return len(instants)

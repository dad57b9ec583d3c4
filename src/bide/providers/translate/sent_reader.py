"""What all readers of server-sent events share: events out of bytes, one after another until the stream is over."""

import abc

from bide.providers.translate.answer import Failure
from bide.providers.translate.events import Event, Failed, Finished
from bide.providers.translate.failing import CUT_SHORT
from bide.providers.translate.sse import Sent, SentEvents


class SentReader(abc.ABC):
    """Implements `bide.providers.translate.spoke.StreamReader`; a wire says what one event is.

    `is_over` once nothing more is read; `is_complete` once what came may be all there is, though no word ended it.
    """

    def __init__(self) -> None:
        self.is_over = False
        self.is_complete = False
        self._events = SentEvents()

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        return self._take(self._events.feed(data))

    def end(self) -> list[Event]:
        """No more bytes come."""
        found = self._take(self._events.end())
        if not self.is_over:
            self.is_over = True
            found.append(Finished() if self.is_complete else Failed(CUT_SHORT))
        return found

    def _take(self, sent: list[Sent]) -> list[Event]:
        found: list[Event] = []
        for one in sent:
            if not self.is_over:
                self.read(one.data, found)
        return found

    def fail(self, failure: Failure, found: list[Event]) -> None:
        """The stream ends in a failure."""
        self.is_over = True
        found.append(Failed(failure))

    @abc.abstractmethod
    def read(self, data: bytes, found: list[Event]) -> None:
        """Add what the data of one event says."""

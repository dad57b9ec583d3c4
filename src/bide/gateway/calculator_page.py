"""The calculator's page of the day, made when somebody first asks for it."""

import asyncio
import datetime
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from bide.core.clock import Clock
from bide.ledger.hours import day_of

LEVEL = 9
"""Of gzip: packed once a day, and sent often."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a day, as it is and packed, with its name for caches."""

    day: str
    plain: bytes
    packed: bytes
    tag: str
    policy: str


class CalculatorPages:
    """Makes the page: once a day half a second in a thread, while calls go on."""

    def __init__(self, clock: Clock, home: Path) -> None:
        self._clock = clock
        self._home = home
        self._page: Page | None = None
        self._making = asyncio.Lock()

    async def today(self) -> Page:
        """Today's."""
        day = day_of(self._clock.now())
        async with self._making:
            if self._page is None or self._page.day != day:
                self._page = await asyncio.to_thread(_made, self._home, day)
            return self._page


def _made(home: Path, day: str) -> Page:
    """The page of a day with the catalogue in force. The config's own prices are nobody else's business, and are not in it."""
    from bide.advise.page.contents import contents
    from bide.advise.page.document import document, policy
    from bide.ledger.edition import catalogue_of
    from bide.ledger.prices import Prices

    plain = document(contents(Prices(catalogue=catalogue_of(home)), datetime.date.fromisoformat(day)))
    packed = gzip.compress(plain, LEVEL, mtime=0)
    return Page(day, plain, packed, hashlib.sha256(plain).hexdigest()[:32], policy())

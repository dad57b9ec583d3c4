"""Webhooks of the simulated OpenAI: when a batch has ended, whoever is registered is told so, once, signed as OpenAI signs.

Registered by ``POST /sim/webhooks {"url", "secret"}`` instead of at the dashboard. `repeat` sends each more than once, as the
real service may; nothing is sent again because nobody answered.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Protocol

import aiohttp
import msgspec

from bide.core.clock import SECOND, Clock
from bide.core.signature import sign
from bide.simulator.books import Books
from bide.simulator.exchange import encode
from bide.simulator.house import House
from bide.simulator.status import ENDED

LOOK = SECOND
"""How long a batch may have ended before anybody is told; on the simulator's clock."""

IDLE = 0.2
"""Seconds between looks at whether anybody is registered."""

PATIENCE = aiohttp.ClientTimeout(total=5)


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told."""

    url: str
    secret: str
    repeat: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1


@dataclass(frozen=True, slots=True)
class Ring:
    """One webhook."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Bell:
    """Who is registered, and what they know."""

    registered: list[Registered] = field(default_factory=list[Registered])
    told: set[str] = field(default_factory=set[str])

    def rings(self, books: Books, now: int) -> Iterator[Ring]:
        """What has to be sent now, and has not been before."""
        if not self.registered:
            return
        for batch in books.batches:
            if batch.id in self.told or batch.status(now) not in ENDED:
                continue
            self.told.add(batch.id)
            event = f"evt_{batch.id.removeprefix('batch_')}"
            body = encode(
                {
                    "object": "event",
                    "id": event,
                    "type": f"batch.{batch.status(now).value}",
                    "created_at": batch.ended_at // SECOND,
                    "data": {"id": batch.id},
                }
            )
            for one in self.registered:
                ring = Ring(one.url, sign([one.secret], event, now, body), body)
                yield from [ring] * one.repeat


class Belled(Protocol):
    """A house with a bell."""

    clock: Clock
    house: House
    bell: Bell


async def keep(rung: Belled) -> None:
    """Look again and again, and send what has to be sent."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:
        while True:
            if not rung.bell.registered:
                await asyncio.sleep(IDLE)
                continue
            now = rung.clock.now()
            for ring in rung.bell.rings(rung.house.books(), now):
                headers = {"content-type": "application/json", **ring.headers}
                try:
                    async with session.post(ring.url, data=ring.body, headers=headers, allow_redirects=False):
                        pass
                except (aiohttp.ClientError, TimeoutError):
                    continue  # whoever did not hear it polls
            await rung.clock.sleep_until(now + LOOK)

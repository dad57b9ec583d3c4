"""The callers of a compressed day: every request of a log over HTTP, at its instant, with its deadline.

What is urgent is a plain call, whose answer is waited for; all else says by when it is wanted, and is told where to ask.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from bench.foretold import name
from bide.core.clock import FAR_FUTURE, ScaledClock, to_datetime
from bide.whatif.arrival import Arrival

MODEL = "gpt-5-mini"

TRIES, PAUSE = 40, 0.25
"""Tries of a call that is asked to come back, and the seconds between them."""

CHECKED = 50
"""Requests after which it is seen whether the engine is there still."""

WAITED = 300.0
"""Seconds that a caller waits for an urgent answer."""


@dataclass(slots=True)
class Replies:
    """By the request's place in the log: the id under which it is deferred, and when an urgent one was answered."""

    deferred: dict[str, int] = field(default_factory=dict[str, int])
    answered_at: dict[int, int] = field(default_factory=dict[int, int])
    refused: dict[int, str] = field(default_factory=dict[int, str])
    latest: int = 0
    """The longest that a request was sent after its instant, in microseconds of the day."""


def body_of(number: int, arrival: Arrival) -> bytes:
    """A small request that says of itself what the log knows of it."""
    body = {
        "model": MODEL,
        "messages": [{"role": "user", "content": f"Request {number}?"}],
        "max_completion_tokens": arrival.limit,
        "user": name(number, arrival),
    }
    return json.dumps(body, separators=(",", ":")).encode()


async def replay(arrivals: Sequence[Arrival], url: str, clock: ScaledClock, check: Callable[[], None]) -> Replies:
    """Send all of them; returns when the last urgent one is answered. `check` raises when there is no sense in going on."""
    replies = Replies()
    timeout = aiohttp.ClientTimeout(total=WAITED)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session, asyncio.TaskGroup() as group:
        for number, arrival in enumerate(arrivals):
            if not number % CHECKED:
                check()
            await clock.sleep_until(arrival.at)
            replies.latest = max(replies.latest, clock.now() - arrival.at)
            group.create_task(_call(session, f"{url}/chat/completions", number, arrival, clock, replies))
    return replies


async def _call(
    session: aiohttp.ClientSession, url: str, number: int, arrival: Arrival, clock: ScaledClock, replies: Replies
) -> None:
    headers = {"content-type": "application/json"}
    if not arrival.urgent:
        headers |= {"prefer": "respond-async", "bide-by": to_datetime(arrival.deadline).isoformat()}
    body = body_of(number, arrival)
    for _ in range(TRIES):
        async with session.post(url, data=body, headers=headers) as reply:
            said = await reply.text()
            if reply.status == 202:
                replies.deferred[reply.headers["bide-request-id"]] = number
                return
            if reply.status == 200:
                replies.answered_at[number] = clock.now() if arrival.urgent else FAR_FUTURE
                return
            replies.refused[number] = f"{reply.status} {said[:300]}"
        await asyncio.sleep(PAUSE)

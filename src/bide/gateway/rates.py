"""How often and how much a key may ask in a minute: a bucket of each in this process, shared with other gateways by number.

Every gateway that a key calls has a bucket of its own, and all of them divide the limit: how many there are, the store
knows, as it does of the workers that share an account (`bide.store.limits`). Who joins others begins with one call, for
they had the whole of it until now.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.core.clock import MINUTE, SECOND, to_datetime
from bide.core.key import Key
from bide.engine.call import SHARE_FOR
from bide.engine.context import Context
from bide.gateway.exchange import Exchange
from bide.gateway.refusal import NOT_AGAIN, Protocol, RefusalError
from bide.lanes.arrival.allowance import Allowance, Rate

MOST = 10_000
"""Keys whose buckets are kept; beyond that those that are full again are forgotten."""

REQUESTS, TOKENS = "requests", "tokens"


@dataclass(slots=True)
class _Buckets:
    """What this gateway knows of a key."""

    held: dict[str, Allowance] = field(default_factory=lambda: {REQUESTS: Allowance(), TOKENS: Allowance()})
    users: int = 1
    shared_until: int = 0
    joins: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_idle(self, now: int) -> bool:
        return now >= self.shared_until and all(one.reset(now) == 0 for one in self.held.values())


class Rates:
    """Holds calls to the limits of their keys."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._keys: dict[int, _Buckets] = {}

    async def take(self, exchange: Exchange, key: Key | None, tokens: int) -> None:
        """Count a call of at most so many tokens, and have its answer tell what is left. Nothing to do without limits.

        Raises:
            RefusalError: it is too much for this minute.
        """
        if key is None:
            return
        limits = {REQUESTS: key.requests_per_minute, TOKENS: key.tokens_per_minute}
        if not any(limits.values()):
            return
        buckets = await self._shared(key)
        now = self._context.clock.now()
        asked = {REQUESTS: 1, TOKENS: tokens}
        rates = {name: Rate(limit, buckets.users) for name, limit in limits.items() if limit}
        waits = {name: buckets.held[name].wait(asked[name], rate, now) for name, rate in rates.items()}
        name = max(waits, key=lambda name: waits[name])
        refused = self._too_large(key, tokens) or (self._too_soon(key, name, waits[name]) if waits[name] else None)
        if refused is None:
            for name, rate in rates.items():
                taken = buckets.held[name].taken(asked[name], rate, now)
                buckets.held[name] = taken.emptied(now) if buckets.joins else taken
            buckets.joins = False
        exchange.notes.update(_told(exchange.protocol, rates, buckets.held, now))
        if refused is not None:
            raise refused

    async def _shared(self, key: Key) -> _Buckets:
        """The key's buckets, and among how many gateways its limits are divided."""
        now = self._context.clock.now()
        buckets = self._keys.get(key.id)
        if buckets is None:
            if len(self._keys) >= MOST:
                self._keys = {key: kept for key, kept in self._keys.items() if not kept.is_idle(now)}
            buckets = self._keys[key.id] = _Buckets()
        async with buckets.lock:
            if now >= buckets.shared_until - SHARE_FOR // 2:
                until, is_new = now + SHARE_FOR, now >= buckets.shared_until
                share = self._context.store.limits.share
                buckets.users = await share(f"key {key.external_id}", "", self._context.holder, until, now)
                buckets.shared_until = until
                buckets.joins = is_new and buckets.users > 1
        return buckets

    def _too_large(self, key: Key, tokens: int) -> RefusalError | None:
        limit = key.tokens_per_minute
        if limit is None or tokens <= limit:
            return None
        return RefusalError(
            429,
            "rate_limit_exceeded",
            f"the call may come to {tokens:,} tokens, and the key {key.name} has {limit:,} a minute; send less, or ask for a"
            " shorter answer (max_tokens)",
            headers=NOT_AGAIN,
            kind=TOKENS,
        )

    def _too_soon(self, key: Key, name: str, wait: int) -> RefusalError:
        limit = key.requests_per_minute if name == REQUESTS else key.tokens_per_minute
        seconds = -(-wait // SECOND)
        return RefusalError(
            429,
            "rate_limit_exceeded",
            f"the key {key.name} has {limit:,} {name} a minute, and they are used up; come back in {seconds} s, or say how long"
            " the call may wait and hand many in as one batch",
            headers={"retry-after": str(seconds), "retry-after-ms": str(-(-wait * 1_000 // SECOND))},
            kind=name,
        )


def _told(protocol: Protocol, rates: Mapping[str, Rate], held: Mapping[str, Allowance], now: int) -> Mapping[str, str]:
    """The headers in which a protocol tells limits; `x-ratelimit-*` in either."""
    headers: dict[str, str] = {}
    for name, rate in rates.items():
        bucket = held[name]
        left, reset = bucket.left(rate, now), bucket.reset(now)
        headers[f"x-ratelimit-limit-{name}"] = str(rate.per_minute)
        headers[f"x-ratelimit-remaining-{name}"] = str(left)
        headers[f"x-ratelimit-reset-{name}"] = f"{reset / SECOND:.3f}s"
        if protocol is Protocol.ANTHROPIC:
            at = to_datetime(now + min(reset, 10 * MINUTE)).isoformat(timespec="seconds").replace("+00:00", "Z")
            headers[f"anthropic-ratelimit-{name}-limit"] = str(rate.per_minute)
            headers[f"anthropic-ratelimit-{name}-remaining"] = str(left)
            headers[f"anthropic-ratelimit-{name}-reset"] = at
    return headers

"""Keys that come with calls, looked up: remembered for a moment, so that a call costs a hash and no query."""

from bide.core.clock import SECOND
from bide.core.key import Key, digest_of
from bide.engine.context import Context
from bide.gateway.caller import LOCAL, Caller, check_local, secret_of
from bide.gateway.exchange import Exchange
from bide.gateway.refusal import RefusalError

REMEMBERED = SECOND
"""How long a revoked key may still be good, on gateways that saw it lately."""

MOST = 10_000
"""Keys that are remembered; guesses must not fill the memory."""


class Identities:
    """Tells who calls. Where no key was ever made, everybody on this machine may.

    Where the last key is revoked nobody may: what was closed does not open by itself.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.needs_key = False
        """Whether others than this machine can reach us, so that no call goes without a key."""
        self._known: dict[bytes, tuple[int, Key | None]] = {}
        self._exist: tuple[int, bool] = (0, False)

    async def identify(self, exchange: Exchange) -> Caller:
        """Who calls. Raises `RefusalError`."""
        if exchange.is_in_process:
            return LOCAL
        now = self._context.clock.now()
        if not self.needs_key and not self._exist[1] and now >= self._exist[0]:
            self._exist = now + REMEMBERED, await self._context.store.keys.were_made()
        if not self.needs_key and not self._exist[1]:
            check_local(exchange.headers)
            return LOCAL
        secret = secret_of(exchange.headers)
        if secret is None:
            raise RefusalError(
                401, "missing_api_key", "no key came with the call; send Authorization: Bearer KEY, or x-api-key: KEY"
            )
        key = await self._key(digest_of(secret), now)
        if key is None:
            raise RefusalError(
                401,
                "invalid_api_key",
                "the key is not known, has expired or was revoked; send one that `bide keys create` made for this gateway",
            )
        return Caller(key.owner, key, key.workflow)

    async def _key(self, digest: bytes, now: int) -> Key | None:
        until, key = self._known.get(digest, (0, None))
        if now >= until:
            if len(self._known) >= MOST:
                self._known.clear()
            key = await self._context.store.keys.find(digest, now)
            self._known[digest] = now + REMEMBERED, key
        return key if key is not None and key.accepts(digest, now) else None

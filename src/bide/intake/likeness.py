"""What exact repeats of a request have in common: a digest of everything on which its answer depends.

That is whose request it is, the endpoint, the account and the model as the name resolves, and every field of the body but those
that only say how it is served. The order of fields and the spelling of texts make no difference; what a number is does.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from bide.lanes.arrival.cache import CacheRule, hindrance
from bide.lanes.arrival.route import Route
from bide.store.requests import Alike
from bide.store.taking import ALONE

SERVING = ("model", "stream", "stream_options", "service_tier", "background")
"""Fields that are told otherwise, or say how a request is served."""

SIZE = 32

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder(order="sorted").encode


class Likeness(msgspec.Struct, frozen=True, gc=False):
    """How exact repeats of a request are known; `digest` is None where its answer must not be given again, for `hindrance`."""

    digest: bytes | None
    hindrance: str | None = None


def likeness(
    endpoint: str, route: Route, key: int | None, body: bytes, extra: Mapping[str, str] | None = None
) -> Likeness:
    """The likeness of a body that is JSON, as its provider is to have it. `key` is the id of whoever's key it came with, `extra`
    what headers add to it."""
    try:
        fields = _decode(body)
        reason = hindrance(endpoint, fields)
        if reason is not None:
            return Likeness(None, reason)
        for name in SERVING:
            fields.pop(name, None)
        text = _encode([endpoint, route.account, route.model, key, extra or {}, fields])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return Likeness(None, "its body is too deep, or has numbers too large, to be told from others")
    return Likeness(hashlib.blake2b(text, digest_size=SIZE).digest())


class Keeping:
    """Which requests of a job are looked up and kept. `said` is what its caller said, in microseconds; None: the settings do."""

    def __init__(self, rule: CacheRule, said: int | None, workflow: str | None, key: int | None) -> None:
        self._rule = rule
        self._said = said
        self._workflow = workflow
        self._key = key

    @property
    def is_off(self) -> bool:
        """Whether nothing of the job is."""
        return not (self._rule.keep if self._said is None else self._said)

    def alike(self, endpoint: str, model: str, route: Route, body: bytes) -> Alike:
        """How exact repeats of one of its requests are known. `model` is as its line names it."""
        kept_for = self._rule.kept_for(self._workflow, model) if self._said is None else self._said
        digest = likeness(endpoint, route, self._key, body).digest if kept_for else None
        return ALONE if digest is None else (digest, kept_for)

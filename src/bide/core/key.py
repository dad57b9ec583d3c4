"""A key: who calls, what they may ask for, and what they may spend. The secret itself is nowhere but with its holder.

A secret is ``bide-`` and 256 random bits. Only its SHA-256 is kept: what cannot be guessed needs no slow hash, and looking a
digest up tells nobody who measures time anything about a secret.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bide.core.deadline import Priority
from bide.core.entropy import Entropy
from bide.core.states import Lane

HEAD = "bide-"

SECRET_BYTES = 32

SHOWN = len(HEAD) + 6
"""Characters of a secret that are shown: enough to tell keys apart, and 226 bits remain."""


def new_secret(entropy: Entropy) -> str:
    """A new secret: ``bide-`` and 52 characters of ``a-z2-7``."""
    return HEAD + base64.b32encode(entropy.random_bytes(SECRET_BYTES)).decode("ascii").rstrip("=").lower()


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256. Any text has one, also what is no secret of ours."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def prefix_of(secret: str) -> str:
    """The beginning of a secret, by which a person recognises it."""
    return secret[:SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One row of `keys`; instants in microseconds since 1970 UTC, money in 1e-12 USD."""

    id: int
    owner: str
    """Whose work is handed in with it; keys of one owner see each other's."""
    external_id: str
    name: str
    prefix: str
    digest: bytes = field(repr=False)
    former_digest: bytes | None = field(default=None, repr=False)
    """Of the secret before the last rotation."""
    former_until: int | None = None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    models: tuple[str, ...] | None = None
    """Patterns as of file names; None: every model."""
    lanes: frozenset[Lane] | None = None
    """None: every lane."""
    priority: Priority | None = None
    workflow: str | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget_day: int | None = None
    budget_month: int | None = None
    budget_hard: bool = True
    """Whether what goes beyond a budget is refused; otherwise it is only said."""

    @property
    def has_budget(self) -> bool:
        """Whether anything is reserved for what it asks."""
        return self.budget_day is not None or self.budget_month is not None

    def allows(self, model: str) -> bool:
        """Whether a model may be asked for by this name. Capital letters count; ``gpt-*`` does not allow ``openai/gpt-5``."""
        return self.models is None or any(fnmatchcase(model, pattern) for pattern in self.models)

    def allows_lane(self, lane: Lane) -> bool:
        """Whether a request may be served so."""
        return self.lanes is None or lane in self.lanes

    def is_live(self, now: int) -> bool:
        """Whether it opens anything at all: neither revoked nor expired."""
        return (self.revoked_at is None or now < self.revoked_at) and (self.expires_at is None or now < self.expires_at)

    def accepts(self, digest: bytes, now: int) -> bool:
        """Whether the secret with this digest is good now: that of a live key, or its former one for as long as that lasts."""
        if not self.is_live(now):
            return False
        if digest == self.digest:
            return True
        return digest == self.former_digest and self.former_until is not None and now < self.former_until

"""What a provider bounds of an account's batch queue, and what is known about each bound."""

import enum
from dataclasses import dataclass

from bide.core.clock import DAY, HOUR


class Resource(enum.StrEnum):
    """What may run out. The values are the names of the settings and of what the store has learned."""

    ENQUEUED_TOKENS = "enqueued_tokens"
    """Input tokens of all batches that have not ended."""
    ENQUEUED_REQUESTS = "enqueued_requests"
    """Their requests. Whole batches are counted: that a provider frees those that are done shows only at their end."""
    LIVE_BATCHES = "live_batches"
    """Batches that have not ended."""
    BATCHES_PER_HOUR = "batches_per_hour"
    """Creates, over the last hour."""
    FILES = "files"
    """Input files that lie there."""
    STORED_BYTES = "stored_bytes"
    """Their bytes."""


WORDS = {
    Resource.ENQUEUED_TOKENS: "enqueued tokens",
    Resource.ENQUEUED_REQUESTS: "enqueued requests",
    Resource.LIVE_BATCHES: "batches at a time",
    Resource.BATCHES_PER_HOUR: "batches an hour",
    Resource.FILES: "files",
    Resource.STORED_BYTES: "bytes of files",
}
"""How people are told of each."""

OF_ACCOUNT = frozenset({Resource.BATCHES_PER_HOUR, Resource.FILES, Resource.STORED_BYTES})
"""Those that all models of an account share wherever they exist; of the others a provider's facts say it."""

CREATE_WINDOW = HOUR
"""Over which providers count the batches that may be created."""

LATELY = CREATE_WINDOW // 4
"""Over which bide counts them besides, so that the first minutes of a busy hour do not use what its last ones need."""

HELD_FOR = HOUR
"""How long a limit that was guessed from a refusal counts before twice as much is tried."""

NAMED_FOR = 6 * HOUR
"""The same for a limit that the provider named: it is exact until the account is promoted, and every try is an upload."""

FORGOTTEN_AFTER = 2 * DAY


class Source(enum.StrEnum):
    """How a limit came to be known."""

    CONFIGURED = "configured"
    DOCUMENTED = "documented"
    HEADER = "header"
    """A reply named it."""
    NAMED = "named in a refusal"
    GUESSED = "refusal"
    """A refusal showed that what was tried was too much."""


LEARNED = frozenset({Source.HEADER, Source.NAMED, Source.GUESSED})

REFUSALS = frozenset({Source.NAMED, Source.GUESSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """A quota as its provider's pages have it. `shared`: all models of the account count together.

    `varies`: accounts differ, and `limit` is what the lowest tier has. It is shown and not kept to: to leave room unused
    costs more than a create that is refused. None: it is known to exist, and not how large it is.
    """

    resource: Resource
    limit: int | None
    shared: bool = False
    varies: bool = False
    source: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply said about a quota: its limit and how much is in use there, as far as it named them."""

    resource: Resource
    limit: int | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A limit that a reservation keeps to, over one model of an account or over all of them."""

    resource: Resource
    limit: int
    shared: bool = False


def learned(told: Told, amount: int, others: int) -> tuple[int, Source]:
    """The limit to work with after a refusal of `amount` beside `others` of ours that lie there, and how it is known.

    A limit that is named is believed, less what others than us use of it. A refusal below it means that our own estimate
    runs low: then, as where none is named, count on half of what was tried; of what is counted one by one, on what lies
    there.
    """
    tried = amount + others
    foreign = max(0, (told.used or 0) - tried)
    if told.limit is not None and 0 < told.limit - foreign < tried:
        return told.limit - foreign, Source.NAMED
    return max(1, others if amount == 1 else tried // 2), Source.GUESSED


def remembered(value: int, source: Source, age: int) -> int | None:
    """What a limit that was learned `age` ago is worth: it doubles with every period, for a refusal only ever shows less and
    accounts are promoted. None once it is forgotten."""
    if age >= FORGOTTEN_AFTER:
        return None
    return value << max(0, age) // period(source)


def period(source: Source) -> int:
    """How long a limit counts before twice as much is tried."""
    return HELD_FOR if source is Source.GUESSED else NAMED_FOR

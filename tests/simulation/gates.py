"""Where faults and crashes strike: before, inside and after every call that leaves an engine.

A strike is data, `(site, nth call at that site, moment) -> kind`, so a run is replayed from the list of those that struck.
Sites are the store's verbs (``Batches.submitted``), ``put`` and ``read`` of objects, and the provider's (``create``).
"""

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


class Moment(enum.StrEnum):
    """When, relative to what the call does."""

    BEFORE = "before"
    """Nothing has happened yet."""
    INSIDE = "inside"
    """Every statement has run, the commit has not."""
    AFTER = "after"
    """It is done, and the caller does not know."""


class Kind(enum.StrEnum):
    """What happens."""

    CRASH = "crash"
    """The process dies as by `kill -9`, and starts again after a while."""
    PAUSE = "pause"
    """The process stands still for longer than its leases, and goes on."""
    FAIL = "fail"
    """The call fails: a full disk, a commit that is refused."""


@dataclass(frozen=True, slots=True, order=True)
class Strike:
    """One fault of one call."""

    site: str
    nth: int
    moment: Moment
    kind: Kind

    def as_list(self) -> list[str | int]:
        """For JSON."""
        return [self.site, self.nth, self.moment.value, self.kind.value]


def read_strikes(rows: Iterable[Iterable[str | int]]) -> list[Strike]:
    """Strikes from JSON."""
    found: list[Strike] = []
    for row in rows:
        site, nth, moment, kind = row
        found.append(Strike(str(site), int(nth), Moment(moment), Kind(kind)))
    return found


STORE_SITES = (
    "Attempts.claim_calls",
    "Attempts.land",
    "Batches.ambiguous",
    "Batches.ask_cancel",
    "Batches.bar",
    "Batches.cancelling",
    "Batches.claim",
    "Batches.cleaned",
    "Batches.copy",
    "Batches.divide",
    "Batches.ended",
    "Batches.fill",
    "Batches.harvested",
    "Batches.intend",
    "Batches.land",
    "Batches.observed",
    "Batches.open",
    "Batches.seal",
    "Batches.staged",
    "Batches.submitted",
    "Batches.troubled",
    "Batches.withdrawn",
    "Batches.write_off",
    "Buckets.ensure",
    "Buckets.protect",
    "Deliveries.claim",
    "Deliveries.delivered",
    "Jobs.accept",
    "Jobs.begin",
    "Jobs.cancel",
    "Ledger.keep_card",
    "Limits.learn",
    "Limits.share",
    "Requests.add",
    "Requests.give_up",
    "Store.release_holder",
)
"""Verbs that write. Crashing in one that only reads is the same as crashing before the next that writes."""

PROVIDER_SITES = ("upload", "create", "list", "retrieve", "cancel", "download", "delete", "call")
OBJECT_SITES = ("put", "commit")
DELIVERY_SITES = ("deliver",)

CRASH_POINTS = tuple(
    [(site, moment) for site in STORE_SITES for moment in Moment]
    + [
        (site, moment)
        for site in (*PROVIDER_SITES, *OBJECT_SITES, *DELIVERY_SITES)
        for moment in (Moment.BEFORE, Moment.AFTER)
    ]
)
"""Every place where a process can die. A run of all seeds that never hits one of them fails."""


class Gates:
    """Counts the calls at every site and says which are struck."""

    def __init__(self, strikes: Iterable[Strike]) -> None:
        self._strikes = {(strike.site, strike.nth, strike.moment): strike.kind for strike in strikes}
        self._calls: Counter[str] = Counter()
        self.struck: list[Strike] = []

    def enter(self, site: str) -> int:
        """Count a call; its number at its site, from 1."""
        self._calls[site] += 1
        return self._calls[site]

    def check(self, site: str, nth: int, moment: Moment) -> Kind | None:
        """Whether something strikes here."""
        kind = self._strikes.get((site, nth, moment))
        if kind is not None:
            self.struck.append(Strike(site, nth, moment, kind))
        return kind

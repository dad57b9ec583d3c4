"""Faults: what goes wrong with which call. A fault is data, so a run is replayed from the list of those that struck.

A call is named by its site and its number there, counted from 1. Whether a rule with a rate strikes is a hash of
(seed, site, kind, status, number): without a shared stream, taking one fault out never moves another.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from bide.core.clock import MILLISECOND, MINUTE, SECOND
from bide.core.errors import SettingError
from bide.simulator import notation as written
from bide.simulator.chance import Chance
from bide.simulator.notation import as_table, read_table


class Site(enum.StrEnum):
    """Where a call goes."""

    UPLOAD = "upload"
    LIST_FILES = "list_files"
    FILE = "file"
    DOWNLOAD = "download"
    DELETE = "delete"
    CREATE = "create"
    LIST = "list"
    RETRIEVE = "retrieve"
    CANCEL = "cancel"
    MODELS = "models"
    CALL = "call"
    COUNT = "count"
    """A count of tokens, where the protocol has a call for that."""


class Kind(enum.StrEnum):
    """What happens to it."""

    NOT_SENT = "not_sent"
    """No connection: the provider never sees the call. (Over HTTP it can only be cut before it is acted on.)"""
    REQUEST_LOST = "request_lost"
    """Sent and not acted on, and the connection is cut."""
    REPLY_LOST = "reply_lost"
    """Acted on, and the connection is cut before the reply."""
    HANG = "hang"
    """Silence until the client gives up, or until the connection is cut after `delay`."""
    BUSY = "busy"
    """429 with Retry-After, surely not acted on."""
    ERROR = "error"
    """An error reply of `status`; whether the call was acted on all the same is `processed`."""
    CUT = "cut"
    """The reply's body ends after `share` of its bytes."""
    SLOW = "slow"
    """The reply takes `delay` longer."""


DELAYS: Mapping[Kind, int] = {Kind.HANG: 10 * MINUTE, Kind.SLOW: 30 * SECOND, Kind.BUSY: 20 * SECOND}
"""`delay` where a fault names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one call. `delay` is in microseconds; for `busy` it is what Retry-After says."""

    site: Site
    nth: int
    kind: Kind
    status: int = 503
    processed: bool = False
    share: float = 0.5
    delay: int = 0

    def as_table(self) -> dict[str, object]:
        """The fault as a script or JSON writes it; `read_faults` reads it back unchanged."""
        table: dict[str, object] = {"site": str(self.site), "nth": self.nth, "kind": str(self.kind)}
        match self.kind:
            case Kind.ERROR:
                table |= {"status": self.status, "processed": self.processed}
            case Kind.HANG:
                table |= {"processed": self.processed, "delay": _milliseconds(self.delay)}
            case Kind.SLOW | Kind.BUSY:
                table["delay"] = _milliseconds(self.delay)
            case Kind.CUT:
                table["share"] = self.share
            case Kind.NOT_SENT | Kind.REQUEST_LOST | Kind.REPLY_LOST:
                pass
        return table


def _milliseconds(delay: int) -> str:
    whole_part, rest = divmod(delay, MILLISECOND)
    return f"{whole_part}.{rest:03}ms" if rest else f"{whole_part}ms"


@dataclass(frozen=True, kw_only=True)
class FaultRule:
    """A `[[fault]]` of a script: certain calls of a site (`nth`), or a share of them (`rate`).

    `since` and `until` are microseconds from the start of the run.
    """

    site: Annotated[str, written.one_of(*Site)]
    kind: Annotated[str, written.one_of(*Kind)]
    nth: Annotated[tuple[int, ...] | None, written.places] = None
    rate: Annotated[float, written.share] = 0.0
    from_: Annotated[int, written.duration] = 0
    to: Annotated[int | None, written.duration] = None
    status: Annotated[int, written.whole] = 503
    processed: Annotated[bool, written.flag] = False
    share: Annotated[float, written.share] = 0.5
    delay: Annotated[int | None, written.duration] = None

    def at(self, nth: int) -> Fault:
        """The fault of one call."""
        kind = Kind(self.kind)
        return Fault(
            site=Site(self.site),
            nth=nth,
            kind=kind,
            status=self.status,
            processed=self.processed,
            share=self.share,
            delay=DELAYS.get(kind, 0) if self.delay is None else self.delay,
        )


def read_fault_rule(table: object, where: str) -> FaultRule:
    """A `[[fault]]` of a script.

    Raises:
        SettingError: it is not understood, or would never strike.
    """
    rule = read_table(FaultRule, table, where)
    if not as_table(table, where).keys() & {"nth", "rate"}:
        raise SettingError(f"{where} needs nth, the calls that it strikes, or rate, the share of them")
    return rule


def read_faults(entries: Iterable[object]) -> list[Fault]:
    """Faults from an explicit list, as `Fault.as_table` writes it; one without `nth` is for the first call.

    Raises:
        SettingError: an entry is not understood.
    """
    faults: list[Fault] = []
    for number, entry in enumerate(entries, 1):
        where = f"fault {number}"
        rule = read_table(FaultRule, entry, where)
        if vague := as_table(entry, where).keys() & {"rate", "from", "to"}:
            raise SettingError(f"{where} has {min(vague)!r}, but a list of faults names each call; use nth")
        faults.extend(rule.at(nth) for nth in rule.nth or (1,))
    return faults


class Faults:
    """The faults of one run: counts the calls of each site and says what strikes which.

    `calls` counts arrivals by site, `fired` lists what struck, in the order it struck.
    """

    def __init__(self, chance: Chance, rules: Sequence[FaultRule] = (), listed: Iterable[Fault] = ()) -> None:
        self._chance = chance
        self._rules: dict[Site, list[FaultRule]] = {}
        for rule in rules:
            self._rules.setdefault(Site(rule.site), []).append(rule)
        self._listed: dict[tuple[Site, int], Fault] = {}
        self._silent = False
        self.calls: Counter[Site] = Counter()
        self.fired: list[Fault] = []
        self.add(listed)

    def add(self, listed: Iterable[Fault]) -> None:
        """Schedule faults for calls that are yet to come; a call has at most one, the last one added."""
        for fault in listed:
            self._listed[fault.site, fault.nth] = fault

    def add_next(self, listed: Iterable[Fault]) -> list[Fault]:
        """Schedule faults whose `nth` counts from now: 1 is the next call of its site. Returns them as scheduled."""
        shifted = [replace(fault, nth=fault.nth + self.calls[fault.site]) for fault in listed]
        self.add(shifted)
        return shifted

    def silence(self) -> None:
        """No more faults from now on: a run that is to come to rest."""
        self._silent = True

    def strike(self, site: Site, elapsed: int) -> Fault | None:
        """Count one call, `elapsed` microseconds into the run, and give the fault that it meets."""
        self.calls[site] += 1
        if self._silent:
            return None
        nth = self.calls[site]
        fault = self._listed.get((site, nth)) or self._ruled(site, nth, elapsed)
        if fault:
            self.fired.append(fault)
        return fault

    def _ruled(self, site: Site, nth: int, elapsed: int) -> Fault | None:
        for rule in self._rules.get(site, ()):
            if elapsed < rule.from_ or (rule.to is not None and elapsed >= rule.to):
                continue
            if nth in rule.nth if rule.nth else self._chance.happens(rule.rate, site, rule.kind, rule.status, nth):
                return rule.at(nth)
        return None

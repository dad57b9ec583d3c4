"""From rows to a profile, one row at a time, in memory that does not grow with them."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import msgspec

from bide.audit.profile.footprint import Footprint, overlap, silences
from bide.audit.profile.group import GAPS, Group
from bide.audit.profile.profile import OTHERS, Order, Profile, Source
from bide.audit.profile.recurrence import Recurrence
from bide.audit.profile.tally import Tally
from bide.audit.readers.record import NOT_NAMED, Record
from bide.ledger.rates import Mode

GROUPS = 1_000
"""Groups that are kept apart. What comes when there are so many stands under `OTHERS`, by provider, model and lane, `GROUPS` of
these at most."""

SESSIONS = 1 << 15
"""Sessions whose last call is remembered, those that were heard of last."""

DISORDER = 0.01
"""The part of rows that may go the other way in a log that is in order: files are joined, clocks differ."""

_Key = tuple[str, str, str, str, Mode | None]


class Profiler:
    """Takes rows, gives a profile."""

    def __init__(self) -> None:
        self._tallies: dict[_Key, Tally] = {}
        self._prompts, self._prefixes = Recurrence(), Recurrence()
        # By session: when its last call came and ended, and whose it was.
        self._sessions: dict[str, tuple[int, int, Tally]] = {}
        self._forgotten = self._lumped = 0
        self._last: int | None = None
        self._forward = self._backward = 0

    def add(self, record: Record, stream: int = 0) -> None:
        """One more row, of a file of this kind."""
        key = (record.workflow, record.named_by, record.provider, record.model, record.lane)
        tally = self._tallies.get(key)
        if tally is None:
            tally, record = self._new(key, record)
        tally.add(record)
        tally.streams |= 1 << stream
        if record.bill or record.period:
            return
        if self._last is not None:
            if record.at >= self._last:
                self._forward += 1
            else:
                self._backward += 1
        self._last = record.at
        if record.session is not None:
            self._follow(record.session, record, tally)
        if record.prompt is not None:
            tally.repeats.seen += 1
            if (again := self._prompts.again(tally.number, record.prompt, record.at)) is not None:
                tally.repeats.add(record, *again)
        if record.prefix is not None:
            tally.prefixes.seen += 1
            if (again := self._prefixes.again(tally.number, record.prefix.fingerprint, record.at)) is not None:
                tally.prefixes.add(record, *again, record.prefix.tokens)

    def profile(self, sources: Sequence[Source] = (), footprints: Sequence[Footprint] = ()) -> Profile:
        """What the rows sum up to so far, the groups that cost most or have most tokens first."""
        one_in = (self._prompts.one_in, self._prefixes.one_in)
        spans = _spans(footprints)
        groups = sorted((tally.group(_covered(tally, spans), *one_in) for tally in self._tallies.values()), key=_rank)
        covered = [*spans.values(), *(group.covers for group in groups)]
        overlaps = (overlap(*pair) for pair in combinations(footprints, 2))
        return Profile(
            groups=groups,
            first=min((first for first, _ in covered), default=0),
            end=max((end for _, end in covered), default=0),
            sources=tuple(sources),
            overlaps=tuple(found for found in overlaps if found is not None),
            silences=tuple(silences(footprints)),
            order=self._order(),
            lumped=self._lumped,
            forgotten=self._forgotten,
        )

    def _new(self, key: _Key, record: Record) -> tuple[Tally, Record]:
        """A group for a key that has none, or the one that takes it when there is no more room."""
        if len(self._tallies) >= GROUPS:
            self._lumped += 1
            key = (OTHERS, NOT_NAMED, record.provider, record.model, record.lane)
            if key not in self._tallies and len(self._tallies) >= 2 * GROUPS:
                key = (OTHERS, NOT_NAMED, NOT_NAMED, NOT_NAMED, None)
            record = msgspec.structs.replace(
                record, workflow=OTHERS, named_by=NOT_NAMED, provider=key[2], model=key[3], lane=key[4]
            )
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally(len(self._tallies), record)
            for other in self._tallies.values():
                other.make_room(len(self._tallies))
        return tally, record

    def _follow(self, session: str, record: Record, tally: Tally) -> None:
        """Count how long after one call of a session the next began; it is the earlier one whose answer was waited for."""
        this = (record.at, record.at + (record.latency or 0), tally)
        previous = self._sessions.pop(session, None)
        self._sessions[session] = this
        if previous is None:
            if len(self._sessions) > SESSIONS:
                oldest = list(self._sessions)[: SESSIONS >> 2]
                for name in oldest:
                    del self._sessions[name]
                self._forgotten += len(oldest)
            return
        earlier, later = (previous, this) if previous[0] <= this[0] else (this, previous)
        earlier[2].follows[bisect_right(GAPS, later[0] - earlier[1])] += 1

    def _order(self) -> Order:
        few = DISORDER * (self._forward + self._backward)
        if self._backward <= few:
            return "ascending"
        return "descending" if self._forward <= few else "mixed"


def profile_of(records: Iterable[Record]) -> Profile:
    """The profile of rows that are at hand."""
    profiler = Profiler()
    for record in records:
        profiler.add(record)
    found = profiler.profile()
    whole = (found.first, found.end)
    return replace(found, groups=[replace(group, covers=whole) for group in found.groups])


def _spans(footprints: Iterable[Footprint]) -> Mapping[int, tuple[int, int]]:
    """From when to when each kind of file speaks. An export also has hours in which nothing was used, and they count."""
    found = dict[int, tuple[int, int]]()
    for one in footprints:
        if one.first is not None and one.end is not None:
            first, end = found.get(one.stream, (one.first, one.end))
            found[one.stream] = (min(first, one.first), max(end, one.end))
    return found


def _covered(tally: Tally, spans: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    own = [span for stream, span in spans.items() if tally.streams >> stream & 1]
    return min([tally.first, *(first for first, _ in own)]), max([tally.end, *(end for _, end in own)])


def _rank(group: Group) -> tuple[int, int, str, str, str]:
    tokens = group.amount.tokens
    return (-group.amount.cost, -tokens.input - tokens.output, group.workflow, group.model, group.lane or "")

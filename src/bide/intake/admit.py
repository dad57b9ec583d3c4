"""Which requests are guaranteed while a job is read: those that still fit into the real-time capacity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bide.core.bucket import Part, Tally
from bide.core.deadline import OnMiss
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.decision.outlook import Key
from bide.lanes.hours.hours import ANY_TIME, Hours
from bide.lanes.hours.notice import notice
from bide.lanes.rescue import admission
from bide.lanes.rescue.admission import Admission
from bide.lanes.rescue.rescue import Demand, Margins


@dataclass(frozen=True, slots=True)
class Terms:
    """What a job's requests are measured against. `promised` is everything outstanding, by (account, model)."""

    deadline: int
    on_miss: OnMiss
    margins: Margins
    promote_share: float
    capacity: Callable[[Key], Capacity]
    hours: Callable[[Key], Hours]
    promised: Mapping[Key, Sequence[Demand]]
    now: int
    slowness: Callable[[Key], float] = lambda key: 1.0
    """By what calls have been seen to exceed the time that is assumed for them."""

    def margins_of(self, key: Key) -> Margins:
        """As careful as the safety net will be there."""
        return self.margins.slowed(self.slowness(key))


@dataclass(slots=True)
class _Room:
    """What one (account, model) has been given so far."""

    capacity: Capacity
    hours: Hours
    free: int = 0
    longest: int = -1
    all: Tally = field(default_factory=Tally)
    given: Tally = field(default_factory=Tally)


class Admissions:
    """Divides requests, in their order, into those that fit and the rest."""

    def __init__(self, terms: Terms, given: dict[Key, Tally] | None = None) -> None:
        """`given` is what has been given since `promised` was looked at, shared by all who give of it: what fits beside all of
        that, whatever its deadlines, fits. A later deadline never has less room than an earlier one."""
        self._terms = terms
        self._given = {} if given is None else given
        self._rooms: dict[Key, _Room] = {}

    def part(self, key: Key, requests: int, tokens: int, longest: int) -> Part | None:
        """Where so many requests belong together; None when they must be asked about one by one, because not all fit.

        `tokens` is the sum of their bounds, `longest` the most output tokens one of them may ask for.
        """
        terms = self._terms
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = _Room(terms.capacity(key), terms.hours(key))
        room.all += Tally(requests, tokens)
        if longest > room.longest:
            room.longest = longest
            promised = terms.promised.get(key, ())
            allowed = room.hours.allowed
            margins = terms.margins_of(key)
            free = admission.room(promised, terms.deadline, longest, room.capacity, margins, terms.now, allowed)
            # What is only assumed is not used up: batches get their part of the time before anything is paid in full.
            room.free = free if room.capacity.known else int(free * (1 - terms.promote_share))
        if terms.on_miss is not OnMiss.RESCUE:
            return Part.REST
        given = self._given.get(key, Tally())
        wanted = given + Tally(requests, tokens)
        if not admission.fits(wanted, room.free, room.capacity):
            if requests == 1 or not admission.fits(given + Tally(1, tokens // requests), room.free, room.capacity):
                return Part.REST
            room.all += Tally(-requests, -tokens)
            return None
        self._given[key] = wanted
        room.given += Tally(requests, tokens)
        return Part.GUARANTEED if room.capacity.known else Part.ASSUMED

    def notice(self, key: Key, requests: int, unrescued: int, deadline: int, now: int) -> str:
        """What is to be known about the hours of one that was asked about (`bide.lanes.hours.notice`), for so many of its requests."""
        hours = self._rooms[key].hours
        return "" if hours is ANY_TIME else notice(hours, deadline, requests, unrescued, self._terms.on_miss, now)

    def results(self) -> dict[Key, Admission]:
        """What can be promised, by (account, model)."""
        terms = self._terms
        return {
            key: admission.explain(
                room.all,
                room.given,
                terms.deadline,
                max(0, room.longest),
                room.capacity,
                terms.margins_of(key),
                terms.now,
                room.free,
                room.hours,
                terms.on_miss,
            )
            for key, room in self._rooms.items()
        }

"""What bide has in flight in the flex tier of a played account, in the place of the engine's calls and what its store says of them.

A request that is asked for here counts as batched. It may lie in a batch besides, and at its last safe moment it is called,
whatever becomes of the flex call: `Pile.flexing` holds those that are open and not called.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from bide.lanes.capacity.scarcity import FlexPace
from bide.lanes.decision.decision import Wanted
from bide.lanes.decision.outlook import Key
from bide.lanes.forecast.forecast import View
from bide.lanes.plan.flex import Tier
from bide.whatif.learning import Learner
from bide.whatif.outcome import Book
from bide.whatif.scarcity import Fate
from bide.whatif.stock import ENDPOINT, KEY, Group, Pile
from bide.whatif.weather import Weather


class Flexing:
    """The flex calls of one account: how fast it asks, what is in flight, what came of it."""

    def __init__(self, book: Book, learner: Learner, weather: Weather) -> None:
        self._book = book
        self._learner = learner
        self._weather = weather
        self._pace = FlexPace()
        self._serials: defaultdict[int, int] = defaultdict(int)
        self._in_flight: dict[int, tuple[Pile, Fate]] = {}

    def tiers(self, piles: Iterable[Pile], view: View) -> Mapping[Key, Tier]:
        """What decisions are told of it: as `bide.engine.flexing` does, nothing where it is no cheaper than the list price."""
        prices = self._book.prices
        if prices.flex >= 1:
            return {}
        flexing = {pile.id: len(pile.flexing) for pile in piles if pile.flexing}
        return {KEY: Tier(frozenset({ENDPOINT}), prices.flex <= prices.batch, view.refusal(*KEY), flexing)}

    def room(self, now: int) -> int:
        """How many calls may start now, the rate limit aside."""
        return self._pace.room(now)

    def next_room(self, now: int) -> int:
        """When time alone will allow another call; `now` where only an answer is waited for."""
        return self._pace.next_room(now)

    def ask(
        self, wanted: Wanted, pile: Pile, groups: Mapping[int, Group], room: int, now: int
    ) -> list[tuple[int, int]]:
        """Ask for up to `room` requests, waiting ones or those that lie in a batch; when each call ends, and for which request."""
        chosen: list[tuple[int, Group | None]] = []
        while wanted.waiting and pile.waiting and len(chosen) < room:
            chosen.append((pile.waiting.popleft(), None))
            pile.batched += 1
        for carrier in wanted.carriers:
            group = groups[carrier.batch.id]
            chosen.extend((number, group) for number in islice(_unasked(group), room - len(chosen)))
        ends: list[tuple[int, int]] = []
        for number, group in chosen:
            pile.flexing[number] = group
            output = self._book.arrivals[number].output_tokens
            fate = self._weather.flex.fate(number, self._serials[number], output, now)
            self._serials[number] += 1
            self._in_flight[number] = pile, fate
            ends.append((now + fate.takes, number))
        self._pace = self._pace.started(len(chosen))
        pile.changed()
        return ends

    def end(self, number: int, now: int) -> bool:
        """A call has come to its end, after which more is decided."""
        pile, fate = self._in_flight.pop(number)
        is_outstanding = number in pile.flexing
        group = pile.flexing.pop(number, None)
        if fate.is_refused:
            self._pace = self._pace.refused(fate.jitter, now)
            self._book.turned_away += 1
            self._learner.turned_away(now)
            if is_outstanding and group is None:
                pile.batched -= 1
                pile.waiting.append(number)
        else:
            self._pace = self._pace.answered(now)
            self._book.flexed += 1
            self._learner.flexed(fate.takes, self._book.arrivals[number].output_tokens, now)
            self._book.answer(number, now, self._book.prices.flex)
            if is_outstanding:
                pile.batched -= 1
            if group is not None:
                group.called.add(number)
        pile.changed()
        return True


def _unasked(group: Group) -> Iterator[int]:
    """The requests of a batch that are to be had in flex: neither called nor asked for, and in no other batch."""
    if group.batch.copied or group.batch.copy_of is not None:
        return iter(())
    return (one for one in group.bought.requests if one not in group.called and one not in group.pile.flexing)

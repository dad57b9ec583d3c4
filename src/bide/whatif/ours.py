"""bide's own policy on a log: the decisions of `bide.lanes`, taken by `decide` as the engine takes them.

What the engine keeps in a store is kept in lists here (`stock`). Time jumps from one event to the next; a look follows whatever
changes what is decided.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bide.core.batch import LiveBatch
from bide.core.bucket import Tally
from bide.core.clock import DAY, FAR_FUTURE, MINUTE, SECOND
from bide.core.states import BatchState, Lane
from bide.engine.attention import next_poll
from bide.lanes.arrival import gather
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pressure import HORIZON, WINDOW, Load
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Decisions, Wanted
from bide.lanes.decision.outlook import Account, Outlook, Rules
from bide.lanes.plan.copies import SPENT_SINCE
from bide.providers.port import Capabilities, Limits
from bide.whatif.arrival import Arrival
from bide.whatif.creates import Creates
from bide.whatif.flexing import Flexing
from bide.whatif.learning import Learner
from bide.whatif.market import Channel, Purchase, Queue
from bide.whatif.outcome import Book, Prices
from bide.whatif.scenario import latency
from bide.whatif.stock import ACCOUNT, BLANK, ENDPOINT, KEY, Group, Pile, batch_of
from bide.whatif.weather import Weather

SUBMIT = 2 * SECOND
"""How long it takes to upload and create a batch."""

TURN = SECOND
"""The least time between two looks."""

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 << 20,
    batches_per_hour=2_000,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    source="OpenAI's, as in bide.providers.openai",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True, realtime=True, streaming=True, endpoints=frozenset({ENDPOINT}), source="", checked_on="2026-11-21"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings that are tried out. `kept` is the part of the rate limit that deferred work leaves to urgent calls; `flex`: the
    account has a flex tier."""

    rules: Rules
    kept: float = 0.5
    flex: bool = False
    gather_longest: int = gather.LONGEST
    gather_share: int = gather.SHARE
    poll_interval: int = 15 * SECOND
    poll_longest: int = 2 * MINUTE


class Play:
    """One account, one log. `run` plays it to its end."""

    def __init__(self, arrivals: Sequence[Arrival], prices: Prices, weather: Weather, policy: Policy) -> None:
        self.book = Book(arrivals, prices)
        self.learner = Learner()
        self._arrivals = arrivals
        self._weather = weather
        self._policy = policy
        self._flexing = Flexing(self.book, self.learner, weather)
        self._prices = prices
        rpm = weather.scenario.requests_per_minute
        self._channel = Channel(rpm)
        self._urgent = Queue(self._channel)
        self._capacity = Capacity(rpm, None, known=True).without(policy.kept)
        self._accounts = {ACCOUNT: Account(LIMITS, CAPABILITIES)}
        self._piles: dict[tuple[int, int], Pile] = {}
        self._by_id: dict[int, Pile] = {}
        self._groups: dict[int, Group] = {}
        self._creates = Creates()
        self._enqueued = 0
        self._serials: defaultdict[int, int] = defaultdict(int)
        self._recent: deque[tuple[int, Tally]] = deque()
        self._peak = Tally()
        self._events: list[tuple[int, int, Callable[[int, int], bool], int]] = []
        self._count = 0
        self._look_at = FAR_FUTURE
        self._looked_at = -TURN

    def run(self) -> Book:
        """Play the log until everything is answered."""
        for number, arrival in enumerate(self._arrivals):
            self._at(arrival.at, self._arrive, number)
        while self._events or self._look_at < FAR_FUTURE:
            due = self._events[0][0] if self._events else FAR_FUTURE
            if self._look_at < due:
                self._look(max(self._look_at, self._looked_at + TURN))
                continue
            now, _, happens, subject = heapq.heappop(self._events)
            if happens(subject, now):
                self._look_at = min(self._look_at, max(now, self._looked_at + TURN))
        return self.book

    def _at(self, at: int, happens: Callable[[int, int], bool], subject: int) -> None:
        """What happens later; it says whether it changes what is decided."""
        self._count += 1
        heapq.heappush(self._events, (at, self._count, happens, subject))

    # What happens

    def _arrive(self, number: int, now: int) -> bool:
        arrival = self._arrivals[number]
        if arrival.urgent:
            self._urgent.add(arrival.deadline, number)
            return self._serve_urgent(0, now)
        self._press(arrival, now)
        slot = gather.slot(arrival.deadline, now, self._policy.gather_longest, self._policy.gather_share)
        key = slot.deadline, slot.gathers_until
        pile = self._piles.get(key)
        if pile is None:
            pile = self._piles[key] = Pile(len(self._by_id) + 1, slot.deadline, slot.gathers_until, now)
            self._by_id[pile.id] = pile
        pile.waiting.append(number)
        pile.tokens = max(pile.tokens, arrival.input_tokens + arrival.limit)
        pile.longest = max(pile.longest, arrival.limit)
        pile.changed()
        return True

    def _press(self, arrival: Arrival, now: int) -> None:
        """Note what came within the window of a burst."""
        if arrival.deadline - now < HORIZON:
            self._recent.append((now, Tally(1, arrival.input_tokens + arrival.limit)))
        while self._recent and self._recent[0][0] <= now - WINDOW:
            self._recent.popleft()
        if len(self._recent) > self._peak.requests:
            self._peak = Tally(len(self._recent), sum(one.tokens for _, one in self._recent))

    def _serve_urgent(self, _: int, now: int) -> bool:
        for number in self._urgent.start(now):
            self._call(number, now)
        if self._urgent.waiting:
            self._at(max(now + 1, self._channel.ready_at), self._serve_urgent, 0)
        return False

    def _call(self, number: int, now: int) -> None:
        self.book.calls += 1
        takes = latency(self._arrivals[number].output_tokens, self._weather.noise(number))
        self._at(now + takes, self._answer, number)

    def _answer(self, number: int, now: int) -> bool:
        self.book.answer(number, now, 1.0)
        return False

    def _harvest(self, batch: int, now: int) -> bool:
        """A poll: has it ended, by itself or by its cancel?"""
        group = self._groups.get(batch)
        if group is None or group.bought.ended_at > now:
            return False
        del self._groups[batch]
        bought, pile = group.bought, group.pile
        finished = bought.finished(bought.ended_at, self._weather)
        self._enqueued -= self._tokens(bought.requests)
        self.learner.ended(group, finished, now)
        for place, number in enumerate(bought.requests):
            first = place < finished and self.book.answer(number, now, self._prices.batch)
            if group.batch.copy_of is not None:
                self.learner.copied(first and number not in group.called, group.expected)
            if number in group.called:
                continue
            twin = self._twin(group)
            if first and twin is not None:  # the other copy is for nothing
                twin.called.add(number)
                twin.next_call = 1
                self._cancel(twin.bought.id, now)
            if not first and twin is None and number in pile.flexing:
                pile.flexing[number] = None  # the flex tier may still answer it
                continue
            if first or twin is None:
                pile.batched -= 1
            if first:
                pile.flexing.pop(number, None)
            if twin is None and self.book.is_open(number):
                pile.waiting.append(number)
        pile.changed()
        return True

    def _twin(self, group: Group) -> Group | None:
        """The other copy of a batch, as long as it is under way and carries the same request still."""
        if group.batch.copy_of is not None:
            twin = self._groups.get(group.batch.copy_of)
        elif group.batch.copied:
            twin = next((one for one in self._groups.values() if one.batch.copy_of == group.batch.id), None)
        else:
            return None
        return None if twin is None or twin.called else twin

    # What is decided

    def _look(self, now: int) -> None:
        self._looked_at = now
        decisions = decide(self._outlook(now), self._policy.rules, now)
        self._look_at = max(decisions.next_at, now + TURN) if decisions.next_at < FAR_FUTURE else FAR_FUTURE
        for opening in decisions.openings:
            pile = self._by_id[opening.bucket.id]
            for _ in range(opening.batches):
                if taken := self._taken(pile, opening.requests, opening.tokens, opening.least):
                    self._submit(pile, taken, now)
        for batch, chance in decisions.copies.items():
            self._copy(self._groups[batch], chance, now)
        for batch, at in decisions.looks.items():
            group = self._groups[batch]
            group.batch = replace(group.batch, due_at=at)
            self._at(at, self._harvest, batch)
        for batch in decisions.cancels:
            self._cancel(batch, now)
        self._serve(decisions, now)

    def _taken(self, pile: Pile, requests: int, tokens: int, least: int) -> list[int]:
        """Requests for a batch, as many as fit."""
        taken: list[int] = []
        while pile.waiting and len(taken) < requests:
            needs = self._arrivals[pile.waiting[0]].input_tokens
            if len(taken) >= least and needs > tokens:
                break
            tokens -= needs
            taken.append(pile.waiting.popleft())
        pile.batched += len(taken)
        pile.changed()
        return taken

    def _submit(self, pile: Pile, taken: list[int], now: int, copy_of: int | None = None) -> Group:
        serial = self._serials[taken[0]]
        self._serials[taken[0]] += 1
        self.book.batches += 1
        number = self.book.batches
        bought = Purchase.of(number, taken, serial, now + SUBMIT, self._weather)
        self._creates.append(now)
        self._enqueued += self._tokens(taken)
        self.learner.submitted(bought)
        seen_at = self._seen_at(bought.submitted_at, bought.ended_at)
        group = self._groups[number] = Group(bought, pile, batch_of(bought, seen_at, copy_of))
        self._at(seen_at, self._harvest, number)
        return group

    def _copy(self, group: Group, chance: float, now: int) -> None:
        group.batch = replace(group.batch, copied=True)
        copy = self._submit(group.pile, group.bought.requests, now, group.batch.id)
        copy.expected = chance

    def _cancel(self, batch: int, now: int) -> None:
        group = self._groups[batch]
        group.bought.cancel(now, self._weather)
        group.batch = replace(group.batch, cancel_asked=True, state=BatchState.CANCELLING)
        self._at(self._seen_at(group.bought.submitted_at, max(now, group.bought.ended_at)), self._harvest, batch)

    def _serve(self, decisions: Decisions, now: int) -> None:
        for wanted in decisions.wanted:
            if wanted.lane is Lane.FLEX:
                self._ask(wanted, now)
                continue
            room = 0 if self._urgent.waiting else min(wanted.calls, self._channel.room(now))
            started = self._rescue(wanted, room, now)
            self._channel.started(started, now)
            if started < wanted.calls:
                self._look_at = min(self._look_at, max(now + TURN, self._channel.ready_at))

    def _ask(self, wanted: Wanted, now: int) -> None:
        """Ask for as many in the flex tier as it and the rate limit have room for."""
        flexing = self._flexing
        room = 0 if self._urgent.waiting else min(wanted.calls, self._channel.room(now), flexing.room(now))
        ends = flexing.ask(wanted, self._by_id[wanted.bucket.id], self._groups, room, now)
        self._channel.started(len(ends), now)
        for at, number in ends:
            self._at(at, flexing.end, number)
        later = max(self._channel.ready_at, flexing.next_room(now))
        if len(ends) < wanted.calls and (later > now or self._urgent.waiting):  # else a call that ends makes room
            self._look_at = min(self._look_at, max(now + TURN, later))

    def _rescue(self, wanted: Wanted, room: int, now: int) -> int:
        """Call up to `room` requests, waiting ones first; how many."""
        pile = self._by_id[wanted.bucket.id]
        started = 0
        while started < room and pile.waiting:
            self._call(pile.waiting.popleft(), now)
            started += 1
        for carrier in wanted.carriers:
            group = self._groups[carrier.batch.id]
            while started < room and group.next_call < len(group.bought.requests):
                number = group.bought.requests[group.next_call]
                if number in group.called:  # the flex tier has answered it
                    group.next_call += 1
                    continue
                twin = self._twin(group)
                for one in (group, twin) if twin else (group,):
                    one.next_call += 1
                    one.called.add(number)
                    one.batch = replace(one.batch, rescued=one.batch.rescued + 1)
                pile.batched -= 1
                pile.flexing.pop(number, None)
                self._call(number, now)
                started += 1
        while started < room and wanted.flexing and pile.flexing:
            number = next(iter(pile.flexing))
            del pile.flexing[number]
            pile.batched -= 1
            self._call(number, now)
            started += 1
        pile.changed()
        return started

    # What is seen

    def _outlook(self, now: int) -> Outlook:
        for key, pile in list(self._piles.items()):
            if not pile.waiting and not pile.batched and now >= pile.gathers_until:
                del self._piles[key]
        groups = self._groups.values()
        live = [LiveBatch(one.seen(now, self._weather), {one.pile.id: len(one.bought.requests)}) for one in groups]
        view = self.learner.view(groups, now)  # after what batches have shown by now
        created, lately = self._creates.counted(now)
        limit = self._weather.scenario.enqueued_tokens
        return Outlook(
            [pile.bucket() for pile in self._piles.values()],
            live,
            {KEY: self._capacity},
            {KEY: Quota(limit, self._enqueued, len(groups), created, created_lately=lately)},
            self._accounts,
            loads={KEY: Load(self._peak)},
            efficacy={KEY: self.learner.efficacy},
            spending={KEY: self.book.spending(now - SPENT_SINCE)} if self._policy.rules.copies else {},
            forecast=view,
            flex=self._flexing.tiers(self._piles.values(), view) if self._policy.flex else {},
        )

    def _seen_at(self, submitted_at: int, ended_at: int) -> int:
        """When the poller sees that a batch has ended."""
        at, batch = submitted_at, replace(BLANK, submitted_at=submitted_at)
        while at < ended_at:
            at = next_poll(batch, self._policy.poll_interval, self._policy.poll_longest, at)
        return at

    def _tokens(self, requests: Sequence[int]) -> int:
        return sum(self._arrivals[number].input_tokens for number in requests)

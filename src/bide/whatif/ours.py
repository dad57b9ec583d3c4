"""bide's own policy on a log: the decisions of `bide.lanes`, taken by `decide` as the engine takes them.

What the engine keeps in a store is kept here in lists: buckets with their tallies, batches with their requests. Time jumps
from one event to the next; a look follows whatever changes what is decided.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import FAR_FUTURE, HOUR, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.engine.attention import next_poll
from bide.lanes import gather
from bide.lanes.capacity import Capacity
from bide.lanes.decide import Account, Decisions, Outlook, Rules, Wanted, decide
from bide.lanes.forecast import nothing_seen
from bide.lanes.pressure import HORIZON, WINDOW, Load
from bide.lanes.quota import Quota
from bide.providers.port import Capabilities, Limits
from bide.whatif.arrival import Arrival
from bide.whatif.market import Channel, Purchase, Queue
from bide.whatif.outcome import Book, Prices
from bide.whatif.scenario import latency
from bide.whatif.weather import Weather

ACCOUNT, MODEL, ENDPOINT = "provider", "model", "/v1/chat/completions"
KEY = (ACCOUNT, MODEL)

SUBMIT = 2 * SECOND
"""How long it takes to upload and create a batch."""

TURN = SECOND
"""The least time between two looks."""

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 << 20,
    batches_per_hour=2_000,
    window=24 * HOUR,
    cancel_bound=600 * SECOND,
    listing_delay=180 * SECOND,
    source="OpenAI's, as in bide.providers.openai",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True, realtime=True, streaming=True, endpoints=frozenset({ENDPOINT}), source="", checked_on="2026-11-21"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings that are tried out. `kept` is the part of the rate limit that deferred work leaves to urgent calls."""

    rules: Rules
    kept: float = 0.5
    gather_longest: int = gather.LONGEST
    poll_interval: int = 15 * SECOND
    poll_longest: int = 120 * SECOND


@dataclass(slots=True)
class _Bucket:
    """Requests of one deadline."""

    id: int
    deadline: int
    gathers_until: int
    accepted_at: int
    waiting: deque[int] = field(default_factory=deque[int])
    batched: int = 0
    calling: int = 0
    tokens: int = 0
    longest: int = 0
    shown: Bucket | None = None


@dataclass(slots=True)
class _Group:
    """A batch under way, and which of its requests were called meanwhile."""

    bought: Purchase
    bucket: _Bucket
    batch: Batch
    called: set[int] = field(default_factory=set[int])
    next_call: int = 0


class Play:
    """One account, one log. `run` plays it to its end."""

    def __init__(self, arrivals: Sequence[Arrival], prices: Prices, weather: Weather, policy: Policy) -> None:
        self.book = Book(arrivals, prices)
        self._arrivals = arrivals
        self._weather = weather
        self._policy = policy
        self._prices = prices
        rpm = weather.scenario.requests_per_minute
        self._channel = Channel(rpm)
        self._urgent = Queue(self._channel)
        self._capacity = Capacity(rpm, None, known=True).without(policy.kept)
        self._accounts = {ACCOUNT: Account(LIMITS, CAPABILITIES)}
        self._buckets: dict[tuple[int, int], _Bucket] = {}
        self._by_id: dict[int, _Bucket] = {}
        self._groups: dict[int, _Group] = {}
        self._created: deque[int] = deque()
        self._enqueued = 0
        self._serials: defaultdict[int, int] = defaultdict(int)
        self._events: list[tuple[int, int, str, int]] = []
        self._count = 0
        self._view = nothing_seen()
        self._recent: deque[tuple[int, Tally]] = deque()
        self._peak = Tally()
        self._look_at = FAR_FUTURE
        self._looked_at = -TURN

    def run(self) -> Book:
        """Play the log until everything is answered."""
        for number, arrival in enumerate(self._arrivals):
            self._at(arrival.at, "arrival", number)
        while self._events or self._look_at < FAR_FUTURE:
            due = self._events[0][0] if self._events else FAR_FUTURE
            if self._look_at < due:
                self._look(max(self._look_at, self._looked_at + TURN))
                continue
            now, _, kind, subject = heapq.heappop(self._events)
            if getattr(self, f"_{kind}")(subject, now):
                self._look_at = min(self._look_at, max(now, self._looked_at + TURN))
        return self.book

    def _at(self, at: int, kind: str, subject: int) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, kind, subject))

    # --- what happens ---

    def _arrival(self, number: int, now: int) -> bool:
        arrival = self._arrivals[number]
        if arrival.urgent:
            self._urgent.add(arrival.deadline, number)
            self._serve_urgent(0, now)
            return False
        self._press(arrival, now)
        slot = gather.slot(arrival.deadline, now, self._policy.gather_longest)
        key = slot.deadline, slot.gathers_until
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(len(self._by_id) + 1, slot.deadline, slot.gathers_until, now)
            self._by_id[bucket.id] = bucket
        bucket.waiting.append(number)
        bucket.tokens = max(bucket.tokens, arrival.input_tokens + arrival.limit)
        bucket.longest = max(bucket.longest, arrival.limit)
        bucket.shown = None
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
            self._at(max(now + 1, self._channel.ready_at), "serve_urgent", 0)
        return False

    def _call(self, number: int, now: int) -> None:
        self.book.calls += 1
        self._at(now + latency(self._arrivals[number].output_tokens, self._weather.noise(number)), "called", number)

    def _called(self, number: int, now: int) -> bool:
        self.book.answer(number, now, 1.0)
        return False

    def _harvest(self, batch: int, now: int) -> bool:
        """A look at the provider has found a batch ended, or its cancel has."""
        group = self._groups.get(batch)
        if group is None or group.bought.ended_at > now:
            return False
        del self._groups[batch]
        bought, bucket = group.bought, group.bucket
        finished = bought.finished(bought.ended_at, self._weather)
        self._enqueued -= self._tokens(bought.requests)
        for place, number in enumerate(bought.requests):
            if place < finished:
                self.book.answer(number, now, self._prices.batch)
            if number in group.called:
                continue
            bucket.batched -= 1
            if place >= finished and self.book.is_open(number):
                bucket.waiting.append(number)
        bucket.shown = None
        return True

    # --- what is decided ---

    def _look(self, now: int) -> None:
        self._looked_at = now
        decisions = decide(self._outlook(now), self._policy.rules, now)
        self._look_at = max(decisions.next_at, now + TURN) if decisions.next_at < FAR_FUTURE else FAR_FUTURE
        for opening in decisions.openings:
            bucket = self._by_id[opening.bucket.id]
            for _ in range(opening.batches):
                if bucket.waiting:
                    self._open(bucket, opening.requests, opening.tokens, opening.least, now)
        for batch, at in decisions.looks.items():
            self._groups[batch].batch = replace(self._groups[batch].batch, due_at=at)
            self._at(at, "harvest", batch)
        for batch in decisions.cancels:
            self._cancel(batch, now)
        self._serve(decisions, now)

    def _open(self, bucket: _Bucket, requests: int, tokens: int, least: int, now: int) -> None:
        taken: list[int] = []
        while bucket.waiting and len(taken) < requests:
            needs = self._arrivals[bucket.waiting[0]].input_tokens
            if len(taken) >= least and needs > tokens:
                break
            tokens -= needs
            taken.append(bucket.waiting.popleft())
        if not taken:
            return
        serial = self._serials[taken[0]]
        self._serials[taken[0]] += 1
        self.book.batches += 1
        number = self.book.batches
        bought = Purchase.of(number, taken, serial, now + SUBMIT, self._weather)
        bucket.batched += len(taken)
        bucket.shown = None
        self._created.append(now)
        self._enqueued += self._tokens(taken)
        seen_at = self._seen_at(bought.submitted_at, bought.ended_at)
        self._groups[number] = _Group(bought, bucket, replace(_batch(bought), due_at=seen_at))
        self._at(seen_at, "harvest", number)

    def _cancel(self, batch: int, now: int) -> None:
        group = self._groups[batch]
        group.bought.cancel(now, self._weather)
        group.batch = replace(group.batch, cancel_asked=True, state=BatchState.CANCELLING)
        self._at(self._seen_at(group.bought.submitted_at, max(now, group.bought.ended_at)), "harvest", batch)

    def _serve(self, decisions: Decisions, now: int) -> None:
        for wanted in decisions.wanted:
            room = 0 if self._urgent.waiting else min(wanted.calls, self._channel.room(now))
            started = self._rescue(wanted, room, now)
            self._channel.started(started, now)
            if started < wanted.calls:
                self._look_at = min(self._look_at, max(now + TURN, self._channel.ready_at))

    def _rescue(self, wanted: Wanted, room: int, now: int) -> int:
        bucket = self._by_id[wanted.bucket.id]
        started = 0
        while started < room and bucket.waiting:
            self._call(bucket.waiting.popleft(), now)
            started += 1
        for carrier in wanted.carriers:
            group = self._groups[carrier.batch.id]
            while started < room and group.next_call < len(group.bought.requests):
                number = group.bought.requests[group.next_call]
                group.next_call += 1
                group.called.add(number)
                bucket.batched -= 1
                self._call(number, now)
                started += 1
            group.batch = replace(group.batch, rescued=len(group.called))
        if started:
            bucket.shown = None
        return started

    # --- what is seen ---

    def _outlook(self, now: int) -> Outlook:
        while self._created and self._created[0] <= now - HOUR:
            self._created.popleft()
        for key, bucket in list(self._buckets.items()):
            if not bucket.waiting and not bucket.batched and now >= bucket.gathers_until:
                del self._buckets[key]
        quota = Quota(
            self._weather.scenario.enqueued_tokens, self._enqueued, len(self._groups), len(self._created), None
        )
        return Outlook(
            [self._shown(bucket) for bucket in self._buckets.values()],
            [
                LiveBatch(self._progress(group, now), {group.bucket.id: len(group.bought.requests)})
                for group in self._groups.values()
            ],
            {KEY: self._capacity},
            {KEY: quota},
            self._accounts,
            loads={KEY: Load(self._peak)},
            forecast=self._view,
        )

    def _shown(self, bucket: _Bucket) -> Bucket:
        if bucket.shown is None:
            waiting, batched = len(bucket.waiting), bucket.batched
            bucket.shown = Bucket(
                id=bucket.id,
                owner="",
                job_id=bucket.id,
                job_state=JobState.RUNNING,
                on_miss=OnMiss.RESCUE,
                account=ACCOUNT,
                model=MODEL,
                endpoint=ENDPOINT,
                accepted_at=bucket.accepted_at,
                deadline=bucket.deadline,
                protected=True,
                longest=bucket.longest,
                batchable=True,
                tallies={
                    Phase.WAITING: Tally(waiting, waiting * bucket.tokens),
                    Phase.BATCHED: Tally(batched, batched * bucket.tokens),
                },
                gathers_until=bucket.gathers_until,
            )
        return bucket.shown

    def _progress(self, group: _Group, now: int) -> Batch:
        """What the last poll has shown of a batch."""
        count = len(group.bought.requests)
        if count > 1 and group.batch.state is BatchState.SUBMITTED:
            finished = group.bought.finished(now, self._weather)
            if finished != group.batch.completed_count:
                group.batch = replace(group.batch, completed_count=finished)
        return group.batch

    def _seen_at(self, submitted_at: int, ended_at: int) -> int:
        """When the poller sees that a batch has ended."""
        at = submitted_at
        template = replace(_NOTHING, submitted_at=submitted_at)
        while at < ended_at:
            at = next_poll(template, self._policy.poll_interval, self._policy.poll_longest, at)
        return at

    def _tokens(self, requests: Sequence[int]) -> int:
        return sum(self._arrivals[number].input_tokens for number in requests)


def _batch(bought: Purchase) -> Batch:
    count = len(bought.requests)
    return replace(
        _NOTHING,
        id=bought.id,
        requests=count,
        total_count=count,
        submitted_at=bought.submitted_at,
        provider_id=str(bought.id),
    )


_NOTHING = Batch(
    id=0,
    owner="",
    external_id="",
    tag="",
    account=ACCOUNT,
    model=MODEL,
    endpoint=ENDPOINT,
    state=BatchState.SUBMITTED,
    outcome=None,
    code=None,
    message=None,
    requests=0,
    size=0,
    tokens=0,
    rescued=0,
    first_attempt=None,
    last_attempt=None,
    failed_validations=0,
    input_file=None,
    provider_id=None,
    output_file=None,
    error_file=None,
    output_rows=0,
    error_rows=0,
    total_count=0,
    completed_count=0,
    failed_count=0,
    cancel_asked=False,
    opened_at=0,
    intended_at=0,
    doubted_at=None,
    submitted_at=0,
    started_at=None,
    cancel_at=None,
    ended_at=None,
    harvested_at=None,
    cleaned_at=None,
    files_kept=0,
    expires_at=None,
    failures=0,
    trouble=None,
    due_at=None,
    holder=None,
    lease_until=0,
    fence=0,
)

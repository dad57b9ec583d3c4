"""A provider and a caller reduced to counts, with `decide` between them: what do the rules cost, and who is late?

Requests are alike, batches take as long as a test says, calls take five seconds and never fail. Nothing is random and nothing
waits: time jumps from one look to the next. Prices are in list prices: a call is 1, an answer out of a batch is a half.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.lanes.given import CAPABILITIES, LIMITS, NOW, a_batch, a_bucket

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import DAY, FAR_FUTURE, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pace import WIDEST_WINDOW, Pace
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Wanted
from bide.lanes.decision.outlook import Account, Outlook, Rules
from bide.lanes.hours.hours import ANY_TIME, Hours
from bide.lanes.plan.assemble import Opening
from bide.lanes.plan.plan import Thresholds
from bide.lanes.rescue.admission import fits, room
from bide.lanes.rescue.protection import demand, is_rescued
from bide.lanes.rescue.rescue import Margins
from bide.providers.port import Capabilities, Limits

CALL = 5 * SECOND
"""How long a call takes."""

LOOK = 2 * MINUTE
"""How often a batch is polled."""

TURN = 2 * SECOND
"""The least time between two looks."""

LONGEST = 4 * DAY
"""After which a test is stuck."""

RULES = Rules(Margins(head_room=0.9, safety=30 * SECOND), Thresholds(), promote_share=0.5)

Turnaround = Callable[[int], int | None]
"""How long a batch takes, by its number from 1; None for one that never ends."""


@dataclass
class Group:
    """A batch at the provider, and how many of its requests were called meanwhile, from its front."""

    batch: Batch
    bucket: int
    ends_at: int
    steady: bool
    rescued: int = 0
    cancelled_at: int | None = None

    def finished(self, now: int) -> int:
        """How many of its requests the provider has answered: all of them at its end, or one after the other."""
        if now >= self.ends_at:
            return self.batch.requests
        age = now - (self.batch.submitted_at or now)
        return self.batch.requests * age // (age + self.ends_at - now) if self.steady else 0


@dataclass
class Market:
    """One account. `turnaround` and `steady` say how batches behave, `cancel` how long a cancel takes."""

    capacity: Capacity
    turnaround: Turnaround
    steady: bool = False
    cancel: int = 2 * MINUTE
    rules: Rules = RULES
    limits: Limits = LIMITS
    hours: Hours = ANY_TIME
    capabilities: Capabilities = CAPABILITIES
    now: int = NOW
    sent: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """(when, "batch" or "call") of everything that was sent."""
    buckets: dict[int, Bucket] = field(default_factory=dict[int, Bucket])
    groups: dict[int, Group] = field(default_factory=dict[int, Group])
    calls: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(when it ends, bucket) of the calls in flight."""
    created: int = 0
    called: int = 0
    batched: int = 0
    wasted: int = 0
    """Answers out of batches for requests that had been called as well."""
    lateness: dict[int, int] = field(default_factory=dict[int, int])
    """By bucket, how long after its deadline its last answer came (negative: before)."""
    pace: Pace = field(default_factory=lambda: Pace(window=WIDEST_WINDOW))

    def submit(self, requests: int, within: int, on_miss: OnMiss = OnMiss.RESCUE) -> list[int]:
        """Take a job: a bucket of what fits, and one of what does not. Their numbers, in this order."""
        deadline = self.now + within
        promised = [demand(bucket) for bucket in self.buckets.values() if is_rescued(bucket)]
        free = room(promised, deadline, 0, self.capacity, self.rules.margins, self.now, self.hours.allowed)
        guaranteed = min(requests, free * self.capacity.requests_per_minute // MINUTE)
        assert fits(Tally(guaranteed, 0), free, self.capacity)
        parts = (
            [(guaranteed, True), (requests - guaranteed, False)] if on_miss is OnMiss.RESCUE else [(requests, False)]
        )
        numbers: list[int] = []
        for count, protected in parts:
            if count:
                number = len(self.buckets) + 1
                self.buckets[number] = a_bucket(
                    number,
                    waiting=count,
                    tokens=0,
                    protected=protected,
                    on_miss=on_miss,
                    accepted_at=self.now,
                    deadline=deadline,
                )
                numbers.append(number)
        return numbers

    def run(self, until: int = FAR_FUTURE) -> None:
        """Work until everything is answered, or until an instant."""
        while self.now < until and any(bucket.open.requests for bucket in self.buckets.values()):
            next_at = self._look()
            events = [next_at, self.now + LOOK, until]
            events += [min(group.ends_at, group.cancelled_at or FAR_FUTURE) for group in self.groups.values()]
            self.now = max(self.now + TURN, min(events))
            assert self.now < NOW + LONGEST, "something is waited for that never comes"
            self._catch_up()

    @property
    def requests(self) -> int:
        return sum(tally.requests for bucket in self.buckets.values() for tally in bucket.tallies.values())

    @property
    def cost(self) -> float:
        """What was paid, as a part of what calls for everything would have cost."""
        return (self.called + 0.5 * self.batched) / self.requests

    def answered(self, bucket: int) -> int:
        """How many requests of a bucket have their answer."""
        return self.buckets[bucket].tally(Phase.BATCH, Phase.REALTIME).requests

    def _look(self) -> int:
        """One look at everything; when to look again."""
        decisions = decide(self._outlook(), self.rules, self.now)
        for opening in decisions.openings:
            self._create(opening)
        for number in decisions.cancels:
            self.groups[number].cancelled_at = self.now + self.cancel
        for bucket in decisions.protected:
            self.buckets[bucket.id] = replace(self.buckets[bucket.id], protected=True)
        for one in decisions.given_up:
            self._move(one.bucket.id, one.phase, Phase(one.state), one.bucket.tally(one.phase).requests)
        for wanted in decisions.wanted:
            self._call(wanted)
        missing = [wanted for wanted in decisions.wanted if wanted.calls]
        return min(decisions.next_at, self.pace.next_room(self.now)) if missing else decisions.next_at

    def _outlook(self) -> Outlook:
        key = ("openai", "gpt-6-luna")
        return Outlook(
            list(self.buckets.values()),
            [LiveBatch(self._shown(group), {group.bucket: group.batch.requests}) for group in self.groups.values()],
            {key: self.capacity},
            {key: Quota(None, 0, len(self.groups), 0)},
            {"openai": Account(self.limits, self.capabilities)},
            hours={key: self.hours},
        )

    def _shown(self, group: Group) -> Batch:
        return replace(
            group.batch,
            rescued=group.rescued,
            completed_count=group.finished(self.now),
            cancel_asked=group.cancelled_at is not None,
            state=BatchState.CANCELLING if group.cancelled_at else BatchState.SUBMITTED,
        )

    def _create(self, opening: Opening) -> None:
        self.created += 1
        self.sent.append((self.now, "batch"))
        requests = min(opening.requests, self.buckets[opening.bucket.id].waiting.requests)
        takes = self.turnaround(self.created)
        batch = a_batch(self.created, requests=requests, total_count=requests, submitted_at=self.now)
        ends_at = FAR_FUTURE if takes is None else self.now + takes
        self.groups[self.created] = Group(batch, opening.bucket.id, ends_at, self.steady)
        self._move(opening.bucket.id, Phase.WAITING, Phase.BATCHED, requests)

    def _call(self, wanted: Wanted) -> None:
        """Call what is wanted as far as the rate allows: what waits, then from the front of its batches."""
        calls = min(wanted.calls, self.pace.room(self.capacity, 0, self.now))
        number, left = wanted.bucket.id, calls
        for phase, group in [
            (Phase.WAITING, None),
            *((Phase.BATCHED, self.groups[one.batch.id]) for one in wanted.carriers),
        ]:
            there = group.batch.requests - group.rescued if group else self.buckets[number].waiting.requests
            taken = min(left, there)
            self._move(number, phase, Phase.CALLING, taken)
            if group:
                group.rescued += taken
            left -= taken
        made = calls - left
        self.called += made
        self.sent += [(self.now, "call")] * made
        self.calls += [(self.now + CALL, number)] * made
        self.pace = self.pace.started(made, self.capacity, 0, self.now)

    def _catch_up(self) -> None:
        """Everything that has ended by now. Calls that ended together are counted together: there are hundreds of thousands."""
        ended = Counter(call for call in self.calls if call[0] <= self.now)
        self.calls = [call for call in self.calls if call[0] > self.now]
        for (at, number), count in ended.items():
            for _ in range(count):
                self.pace = self.pace.answered()
            self._answer(number, Phase.CALLING, Phase.REALTIME, count, at)
        for number, group in list(self.groups.items()):
            at = min(group.ends_at, group.cancelled_at or FAR_FUTURE)
            if at <= self.now:
                self._harvest(self.groups.pop(number), at)

    def _harvest(self, group: Group, at: int) -> None:
        """A batch has ended or was cancelled. At worst what it finished first is what was called first."""
        finished = group.finished(at)
        new = max(0, finished - group.rescued)
        self.batched += finished
        self.wasted += finished - new
        self._answer(group.bucket, Phase.BATCHED, Phase.BATCH, new, at)
        self._move(group.bucket, Phase.BATCHED, Phase.WAITING, group.batch.requests - max(finished, group.rescued))

    def _answer(self, number: int, phase: Phase, lane: Phase, count: int, at: int) -> None:
        if count:
            self._move(number, phase, lane, count)
            late = at - self.buckets[number].deadline
            self.lateness[number] = max(self.lateness.get(number, -DAY), late)

    def _move(self, number: int, before: Phase, after: Phase, count: int) -> None:
        bucket = self.buckets[number]
        assert 0 <= count <= bucket.tally(before).requests
        moved = {
            before: Tally(bucket.tally(before).requests - count),
            after: Tally(bucket.tally(after).requests + count),
        }
        self.buckets[number] = replace(bucket, tallies={**bucket.tallies, **moved})

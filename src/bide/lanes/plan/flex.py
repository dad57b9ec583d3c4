"""What is asked for in the flex tier, rather than put into a batch or called at the list price.

Flex costs what a batch costs, answers within seconds or minutes, and turns away free of charge what it has no capacity for. It takes
the same rate limit as any call. So, where an account has it for a model:

- what has less than 30 minutes of slack goes there instead of into a batch, which may not come back in time;
- what lies in a batch is asked for there in the last 8 minutes before its last safe moment;
- nothing is asked for there so late that the answer would probably come after the real-time call: then both are paid.

The last safe moment does not know of it. What is in flight in the flex tier is outstanding like what lies in a batch, and is called
in real time at that moment whatever becomes of it: it is the time limit of every flex call. A late answer is waste.

Which is likelier to bring an answer in time, flex or a batch, is told by the chance that all tries of flex are turned away and
by the turnaround of batches.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes.capacity.scarcity import tries
from bide.lanes.plan.plan import Plan, Thresholds, is_hurried, is_urgent
from bide.lanes.rescue.rescue import Margins, Start, last_call

SHORT = "a batch may not be back in time, and the flex tier costs as little"
LAST_STAGE = "its batch has not answered, and its last safe moment is near: asked for in the flex tier first"

LIKELY = 0.5
"""Below this chance of an answer from flex at the last stage a batch is left alone: it may still end by itself."""


@dataclass(frozen=True, slots=True)
class FlexRules:
    """Between which slacks flex is used, in microseconds."""

    below: int = 30 * MINUTE
    last_stage: int = 8 * MINUTE
    minimum: int = 45 * SECOND
    """A flex call that has less probably ends too late: half of them take 25 s longer than a call at the list price."""


USUAL = FlexRules()


@dataclass(frozen=True, slots=True)
class Tier:
    """The flex tier of one (account, model). `endpoints` may be called there; `as_batch`: it costs no more than a batch;
    `refused` is the chance that a call is turned away; `flexing` has, by bucket, the requests that are in flight there and
    nowhere else in real time."""

    endpoints: frozenset[str]
    as_batch: bool = True
    refused: float = 0.05
    flexing: Mapping[int, int] = field(default_factory=dict[int, int])

    def chance(self, slack: int, rules: FlexRules) -> float:
        """That an answer comes within this time: not all tries that have time enough are turned away."""
        return 1.0 - self.refused ** tries(slack - rules.minimum)


@dataclass(frozen=True, slots=True)
class Share:
    """How a bucket uses flex. `plan` is what is left to the other lanes, `waiting` of its waiting requests and `batched` of those
    that lie in batches are asked for now, for the reason `why`. `next_at` is when time alone will change all that."""

    plan: Plan
    waiting: int = 0
    batched: int = 0
    why: str = ""
    next_at: int = FAR_FUTURE


def share(
    bucket: Bucket,
    planned: Plan,
    start: Start | None,
    tier: Tier,
    finished: Callable[[int], float],
    thresholds: Thresholds,
    margins: Margins,
    rules: FlexRules,
    now: int,
) -> Share:
    """What of a bucket is asked for in the flex tier now. `finished` is the chance that a batch sent now is back within a time."""
    if not is_flexible(bucket, start, tier, thresholds, now):
        return Share(planned)
    due = _Due(bucket, start, margins, now)
    stubborn, fresh = bucket.tally(Phase.STUBBORN).requests, bucket.waiting.requests
    flexing = min(tier.flexing.get(bucket.id, 0), bucket.tally(Phase.BATCHED).requests)
    late = due.within(rules.minimum) if start is not None else 0
    called = min(fresh + stubborn, max(stubborn, late))
    left = fresh + stubborn - called
    has_batch = bool(planned.batch) or (not planned.realtime and left > 0)
    if start is None and due.slack < rules.minimum:
        return Share(
            planned
        )  # it is late, or about to be, and nobody calls it: a batch answers it in the end, flex perhaps never
    edges = (rules.below, rules.last_stage, rules.minimum)
    made = Share(planned, next_at=min(due.next(edge) for edge in edges))
    if stage(bucket, start, tier, thresholds, rules, now):
        in_stage = due.within(rules.last_stage) - late - flexing - left
        batched = min(max(0, in_stage), bucket.tally(Phase.BATCHED).requests - flexing)
        made = replace(made, batched=batched, why=LAST_STAGE)
    if not left or not rules.below:
        return made
    near = max(0, min(left, due.within(rules.below) - called - flexing)) if has_batch else left
    if near and has_batch and tier.chance(due.slack, rules) < finished(due.slack):
        near = 0  # scarce: a batch is likelier to be back, and may be asked for in flex at its last stage
    plan = Plan(left - near if planned.batch else 0, called, planned.why if near < left or called else SHORT)
    return replace(made, plan=plan, waiting=near, why=SHORT if near else made.why)


def is_flexible(bucket: Bucket, start: Start | None, tier: Tier, thresholds: Thresholds, now: int) -> bool:
    """Whether requests of a bucket may be asked for in the flex tier at all."""
    if not bucket.flex or bucket.job_state is not JobState.RUNNING or bucket.endpoint not in tier.endpoints:
        return False
    if is_urgent(bucket) or is_hurried(bucket, thresholds):
        return False
    if bucket.on_miss is OnMiss.EXPIRE and now >= bucket.deadline:
        return False
    return start is not None or tier.as_batch


def stage(
    bucket: Bucket, start: Start | None, tier: Tier | None, thresholds: Thresholds, rules: FlexRules, now: int
) -> int:
    """How much sooner than for a call a bucket's batches are to make way: for the last stage, where flex probably answers."""
    if start is None or tier is None or not is_flexible(bucket, start, tier, thresholds, now):
        return 0
    return rules.last_stage if tier.chance(rules.last_stage, rules) > LIKELY else 0


def shifted(found: Mapping[int, Start], stages: Mapping[int, int]) -> dict[int, Start]:
    """The starts as batches see them: what flex asks for before its last safe moment is needed that much sooner, so a batch is
    cancelled for it while what it has finished can still be read."""
    sooner = {bucket: replace(found[bucket], at=found[bucket].at - stage) for bucket, stage in stages.items() if stage}
    return {**found, **sooner}


@dataclass(frozen=True, slots=True)
class _Due:
    """How many of a bucket's outstanding requests reach their last safe moment within a time; all of them at one
    moment where nothing rescues them."""

    bucket: Bucket
    start: Start | None
    margins: Margins
    now: int

    @property
    def moment(self) -> int:
        if self.start is not None:
            return self.start.at
        return last_call(self.bucket.deadline, self.bucket.longest, self.margins)

    @property
    def slack(self) -> int:
        return self.moment - self.now

    def within(self, time: int) -> int:
        if self.start is not None:
            return min(self.start.due(self.now + time), self.bucket.uncalled.requests)
        return self.bucket.uncalled.requests if self.now + time >= self.moment else 0

    def next(self, time: int) -> int:
        """When one more of them has less time than that."""
        if self.within(time) >= self.bucket.uncalled.requests:
            return FAR_FUTURE
        return (self.start.next_due(self.now + time) if self.start is not None else self.moment) - time

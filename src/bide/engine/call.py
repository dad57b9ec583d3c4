"""Real-time calls: as many as are wanted and the pace allows, each recorded before it is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, MINUTE, SECOND
from bide.core.decision import UNGROUNDED, Decided
from bide.core.errors import DamagedError, StoreError
from bide.core.identifiers import custom_id
from bide.core.states import AttemptState, Lane
from bide.core.usage import Usage
from bide.engine import pricing
from bide.engine.context import Context, Spawn
from bide.engine.flexing import came_to, is_granted, tier_of
from bide.engine.learn import lessons_of_call
from bide.engine.step import note_refusal
from bide.lanes.arrival.weighing import weight_of
from bide.lanes.capacity.capacity import ASSUMED, Capacity
from bide.lanes.capacity.pace import Pace, learned
from bide.lanes.capacity.scarcity import FlexPace
from bide.lanes.decision.decision import Wanted
from bide.lanes.decision.outlook import Key
from bide.lanes.outcome.lesson import of_refusal
from bide.ledger.rates import mode_of
from bide.providers.failures import (
    BusyError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    ScarceError,
    UnauthorisedError,
)
from bide.providers.port import Answer, Call, RateHeaders, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.transport import NotSentError, ReplyLostError
from bide.store.attempts import ClaimedCall
from bide.store.reports import Price, Report

CallError = ProviderError | NotSentError | ReplyLostError | StoreError | UntranslatableError
"""What may come instead of an answer."""

SHARE_FOR = 30 * SECOND
"""How long a worker's claim to its share of the rate limit stands without being renewed."""

LAND_AGAIN = SECOND

JUST_NOW = MINUTE
"""So soon after a failure an account whose calls fail counts as unwell."""

Why = Callable[[Wanted], Decided]
"""On what it rests that calls are wanted."""


def nobody_says(wanted: Wanted) -> Decided:
    """For calls that nobody decided on, as in tests."""
    return UNGROUNDED


@dataclass(slots=True)
class _Lane:
    """What this worker knows about calling one (account, model)."""

    pace: Pace = field(default_factory=Pace)
    flex: FlexPace = field(default_factory=FlexPace)
    failed_at: int = 0
    """When a call last got no answer."""
    users: int = 1
    shared_until: int = 0


CURSORS = 1_000
"""Batches half gone through of which places are remembered; beyond, of those that are called from now. Others have ended."""


class Caller:
    """Makes one worker's calls. `spawn` starts a task that outlives the turn; `changed` tells that a slot is free."""

    def __init__(
        self,
        context: Context,
        spawn: Spawn,
        changed: Callable[[], None],
    ) -> None:
        self._context = context
        self._spawn = spawn
        self._changed = changed
        self._lanes: dict[Key, _Lane] = {}
        self._cursors: dict[tuple[int, int], int] = {}
        self._known: dict[tuple[str, str, str], int] = {}
        self._kept_at = 0

    @property
    def in_flight(self) -> int:
        """Calls that have not come back."""
        return sum(lane.pace.in_flight + lane.flex.in_flight for lane in self._lanes.values())

    def unwell(self, now: int) -> frozenset[str]:
        """Accounts from which calls get no answer, as long as that is fresh."""
        return frozenset(
            key[0] for key, lane in self._lanes.items() if lane.pace.unwell and now < lane.failed_at + JUST_NOW
        )

    def without_flex(self, now: int) -> frozenset[Key]:
        """Where the flex tier was not granted lately: nothing is to wait for it."""
        return frozenset(key for key, lane in self._lanes.items() if now < lane.flex.off_until)

    async def serve(
        self, wanted: Sequence[Wanted], capacities: Mapping[Key, Capacity], why: Why = nobody_says
    ) -> int | None:
        """Start what the pace allows now, earliest deadline first; when time alone will allow more. `why` is kept with it."""
        next_at: int | None = None
        if len(self._cursors) > CURSORS:
            places = {(one.bucket.id, carrier.batch.id) for one in wanted for carrier in one.carriers}
            self._cursors = {at: after for at, after in self._cursors.items() if at in places}
        for one in wanted:
            key = (one.bucket.account, one.bucket.model)
            lane = self._lanes.setdefault(key, _Lane())
            capacity = await self._share(key, lane, capacities.get(key, ASSUMED))
            now = self._context.clock.now()
            mean = one.bucket.open.tokens // max(1, one.bucket.open.requests)
            flex = one.lane is Lane.FLEX
            room = lane.pace.budget(capacity, mean, now) if flex else lane.pace.room(capacity, mean, now)
            room = min(one.calls, room, lane.flex.room(now)) if flex else min(one.calls, room)
            started = await self._start(one, room, why(one)) if room else 0
            if flex:
                lane.flex, lane.pace = lane.flex.started(started), lane.pace.spent(started, capacity, mean, now)
            else:
                lane.pace = lane.pace.started(started, capacity, mean, now)
            later = max(lane.pace.next_room(now), lane.flex.next_room(now) if flex else now)
            if started < one.calls and later > now:
                next_at = later if next_at is None else min(next_at, later)
        return next_at

    async def _share(self, key: Key, lane: _Lane, capacity: Capacity) -> Capacity:
        """Our part of the account's rate limit: it is divided among the workers that call."""
        now = self._context.clock.now()
        if now >= lane.shared_until - SHARE_FOR // 2:
            lane.shared_until = now + SHARE_FOR
            lane.users = await self._context.store.limits.share(*key, self._context.holder, lane.shared_until, now)
        return capacity.share(lane.users)

    async def _start(self, wanted: Wanted, room: int, decided: Decided) -> int:
        """Claim up to `room` requests, waiting ones first, and call each; how many. A batch that is half gone through is asked
        twice, from there to its end and from its front: nothing else would wake us for what failed calls have left there."""
        sources: list[Batch | Lane | None] = [
            carrier.batch
            for carrier in wanted.carriers
            for _ in range(2 if (wanted.bucket.id, carrier.batch.id) in self._cursors else 1)
        ]
        if wanted.waiting and wanted.bucket.idle.requests:
            sources.insert(0, None)
        if wanted.flexing:
            sources.append(Lane.FLEX)
        started = 0
        for source in sources:
            if started >= room:
                break
            try:
                claimed = await self._claim(wanted, room - started, source, decided)
            except StoreError:
                if started:
                    break  # what has been claimed is being called, and has to be counted
                raise
            for call in claimed:
                self._spawn(self._call(wanted.bucket, call))
            started += len(claimed)
        return started

    async def keep(self) -> int:
        """Renew the lease of the calls in flight, however long their answers take; when to do so again."""
        context = self._context
        if not self.in_flight:
            return FAR_FUTURE
        now, lease = context.clock.now(), context.settings.realtime.call_lease
        if now >= self._kept_at + lease // 3:
            await context.store.attempts.renew(context.holder, now + lease)
            self._kept_at = now
        return self._kept_at + lease // 3

    async def _claim(
        self, wanted: Wanted, limit: int, source: Batch | Lane | None, decided: Decided
    ) -> Sequence[ClaimedCall]:
        """Requests of a bucket that are ours to call: waiting ones, those a batch has left unanswered, or those in flight in the
        flex tier.

        A batch is gone through from front to back, and again from the front when its end is reached: a call that failed
        leaves its request behind.
        """
        context = self._context
        now, bucket = context.clock.now(), wanted.bucket
        batch = source if isinstance(source, Batch) else None
        at = (bucket.id, batch.id) if batch else None
        claimed = await context.store.attempts.claim_calls(
            bucket,
            limit,
            batch=batch,
            after=self._cursors.get(at, 0) if at else 0,
            holder=context.holder,
            lease_until=now + context.settings.realtime.call_lease,
            now=now,
            decided=decided,
            lane=wanted.lane,
            flexing=source is Lane.FLEX,
        )
        if at and len(claimed) == limit:
            self._cursors[at] = claimed[-1].carried_by
        elif at:
            self._cursors.pop(at, None)
        return claimed

    async def _call(self, bucket: Bucket, claimed: ClaimedCall) -> None:
        """Make one call and settle what came of it."""
        context = self._context
        lane = self._lanes[bucket.account, bucket.model]
        provider = context.providers[bucket.account]
        outcome: Answer | CallError
        verdict = AttemptState.ANSWERED
        sent_at, weight = context.clock.now(), 0
        try:
            body = await context.store.bodies.read(claimed.body)
            sent_at = context.clock.now()
            weight = weight_of(body)
            tier = tier_of(body, flex=claimed.lane is Lane.FLEX)
            outcome = await provider.send(
                Call(bucket.endpoint, body, custom_id(context.tag, claimed.attempt), bucket.model, tier=tier)
            )
        except (ProviderError, NotSentError, ReplyLostError, StoreError, UntranslatableError) as error:
            outcome = error
        except Exception as error:  # nobody foresaw it, and nobody can tell whether the call was answered
            context.on_fault(error)
            outcome = ReplyLostError(f"the call failed unexpectedly: {type(error).__name__}: {error}")
        finished_at = context.clock.now()
        settled: AttemptState | None = None
        if claimed.lane is Lane.FLEX:
            wait = outcome.retry_after if isinstance(outcome, ProviderError) else None
            lane.flex, settled, outcome = came_to(outcome, lane.flex, context.entropy.uniform(), wait, finished_at)
            if settled is None:
                lane.pace = replace(lane.pace, in_flight=lane.pace.in_flight + 1)  # from here on like any other call
        if settled is not None:
            verdict = settled
            if isinstance(outcome, ScarceError):
                context.memory.note(of_refusal(bucket.account, bucket.model, finished_at))
        elif isinstance(outcome, Answer):
            lane.pace = lane.pace.answered()
            context.troubles.pop(bucket.account, None)
            served = Lane.FLEX if claimed.lane is Lane.FLEX and is_granted(outcome.row) else Lane.REALTIME
            context.memory.note(lessons_of_call(bucket, outcome, weight, sent_at, finished_at, served))
        else:
            verdict = self._note(bucket, lane, outcome)
        while True:  # an answer that was paid for is held until the store takes it
            try:
                if isinstance(outcome, Answer):
                    report = await self._answered(bucket, claimed, outcome, finished_at)
                else:
                    report = await self._failed(bucket, claimed, outcome, verdict, finished_at)
                await context.store.attempts.land([report], context.clock.now())
                context.on_settled()
                break
            except StoreError as error:
                context.troubles["store"] = str(error)
                await context.clock.sleep_until(context.clock.now() + LAND_AGAIN)
        self._changed()

    async def _answered(self, bucket: Bucket, claimed: ClaimedCall, answer: Answer, finished_at: int) -> Report:
        context, row = self._context, answer.row
        await self._learn(bucket, answer.rates)
        price = None
        if row.verdict is Verdict.ANSWERED or row.usage is not None:
            provider = context.providers[bucket.account]
            tariff = await context.pricing.tariff(provider.catalogue, bucket.model, mode_of(row.tier), finished_at)
            price = tariff.price(row.usage)
        return Report(
            claimed.attempt,
            AttemptState(row.verdict),
            row.permanent,
            row.status,
            row.code,
            row.message,
            inline=row.response,
            price=price,
            finished_at=finished_at,
        )

    def _note(self, bucket: Bucket, lane: _Lane, error: CallError) -> AttemptState:
        """What a call without an answer means: for the pace, and for the attempt."""
        context = self._context
        now, jitter = context.clock.now(), context.entropy.uniform()
        lane.failed_at = now
        wait = note_refusal(context, bucket.account, error)
        match error:
            case ReplyLostError():
                lane.pace = lane.pace.failed(jitter, now)
                return AttemptState.LOST
            case OverloadedError():
                # It is the request's fault only while the provider answers others, and nobody's where others may serve it.
                elsewhere = bucket.spread and not error.may_have_run
                verdict = AttemptState.REFUSED if lane.pace.unwell or elsewhere else AttemptState.ERRORED
                lane.pace = lane.pace.failed(jitter, now, wait)
                return verdict
            case DamagedError() | UntranslatableError():  # nothing was sent, and it will be no better next time
                lane.pace = lane.pace.answered()
                return AttemptState.ERRORED
            case BusyError() | UnauthorisedError() | OutOfCreditError() | StoreError():
                lane.pace = lane.pace.busy(wait, jitter, now)
            case _:
                lane.pace = lane.pace.failed(jitter, now, wait)
        return AttemptState.REFUSED

    async def _failed(
        self, bucket: Bucket, claimed: ClaimedCall, error: CallError, verdict: AttemptState, finished_at: int
    ) -> Report:
        price = None
        if isinstance(error, ReplyLostError) or (isinstance(error, OverloadedError) and error.may_have_run):
            price = await suspicion(
                self._context, bucket.account, bucket.model, claimed.body.length, claimed.output_tokens
            )
        if isinstance(error, BusyError):
            await self._learn(bucket, error.rates)
        return Report(
            claimed.attempt,
            verdict,
            isinstance(error, DamagedError | UntranslatableError),
            code=error.code,
            message=str(error),
            price=price,
            suspected=price is not None,
            finished_at=finished_at,
        )

    async def _learn(self, bucket: Bucket, rates: RateHeaders) -> None:
        """Keep what a reply's headers say about the limits, when it is news."""
        told = learned(rates)
        key = (bucket.account, bucket.model)
        news = {name: value for name, value in told.items() if self._known.get((*key, name)) != value}
        if news:
            self._known.update({(*key, name): value for name, value in news.items()})
            await self._context.store.limits.learn(*key, news, "header", self._context.clock.now())


async def suspicion(context: Context, account: str, model: str, body_bytes: int, output_tokens: int) -> Price:
    """The most that a call without a reply can have cost: a token is at least one byte long."""
    provider = context.providers.get(account)
    usage = Usage(input=body_bytes, output=output_tokens)
    if provider is None:
        return Price(usage, None, None, None)
    tariff = await context.pricing.tariff(provider.catalogue, model, pricing.STANDARD, context.clock.now())
    return tariff.price(usage)

"""On what a decision rests: its rule, and the numbers of the instant that nobody could work out afterwards.

The numbers are the terms of the last safe moment (`bide.lanes.rescue.rescue`), what the provider's batch lane had left, and which lanes
were open. Made only for decisions that are acted on, a row of the store each, so they are few and short.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.decision import Decided, Number
from bide.core.states import Lane
from bide.lanes.arrival.cache import WHY as WHY_KEPT
from bide.lanes.capacity.capacity import ASSUMED, latency_bound
from bide.lanes.capacity.quota import Held
from bide.lanes.decision.decision import Decisions, Wanted
from bide.lanes.decision.outlook import Key, Outlook, Rules
from bide.lanes.forecast.efficacy import NO_COPIES
from bide.lanes.plan.assemble import Opening
from bide.lanes.plan.copies import NOTHING_SPENT, WHY
from bide.lanes.plan.placement import is_kept
from bide.lanes.rescue.rescue import Start, last_call


@dataclass(frozen=True, slots=True)
class Grounds:
    """One look, and what came of it."""

    outlook: Outlook
    rules: Rules
    decisions: Decisions
    now: int
    _works: dict[Key, tuple[list[int], list[int]]] = field(
        default_factory=dict[Key, tuple[list[int], list[int]]], init=False, repr=False, compare=False
    )
    """By account and model, the starts in their order, and the work of those before each."""

    def of_batch(self, opening: Opening) -> Decided:
        """Why a batch is made."""
        return self._decided(opening.bucket, opening.why, {"planned": opening.requests}, opening.requests)

    def of_copy(self, bucket: Bucket, batch: Batch) -> Decided:
        """Why a batch gets a second copy, with the chances of both to be back in time."""
        start, key = self.decisions.starts[bucket.id], (bucket.account, bucket.model)
        expected = self.outlook.forecast.batch(*key)
        first = expected.chance(self.now - (batch.submitted_at or self.now), start.at - self.now)
        numbers: dict[str, Number] = {
            "copy_of": batch.external_id,
            "first_chance": round(first, 3),
            "copies_achieved": round(self.outlook.efficacy.get(key, NO_COPIES).factor, 3),
            "paid_twice": round(self.outlook.spending.get(key, NOTHING_SPENT).twice, 5),
            "copy_budget": self.rules.copy_budget,
        }
        return self._decided(bucket, WHY, numbers, 1)

    def of_calls(self, wanted: Wanted) -> Decided:
        """Why requests are called."""
        return self._decided(wanted.bucket, wanted.why, {"due": wanted.calls, "lane": wanted.lane})

    def of_repeats(self, bucket: Bucket) -> Decided:
        """Why requests are answered with what is kept."""
        return self._decided(bucket, WHY_KEPT, {"lane": Lane.CACHE})

    def of_hold(self, held: Held) -> Decided:
        """Why requests wait."""
        return self._decided(held.bucket, held.why, {}, held.bucket.waiting.requests)

    def _decided(self, bucket: Bucket, rule: str, numbers: dict[str, Number], batch: int = 0) -> Decided:
        start = self.decisions.starts.get(bucket.id)
        numbers |= self._bucket(bucket) | self._safety(bucket, start) | self._lanes(bucket) | self._move(bucket, start)
        if batch:
            numbers |= self._forecast(bucket, start, batch)
        return Decided(rule, None if start is None else start.at, numbers)

    def _bucket(self, bucket: Bucket) -> dict[str, Number]:
        return {
            "waiting": bucket.waiting.requests,
            "outstanding": bucket.uncalled.requests,
            "outstanding_tokens": bucket.uncalled.tokens,
            "longest": bucket.longest,
            "planned_for": bucket.deadline,
        }

    def _safety(self, bucket: Bucket, start: Start | None) -> dict[str, Number]:
        """The terms of the last safe moment."""
        key = bucket.account, bucket.model
        margins = self.rules.margins.slowed(self.outlook.slowness.get(key, 1.0))
        capacity = self.outlook.capacities.get(key, ASSUMED)
        found: dict[str, Number] = {
            "requests_per_minute": capacity.requests_per_minute,
            "tokens_per_minute": capacity.tokens_per_minute,
            "capacity_known": capacity.known,
            "head_room": margins.head_room,
            "safety": margins.safety,
            "latency_bound": round(latency_bound(bucket.longest) * margins.latency),
        }
        if start is not None:
            call_by = last_call(bucket.deadline, bucket.longest, margins)
            found["last_call"] = call_by
            found["work"] = start.work
            found["kept_for_later"] = max(0, call_by - start.work - start.at)
            found["slack"] = start.at - self.now
        return found

    def _move(self, bucket: Bucket, start: Start | None) -> dict[str, Number]:
        """Of what another account serves than the one at which it was promised: whether that can keep the promise too."""
        if bucket.moved_from is None:
            return {}
        found: dict[str, Number] = {"moved_from": bucket.moved_from, "moved_to": bucket.account}
        if start is not None:
            work = self._work_until(start.at, (bucket.account, bucket.model))
            found["promise_kept"] = is_kept(start, work, self.rules.margins.head_room, self.now)
        return found

    def _work_until(self, at: int, key: Key) -> int:
        """The work of everything whose start is no later, of an account and model. Summed up once: when an account is down, there
        may be thousands of decisions about what it had."""
        if key not in self._works:
            starts = self.decisions.starts
            mine = [
                starts[one.id] for one in self.outlook.buckets if (one.account, one.model) == key and one.id in starts
            ]
            mine.sort(key=lambda one: one.at)
            self._works[key] = [one.at for one in mine], [0, *accumulate(one.work for one in mine)]
        instants, works = self._works[key]
        return works[bisect_right(instants, at)]

    def _forecast(self, bucket: Bucket, start: Start | None, requests: int) -> dict[str, Number]:
        """What is expected of a batch of so many requests, and the chance that it is back by the last safe moment."""
        expected = self.outlook.forecast.batch(bucket.account, bucket.model, requests)
        found: dict[str, Number] = {"batch_median": expected.quantile(0.5), "batch_p95": expected.quantile(0.95)}
        if start is not None:
            found["chance"] = round(expected.finished(max(0, start.at - self.now)), 3)
        return found

    def _lanes(self, bucket: Bucket) -> dict[str, Number]:
        """Which lanes there were, and what the batch lane had left."""
        account = self.outlook.accounts.get(bucket.account)
        if account is None:
            return {}
        batches = bucket.batchable and account.capabilities.batches(bucket.endpoint)
        tier = self.outlook.flex.get((bucket.account, bucket.model))
        flex = tier is not None and bucket.endpoint in tier.endpoints
        lanes = [*([Lane.BATCH] if batches else []), *([Lane.FLEX] if flex else []), Lane.REALTIME]
        found: dict[str, Number] = {"open": " ".join(lanes)}
        if tier is not None and flex:
            found["flex_refused"] = round(tier.refused, 3)
        quota = self.outlook.quotas.get((bucket.account, bucket.model))
        if batches and quota is not None:
            found |= {
                "batches_per_hour": account.limits.batches_per_hour,
                "batches_this_hour": quota.created_this_hour,
                "enqueued_tokens": quota.enqueued,
                "enqueued_limit": quota.limit,
            }
        return found

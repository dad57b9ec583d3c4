"""Decision records made from rows: nothing here reads or decides.

With keys nobody is to learn from his own record how much of others' work lies at a provider: for such a caller the record is
`private`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from bide.core.bucket import Part
from bide.core.clock import SECOND, to_datetime
from bide.core.deadline import OnMiss
from bide.core.decision import reason_of
from bide.core.duration import format_duration
from bide.core.money import RateCard
from bide.core.states import AttemptState, Lane, RequestState
from bide.core.usage import Usage
from bide.gateway.api.receipts import attempt_of, price_of, usage_of, why
from bide.gateway.api.shape.base import dollars, seconds, span
from bide.gateway.api.shape.explanation import (
    Alternative,
    Explanation,
    LastSafeMoment,
    Outcome,
    Step,
    Tokens,
    Urgency,
)
from bide.gateway.api.shape.request import Request, RequestReceipt
from bide.lanes.capacity.capacity import FIRST_LATENCY, OUTPUT_SPEED, latency_bound
from bide.settings import Settings
from bide.store.database import Row
from bide.store.decisions import BATCH, CACHE, CALL
from bide.store.history import Tried

Numbers = Mapping[str, Any]

DURATIONS = frozenset(
    {"slack", "work", "kept_for_later", "safety", "latency_bound", "batch_median", "batch_p95", "oldest"}
)
INSTANTS = frozenset({"last_call", "planned_for"})
APART = frozenset({"open", "slack", "lane"})
"""Numbers that are told in a place of their own."""

SHARED = frozenset({"batches_this_hour", "copies_achieved", "enqueued_tokens", "paid_twice"})
"""Numbers in which others' work is counted."""

PROMISES = {
    Part.GUARANTEED: "guaranteed: it fits into the real-time capacity beside everything promised before",
    Part.ASSUMED: "rescued, though not guaranteed: the account's rate limit was not known at intake",
    Part.REST: "not guaranteed: it did not fit into the real-time capacity, or is not to be rescued",
    Part.HELD: "held: the job's cap does not hold what it may cost; it goes as soon as answers have turned out cheaper, and fails if they do not",
}

SAID = {
    "config": "deadline.default",
    "default": "deadline.default",
    "by": "--by",
    "within": "--within",
    "priority": "--priority",
}
"""Who said how long a job may wait, in the words that were used."""


@dataclass(frozen=True, slots=True)
class Cards:
    """The rate cards of a model on the day it was asked for; None: nobody knows the price. `cache` lanes cost nothing."""

    by_lane: Mapping[Lane, RateCard | None]

    def cost(self, lane: Lane, usage: Usage) -> int | None:
        """What an answer costs in a lane, in 1e-12 USD."""
        card = self.by_lane.get(lane)
        return card.cost(usage) if card is not None else None


def explanation_of(
    row: Row, decisions: Sequence[Row], tried: Tried, cards: Cards, settings: Settings, *, private: bool, now: int
) -> Explanation:
    """The record of a request of a job, from rows of `store.decisions` and `store.history`."""
    typical_output = settings.realtime.typical_output_tokens
    state, deadline = RequestState(row["state"]), row["deadline"]
    settled_at, lane = row["settled_at"], Lane(row["lane"]) if row["lane"] else None
    paid = usage_of(tried.entries)
    is_paid = paid != Usage()
    usage = paid if is_paid else Usage(input=row["input_tokens"], output=min(row["output_tokens"], typical_output))
    attempts = [(Lane(one["lane"]), AttemptState(one["state"])) for one in tried.attempts]
    hurried = row["planned_for"] - row["asked_at"] < settings.deadline.batch_minimum
    price = price_of(tried.entries)
    return Explanation(
        id=row["call"] or f"{row['job']}:{row['custom_id']}",
        job=row["job"],
        line=row["line"],
        custom_id=row["custom_id"],
        status=state,
        account=row["account"],
        model=row["model"],
        endpoint=row["endpoint"],
        workflow=row["workflow"],
        urgency=Urgency(
            said_by=row["urgency"] or _said(row),
            asked_at=_exact(row["asked_at"]),
            deadline=seconds(deadline),
            planned_for=seconds(row["planned_for"]),
            on_miss=OnMiss(row["on_miss"]),
            promise=_promise(Part(row["part"]), decisions),
        ),
        last_safe_moment=_last_safe_moment(decisions),
        waits_for=_waits_for(row, decisions, attempts, hurried=hurried, private=private, now=now)
        if state is RequestState.OPEN
        else None,
        decisions=[_step(one, tried, cards, usage, private=private) for one in decisions],
        tokens=Tokens(input=usage.input, output=usage.output, estimated=not is_paid),
        attempts=[attempt_of(one) for one in tried.attempts],
        price=price,
        outcome=Outcome(
            settled_at=None if settled_at is None else _exact(settled_at),
            lane=lane,
            met=None if settled_at is None else state is RequestState.SUCCEEDED and settled_at <= deadline,
            margin_seconds=span(deadline - (settled_at or now)),
            saved_usd=_saved(tried),
        ),
    )


def passed_explanation(told: Request, row: Row, cards: Cards, usage: Usage) -> Explanation:
    """The record of a call that could not wait: passed on at once, or answered with what was kept."""
    receipt = cast(RequestReceipt, told.receipt)
    settled, lane = row["finished_at"], Lane(row["lane"] or Lane.REALTIME)
    open_lanes = frozenset({lane, Lane.REALTIME})
    alternatives = _alternatives(open_lanes, cards, usage, "nobody said that the call may wait for it")
    price = receipt.price
    is_kept = lane is Lane.CACHE
    return Explanation(
        id=told.id,
        job=None,
        line=None,
        custom_id=None,
        status=told.status,
        account=told.account,
        model=told.model,
        endpoint=told.path,
        workflow=told.workflow,
        urgency=Urgency(
            said_by=told.urgency,
            asked_at=_exact(row["sent_at"]),
            deadline=None,
            planned_for=None,
            on_miss=None,
            promise="as soon as possible",
        ),
        last_safe_moment=None,
        waits_for=None if settled else "its provider's answer",
        decisions=[
            Step(
                at=_exact(row["sent_at"]),
                action="cache" if is_kept else "call",
                lane=lane,
                rule=receipt.decision.why,
                slack_seconds=None,
                batch=None,
                group=1,
                numbers={},
                alternatives=alternatives,
            )
        ],
        tokens=Tokens(input=usage.input, output=usage.output, estimated=usage == Usage()),
        attempts=receipt.attempts,
        price=price,
        outcome=Outcome(
            settled_at=None if settled is None else _exact(settled),
            lane=lane,
            met=None,
            margin_seconds=None,
            saved_usd=price.list_price if is_kept else None,
        ),
    )


def _said(row: Row) -> str:
    source = row["priority_source"]
    word = SAID.get(source, str(source))
    return f"{word} {row['priority']}" if source == "priority" else word


def _promise(part: Part, decisions: Sequence[Row]) -> str:
    """What was promised; and of what another account serves since, what that can keep of it, as it was judged last."""
    promised = PROMISES[part]
    moves = [(one["at"], numbers) for one in decisions if "moved_from" in (numbers := _numbers(one))]
    if not moves:
        return promised
    at, numbers = moves[-1]
    if "promise_kept" not in numbers:
        judged = "nothing rescues it there either"
    elif not numbers["promise_kept"]:
        judged = "not guaranteed any more: the real-time capacity there does not suffice until its deadline"
    elif not numbers["capacity_known"]:
        judged = "rescued, though not guaranteed: the rate limit there is not known"
    else:
        judged = "guaranteed: it fits into the real-time capacity there"
    there = f"moved from {numbers['moved_from']} to {numbers['moved_to']}, judged again at {_clock(at)}: {judged}"
    return f"{promised}; {there}"


def _last_safe_moment(decisions: Sequence[Row]) -> LastSafeMoment | None:
    """As it was first reckoned; None where nothing rescues the request, or nothing has been decided."""
    for row in decisions:
        numbers = _numbers(row)
        if row["safe_until"] is not None and "work" in numbers:
            return LastSafeMoment(
                at=_exact(row["safe_until"]),
                reckoned_at=_exact(row["at"]),
                arithmetic=arithmetic(numbers, row["safe_until"]),
                latency_bound_seconds=_span(numbers["latency_bound"]),
                safety_seconds=_span(numbers["safety"]),
                last_call=_exact(numbers["last_call"]),
                work_seconds=_span(numbers["work"]),
                kept_for_later_seconds=_span(numbers["kept_for_later"]),
                head_room=numbers["head_room"],
            )
    return None


def arithmetic(numbers: Numbers, safe_until: int) -> list[str]:
    """How the last safe moment came about, a line a step, from the numbers of a decision."""
    longest, bound = numbers["longest"], numbers["latency_bound"]
    limit = f"{numbers['requests_per_minute']:,} requests/min"
    if numbers["tokens_per_minute"]:
        limit += f" and {numbers['tokens_per_minute']:,} tokens/min"
    assumed = "" if numbers["capacity_known"] else " (assumed)"
    work = f"{numbers['outstanding']:,} requests ({numbers['outstanding_tokens']:,} tokens) at {limit}{assumed}"
    if bound == latency_bound(longest):
        told = f"{format_duration(FIRST_LATENCY)} + {longest:,} tokens / {OUTPUT_SPEED:g} a second"
    else:
        told = f"learned, for {longest:,} tokens"
    kept = numbers["kept_for_later"]
    later = f" - {format_duration(kept)} that later work needs" if kept else ""
    last = f"{_clock(numbers['planned_for'])} - {format_duration(bound)} - {format_duration(numbers['safety'])} safety"
    safe = f"{_clock(numbers['last_call'])} - {format_duration(numbers['work'])}{later}"
    return [
        f"latency bound: {told} = {format_duration(bound)}",
        f"last call: {last} = {_clock(numbers['last_call'])}",
        f"work: {work} x {numbers['head_room']:g} = {format_duration(numbers['work'])}",
        f"last safe moment: {safe} = {_clock(safe_until)}",
    ]


def _waits_for(
    row: Row,
    decisions: Sequence[Row],
    attempts: Sequence[tuple[Lane, AttemptState]],
    *,
    hurried: bool,
    private: bool,
    now: int,
) -> str:
    """Why an open request is where it is."""
    is_idle = not any(state in (AttemptState.PLANNED, AttemptState.SENT) for _, state in attempts)
    if is_idle and row["gathers_until"] is not None and now < row["gathers_until"]:
        left = format_duration(row["gathers_until"] - now)
        return f"it waits for calls like it, to share a batch with them, for at most {left} more"
    if is_idle and decisions and decisions[-1]["action"] not in (BATCH, CALL, CACHE):
        return _rule(decisions[-1], private=private)
    return why(RequestState.OPEN, None, attempts, hurried=hurried)


def _step(row: Row, tried: Tried, cards: Cards, usage: Usage, *, private: bool) -> Step:
    numbers, action = _numbers(row), row["action"]
    lane = {BATCH: Lane.BATCH, CALL: Lane(str(numbers.get("lane", Lane.REALTIME))), CACHE: Lane.CACHE}.get(action)
    names = row.keys()
    mine = [one for one in tried.attempts if "attempt" in names and one["id"] == row["attempt"]]
    group = row["requests"] if "requests" in names else None
    if action in (CALL, CACHE):
        group = row["last_attempt"] - row["first_attempt"] + 1
    open_lanes = frozenset(map(Lane, str(numbers.get("open", "")).split()))
    if action == CACHE:
        open_lanes |= {Lane.CACHE}
    slack = numbers.get("slack")
    return Step(
        at=_exact(row["at"]),
        action=cast(Literal["batch", "call", "hold", "cache"], action),
        lane=lane,
        rule=_rule(row, private=private),
        slack_seconds=span(slack),
        batch=mine[0]["batch"] if mine else None,
        group=group,
        numbers=dict(_told(numbers, private=private)),
        alternatives=_alternatives(open_lanes, cards, usage, "the account has no such lane for it") if numbers else [],
    )


def _rule(row: Row, *, private: bool) -> str:
    return reason_of(row["rule"]) if private else row["rule"]


def _told(numbers: Numbers, *, private: bool) -> Sequence[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in numbers.items():
        if name in APART or (private and name in SHARED) or value is None:
            continue
        if name in DURATIONS:
            found.append((f"{name}_seconds", _span(value)))
        elif name in INSTANTS:
            found.append((f"{name}_at", _exact(value)))
        else:
            found.append((name, value))
    return found


def _alternatives(open_lanes: frozenset[Lane], cards: Cards, usage: Usage, missing: str) -> list[Alternative]:
    """Every lane, with what the answer costs there."""
    is_kept = Lane.CACHE in open_lanes
    none = "" if is_kept else "no answer to the same request is kept"
    found = [Alternative(lane=Lane.CACHE, open=is_kept, why=none, cost_usd="0")]
    for lane in (Lane.BATCH, Lane.FLEX, Lane.REALTIME):
        is_open = lane in open_lanes
        cost = cards.cost(lane, usage)
        found.append(Alternative(lane=lane, open=is_open, why="" if is_open else missing, cost_usd=dollars(cost)))
    return found


def _saved(tried: Tried) -> str | None:
    """What the answer would have cost at list price, less everything that was spent on the request; None: unknown, or nothing
    was paid."""
    paid = [one for one in tried.entries if one["kind"] == "paid"]
    spent = [one["amount"] for one in tried.entries if one["kind"] != "suspected"]
    if not paid or None in spent or any(one["listed"] is None for one in paid):
        return None
    return dollars(sum(one["listed"] for one in paid) - sum(spent))


def _numbers(row: Row) -> Numbers:
    return json.loads(row["numbers"])


def _clock(instant: int) -> str:
    return f"{to_datetime(instant):%Y-%m-%d %H:%M:%S} UTC"


def _exact(instant: int) -> float:
    """An instant in seconds, to the millisecond."""
    return round(instant / SECOND, 3)


def _span(duration: int) -> float:
    return round(duration / SECOND, 3)

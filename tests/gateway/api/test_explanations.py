"""Decision records from rows: the arithmetic, what else there was and at what price, and what a tenant may not see."""

import json
from typing import Any

import pytest

from bide.core.clock import MINUTE, SECOND
from bide.core.money import RateCard, Rates
from bide.core.states import Lane
from bide.gateway.api.explanations import Cards, arithmetic, explanation_of
from bide.gateway.api.shape.explanation import Explanation
from bide.settings import Settings
from bide.store.history import Tried

START = 1_800_000_000 * SECOND

NUMBERS: dict[str, Any] = {
    "planned_for": START + 60 * MINUTE,
    "longest": 350,
    "latency_bound": 20 * SECOND,
    "safety": 30 * SECOND,
    "last_call": START + 60 * MINUTE - 50 * SECOND,
    "outstanding": 900,
    "outstanding_tokens": 90_000,
    "requests_per_minute": 500,
    "tokens_per_minute": None,
    "capacity_known": True,
    "head_room": 0.9,
    "work": 2 * MINUTE,
    "kept_for_later": 0,
    "slack": 57 * MINUTE,
    "open": "batch realtime",
    "batches_this_hour": 17,
    "enqueued_tokens": 12_345,
}

HELD = "12,345 of 20,000 enqueued tokens are in use"


def card(mode: str, rate: int) -> RateCard:
    return RateCard("openai", "small", mode, "2027-01-15", ((0, Rates(rate, rate, rate, rate)),), "a test", "user")


CARDS = Cards({Lane.BATCH: card("batch", 10**9), Lane.FLEX: None, Lane.REALTIME: card("standard", 2 * 10**9)})


def decision(number: int, action: str, rule: str, **changes: Any) -> dict[str, Any]:
    """A row of `store.decisions`."""
    found = {
        "id": number,
        "at": START + number * SECOND,
        "action": action,
        "rule": rule,
        "safe_until": START + 57 * MINUTE,
        "numbers": json.dumps(NUMBERS),
        "first_attempt": None,
        "last_attempt": None,
    }
    return found | changes


def subject(**changes: Any) -> Any:
    """A row of `store.decisions`: an open request that waits."""
    found = {
        "request": 1,
        "line": 3,
        "custom_id": "c",
        "state": "open",
        "input_tokens": 30,
        "output_tokens": 200,
        "settled_at": None,
        "account": "openai",
        "model": "small",
        "endpoint": "/v1/chat/completions",
        "part": "guaranteed",
        "planned_for": START + 60 * MINUTE,
        "job": "job_1",
        "workflow": None,
        "priority": "standard",
        "priority_source": "priority",
        "on_miss": "rescue",
        "gathers_until": None,
        "deadline": START + 60 * MINUTE,
        "call": None,
        "urgency": None,
        "asked_at": START,
        "lane": None,
    }
    return found | changes


def explained(*decisions: Any, private: bool = False, tried: Tried | None = None, **changes: Any) -> Explanation:
    """The record of such a request, ten minutes after it was asked for."""
    return explanation_of(
        subject(**changes),
        decisions,
        tried or Tried([], []),
        CARDS,
        Settings(),
        private=private,
        now=START + 10 * MINUTE,
    )


@pytest.mark.parametrize(
    ("changes", "line", "says"),
    [
        pytest.param({}, 0, "12s + 350 tokens / 43.75 a second = 20s", id="the bound from the longest output"),
        pytest.param({"latency_bound": 9 * SECOND}, 0, "learned, for 350 tokens = 9s", id="a bound that was learned"),
        pytest.param({}, 1, "09:00:00 UTC - 20s - 30s safety = 2027-01-15 08:59:10 UTC", id="the last call"),
        pytest.param({}, 2, "900 requests (90,000 tokens) at 500 requests/min x 0.9 = 2m", id="the work"),
        pytest.param({"capacity_known": False}, 2, "500 requests/min (assumed)", id="a limit that is assumed"),
        pytest.param({"tokens_per_minute": 9_000}, 2, "and 9,000 tokens/min", id="a limit of tokens"),
        pytest.param({}, 3, "08:59:10 UTC - 2m = 2027-01-15 08:57:00 UTC", id="the last safe moment"),
        pytest.param({"kept_for_later": MINUTE}, 3, "- 2m - 1m that later work needs =", id="behind it is more"),
    ],
)
def test_the_arithmetic_names_every_term(changes: dict[str, Any], line: int, says: str) -> None:
    assert says in arithmetic(NUMBERS | changes, START + 57 * MINUTE)[line]


def test_every_lane_is_told_with_its_price() -> None:
    [step] = explained(decision(1, "batch", "a batch is a free option")).decisions
    told = [(one.lane, one.open, one.cost_usd) for one in step.alternatives]
    assert told == [
        (Lane.CACHE, False, "0"),
        (Lane.BATCH, True, "0.00023"),
        (Lane.FLEX, False, None),
        (Lane.REALTIME, True, "0.00046"),
    ]
    assert (step.lane, step.slack_seconds) == (Lane.BATCH, 57 * 60)


def test_a_cost_is_reckoned_with_the_answers_tokens_once_it_is_there() -> None:
    usage = {"input": 30, "cached": 0, "cache_write": 0, "output": 10, "reasoning": 0, "cache_write_1h": 0}
    paid: Any = {"kind": "paid", "amount": 40_000_000, "listed": 80_000_000, "card": None} | usage
    found = explained(
        decision(1, "batch", "a batch is a free option"),
        tried=Tried([], [paid]),
        state="succeeded",
        settled_at=START + 5 * MINUTE,
        lane="batch",
    )
    assert (found.tokens.output, found.tokens.estimated, found.outcome.saved_usd) == (10, False, "0.00004")
    assert found.decisions[0].alternatives[1].cost_usd == found.price.paid == "0.00004"
    assert (found.outcome.met, found.outcome.margin_seconds, found.waits_for) == (True, 55 * 60, None)


def test_an_answer_that_came_late_has_not_met_its_deadline() -> None:
    late = explained(state="succeeded", settled_at=START + 61 * MINUTE, lane="batch")
    failed = explained(state="failed", settled_at=START + MINUTE)
    assert (late.outcome.met, late.outcome.margin_seconds, failed.outcome.met) == (False, -60, False)


@pytest.mark.parametrize(
    ("decisions", "changes", "says"),
    [
        pytest.param([decision(1, "hold", HELD)], {}, HELD, id="held"),
        pytest.param(
            [decision(1, "hold", HELD)],
            {"gathers_until": START + 11 * MINUTE},
            "it waits for calls like it, to share a batch with them, for at most 1m more",
            id="gathering",
        ),
        pytest.param([], {}, "it waits for calls like it, to share a batch with them", id="nothing decided yet"),
    ],
)
def test_what_an_open_request_waits_for_is_told(
    decisions: list[dict[str, Any]], changes: dict[str, Any], says: str
) -> None:
    assert explained(*decisions, **changes).waits_for == says


def test_a_tenant_does_not_learn_how_much_of_others_lies_at_the_provider() -> None:
    theirs, ours = (explained(decision(1, "hold", HELD), private=private) for private in (True, False))
    assert theirs.waits_for == theirs.decisions[0].rule == "so many of so many enqueued tokens are in use"
    hidden = set(ours.decisions[0].numbers) - set(theirs.decisions[0].numbers)
    assert hidden == {"batches_this_hour", "enqueued_tokens"}
    assert "12,345" not in str(theirs)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({}, "--priority standard", id="a priority"),
        pytest.param({"priority_source": "within"}, "--within", id="a time"),
        pytest.param({"priority_source": "config"}, "deadline.default", id="the configuration"),
        pytest.param({"urgency": "header bide-within"}, "header bide-within", id="a single call"),
    ],
)
def test_who_said_how_urgent_it_was(changes: dict[str, Any], says: str) -> None:
    assert explained(**changes).urgency.said_by == says


@pytest.mark.parametrize(
    ("moved", "says"),
    [
        pytest.param({}, "nothing rescues it there either", id="nothing rescues it"),
        pytest.param({"promise_kept": True}, "guaranteed: it fits into the real-time capacity there", id="kept"),
        pytest.param(
            {"promise_kept": True, "capacity_known": False},
            "rescued, though not guaranteed: the rate limit there is not known", id="assumed",
        ),
        pytest.param(
            {"promise_kept": False},
            "not guaranteed any more: the real-time capacity there does not suffice until its deadline", id="lost",
        ),
    ],
)  # fmt: skip
def test_what_is_served_elsewhere_is_judged_by_what_was_found_there_last(moved: dict[str, Any], says: str) -> None:
    before = NUMBERS | {"moved_from": "openai", "moved_to": "third", "promise_kept": True}
    now = NUMBERS | {"moved_from": "openai", "moved_to": "second"} | moved
    told = explained(
        decision(1, "batch", "a batch is a free option"),
        decision(2, "hold", "it waits", numbers=json.dumps(before)),
        decision(3, "batch", "a batch is a free option", numbers=json.dumps(now)),
    ).urgency.promise
    assert told.startswith("guaranteed: it fits into the real-time capacity beside everything promised before; ")
    assert told.endswith(f"moved from openai to second, judged again at 2027-01-15 08:00:03 UTC: {says}")
    assert "moved" not in explained(decision(1, "batch", "a batch is a free option")).urgency.promise

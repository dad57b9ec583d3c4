"""On what decisions rest: the terms of the last safe moment add up, and which lanes there were is told."""

from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import CAPABILITIES, CHAT, LIMITS, NOW, a_bucket
from tests.lanes.looking import KEY, LATENCY, RULES, SIXTY, due_in

from bide.core.bucket import Bucket
from bide.core.clock import MINUTE, SECOND
from bide.core.decision import reason_of
from bide.lanes.capacity.quota import Held, Quota
from bide.lanes.decision.decide import decide
from bide.lanes.decision.grounds import Grounds
from bide.lanes.decision.outlook import Account, Outlook
from bide.lanes.plan.flex import Tier
from bide.providers.port import Limits


def look(*buckets: Bucket, limits: Limits = LIMITS, quota: Quota | None = None) -> Grounds:
    """One look, and what it rests on."""
    outlook = Outlook(
        buckets, [], {KEY: SIXTY}, {KEY: quota} if quota else {}, {"openai": Account(limits, CAPABILITIES)}
    )
    return Grounds(outlook, RULES, decide(outlook, RULES, NOW), NOW)


def test_the_terms_of_the_last_safe_moment_add_up() -> None:
    early, late = due_in(1000, bucket=1, waiting=600), due_in(1100, bucket=2, waiting=300)
    grounds = look(early, late)
    first = grounds.of_batch(grounds.decisions.openings[0])
    numbers: Any = first.numbers
    assert first.rule == "a batch is a free option"
    assert (numbers["work"], numbers["kept_for_later"]) == (600 * SECOND, 200 * SECOND)
    assert numbers["last_call"] == early.deadline - numbers["latency_bound"] - numbers["safety"]
    assert first.safe_until is not None
    assert first.safe_until == numbers["last_call"] - numbers["work"] - numbers["kept_for_later"]
    assert numbers["slack"] == first.safe_until - NOW
    assert (numbers["latency_bound"], numbers["waiting"], numbers["planned"]) == (LATENCY, 600, 600)
    assert numbers["open"] == "batch realtime"
    assert 0 < numbers["batch_median"] < numbers["batch_p95"]
    assert 0 < numbers["chance"] < 1


def test_what_was_moved_is_judged_again_where_it_went() -> None:
    """Two minutes for 60 calls, at 60 a minute; 61 calls there are due before them in one case and 60 in the other."""
    for before, kept in ((60, True), (61, False)):
        moved = replace(due_in(120, bucket=2, waiting=60), moved_from="second")
        grounds = look(due_in(110, bucket=1, waiting=before), moved, due_in(900, bucket=3, waiting=60))
        assert grounds.decisions.starts[2].at == NOW + MINUTE
        numbers = grounds.of_hold(Held(moved, "it waits")).numbers
        assert (numbers["moved_from"], numbers["moved_to"], numbers["promise_kept"]) == ("second", "openai", kept)
    unrescued = replace(a_bucket(waiting=1, protected=False), moved_from="second")
    grounds = look(unrescued)
    numbers = grounds.of_batch(grounds.decisions.openings[0]).numbers
    assert (numbers["moved_from"], "promise_kept" in numbers) == ("second", False)
    assert "moved_from" not in grounds.of_hold(Held(replace(unrescued, moved_from=None), "it waits")).numbers


def test_a_call_rests_on_what_is_due() -> None:
    grounds = look(due_in(10, waiting=30, accepted_at=NOW - MINUTE))
    decided = grounds.of_calls(grounds.decisions.wanted[0])
    assert decided.numbers["due"] == 30
    assert decided.safe_until == NOW - 20 * SECOND
    assert decided.numbers["slack"] == -20 * SECOND


@pytest.mark.parametrize(
    ("limits", "quota", "told", "number"),
    [
        pytest.param(
            LIMITS,
            Quota(1_000, 990, 1, 0),
            "so many of so many enqueued tokens are in use",
            "enqueued_tokens",
            id="full",
        ),
        pytest.param(
            LIMITS,
            Quota(None, 0, 0, 2_000),
            "so many batches were created in the last hour, as many as the provider allows",
            "batches_this_hour",
            id="too many",
        ),
        pytest.param(
            replace(LIMITS, min_requests=100),
            Quota(None, 0, 0, 0),
            "fewer than the so many of a batch: they wait for what batches may bring back",
            "waiting",
            id="too few",
        ),
    ],
)
def test_what_holds_work_is_told_with_its_numbers(limits: Limits, quota: Quota, told: str, number: str) -> None:
    bucket = a_bucket(waiting=20, batched=500)
    [held] = (grounds := look(bucket, limits=limits, quota=quota)).decisions.held
    decided = grounds.of_hold(held)
    assert decided.reason == told
    assert decided.numbers[number] in (990, 2_000, 20)


def test_a_call_knows_its_lane_and_how_scarce_the_flex_tier_is() -> None:
    outlook = Outlook(
        [due_in(600, waiting=30)],
        [],
        {KEY: SIXTY},
        {},
        {"openai": Account(LIMITS, CAPABILITIES)},
        flex={KEY: Tier(frozenset({CHAT}), refused=0.2)},
    )
    grounds = Grounds(outlook, RULES, decide(outlook, RULES, NOW), NOW)
    numbers = grounds.of_calls(grounds.decisions.wanted[0]).numbers
    assert (numbers["lane"], numbers["open"], numbers["flex_refused"]) == ("flex", "batch flex realtime", 0.2)


def test_work_that_nobody_rescues_has_no_last_safe_moment() -> None:
    grounds = look(a_bucket(waiting=3, protected=False))
    decided = grounds.of_batch(grounds.decisions.openings[0])
    assert (decided.safe_until, "slack" in decided.numbers) == (None, False)


def test_gathering_is_no_reason_to_note() -> None:
    assert look(a_bucket(waiting=3, gathers_until=NOW + MINUTE)).decisions.held == []


def test_a_reason_is_the_same_whatever_its_numbers() -> None:
    assert reason_of("1,234 of 5 tokens") == reason_of("7 of 9.5 tokens") != reason_of("7 tokens")
    assert reason_of("less than 75 s, in its window 02:00-06:00") == "less than so many s, in its window 02:00-06:00"

from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import CAPABILITIES, LIMITS, NOW, a_batch, a_bucket
from tests.lanes.looking import LATENCY, OLD, calls, due_in, look, opened
from tests.lanes.market import Market

from bide.core.bucket import Bucket, Tally
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND, to_datetime
from bide.core.deadline import OnMiss
from bide.core.states import Lane
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pressure import Load
from bide.lanes.decision.outlook import Account
from bide.lanes.hours.hours import Hours, WindowEnd
from bide.lanes.hours.window import Window, daily, parse_window
from bide.lanes.plan.flex import Tier
from bide.lanes.rescue import admission
from bide.lanes.rescue.rescue import Margins, Start, starts

CLOCK = to_datetime(NOW)
MINUTE_OF_DAY = CLOCK.hour * 60 + CLOCK.minute


def between(start: int, end: int) -> Window:
    """Every day from so many hours after `NOW` until so many."""
    day = 24 * 60
    window = Window((daily((MINUTE_OF_DAY + start * 60) % day, (MINUTE_OF_DAY + end * 60) % day),), f"{start}-{end}")
    assert window.opens_at(NOW - 24 * HOUR + start * HOUR) == NOW - 24 * HOUR + start * HOUR
    return window


LATER = Hours(window=between(2, 4))
CLOSED = Hours(window=between(-2, 0))
CALLS_ONLY = {"openai": Account(LIMITS, replace(CAPABILITIES, batch=False))}


@pytest.mark.parametrize(
    ("bucket", "hours", "goes"),
    [
        pytest.param(a_bucket(waiting=10), LATER, "waits", id="the window opens early enough"),
        pytest.param(a_bucket(waiting=10, deadline=NOW + 2 * HOUR + 10 * MINUTE), LATER, "batch", id="too near its last safe moment"),
        pytest.param(a_bucket(waiting=10, deadline=NOW + HOUR), LATER, "batch", id="after the deadline"),
        pytest.param(a_bucket(waiting=10, deadline=NOW), LATER, "call", id="urgent"),
        pytest.param(a_bucket(waiting=10), Hours(window=between(-1, 1)), "batch", id="open"),
        pytest.param(a_bucket(waiting=10, on_miss=OnMiss.LATE), LATER, "waits", id="late, and its deadline is after the window"),
        pytest.param(a_bucket(waiting=10, on_miss=OnMiss.LATE, deadline=NOW + HOUR), LATER, "batch", id="late, and its deadline is before"),
        pytest.param(a_bucket(waiting=10, protected=False), LATER, "waits", id="beyond the capacity"),
        pytest.param(a_bucket(waiting=10, batched=5, accepted_at=NOW - HOUR), CLOSED, "batch", id="begun in the window that has closed: it goes on"),
        pytest.param(a_bucket(waiting=10, accepted_at=NOW - HOUR, deadline=NOW + 30 * HOUR), CLOSED, "waits", id="nothing of it has begun"),
        pytest.param(a_bucket(waiting=10, batched=5, accepted_at=NOW - HOUR, deadline=NOW + 30 * HOUR), replace(CLOSED, on_end=WindowEnd.WAIT), "waits", id="begun, and the rest waits"),
        pytest.param(a_bucket(waiting=10, batched=5, deadline=NOW + 30 * HOUR), LATER, "waits", id="begun out of any window"),
        pytest.param(a_bucket(waiting=10), Hours(blackout=between(-1, 1)), "waits", id="blackout"),
        pytest.param(a_bucket(waiting=10, deadline=NOW + HOUR // 2), Hours(blackout=between(-1, 1)), "waits", id="blackout until the deadline: a rescue will do it"),
        pytest.param(a_bucket(waiting=10, deadline=NOW), Hours(blackout=between(-1, 1), strict=True), "call", id="urgent in a strict blackout"),
        pytest.param(a_bucket(waiting=10), Hours(blackout=between(1, 2)), "batch", id="blackout later"),
        pytest.param(a_bucket(waiting=10), Hours(window=between(-1, 1), blackout=between(-1, 1)), "waits", id="a blackout is stronger than a window"),
    ],
)  # fmt: skip
def test_where_work_goes(bucket: Bucket, hours: Hours, goes: str) -> None:
    decisions = look(bucket, hours=hours)

    went = "batch" if opened(decisions) else "call" if calls(decisions) else "waits"
    assert went == goes
    assert [one.bucket.id for one in decisions.held] == ([1] if goes == "waits" else [])


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        pytest.param({}, "waits", id="the window opens in time"),
        pytest.param(
            {"deadline": NOW + 2 * HOUR + MINUTE}, "waits", id="shortly before the deadline, which rescues keep"
        ),
        pytest.param({"deadline": NOW + HOUR}, "call", id="after the deadline"),
        pytest.param({"deadline": NOW + 30 * SECOND, "gathers_until": NOW}, "call", id="somebody waits"),
    ],
)
def test_own_hardware_waits_for_its_window(fields: dict[str, Any], goes: str) -> None:
    decisions = look(a_bucket(waiting=10, **fields), hours=LATER, accounts=CALLS_ONLY)

    assert ("call" if calls(decisions) else "waits") == goes


def test_a_rescue_waits_for_no_window() -> None:
    decisions = look(due_in(30, waiting=90, accepted_at=NOW - HOUR), hours=LATER)

    assert calls(decisions) == [(1, 90)], "it could not wait, so it goes as if there were no window"


def test_a_rescue_is_sent_in_a_blackout_that_is_not_strict() -> None:
    bucket = due_in(30, waiting=90, accepted_at=NOW - HOUR)
    decisions = look(bucket, hours=Hours(blackout=between(-1, 1)))

    assert calls(decisions) == [(1, 61)], "what is due at the rate, and no more"
    assert calls(look(bucket, hours=Hours(blackout=between(-1, 1), strict=True))) == []


def test_one_looks_again_when_a_window_opens_or_a_blackout_ends() -> None:
    assert look(a_bucket(waiting=10, **OLD), hours=LATER).next_at == NOW + 2 * HOUR
    assert look(a_bucket(waiting=10, protected=False), hours=Hours(blackout=between(-1, 1))).next_at == NOW + HOUR
    assert look(a_bucket(batched=10, protected=False), hours=Hours(window=between(-1, 1))).next_at == NOW + HOUR
    assert look(a_bucket(batched=10, protected=False), hours=Hours(blackout=between(3, 4))).next_at == NOW + 3 * HOUR
    assert look(hours=LATER).next_at == FAR_FUTURE, "nobody waits for it"


def test_batches_whose_window_has_ended_make_way_where_that_is_set() -> None:
    hours = replace(CLOSED, on_end=WindowEnd.WAIT)
    bucket = a_bucket(batched=100, accepted_at=NOW - HOUR, deadline=NOW + 30 * HOUR)
    live = [(a_batch(7), {1: 100})]

    assert list(look(bucket, live=live, hours=hours).cancels) == [7]
    assert look(bucket, live=live, hours=CLOSED).cancels == {}, "by default they go on"
    assert look(replace(bucket, deadline=NOW + 20 * HOUR), live=live, hours=hours).cancels == {}, "it cannot wait"
    shared = [(a_batch(7), {1: 50, 2: 50})]
    soon = a_bucket(2, batched=50, deadline=NOW + 20 * HOUR)
    assert look(bucket, soon, live=shared, hours=hours).cancels == {}, "another of its requests cannot wait"
    assert look(bucket, live=[(a_batch(7, cancel_asked=True), {1: 100})], hours=hours).cancels == {}
    assert look(bucket, live=live, hours=replace(hours, cheap=True)).cancels == {}, "a lower price is no end"


EXACT = Margins(head_room=1.0, safety=0)
SIXTY = Capacity(60, None, True)


def test_starts_are_laid_out_around_a_strict_blackout() -> None:
    allowed = Hours(blackout=between(1, 3), strict=True).allowed
    bucket = a_bucket(waiting=7_200, deadline=NOW + 4 * HOUR + LATENCY)
    start = _start(bucket, allowed)

    assert start.at == NOW, "an hour before the blackout and an hour after it"
    assert (start.due(NOW + HOUR - 1), start.due(NOW + 2 * HOUR), start.due(NOW + 3 * HOUR)) == (3_600, 3_601, 3_601)
    assert start.next_due(NOW + HOUR) == NOW + 3 * HOUR + SECOND, "the 3,601st may be called when it is over"
    assert start.after(3_600) == NOW + 3 * HOUR
    assert _start(bucket, None).at == NOW + 2 * HOUR


def _start(bucket: Bucket, allowed: Window | None, margins: Margins = EXACT) -> Start:
    from bide.lanes.rescue.protection import demand

    return starts([demand(bucket)], SIXTY, margins, allowed)[1]


def test_a_deadline_within_a_strict_blackout_is_kept_before_it() -> None:
    allowed = Hours(blackout=between(1, 3), strict=True).allowed

    assert _start(a_bucket(waiting=60, deadline=NOW + 2 * HOUR), allowed).at == NOW + HOUR - MINUTE


def test_what_is_promised_counts_only_the_time_that_is_allowed() -> None:
    hours = Hours(blackout=between(1, 3), strict=True)
    deadline = NOW + 4 * HOUR + LATENCY

    assert admission.room([], deadline, 0, SIXTY, EXACT, NOW, hours.allowed) == 2 * HOUR
    assert admission.room([], deadline, 0, SIXTY, EXACT, NOW) == 4 * HOUR
    explained = _explained(hours, deadline, 2 * HOUR)
    assert "(4h - 2h of blackout - 12s for the last call) x 60 requests/min x 1; 120 min" in explained.arithmetic


def _explained(hours: Hours, deadline: int, free: int = HOUR) -> admission.Admission:
    tally = a_bucket(waiting=100).waiting
    return admission.explain(tally, tally, deadline, 0, SIXTY, EXACT, NOW, free, hours)


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        pytest.param(LATER, "waits for the window 2-4, 2h from now, where the deadline allows it", id="a window"),
        pytest.param(replace(LATER, cheap=True), "waits for the cheap hours 2-4, 2h from now", id="cheap hours"),
        pytest.param(Hours(blackout=between(-1, 1)), "only rescues are sent in the blackout -1-1, which ends in 1h", id="blackout"),
        pytest.param(Hours(blackout=between(-1, 1), strict=True), "not even rescues are sent in the blackout", id="strict"),
        pytest.param(Hours(window=between(-1, 1), blackout=between(2, 3)), "", id="it goes at once"),
        pytest.param(Hours(), "", id="no hours"),
    ],
)  # fmt: skip
def test_the_hours_are_said_at_admission(hours: Hours, says: str) -> None:
    notice = _explained(hours, NOW + DAY).notice
    assert says in notice
    assert bool(notice) == bool(says)


NIGHT = parse_window("02:00-06:00 Europe/Berlin")


def a_market(hours: Hours, now: int, takes: int | None = 30 * MINUTE, **fields: Any) -> Market:
    return Market(Capacity(60, None, True), lambda number: takes, hours=hours, now=now, **fields)


def test_a_day_with_a_window_sends_batches_in_it_and_keeps_every_deadline() -> None:
    noon = NIGHT.closes_at(NOW) + 6 * HOUR
    opens = NIGHT.opens_at(noon)
    market = a_market(Hours(window=NIGHT), noon)
    tonight, now = market.submit(500, opens + 5 * HOUR - noon), market.submit(200, 2 * HOUR)
    market.run()

    sent = sorted({(kind, at >= opens) for at, kind in market.sent})
    assert sent == [("batch", False), ("batch", True)]
    assert min(at for at, _ in market.sent if at >= opens) == opens, "one wakes when it opens"
    assert market.called == 0
    assert all(market.lateness[bucket] < 0 for bucket in (*tonight, *now))


def test_a_day_on_own_hardware_calls_at_night_and_rescues_by_day() -> None:
    noon = NIGHT.closes_at(NOW) + 6 * HOUR
    opens, closes = NIGHT.opens_at(noon), NIGHT.closes_at(noon)
    market = a_market(Hours(window=NIGHT), noon, capabilities=replace(CAPABILITIES, batch=False))
    buckets = [*market.submit(900, DAY), *market.submit(60, 2 * HOUR)]
    market.run()

    by_day = [at for at, _ in market.sent if at < opens]
    assert (len(by_day), market.called) == (60, 960)
    assert all(opens <= at < closes for at, _ in market.sent if at not in by_day)
    assert all(market.lateness[bucket] < 0 for bucket in buckets)


@pytest.mark.parametrize("strict", [True, False])
def test_a_day_with_a_blackout_sends_nothing_in_it_that_is_not_due(strict: bool) -> None:
    blackout = between(1, 5)
    market = a_market(Hours(blackout=blackout, strict=strict), NOW, takes=None)
    buckets = market.submit(3_000, 5 * HOUR + 30 * MINUTE)
    market.run()

    inside = [kind for at, kind in market.sent if blackout.is_open(at)]
    assert all(market.lateness[bucket] < 0 for bucket in buckets), (
        "batches never end, and calls are made around the blackout"
    )
    assert inside == [] if strict else set(inside) == {"call"}
    assert market.called == 3_000


def test_in_a_blackout_nothing_is_sent_ahead_of_its_last_safe_moment() -> None:
    hours = Hours(blackout=between(-1, 1))
    pressed = a_bucket(batched=5, deadline=NOW + HOUR, gathers_until=NOW - SECOND)
    load, capacity = Load(Tally(500, 0)), Capacity(15, None, True)
    assert calls(look(pressed, capacity=capacity, load=load)) == [(1, 5)]
    assert calls(look(pressed, capacity=capacity, load=load, hours=hours)) == []

    stage = due_in(300, batched=1, **OLD)
    tier = Tier(frozenset({stage.endpoint}))
    assert [one.lane for one in look(stage, tier=tier).wanted] == [Lane.FLEX]
    assert look(stage, tier=tier, hours=hours).wanted == []


def test_before_a_strict_blackout_there_is_as_much_time_to_spare_as_before_a_deadline() -> None:
    allowed = Hours(blackout=between(1, 3), strict=True).allowed
    careful = Margins(head_room=1.0, safety=30 * SECOND)
    inside, after = (a_bucket(waiting=60, deadline=NOW + at * HOUR + LATENCY + 30 * SECOND) for at in (2, 4))

    assert _start(inside, allowed, careful).at == NOW + HOUR - MINUTE - 30 * SECOND
    assert _start(after, allowed, careful).at == NOW + 4 * HOUR - MINUTE
    free = admission.room([], inside.deadline, 0, SIXTY, careful, NOW, allowed)
    assert free == HOUR - 30 * SECOND, "and no more is promised"

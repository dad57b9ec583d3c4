"""What the rules come to: decisions played out against a provider that is quick, slow, dead or dishonest.

No engine, no store and no network: `market` turns decisions into counts.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.given import LIMITS, NOW
from tests.lanes.market import Market

from bide.core.bucket import Phase
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.decision.outlook import Rules
from bide.lanes.plan.plan import Thresholds
from bide.lanes.rescue.rescue import Margins

RPM_500 = Capacity(500, None, True)

NEVER = None


def market(turnaround: int | None, capacity: Capacity = RPM_500, *, steady: bool = False) -> Market:
    return Market(capacity, lambda number: turnaround, steady=steady)


# 100,000 calls at nine tenths of 500 a minute take 222 minutes. Eight hours leave 257 before the first of them must start.
@pytest.mark.parametrize(
    ("turnaround", "cheapest", "dearest"),
    [
        pytest.param(HOUR, 0.50, 0.50, id="an hour: not one call"),
        pytest.param(4 * HOUR, 0.50, 0.50, id="four hours: not one call"),
        pytest.param(
            5 * HOUR, 0.69, 0.70, id="five hours: 43 minutes of calls (0.19) beside all of the batches (0.50)"
        ),
        pytest.param(
            7 * HOUR, 0.98, 0.99, id="seven hours: 163 minutes of calls (0.73) beside one of two batches (0.25)"
        ),
        pytest.param(NEVER, 1.00, 1.00, id="never: every call, and not one too many"),
    ],
)
def test_a_hundred_thousand_requests_in_eight_hours(turnaround: int | None, cheapest: float, dearest: float) -> None:
    world = market(turnaround)
    [job] = world.submit(100_000, within=8 * HOUR)

    world.run()

    assert world.answered(job) == 100_000
    assert world.lateness[job] < 0
    assert cheapest <= world.cost <= dearest


def test_the_price_of_a_hundred_thousand_requests_whose_batches_take_an_hour() -> None:
    """Every row is answered by a batch: at most 0.55 of the list price, and the whole is over after an hour."""
    world = market(HOUR)
    [job] = world.submit(100_000, within=8 * HOUR)

    world.run()

    assert world.answered(job) == 100_000
    assert world.cost <= 0.55
    assert (world.created, world.wasted) == (2, 0)
    assert world.lateness[job] < -6 * HOUR


def test_one_batch_of_two_that_hangs_costs_its_own_rows_and_no_others() -> None:
    """50,000 calls take 111 of the 479 minutes: the hanging half is called at list price, the other half was a batch's."""
    world = Market(RPM_500, lambda number: HOUR if number == 1 else NEVER)
    [job] = world.submit(100_000, within=8 * HOUR)

    world.run()

    assert world.lateness[job] < 0
    assert (world.called, world.batched, world.wasted) == (50_000, 50_000, 0)
    assert world.cost == 0.75


def test_a_group_that_shows_its_progress_is_read_before_its_requests_are_paid_twice() -> None:
    """A batch would take ten hours and finishes one request after the other; the calls must begin after 257 minutes."""
    world = market(10 * HOUR, steady=True)
    [job] = world.submit(50_000, within=6 * HOUR)

    world.run()

    assert world.answered(job) == 50_000
    assert world.lateness[job] < 0
    assert world.batched > 15_000, "what it had finished was kept"
    assert world.wasted < 8_000, "without a cancel the group would finish 30,000 rows beside their calls"
    assert world.cost < 0.9


def test_two_jobs_share_the_capacity_by_their_deadlines() -> None:
    world = market(NEVER)
    [evening] = world.submit(60_000, within=8 * HOUR)
    [noon] = world.submit(60_000, within=4 * HOUR)

    world.run()

    assert {evening, noon} == set(world.lateness)
    assert max(world.lateness.values()) < 0
    assert world.cost == 1.0


def test_the_later_of_two_jobs_does_not_pay_for_the_earlier() -> None:
    """Its batch comes back in time; the calls that the earlier job needs are made all the same."""
    world = Market(RPM_500, lambda number: NEVER if number == 1 else 5 * HOUR)
    [noon] = world.submit(20_000, within=4 * HOUR)
    [evening] = world.submit(20_000, within=8 * HOUR)

    world.run()

    assert max(world.lateness.values()) < 0
    assert world.buckets[noon].tally(Phase.REALTIME).requests == 20_000
    assert world.buckets[evening].tally(Phase.BATCH).requests == 20_000
    assert world.cost == 0.75


def test_a_set_without_slack_is_called_from_the_first_minute_on() -> None:
    """Everything that the real-time capacity can do in an hour: 26,685 calls; the batch never helps."""
    world = market(50 * MINUTE)
    guaranteed, rest = world.submit(30_000, within=HOUR)
    assert world.buckets[guaranteed].waiting.requests == 26_685

    world.run(NOW + HOUR)

    assert world.answered(guaranteed) == 26_685
    assert world.lateness[guaranteed] < 0
    assert world.buckets[rest].tally(Phase.REALTIME).requests == 0, "what is not guaranteed stays in batch"


def test_a_job_that_may_be_late_never_pays_the_full_price() -> None:
    world = market(12 * HOUR)
    [job] = world.submit(1_000, within=HOUR, on_miss=OnMiss.LATE)

    world.run()

    assert (world.called, world.cost) == (0, 0.5)
    assert world.lateness[job] == 11 * HOUR


def test_a_job_that_may_expire_is_given_up_at_its_deadline() -> None:
    world = market(NEVER)
    [job] = world.submit(1_000, within=HOUR, on_miss=OnMiss.EXPIRE)

    world.run(NOW + HOUR)
    assert world.buckets[job].tally(Phase.BATCHED).requests == 1_000, "until then it is waited for"
    world.run(NOW + HOUR + SECOND)

    assert world.buckets[job].tally(Phase.EXPIRED).requests == 1_000
    assert (world.called, world.cost) == (0, 0.0)


def test_what_did_not_fit_is_protected_once_batches_have_made_room() -> None:
    """Two batches: the guaranteed part is back after an hour, the rest never comes; by then there is time to call it."""
    world = Market(Capacity(50, None, True), lambda number: HOUR if number == 1 else NEVER)
    guaranteed, rest = world.submit(25_000, within=8 * HOUR)
    world.run(NOW + 2 * MINUTE)
    assert not world.buckets[rest].protected

    world.run()

    assert world.buckets[rest].protected
    assert max(world.lateness[guaranteed], world.lateness[rest]) < 0


def test_a_batch_of_one_for_a_quarter_of_an_hour() -> None:
    """Called at the last safe moment, cancelled at the same time, and neither late nor paid twice."""
    world = market(NEVER, Capacity(60, None, True))
    [job] = world.submit(1, within=15 * MINUTE)

    world.run()

    last_safe_moment = NOW + 15 * MINUTE - 12 * SECOND - 30 * SECOND - SECOND / 0.9
    assert world.lateness[job] + NOW + 15 * MINUTE == pytest.approx(last_safe_moment + 5 * SECOND, abs=2 * SECOND)
    assert (world.called, world.wasted, world.cost) == (1, 0, 1.0)


@pytest.mark.parametrize(
    ("within", "turnaround", "cost"),
    [
        pytest.param(15 * MINUTE, 7 * MINUTE, 0.5, id="a quarter of an hour, and half of all batches take less"),
        pytest.param(15 * MINUTE, 14 * MINUTE, 0.5, id="a quarter of an hour, back in its last minute"),
        pytest.param(15 * MINUTE, 20 * MINUTE, 1.0, id="a quarter of an hour, and the batch takes longer"),
        pytest.param(70 * SECOND, MINUTE, 1.0, id="hardly a minute: no batch is tried"),
        pytest.param(24 * HOUR, 23 * HOUR, 0.5, id="a day is the price of batches alone"),
        pytest.param(24 * HOUR, NEVER, 1.0, id="a day, and no batch ever comes: never dearer than calls"),
    ],
)
def test_what_a_deadline_costs(within: int, turnaround: int | None, cost: float) -> None:
    """Ten requests, which is next to no work: what is paid depends on the batch alone."""
    world = market(turnaround)
    [job] = world.submit(10, within=within)

    world.run()

    assert (world.cost, world.wasted) == (cost, 0)
    assert world.lateness[job] < 0


@pytest.mark.parametrize(
    ("requests", "created", "cost", "longest"),
    [
        pytest.param(99, 0, 1.0, 15 * MINUTE, id="too few for a batch: called at once"),
        pytest.param(100, 1, 0.5, 2 * HOUR, id="just enough"),
        pytest.param(1_060, 2, 0.5, 2 * HOUR, id="too many for one: spread over two, and none is called"),
        pytest.param(5_037, 6, 0.5, 2 * HOUR, id="the same of many"),
    ],
)
def test_a_smallest_batch_costs_what_cannot_be_avoided(requests: int, created: int, cost: float, longest: int) -> None:
    """Batches have 100 to 1,000 requests and take an hour; there is a day."""
    limits = replace(LIMITS, min_requests=100, max_requests=1_000)
    world = Market(RPM_500, lambda number: HOUR, limits=limits)
    [job] = world.submit(requests, within=24 * HOUR)

    world.run()

    assert (world.created, world.cost) == (created, cost)
    assert world.lateness[job] <= longest - 24 * HOUR


def test_the_worst_luck_is_a_batch_that_ends_while_its_cancel_is_under_way() -> None:
    """Called at 14 min 17 s, and the batch has it at 15 min: paid twice, and known to be."""
    world = market(15 * MINUTE)
    [job] = world.submit(1, within=15 * MINUTE)

    world.run()

    assert (world.called, world.batched, world.wasted) == (1, 1, 1)
    assert world.lateness[job] < 0


turnarounds = st.lists(st.one_of(st.none(), st.integers(2 * MINUTE, 3 * HOUR)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    jobs=st.lists(st.tuples(st.integers(1, 400), st.integers(2 * MINUTE, 2 * HOUR)), min_size=1, max_size=4),
    turnarounds=turnarounds,
    steady=st.booleans(),
    cancel=st.integers(0, 10 * MINUTE),
    requests_per_minute=st.sampled_from([20, 60, 500]),
    careful=st.booleans(),
)
def test_what_is_guaranteed_is_in_time_whatever_batches_do(
    jobs: list[tuple[int, int]],
    turnarounds: list[int | None],
    steady: bool,
    cancel: int,
    requests_per_minute: int,
    careful: bool,
) -> None:
    rules = Rules(Margins(0.4 if careful else 0.9, 30 * SECOND), Thresholds(), 0.5)
    world = Market(
        Capacity(requests_per_minute, None, True),
        lambda number: turnarounds[(number - 1) % len(turnarounds)],
        steady=steady,
        cancel=cancel,
        rules=rules,
    )
    guaranteed: list[int] = []
    for requests, within in jobs:
        guaranteed += [number for number in world.submit(requests, within) if world.buckets[number].protected]

    world.run(NOW + 2 * HOUR)

    for number in guaranteed:
        assert world.buckets[number].open.requests == 0, "nothing starves"
        assert world.lateness[number] <= 0
    assert world.cost <= 1 + 0.5 * world.wasted / world.requests

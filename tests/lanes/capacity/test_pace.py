from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.lanes.given import NOW

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pace import BURST, FIRST_WINDOW, UNWELL, WIDEST_WINDOW, Pace, backoff, learned
from bide.providers.port import RateHeaders

SIXTY = Capacity(60, None, True)
"""A call a second."""

WIDE = Pace(window=256.0)


# How many may start


@pytest.mark.parametrize(
    ("pace", "capacity", "tokens", "calls"),
    [
        pytest.param(Pace(), Capacity(60_000, None, True), 0, 8, id="a new window, and all the budget"),
        pytest.param(Pace(in_flight=5), Capacity(60_000, None, True), 0, 3, id="some are in flight"),
        pytest.param(
            Pace(in_flight=9), Capacity(60_000, None, True), 0, 0, id="more are in flight than the window has"
        ),
        pytest.param(Pace(window=2.9), Capacity(60_000, None, True), 0, 2, id="a part of a slot is no slot"),
        pytest.param(WIDE, SIXTY, 0, 3, id="two seconds' worth of budget and the call that is due"),
        pytest.param(replace(WIDE, ready_at=NOW - SECOND), SIXTY, 0, 2, id="a second's worth"),
        pytest.param(replace(WIDE, ready_at=NOW - HOUR), SIXTY, 0, 3, id="unused budget does not pile up"),
        pytest.param(replace(WIDE, ready_at=NOW), SIXTY, 0, 1, id="the call that is due now"),
        pytest.param(replace(WIDE, ready_at=NOW + 1), SIXTY, 0, 0, id="the budget is spent"),
        pytest.param(WIDE, Capacity(60, 600, True), 20, 2, id="tokens: two seconds a call"),
        pytest.param(WIDE, Capacity(60, 600, True), 5, 3, id="tokens: half a second a call, requests decide"),
        pytest.param(WIDE, Capacity(1, None, True), 0, 1, id="one a minute"),
        pytest.param(replace(WIDE, pause_until=NOW + 1), SIXTY, 0, 0, id="paused"),
        pytest.param(replace(WIDE, pause_until=NOW), SIXTY, 0, 3, id="the pause is over"),
        pytest.param(replace(WIDE, failures=2), SIXTY, 0, 3, id="two failures are a request's"),
        pytest.param(replace(WIDE, failures=3), SIXTY, 0, 1, id="three are the provider's: one call to see"),
        pytest.param(replace(WIDE, failures=3, in_flight=1), SIXTY, 0, 0, id="that call is under way"),
        pytest.param(replace(WIDE, failures=3, in_flight=5), SIXTY, 0, 0, id="more are under way still"),
    ],
)
def test_how_many_calls_may_start(pace: Pace, capacity: Capacity, tokens: int, calls: int) -> None:
    assert pace.room(capacity, tokens, NOW) == calls


@pytest.mark.parametrize(
    ("pace", "then"),
    [
        pytest.param(Pace(ready_at=NOW + SECOND), SECOND, id="when the budget allows"),
        pytest.param(Pace(ready_at=NOW + SECOND, pause_until=NOW + MINUTE), MINUTE, id="when the pause is over"),
        pytest.param(Pace(ready_at=NOW - SECOND), 0, id="now: only a slot is missing"),
    ],
)
def test_when_time_allows_another_call(pace: Pace, then: int) -> None:
    assert pace.next_room(NOW) == NOW + then


@pytest.mark.parametrize(
    ("calls", "capacity", "tokens", "ready"),
    [
        pytest.param(1, SIXTY, 0, SECOND, id="one: a second"),
        pytest.param(5, SIXTY, 0, 5 * SECOND, id="five"),
        pytest.param(0, SIXTY, 0, 0, id="none: nothing changes"),
        pytest.param(1, Capacity(60, 600, True), 100, 10 * SECOND, id="by its tokens"),
        pytest.param(1, Capacity(7, None, True), 0, 8_571_429, id="rounded up"),
    ],
)
def test_a_call_moves_the_budget_on(calls: int, capacity: Capacity, tokens: int, ready: int) -> None:
    started = Pace(ready_at=NOW).started(calls, capacity, tokens, NOW)

    assert (started.in_flight, started.ready_at - NOW) == (calls, ready)


def test_budget_from_long_ago_is_not_carried_on() -> None:
    assert Pace().started(1, SIXTY, 0, NOW).ready_at == NOW - BURST + SECOND


# What answers and failures do


def test_an_answer_opens_the_window_by_a_windows_part() -> None:
    pace = Pace(in_flight=8, failures=2).answered()

    assert pace == Pace(window=FIRST_WINDOW + 1 / FIRST_WINDOW, in_flight=7, failures=0)


def test_a_windows_worth_of_answers_opens_it_by_one() -> None:
    pace = Pace(window=100.0, in_flight=100)
    for _ in range(100):
        pace = pace.answered()

    assert pace.window == pytest.approx(101, abs=0.01)


def test_the_window_never_opens_beyond_its_widest() -> None:
    assert Pace(window=WIDEST_WINDOW, in_flight=1).answered().window == WIDEST_WINDOW


def test_a_closed_window_opens_by_one() -> None:
    assert Pace(window=1.0, in_flight=1).answered().window == 2.0


@pytest.mark.parametrize(
    ("pace", "retry_after", "window", "pause"),
    [
        pytest.param(Pace(8.0, 3), None, 4.0, 750_000, id="the window halves; three quarters of a second by chance"),
        pytest.param(Pace(1.5, 3), None, 1.0, 750_000, id="never below one"),
        pytest.param(Pace(8.0, 3), 20 * SECOND, 4.0, 20 * SECOND, id="as long as the provider asks for"),
        pytest.param(Pace(8.0, 3), 0, 4.0, 0, id="it asks for nothing: no pause"),
        pytest.param(Pace(8.0, 3, pause_until=NOW + HOUR), SECOND, 4.0, HOUR, id="a longer pause goes on"),
    ],
)
def test_a_429(pace: Pace, retry_after: int | None, window: float, pause: int) -> None:
    after = pace.busy(retry_after, 0.5, NOW)

    assert (after.window, after.in_flight, max(0, after.pause_until - NOW)) == (window, 2, pause)
    assert after.failures == pace.failures, "it is no failure"


@pytest.mark.parametrize(
    ("failures", "retry_after", "pause"),
    [
        pytest.param(0, None, 0, id="the first: the request's own"),
        pytest.param(1, None, 0, id="the second"),
        pytest.param(2, None, 3 * SECOND, id="the third: the provider's, a pause"),
        pytest.param(3, None, 6 * SECOND, id="the fourth: twice as long"),
        pytest.param(30, None, 45 * SECOND, id="the thirty-first: no longer than the longest"),
        pytest.param(0, 20 * SECOND, 20 * SECOND, id="the provider asks for a pause at the first"),
        pytest.param(30, 0, 0, id="and for none at the thirty-first"),
    ],
)
def test_a_call_without_an_answer(failures: int, retry_after: int | None, pause: int) -> None:
    after = Pace(in_flight=3, failures=failures).failed(0.5, NOW, retry_after)

    assert (after.failures, after.in_flight, after.window) == (failures + 1, 2, FIRST_WINDOW)
    assert max(0, after.pause_until - NOW) == pause


def test_a_failure_does_not_cut_a_longer_pause() -> None:
    assert Pace(in_flight=1, failures=9, pause_until=NOW + HOUR).failed(0.0, NOW).pause_until == NOW + HOUR


@pytest.mark.parametrize(("failures", "unwell"), [(0, False), (UNWELL - 1, False), (UNWELL, True), (UNWELL + 9, True)])
def test_who_is_held_responsible(failures: int, unwell: bool) -> None:
    assert Pace(failures=failures).unwell is unwell


def test_an_answer_makes_it_well_again() -> None:
    assert not Pace(failures=UNWELL, in_flight=1).answered().unwell


# Back-off


@pytest.mark.parametrize(
    ("failures", "jitter", "pause"),
    [
        pytest.param(0, 0.0, 500_000, id="at least half"),
        pytest.param(0, 0.5, 750_000, id="in the middle"),
        pytest.param(1, 0.0, SECOND, id="doubled"),
        pytest.param(5, 0.0, 16 * SECOND, id="doubled five times"),
        pytest.param(6, 0.0, 30 * SECOND, id="the longest"),
        pytest.param(10**9, 0.0, 30 * SECOND, id="after any number"),
    ],
)
def test_a_pause_doubles(failures: int, jitter: float, pause: int) -> None:
    assert backoff(failures, jitter) == pause


@given(
    failures=st.integers(0, 100),
    jitter=st.floats(0, 1, exclude_max=True),
    first=st.integers(1_000, MINUTE),
    longest=st.integers(1, HOUR),
)
def test_a_pause_is_bounded_and_lies_in_its_second_half(failures: int, jitter: float, first: int, longest: int) -> None:
    pause = backoff(failures, jitter, first, longest)
    ceiling = min(longest, first * 2**failures)

    assert ceiling // 2 <= pause <= ceiling
    assert backoff(failures + 1, jitter, first, longest) >= pause


# Limits


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param(RateHeaders(), {}, id="silence"),
        pytest.param(RateHeaders(500, 2_000_000), {"requests_per_minute": 500, "tokens_per_minute": 2_000_000}, id="both"),
        pytest.param(RateHeaders(None, 9), {"tokens_per_minute": 9}, id="one"),
        pytest.param(RateHeaders(0, 0), {}, id="a limit of nothing is none"),
        pytest.param(RateHeaders(remaining_requests=3, reset_requests=SECOND), {}, id="what is left is no limit"),
    ],
)  # fmt: skip
def test_what_headers_teach(headers: RateHeaders, told: dict[str, int]) -> None:
    assert learned(headers) == told


class Calling(RuleBasedStateMachine):
    """A caller that starts whatever is allowed, with answers, refusals and failures in any order."""

    @initialize(
        requests=st.sampled_from([1, 7, 60, 500, 10_000]),
        tokens=st.none() | st.sampled_from([600, 100_000]),
        mean=st.sampled_from([0, 10, 1_000]),
    )
    def begin(self, requests: int, tokens: int | None, mean: int) -> None:
        self.capacity, self.mean = Capacity(requests, tokens, True), mean
        self.pace, self.now = Pace(), NOW
        self.started: list[int] = []

    @rule(passed=st.integers(0, 90 * SECOND))
    def wait(self, passed: int) -> None:
        self.now += passed

    @rule(greed=st.integers(1, 300))
    def call(self, greed: int) -> None:
        calls = min(greed, self.pace.room(self.capacity, self.mean, self.now))
        assert calls == 0 or self.now >= self.pace.pause_until
        self.pace = self.pace.started(calls, self.capacity, self.mean, self.now)
        self.started += [self.now] * calls

    @rule()
    def wait_for_room(self) -> None:
        """Time is all that is missing, unless every slot is taken."""
        self.now = self.pace.next_room(self.now)
        if self.pace.in_flight == 0:
            assert self.pace.room(self.capacity, self.mean, self.now) >= 1

    @rule(retry_after=st.none() | st.integers(0, MINUTE), jitter=st.floats(0, 0.99), kind=st.integers(0, 5))
    def end_of_a_call(self, retry_after: int | None, jitter: float, kind: int) -> None:
        if self.pace.in_flight:
            match kind:
                case 0:
                    self.pace = self.pace.busy(retry_after, jitter, self.now)
                case 1:
                    self.pace = self.pace.failed(jitter, self.now, retry_after)
                case _:
                    self.pace = self.pace.answered()

    @invariant()
    def the_window_is_kept(self) -> None:
        assert 1 <= self.pace.window <= WIDEST_WINDOW
        assert self.pace.in_flight >= 0

    @invariant()
    def no_minute_has_more_calls_than_the_limit_and_a_burst(self) -> None:
        minute = [at for at in self.started if at > self.now - MINUTE]
        allowed = (MINUTE + BURST) * self.capacity.requests_per_minute // MINUTE + 1
        assert len(minute) <= allowed
        if self.capacity.tokens_per_minute and self.mean:
            spent = (len(minute) - 1) * self.mean
            assert spent <= self.capacity.tokens_per_minute * (MINUTE + BURST) / MINUTE


Calling.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestCalling = Calling.TestCase

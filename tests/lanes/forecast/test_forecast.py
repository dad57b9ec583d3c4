"""What is expected of a lane after what was seen there, and how often it is so."""

from dataclasses import replace

import pytest
from tests.lanes.forecast.coverage import play
from tests.lanes.forecast.turnarounds import SCENARIOS

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.lanes.capacity.capacity import latency_bound
from bide.lanes.forecast.calibration import SHOWN
from bide.lanes.forecast.cell import FLEX, REALTIME, Weight
from bide.lanes.forecast.efficacy import HALF_LIFE
from bide.lanes.forecast.forecast import Forecast, Running
from bide.lanes.forecast.prior import Prior, prior_of
from bide.lanes.forecast.turnaround import MEDIAN, Turnaround
from bide.lanes.outcome.lesson import BatchEnd, of_batch, of_call, of_copy, of_refusal

NOW = 1_800_000_000 * SECOND // DAY * DAY + 12 * HOUR + 30 * MINUTE
PRIOR = Turnaround.prior()
ONE = BatchEnd(
    account="openai",
    model="luna",
    requests=1,
    submitted_at=NOW - HOUR,
    ended_at=NOW,
    outcome=BatchOutcome.COMPLETED,
)


def learned(count: int, age: int, end: BatchEnd = ONE, *, forecast: Forecast | None = None) -> Forecast:
    """A forecast after so many batches of one that took so long."""
    forecast = forecast or Forecast({"openai": Prior(MEDIAN)})
    for _ in range(count):
        forecast.add(of_batch(replace(end, done=[(age, end.requests)]), PRIOR))
    return forecast


def test_a_fresh_installation_expects_what_was_published_and_half_as_much_again_elsewhere() -> None:
    forecast = Forecast({name: prior_of(name) for name in ("openai", "together")})

    assert forecast.view(NOW).batch("openai", "luna").quantile(0.5) == pytest.approx(7 * MINUTE, rel=0.01)
    assert forecast.view(NOW).batch("together", "llama").quantile(0.5) == pytest.approx(10.5 * MINUTE, rel=0.01)


def test_a_model_of_which_nothing_was_seen_is_like_its_account() -> None:
    view = learned(300, 3 * HOUR).view(NOW)

    own, other, elsewhere = (view.batch(*key) for key in (("openai", "luna"), ("openai", "sol"), ("groq", "luna")))

    assert own.finished(HOUR) < 0.15
    assert own.finished(HOUR) <= other.finished(HOUR) < 0.3
    assert elsewhere.finished(HOUR) > 0.8


def test_large_batches_may_take_longer_than_single_requests() -> None:
    forecast = learned(200, 2 * MINUTE)
    learned(40, 10 * HOUR, replace(ONE, requests=10_000), forecast=forecast)
    view = forecast.view(NOW)

    assert view.batch("openai", "luna", 1).finished(15 * MINUTE) > 0.6
    assert view.batch("openai", "luna", 10_000).finished(15 * MINUTE) < 0.3


def test_an_hour_that_was_slow_yesterday_is_expected_to_be_slow() -> None:
    forecast = Forecast({"openai": Prior(MEDIAN)})
    for days in (1, 2, 3):
        learned(40, 5 * HOUR, replace(ONE, submitted_at=NOW - days * DAY), forecast=forecast)
        learned(40, 4 * MINUTE, replace(ONE, submitted_at=NOW - days * DAY - 6 * HOUR), forecast=forecast)

    noon, morning = forecast.view(NOW), forecast.view(NOW - 6 * HOUR)

    assert noon.batch("openai", "luna").finished(HOUR) < 0.5 < morning.batch("openai", "luna").finished(HOUR)


def test_a_bout_shows_in_the_batches_that_run_before_any_of_them_ends() -> None:
    forecast = learned(200, 5 * MINUTE, replace(ONE, submitted_at=NOW - 5 * HOUR))
    running = [Running("openai", "luna", 1, 1, NOW - HOUR)] * 40

    calm, bout = forecast.view(NOW), forecast.view(NOW, running)

    assert calm.batch("openai", "luna").finished(15 * MINUTE) > 0.8
    assert bout.batch("openai", "luna").finished(15 * MINUTE) < 0.75


def test_what_was_learned_later_is_added_as_if_it_had_been_there_before() -> None:
    early, late = learned(50, HOUR), learned(20, HOUR)
    late.view(NOW).batch("openai", "luna")
    learned(30, HOUR, forecast=late)

    assert late.view(NOW + HOUR).batch("openai", "luna").survival == pytest.approx(
        early.view(NOW + HOUR).batch("openai", "luna").survival
    )


def test_counts_on_record_take_the_place_of_those_that_were_known() -> None:
    lessons = of_batch(replace(ONE, done=[(HOUR, 1)]), PRIOR)
    forecast = Forecast()
    forecast.replace(lessons)
    forecast.view(NOW).batch("openai", "luna")
    forecast.replace(lessons)

    assert sum(forecast.view(NOW).batch("openai", "luna").evidence.ended) <= 1.1
    forecast.forget(NOW + DAY)
    assert forecast.cells() == []


def test_what_changed_on_record_changes_what_was_asked_before() -> None:
    quick, slow = (of_batch(replace(ONE, done=[(age, 1)]), PRIOR) for age in (5 * MINUTE, 5 * HOUR))
    known, fresh = Forecast(), Forecast()
    known.replace(quick)
    before = known.view(NOW).batch("openai", "luna").finished(HOUR)
    known.replace({**dict.fromkeys(quick, Weight(0, 0)), **slow})
    fresh.replace(slow)

    after = known.view(NOW).batch("openai", "luna").finished(HOUR)

    assert after < before
    assert after == pytest.approx(fresh.view(NOW).batch("openai", "luna").finished(HOUR))


def test_a_clock_that_was_set_back_makes_nothing_weigh_more() -> None:
    forecast = learned(8, 5 * MINUTE)
    known = forecast.view(NOW).weight("openai", "luna", 1)
    assert [forecast.view(now).weight("openai", "luna", 1) for now in (NOW - 30 * DAY, 0)] == [known, known]


def test_a_cancel_takes_a_minute_until_the_provider_is_known() -> None:
    forecast = Forecast({name: prior_of(name) for name in ("openai", "anthropic")})
    slow = replace(ONE, outcome=BatchOutcome.CANCELLED, cancel_at=NOW - 9 * MINUTE, left=1)

    assert forecast.view(NOW).cancel("openai", "luna").quantile(0.5) == pytest.approx(MINUTE, rel=0.02)
    assert forecast.view(NOW).cancel("anthropic", "opus").quantile(0.5) == pytest.approx(30 * SECOND, rel=0.02)
    for _ in range(300):
        forecast.add(of_batch(slow, PRIOR))
    assert forecast.view(NOW).cancel("openai", "luna").quantile(0.5) == pytest.approx(9 * MINUTE, rel=0.2)


def test_one_flex_call_in_twenty_is_refused_until_more_is_known() -> None:
    forecast = Forecast()
    assert forecast.view(NOW).refusal("openai", "luna") == 0.05

    for _ in range(10):
        forecast.add(of_refusal("openai", "luna", NOW))
    assert forecast.view(NOW).refusal("openai", "luna") > 0.6, "back-off leaves no more than ten an hour to learn from"
    for _ in range(90):
        forecast.add(of_refusal("openai", "luna", NOW))
    assert forecast.view(NOW).refusal("openai", "luna") > 0.8
    assert forecast.view(NOW + DAY).refusal("openai", "luna") < 0.1, "scarcity lasts hours"


def test_the_latency_bound_of_a_model_is_its_own_and_its_lanes() -> None:
    forecast = Forecast()
    for _ in range(250):
        forecast.add(of_call("openai", "luna", FLEX, 4 * latency_bound(100), 100, NOW))

    assert forecast.view(NOW).latency("openai", "luna", FLEX).bound(500) > 3 * latency_bound(500)
    assert forecast.view(NOW).latency("openai", "luna", REALTIME).bound(500) == latency_bound(500)


def test_what_is_given_is_kept_in_every_scenario() -> None:
    """One draw of four days each, of few batches: within 7 points, 10 as seen. `python -m tests.lanes.forecast.coverage` has the table of
    many draws, in which every scenario is within 5."""
    outcomes = [play(scenario, 13, a_day=60, groups_every=HOUR) for scenario in SCENARIOS]

    for level in SHOWN:
        assert sum(one.true[level] for one in outcomes) / len(outcomes) == pytest.approx(level / 100, abs=0.07)
        assert sum(one.seen[level] for one in outcomes) / len(outcomes) == pytest.approx(level / 100, abs=0.1)


def test_what_copies_have_achieved_fades_and_is_told_of_one_model_alone() -> None:
    forecast = Forecast()
    for has_won in (True, False, False, False):
        forecast.add(of_copy("openai", "luna", 500, has_won, NOW))
    fresh, faded = (forecast.view(at).efficacy("openai", "luna") for at in (NOW, NOW + HALF_LIFE))

    assert (fresh.won, fresh.expected) == pytest.approx((1, 2), rel=0.05)
    assert (faded.won, faded.expected) == pytest.approx((0.5, 1), rel=0.05)
    assert fresh.factor < faded.factor < forecast.view(NOW).efficacy("openai", "sol").factor == 1.0

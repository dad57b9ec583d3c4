"""Averages over seeds, and ratios to the bounds."""

import pytest

from bide.whatif.comparison import Result
from bide.whatif.outcome import Sums
from bide.whatif.summary import ALL, lines


def a_result(policy: str, cost: float, *, scenario: str = "fast", seed: int = 1, met: int = 10) -> Result:
    part = Sums(10, cost, 0.0, met, 10 - met, 60)
    kinds = {"low": part, "urgent": part, "nightly": part}
    return Result(policy, scenario, seed, part, kinds, {0: part}, 4, 6, {50: 40.0 + seed}, 1.0)


def test_seeds_are_averaged_and_set_beside_their_own_bound() -> None:
    results = [
        a_result("bide", 0.6, seed=1),
        a_result("bide", 0.8, seed=2, met=9),
        a_result("clairvoyant", 0.5, seed=1),
        a_result("clairvoyant", 0.8, seed=2),
        a_result("any minute", 0.4, seed=1),
        a_result("any minute", 0.4, seed=2),
    ]

    bide = lines(results)[0]

    assert bide.total.cost == pytest.approx(0.7)
    assert bide.total.met == pytest.approx(0.95)
    assert bide.total.unanswered == 0.5
    assert bide.to_single == pytest.approx((0.6 / 0.5 + 1.0) / 2)
    assert bide.to_any == pytest.approx(1.75)
    assert bide.kept == {50: 41.5}


def test_classes_stand_from_the_most_urgent_on_and_then_those_of_the_log() -> None:
    [line] = lines([a_result("bide", 0.6)])

    assert list(line.kinds) == ["urgent", "low", "nightly"]


def test_several_scenarios_are_averaged_at_the_end() -> None:
    results = [a_result("bide", 0.6), a_result("bide", 0.8, scenario="slow")]

    found = lines(results)

    assert [(line.scenario, line.policy) for line in found] == [("fast", "bide"), ("slow", "bide"), (ALL, "bide")]
    assert found[-1].total.cost == pytest.approx(0.7)
    assert [line.scenario for line in lines(results[:1])] == ["fast"]

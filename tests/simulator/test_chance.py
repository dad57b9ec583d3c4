"""Chance as a function: repeatable, independent, and of the right shape."""

import math
import statistics

import pytest

from bide.core.clock import HOUR, MINUTE
from bide.simulator.chance import Chance, Spread

DRAWS = range(2_000)


def test_a_draw_depends_on_seed_and_name_alone() -> None:
    first = Chance(7)
    value = first.uniform("validation", 3)
    for number in range(10):
        first.uniform("validation", number)
    assert first.uniform("validation", 3) == value == Chance(7).uniform("validation", 3)
    assert value != Chance(8).uniform("validation", 3)
    assert value != first.uniform("validation", 4)


def test_names_do_not_run_into_each_other() -> None:
    chance = Chance(1)
    assert chance.number("a", "bc") != chance.number("ab", "c")
    assert chance.within("batch", 1).number("x") != chance.within("batch", 11).number("x")


def test_uniform_draws_are_uniform_and_never_reach_the_ends() -> None:
    draws = [Chance(3).uniform("u", number) for number in DRAWS]
    assert all(0 < draw < 1 for draw in draws)
    assert statistics.mean(draws) == pytest.approx(0.5, abs=0.02)
    assert statistics.pvariance(draws) == pytest.approx(1 / 12, rel=0.05)


def test_the_published_sample_has_its_quantiles() -> None:
    # Half within 7 minutes, 90 % within an hour.
    spread = Spread(7 * MINUTE, 1.68)
    draws = sorted(Chance(5).spread(spread, "t", number) for number in DRAWS)
    assert draws[1_000] == pytest.approx(7 * MINUTE, rel=0.1)
    assert draws[1_800] == pytest.approx(60 * MINUTE, rel=0.15)


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_what_is_common_does_not_widen_a_spread(common: float) -> None:
    spread = Spread(100.0 * MINUTE, 1.0, common=common)
    chance = Chance(2)
    logs = [
        math.log(chance.spread(spread, "t", number, drift=chance.drift(number * 50 * HOUR, 3 * HOUR, "d")))
        for number in DRAWS
    ]
    assert statistics.stdev(logs) == pytest.approx(1.0, rel=0.06)


def test_a_spread_has_a_ceiling_and_none_is_fixed() -> None:
    assert max(Chance(1).spread(Spread(60, 1.0, most=90), number) for number in DRAWS) == 90
    assert {Chance(1).spread(Spread(60), number) for number in range(9)} == {60}


def test_drift_is_slow_and_standard_normal() -> None:
    chance = Chance(4)
    near = [
        abs(chance.drift(n * 100 * HOUR, 3 * HOUR, "d") - chance.drift(n * 100 * HOUR + MINUTE, 3 * HOUR, "d"))
        for n in range(300)
    ]
    assert max(near) < 0.1
    values = [chance.drift(n * 100 * HOUR + n * MINUTE, 3 * HOUR, "d") for n in DRAWS]
    assert statistics.pstdev(values) == pytest.approx(1.0, rel=0.06)


def test_the_middle_is_likelier_than_the_ends() -> None:
    draws = [Chance(6).middle(number) for number in DRAWS]
    assert statistics.mean(draws) == pytest.approx(0.5, abs=0.02)
    assert statistics.pvariance(draws) == pytest.approx(0.05, rel=0.08)  # Beta(2, 2)


def test_a_shuffle_is_a_permutation_that_moves_nearly_everything() -> None:
    shuffled = Chance(1).shuffled(1_000, "order")
    assert sorted(shuffled) == list(range(1_000))
    assert sum(1 for place, rank in enumerate(shuffled) if place == rank) < 10
    assert shuffled != Chance(2).shuffled(1_000, "order")


def test_identifiers_do_not_repeat() -> None:
    assert len({Chance(1).identifier("batch_", number) for number in DRAWS}) == len(DRAWS)

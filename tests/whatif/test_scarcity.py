"""When a flex tier turns calls away, and how long the others take: the same for everybody."""

from itertools import pairwise

import pytest
from tests.whatif.given import START

from bide.core.clock import DAY, MINUTE, SECOND
from bide.whatif.scarcity import LONGEST_WAIT, REFUSAL_TAKES, Scarcity

DAYS = 300


def chances(refused: float, seed: int = 1) -> list[float]:
    scarcity = Scarcity(refused, seed, START, DAYS)
    return [scarcity.refused(START + at) for at in range(0, DAYS * DAY, 10 * MINUTE)]


@pytest.mark.parametrize("refused", [0.0, 0.05, 0.3, 0.8, 1.0])
def test_over_calm_and_bouts_so_many_are_turned_away(refused: float) -> None:
    found = chances(refused)

    assert sum(found) / len(found) == pytest.approx(refused, rel=0.15)
    assert all(0 <= one <= 1 for one in found)


def test_most_of_them_come_in_bouts_of_some_length() -> None:
    found = chances(0.05)
    calm, bout = sorted(set(found))

    assert bout > 20 * calm
    turns = sum(1 for before, after in pairwise(found) if before != after)
    assert 2 * DAYS < turns < 16 * DAYS
    assert 0.15 < found.count(bout) / len(found) < 0.25


def test_a_world_may_begin_in_a_bout() -> None:
    begins = [Scarcity(0.05, seed, START, 1).refused(START) for seed in range(100)]

    assert 5 < begins.count(max(begins)) < 40


def test_the_same_call_meets_the_same_fate_and_the_next_one_another() -> None:
    first, again = (Scarcity(0.5, 1, START, 1) for _ in range(2))
    fates = [first.fate(7, serial, 70, START) for serial in range(20)]

    assert fates == [again.fate(7, serial, 70, START) for serial in range(20)]
    assert len(set(fates)) == 20
    assert fates != [Scarcity(0.5, 2, START, 1).fate(7, serial, 70, START) for serial in range(20)]


def test_a_refusal_comes_at_once_and_an_answer_after_a_wait() -> None:
    refused = Scarcity(1.0, 1, START, 1).fate(7, 0, 70, START)
    answers = sorted(Scarcity(0.0, 1, START, 1).fate(7, serial, 70, START).takes for serial in range(400))

    assert (refused.is_refused, refused.takes) == (True, REFUSAL_TAKES)
    assert 20 * SECOND < answers[200] < 40 * SECOND, "three seconds for the answer, and half of them wait 25 s"
    assert answers[0] > 2 * SECOND
    assert answers[-1] < LONGEST_WAIT + 10 * SECOND

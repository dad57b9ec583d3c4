import pytest
from tests.lanes.given import a_bucket

from bide.core.bucket import NOTHING, OPEN_PHASES, Phase, Tally


def test_tallies_add_up() -> None:
    assert Tally(2, 30) + Tally(3, 40) == Tally(5, 70)


@pytest.mark.parametrize(
    ("phases", "total"),
    [
        pytest.param((), NOTHING, id="no phase"),
        pytest.param((Phase.WAITING,), Tally(1, 10), id="one phase"),
        pytest.param((Phase.WAITING, Phase.BATCH), Tally(5, 50), id="two phases"),
        pytest.param((Phase.EXPIRED,), NOTHING, id="a phase nobody is in"),
    ],
)
def test_the_sum_over_some_phases(phases: tuple[Phase, ...], total: Tally) -> None:
    bucket = a_bucket(tallies={Phase.WAITING: Tally(1, 10), Phase.BATCHED: Tally(2, 20), Phase.BATCH: Tally(4, 40)})

    assert bucket.tally(*phases) == total


def test_open_is_everything_without_a_final_state() -> None:
    bucket = a_bucket(tallies={phase: Tally(1 << place, 0) for place, phase in enumerate(Phase)})

    assert bucket.open.requests == 0b1111
    assert bucket.uncalled.requests == 0b0111, "what is in flight has spent its part of the rate"
    assert bucket.waiting.requests == 0b0001
    assert set(OPEN_PHASES) == {"waiting", "stubborn", "batched", "calling"}


def test_a_bucket_without_tallies_is_empty() -> None:
    bucket = a_bucket(tallies={})

    assert (bucket.waiting, bucket.open) == (NOTHING, NOTHING)

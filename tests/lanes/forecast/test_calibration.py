"""What was given and what was made of it."""

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.entropy import SeededEntropy
from bide.lanes.forecast.calibration import LEVELS, Calibration, as_text, from_text, promise
from bide.lanes.forecast.turnaround import NEVER, Turnaround

NOW = 1_800_000_000 * SECOND

GIVEN = promise(Turnaround.prior())


def test_a_promise_is_kept_as_text() -> None:
    given = (*GIVEN[:-1], NEVER)

    kept = from_text(as_text(given))

    assert kept[-1] == NEVER
    assert all(0 <= b - a < SECOND for a, b in zip(given[:-1], kept[:-1], strict=True))
    with pytest.raises(ValueError, match="19 ages"):
        from_text("1,2")


@pytest.mark.parametrize("level", [50, 80, 95])
def test_a_true_forecast_keeps_what_it_says(level: int) -> None:
    draw = SeededEntropy(1)
    seen = Calibration()
    for _ in range(2000):
        seen = seen.observe(GIVEN, Turnaround.prior().quantile(draw.uniform()), NOW)

    assert seen.kept(level).made == pytest.approx(level / 100, abs=0.02)
    assert seen.kept(level).batches == pytest.approx(2000)


def test_one_that_is_too_bold_is_found_out() -> None:
    seen = Calibration()
    for number in range(100):
        seen = seen.observe(GIVEN, 90 * MINUTE if number % 2 else MINUTE, NOW)

    assert seen.kept(80).made == pytest.approx(0.5)
    assert seen.kept(95).made == pytest.approx(1)


@pytest.mark.parametrize("level", [50, 80, 95])
def test_batches_that_were_cancelled_neither_flatter_nor_slander_it(level: int) -> None:
    """Half of them have 15 minutes, the others a day: were the cancelled ones left out, all of the short would have made it."""
    draw = SeededEntropy(2)
    seen = Calibration()
    for number in range(4000):
        age, patience = Turnaround.prior().quantile(draw.uniform()), 15 * MINUTE if number % 2 else DAY
        seen = seen.observe(GIVEN, age, NOW) if age <= patience else seen.censor(GIVEN, patience, NOW)

    assert seen.kept(level).made == pytest.approx(level / 100, abs=0.03)


def test_batches_that_still_run_count_with_their_age() -> None:
    """A bout: ten were done in time, ninety are beyond what they were given and none of them has ended."""
    seen = Calibration()
    for _ in range(10):
        seen = seen.observe(GIVEN, MINUTE, NOW)

    assert seen.kept(95).made == 1
    assert seen.with_running([(GIVEN, GIVEN[-1] + HOUR)] * 90).kept(95).made == pytest.approx(0.1)


def test_nothing_seen_is_nothing_known() -> None:
    assert [Calibration().kept(level).batches for level in LEVELS] == [0] * len(LEVELS)

"""What comes again, in a table with room for few."""

import hashlib

import pytest

from bide.audit.profile.recurrence import OFTEN, Recurrence
from bide.core.clock import MINUTE


def mark(number: int) -> int:
    """A fingerprint, as even as real ones."""
    return int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=8).digest())


def test_the_same_is_seen_in_its_own_group_however_the_log_goes() -> None:
    seen = Recurrence()

    assert seen.again(0, 7, 10 * MINUTE) is None
    assert seen.again(1, 7, 10 * MINUTE) is None
    assert seen.again(0, 7, 15 * MINUTE) == (5 * MINUTE, 1)
    assert seen.again(0, 7, 12 * MINUTE) == (3 * MINUTE, 1)


def test_what_fits_is_counted_exactly() -> None:
    seen = Recurrence(room=1_000)
    found = [seen.again(0, mark(number % 900), number) for number in range(9_000)]

    assert seen.one_in == 1
    assert sum(one is not None for one in found) == 8_100


@pytest.mark.parametrize(
    ("repeats", "likely"),
    [
        pytest.param(2, 0.08, id="everything twice"),
        pytest.param(8, 0.1, id="everything eight times"),
    ],
)
def test_what_does_not_fit_is_estimated(repeats: int, likely: float) -> None:
    seen, distinct = Recurrence(room=2_048), 30_000
    estimate = 0
    for number in range(distinct):
        for _ in range(repeats):
            again = seen.again(0, mark(number), number)
            estimate += again[1] if again else 0

    assert seen.one_in > 8
    assert estimate == pytest.approx(distinct * (repeats - 1), rel=likely)


@pytest.mark.parametrize("often", range(1, 5))
def test_one_prompt_that_is_half_of_the_log_is_neither_lost_nor_doubled(often: int) -> None:
    seen, rows = Recurrence(room=1_024), 40_000
    estimate = 0
    for number in range(rows):
        again = seen.again(0, mark(-often) if number % 2 else mark(number), number)
        estimate += again[1] if again else 0

    assert seen.one_in > 8
    assert estimate == rows // 2 - 1


def test_many_that_come_often_do_not_crowd_out_the_others() -> None:
    seen, distinct = Recurrence(room=512), 5_000
    estimate = 0
    for _ in range(OFTEN + 4):
        for number in range(distinct):
            again = seen.again(0, mark(number), number)
            estimate += again[1] if again else 0

    assert estimate == pytest.approx(distinct * (OFTEN + 3), rel=0.25)

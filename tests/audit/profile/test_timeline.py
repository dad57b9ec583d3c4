"""Bursts, and the silence between them."""

import pytest

from bide.audit.profile.timeline import SILENCE, Burst, Timeline, bursts
from bide.core.clock import DAY, HOUR, MINUTE


def test_silence_parts_bursts() -> None:
    two = 20_000 * 24 * 60 + 120
    found = bursts(Timeline(MINUTE, {two: 5, two + 1: 7, two + 31: 1, two + 90: 3}))

    assert [(burst.requests, burst.end - burst.start) for burst in found] == [(13, 32 * MINUTE), (3, MINUTE)]
    assert found[0].start == 20_000 * DAY + 2 * HOUR
    assert [burst.minute for burst in found] == [120, 210]


def test_silence_is_counted_from_the_end_of_a_slot() -> None:
    quiet = SILENCE // MINUTE
    assert len(bursts(Timeline(MINUTE, {0: 1, quiet: 1}))) == 1
    assert len(bursts(Timeline(MINUTE, {0: 1, quiet + 1: 1}))) == 2


def test_slots_wider_than_the_silence_are_parted_by_an_empty_one() -> None:
    assert bursts(Timeline(DAY, {3: 4, 4: 1, 6: 2})) == (Burst(3 * DAY, 5 * DAY, 5), Burst(6 * DAY, 7 * DAY, 2))


@pytest.mark.parametrize("silence", [0, SILENCE])
def test_nothing_has_no_burst(silence: int) -> None:
    assert bursts(Timeline(), silence) == ()

"""What a log lets one guess about waiting, and how far that can be relied on."""

from collections.abc import Iterator, Sequence

import pytest
from tests.audit.given import MONDAY, record

from bide.audit.evidence.patience import (
    MORNING,
    NEXT_HOUR,
    NOW,
    SOON,
    TOMORROW,
    UNKNOWN,
    Clue,
    Patience,
    Strength,
    horizon,
    judged,
    patience,
)
from bide.audit.evidence.rhythm import rhythm
from bide.audit.profile.profiling import profile_of
from bide.audit.readers.record import Record
from bide.core.clock import DAY, HOUR, MINUTE, SECOND


def daily(
    hours: Sequence[int], days: int = 14, each: int = 20, gap: int = MINUTE, **fields: object
) -> Iterator[Record]:
    """Requests on each day, so many from each of these hours on."""
    for day in range(days):
        for hour in hours:
            for call in range(each):
                yield record(MONDAY + day * DAY + hour * HOUR + call * gap, **({"workflow": "reports"} | fields))


def scattered(hours: Sequence[int], days: Sequence[int]) -> Iterator[Record]:
    """Requests at all sorts of minutes, as people send them."""
    for day in days:
        for number, hour in enumerate(hours):
            for call in range(6):
                minute = (day * 17 + number * 29 + call * 13) % 60
                yield record(MONDAY + day * DAY + hour * HOUR + minute * MINUTE, workflow="reports")


WEEKDAYS = [day for day in range(14) if day % 7 < 5]

CASES = [
    pytest.param(daily([9], each=1, streamed=True), NOW, Strength.STRONG, "100 % of the answers were streamed", id="streamed"),
    pytest.param(
        [record(MONDAY + call, workflow="reports", streamed=call < 20) for call in range(100)],
        NOW, Strength.FAIR, "20 % of the answers", id="streamed in part",
    ),
    pytest.param(
        [record(MONDAY + call * 5 * SECOND, workflow="reports", session="one", latency=3 * SECOND) for call in range(100)],
        NOW, Strength.STRONG, "99 % of the calls are followed within 10 seconds", id="the next step waits",
    ),
    pytest.param(
        [record(MONDAY + call * 2 * MINUTE, workflow="reports", session="one", latency=SECOND) for call in range(100)],
        NOW, Strength.FAIR, "as in a conversation", id="a conversation",
    ),
    pytest.param(daily([2], gap=SECOND), MORNING, Strength.STRONG, "in 14 bursts that begin at about 02:00", id="a nightly schedule"),
    pytest.param(daily([13], gap=SECOND), TOMORROW, Strength.STRONG, "in 14 bursts that begin at about 13:00", id="a daily schedule"),
    pytest.param(daily([13], days=4, gap=SECOND), TOMORROW, Strength.FAIR, "in 4 bursts", id="a schedule of few days"),
    pytest.param(daily(range(24), each=5, gap=SECOND), NEXT_HOUR, Strength.STRONG, "about minute 0 of the hour", id="an hourly schedule"),
    pytest.param(scattered(range(8, 18), WEEKDAYS), NOW, Strength.WEAK, "working hours of weekdays", id="people"),
    pytest.param(scattered(range(24), range(14)), MORNING, Strength.WEAK, "evenly by day and by night", id="a machine"),
    pytest.param(scattered((21, 22, 23, 0, 1, 2, 3), range(14)), MORNING, Strength.FAIR, "between 20:00 and 06:00", id="by night"),
    pytest.param(scattered(range(8, 18), (5, 6, 12, 13)), TOMORROW, Strength.FAIR, "at weekends", id="at weekends"),
    pytest.param(
        [record(MONDAY + at * HOUR + call * SECOND, workflow="reports") for at in (3, 14, 50, 91) for call in range(600)],
        NEXT_HOUR, Strength.FAIR, "handed in in bulk", id="in bulk",
    ),
    pytest.param([record(MONDAY, lane="batch"), record(MONDAY + DAY, lane="batch")], TOMORROW, Strength.STRONG, "in batches already", id="batch"),
    pytest.param([record(MONDAY, lane="flex"), record(MONDAY + DAY, lane="flex")], SOON, Strength.STRONG, "flex tier already", id="flex"),
    pytest.param([record(MONDAY, latency=100 * SECOND)] * 2, SOON, Strength.WEAK, "more than", id="slow"),
    pytest.param([record(MONDAY, workflow="DocBackfill"), record(MONDAY + DAY, workflow="DocBackfill")], TOMORROW, Strength.WEAK, "called backfill", id="a name"),
    pytest.param([record(MONDAY, workflow="chat-eu"), record(MONDAY + DAY, workflow="chat-eu")], NOW, Strength.WEAK, "called chat", id="another name"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "within", "strength", "says"), CASES)
def test_a_clue_decides(rows: Iterator[Record], within: int, strength: Strength, says: str) -> None:
    (group,) = profile_of(sorted(rows, key=lambda row: row.at)).groups
    found = patience(group, rhythm(group))

    assert (found.within, found.strength) == (within, strength), found.clues
    assert says in found.clues[0].says


def test_without_a_clue_it_is_unknown() -> None:
    (group,) = profile_of([record(MONDAY), record(MONDAY + DAY)]).groups

    assert patience(group, rhythm(group)) == UNKNOWN
    assert horizon(UNKNOWN.within) == "unknown"


def test_the_strongest_clue_decides_and_of_equal_ones_the_most_urgent() -> None:
    weak, fair, strong = (
        Clue(str(each), within, each)
        for each, within in ((Strength.WEAK, NOW), (Strength.FAIR, NOW), (Strength.STRONG, TOMORROW))
    )

    assert judged([weak, strong, fair]) == Patience(TOMORROW, Strength.STRONG, (strong, fair, weak))
    assert judged([strong, Clue("read", NOW, Strength.STRONG)]).within == NOW


def test_night_is_that_of_the_time_zone() -> None:
    (group,) = profile_of(scattered(range(8, 16), range(7))).groups

    assert getattr(rhythm(group), "night", None) == 0
    assert getattr(rhythm(group, 12 * HOUR), "night", None) == 1


def test_a_working_day_is_no_schedule() -> None:
    """It begins at eight sharp every morning, and goes on until the evening."""
    (group,) = profile_of(daily([8], days=5, each=600)).groups
    beat = rhythm(group)

    assert beat is not None
    assert beat.schedule is None


@pytest.mark.parametrize(
    ("within", "word"),
    [
        (NOW, "somebody waits"),
        (SOON, "minutes"),
        (NEXT_HOUR, "hours"),
        (MORNING, "hours"),
        (TOMORROW, "a day"),
        (None, "unknown"),
    ],
)
def test_times_have_words(within: int | None, word: str) -> None:
    assert horizon(within) == word


def test_a_row_without_an_hour_has_no_rhythm() -> None:
    (group,) = profile_of([record(MONDAY, period=DAY), record(MONDAY + DAY, period=DAY)]).groups

    assert rhythm(group) is None

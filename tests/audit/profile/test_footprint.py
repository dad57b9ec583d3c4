"""Files that hold the same."""

from collections.abc import Iterable

import pytest
from tests.audit.given import MONDAY, record

from bide.audit.profile.footprint import ROOM, Footprint, overlap, silences
from bide.audit.profile.profile import Overlap, Silence
from bide.audit.readers.record import Record
from bide.core.clock import DAY, SECOND


def footprint(name: str, rows: Iterable[Record], stream: int = 0) -> Footprint:
    found = Footprint(name, stream)
    for row in rows:
        found.add(row)
    return found


def calls(first: int, count: int) -> list[Record]:
    return [record(MONDAY + number * SECOND, input=number, output=7) for number in range(first, first + count)]


def test_two_logs_of_the_same_time_say_how_much_of_them_is_the_same() -> None:
    found = overlap(footprint("a.csv", calls(0, 1_000)), footprint("b.csv", calls(500, 1_000)))

    assert found == Overlap(
        "a.csv", "b.csv", MONDAY + 500 * SECOND, MONDAY + 999 * SECOND, [("openai", "gpt-4.1")], 0.5
    )


def test_of_many_rows_a_sample_is_compared() -> None:
    ones, others = footprint("a.csv", calls(0, 4 * ROOM)), footprint("b.csv", calls(0, ROOM))
    found = overlap(ones, others)

    assert found is not None
    assert found.same == 1.0
    assert len(ones.sample) <= ROOM


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(calls(5_000, 100), id="another time"),
        pytest.param([record(MONDAY, period=DAY, model="gpt-5")], id="another model"),
        pytest.param([record(MONDAY, period=DAY, requests=0, cost=5, bill=True)], id="the bill for it"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_cannot_be_counted_twice_is_no_overlap(rows: list[Record]) -> None:
    assert overlap(footprint("a.csv", calls(0, 1_000)), footprint("b.csv", rows)) is None


def test_a_log_and_an_export_overlap_though_no_row_is_the_same() -> None:
    found = overlap(footprint("a.csv", calls(0, 10)), footprint("b.csv", [record(MONDAY, period=DAY, requests=10)]))

    assert found is not None
    assert found.same == 0.0


def days(name: str, first: int, end: int, stream: int = 0) -> Footprint:
    return footprint(name, [record(MONDAY + day * DAY, period=DAY) for day in range(first, end)], stream)


def test_days_between_two_files_of_a_kind_are_told() -> None:
    files = [
        days("march", 59, 90),
        days("all", 0, 28, 1),
        days("january", 0, 31),
        days("week", 7, 14),
        days("late", 60, 92, 1),
    ]

    assert list(silences([*files, Footprint("empty")])) == [
        Silence("january", "march", MONDAY + 31 * DAY, MONDAY + 59 * DAY, missing=True),
        Silence("all", "late", MONDAY + 28 * DAY, MONDAY + 60 * DAY),
    ]


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        pytest.param([days("a", 0, 10), days("b", 20, 30)], True, id="nothing inside is as long"),
        pytest.param([days("a", 0, 5), days("b", 8, 13)], False, id="a long weekend"),
        pytest.param([footprint("a", [record(MONDAY + day * DAY) for day in (0, 11)]), days("b", 22, 30)], False, id="a pause inside is as long"),
        pytest.param([footprint("a", [record(MONDAY + day * DAY) for day in (11, 0)]), days("b", 24, 30)], True, id="a pause inside is shorter"),
        pytest.param([days("a", 0, 10), days("b", 20, 30), days("bill", 0, 30, 1)], False, id="another kind speaks of it"),
        pytest.param([days("a", 0, 10), days("b", 20, 30), days("bill", 0, 10, 1)], True, id="another kind does not"),
        pytest.param([footprint("a", [record(MONDAY, period=30 * DAY)]), days("b", 40, 50)], True, id="a month of which one row speaks"),
    ],
)  # fmt: skip
def test_days_that_are_longer_than_anything_in_the_files_are_missing(files: list[Footprint], missing: bool) -> None:
    [found] = [one for one in silences(files) if one.before == "b"] or [Silence("a", "b", 0, 0)]

    assert found.missing is missing


def test_nights_between_files_are_nothing_to_tell() -> None:
    nightly = [footprint(f"{day}.csv", [record(MONDAY + day * DAY)]) for day in range(4)]

    assert list(silences(nightly)) == []
    assert [one.after for one in silences(nightly[::2])] == ["0.csv"]

"""Files that hold the same."""

from collections.abc import Iterable

import pytest
from tests.audit.given import MONDAY, record

from bide.audit.footprint import ROOM, Footprint, overlap
from bide.audit.profile import Overlap
from bide.audit.record import Record
from bide.core.clock import DAY, SECOND


def footprint(name: str, rows: Iterable[Record]) -> Footprint:
    found = Footprint(name)
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

"""What a batch or a call teaches, as counts."""

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.lanes.forecast.calibration import LEVELS, promise
from bide.lanes.forecast.cell import FLEX, WHOLE, Kind, Lessons, Weight, join
from bide.lanes.forecast.evidence import bin_of
from bide.lanes.forecast.turnaround import Turnaround
from bide.lanes.outcome.lesson import BatchEnd, of_batch, of_call, of_copy, of_refusal

HOUR_BEGIN = 1_800_000_000 * SECOND // HOUR * HOUR
NOW = HOUR_BEGIN + 20 * MINUTE
PRIOR = Turnaround.prior()


def an_end(
    outcome: BatchOutcome = BatchOutcome.COMPLETED,
    *,
    requests: int = 1,
    after: int = 10 * MINUTE,
    cancel_after: int | None = None,
    done: list[tuple[int, int]] | None = None,
    lumped: int = 0,
    left: int = 0,
    is_given: bool = False,
) -> BatchEnd:
    return BatchEnd(
        account="openai",
        model="gpt-6-luna",
        requests=requests,
        submitted_at=NOW,
        ended_at=NOW + after,
        outcome=outcome,
        cancel_at=None if cancel_after is None else NOW + cancel_after,
        done=done or [],
        lumped=lumped,
        left=left,
        given=promise(PRIOR) if is_given else None,
    )


def bins(lessons: Lessons, kind: Kind) -> dict[int, Weight]:
    return {count.bin: weight for count, weight in lessons.items() if count.cell.kind is kind}


def test_one_request_counts_one_at_its_age_in_the_hour_of_its_submission() -> None:
    lessons = of_batch(an_end(after=2 * HOUR, done=[(9 * MINUTE, 1)]), PRIOR)

    assert bins(lessons, Kind.TURNAROUND) == {bin_of(9 * MINUTE): (WHOLE, 0)}
    assert {count.since for count in lessons} == {HOUR_BEGIN}


def test_a_large_batch_counts_no_more_than_twenty() -> None:
    lessons = of_batch(an_end(requests=50_000, done=[(5 * MINUTE, 30_000), (HOUR, 20_000)], after=HOUR), PRIOR)

    assert bins(lessons, Kind.TURNAROUND) == {bin_of(5 * MINUTE): (12_000, 0), bin_of(HOUR): (8_000, 0)}


def test_where_no_row_tells_its_time_the_end_is_when_they_could_be_read() -> None:
    lessons = of_batch(an_end(requests=5, lumped=5, after=HOUR), PRIOR)

    assert bins(lessons, Kind.TURNAROUND) == {bin_of(HOUR): (5 * WHOLE, 0)}


def test_what_a_cancelled_batch_had_done_was_done_some_time_before() -> None:
    end = an_end(BatchOutcome.CANCELLED, requests=10, lumped=4, left=6, after=32 * MINUTE, cancel_after=30 * MINUTE)
    found = bins(of_batch(end, PRIOR), Kind.TURNAROUND)

    assert sum(weight.ended for weight in found.values()) == pytest.approx(4 * WHOLE, abs=30)
    assert len([weight for weight in found.values() if weight.ended]) > 10
    assert found[bin_of(30 * MINUTE)].gone == 6 * WHOLE, "present until the cancel, not until its end"


def test_a_cancel_teaches_how_long_it_took() -> None:
    end = an_end(BatchOutcome.CANCELLED, left=1, after=32 * MINUTE, cancel_after=30 * MINUTE)

    assert bins(of_batch(end, PRIOR), Kind.CANCEL) == {bin_of(2 * MINUTE): (WHOLE, 0)}


def test_an_expired_batch_was_present_for_a_day() -> None:
    end = an_end(BatchOutcome.EXPIRED, requests=3, done=[(HOUR, 1)], left=2, after=DAY)

    assert bins(of_batch(end, PRIOR), Kind.TURNAROUND) == {bin_of(HOUR): (WHOLE, 0), bin_of(DAY): (0, 2 * WHOLE)}


def test_a_failed_batch_says_nothing_of_time() -> None:
    assert of_batch(an_end(BatchOutcome.FAILED, left=4), PRIOR) == {}


def test_a_batch_counts_once_at_the_level_that_it_made() -> None:
    lessons = of_batch(an_end(requests=200, done=[(7 * MINUTE, 100), (HOUR, 100)], is_given=True), PRIOR)

    levels = {(position + 1) * 5: weight.ended for position, weight in bins(lessons, Kind.LEVEL).items()}
    assert levels == {55: WHOLE // 2, 90: WHOLE // 2} or levels == {50: WHOLE // 2, 90: WHOLE // 2}


def test_a_cancelled_batch_lies_somewhere_below_and_above_its_level() -> None:
    end = an_end(
        BatchOutcome.CANCELLED, requests=4, lumped=1, left=3, after=HOUR, cancel_after=10 * MINUTE, is_given=True
    )
    found = bins(of_batch(end, PRIOR), Kind.LEVEL)

    level = next(number for number in range(len(LEVELS)) if promise(PRIOR)[number] >= 10 * MINUTE)
    assert found[level].gone == 750
    assert sum(weight.ended for weight in found.values()) == pytest.approx(250, abs=10)


def test_flex_calls_teach_that_they_were_taken_or_refused() -> None:
    lessons = of_call("openai", "gpt-6-luna", FLEX, 40 * SECOND, 300, NOW)
    join(lessons, of_refusal("openai", "gpt-6-luna", NOW))
    join(lessons, of_refusal("openai", "gpt-6-luna", NOW))

    assert bins(lessons, Kind.REFUSAL) == {0: (WHOLE, 2 * WHOLE)}
    assert [weight.ended for weight in bins(lessons, Kind.LATENCY).values()] == [WHOLE]


def test_second_copies_teach_whether_they_brought_the_answer_and_what_was_expected_of_them() -> None:
    lessons = of_copy("openai", "gpt-6-luna", 600, True, NOW)
    join(lessons, of_copy("openai", "gpt-6-luna", 300, False, NOW))

    assert bins(lessons, Kind.COPY) == {0: (WHOLE, 900)}

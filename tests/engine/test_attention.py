import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.desk import a_remote
from tests.lanes.given import NOW, a_batch

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.engine.attention import FIRST_RETRY, LONGEST_RETRY, is_worth_reading, next_poll, next_try
from bide.providers.port import EarlyResults

INTERVAL, LONGEST = 15 * SECOND, 2 * MINUTE


@pytest.mark.parametrize(
    ("age", "interval", "longest", "wait"),
    [
        pytest.param(0, INTERVAL, LONGEST, 15 * SECOND, id="new: the interval"),
        pytest.param(5 * MINUTE, INTERVAL, LONGEST, 15 * SECOND, id="a twentieth of the age is no more yet"),
        pytest.param(10 * MINUTE, INTERVAL, LONGEST, 30 * SECOND, id="a twentieth of the age"),
        pytest.param(40 * MINUTE, INTERVAL, LONGEST, 2 * MINUTE, id="as long as it gets"),
        pytest.param(DAY, INTERVAL, LONGEST, 2 * MINUTE, id="and no longer"),
        pytest.param(HOUR, 10 * MINUTE, LONGEST, 10 * MINUTE, id="an interval above the longest is meant"),
        pytest.param(-MINUTE, INTERVAL, LONGEST, 15 * SECOND, id="a provider's clock that is ahead of ours"),
    ],
)
def test_when_to_poll_next(age: int, interval: int, longest: int, wait: int) -> None:
    assert next_poll(a_batch(age=age), interval, longest, NOW) == NOW + wait


def test_a_batch_that_was_not_submitted_is_new() -> None:
    assert next_poll(a_batch(submitted_at=None, intended_at=None), INTERVAL, LONGEST, NOW) == NOW + INTERVAL


def test_a_batch_in_doubt_is_as_old_as_its_create() -> None:
    doubted = a_batch(submitted_at=None, intended_at=NOW - DAY)
    assert next_poll(doubted, INTERVAL, LONGEST, NOW) == NOW + LONGEST


def test_a_day_of_waiting_costs_less_than_a_thousand_polls() -> None:
    now, polls = NOW, 0
    batch = a_batch(age=0)
    while now < NOW + DAY:
        now, polls = next_poll(batch, INTERVAL, LONGEST, now), polls + 1

    assert 700 < polls < 1_000


@pytest.mark.parametrize(
    ("failures", "jitter", "retry_after", "wait"),
    [
        pytest.param(0, 0.0, None, SECOND, id="at first, at the soonest"),
        pytest.param(0, 0.5, None, 1.5 * SECOND, id="spread over the second half"),
        pytest.param(3, 0.0, None, 8 * SECOND, id="doubled with each failure"),
        pytest.param(100, 0.0, None, 150 * SECOND, id="bounded"),
        pytest.param(0, 0.0, HOUR, HOUR, id="what the provider asks for"),
        pytest.param(5, 0.0, SECOND, 32 * SECOND, id="not less than the back-off, whatever it asks for"),
    ],
)
def test_when_to_try_again(failures: int, jitter: float, retry_after: int | None, wait: float) -> None:
    assert next_try(failures, jitter, retry_after, NOW) == NOW + wait


@given(failures=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_try_again_is_neither_at_once_nor_never(failures: int, jitter: float) -> None:
    assert FIRST_RETRY // 2 <= next_try(failures, jitter, None, NOW) - NOW <= LONGEST_RETRY


SKIP, WHOLE = EarlyResults.SKIP, EarlyResults.WHOLE


@pytest.mark.parametrize(
    ("how", "read", "before", "completed", "total", "worth"),
    [
        pytest.param(SKIP, 0, 0, 0, 1_000, False, id="nothing yet"),
        pytest.param(SKIP, 0, 0, 19, 1_000, False, id="less than a fiftieth"),
        pytest.param(SKIP, 0, 0, 20, 1_000, True, id="a fiftieth"),
        pytest.param(SKIP, 400, 420, 420, 1_000, True, id="a reading that broke is made up for"),
        pytest.param(SKIP, 995, 995, 1_000, 1_000, True, id="the last few"),
        pytest.param(SKIP, 1_000, 999, 1_000, 1_000, False, id="everything has been read"),
        pytest.param(SKIP, 400, 400, 20, 1_000, False, id="a counter that goes back"),
        pytest.param(SKIP, 400, 0, 0, 0, True, id="no counters: each time, for what is new"),
        pytest.param(WHOLE, 400, 0, 0, 0, False, id="no counters: not the whole file each time"),
        pytest.param(WHOLE, 0, 0, 20, 1_000, True, id="whole: the first"),
        pytest.param(WHOLE, 400, 400, 499, 1_000, False, id="whole: less than a quarter more"),
        pytest.param(WHOLE, 400, 400, 500, 1_000, True, id="whole: a quarter more"),
        pytest.param(WHOLE, 400, 600, 600, 1_000, False, id="whole: rows that never come"),
    ],
)
def test_when_the_output_of_a_running_batch_is_read(
    how: EarlyResults, read: int, before: int, completed: int, total: int, worth: bool
) -> None:
    batch = a_batch(requests=1_000, output_rows=read, completed_count=before)
    assert is_worth_reading(batch, a_remote(completed=completed, total=total), how) is worth


def test_a_file_that_is_read_whole_is_read_a_few_times_at_most() -> None:
    read, rows = 0, 0
    for completed in range(1, 50_001):
        batch = a_batch(requests=50_000, output_rows=read, completed_count=completed - 1)
        if is_worth_reading(batch, a_remote(completed=completed, total=50_000), WHOLE):
            read, rows = completed, rows + completed

    assert read >= 40_000
    assert rows < 5 * 50_000

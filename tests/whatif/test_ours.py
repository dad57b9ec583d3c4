"""bide's own decisions on logs of a few requests, in worlds where every batch takes what the case says."""

from dataclasses import replace

import pytest

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.settings import Settings
from bide.whatif.arrival import Arrival
from bide.whatif.ours import Play, Policy
from bide.whatif.outcome import Book, Prices, sums
from bide.whatif.scenario import NEVER, Scenario, Spell
from bide.whatif.weather import Weather

START = 1_800_000_000 * SECOND // DAY * DAY

RULES = Settings().rules


def always(median: int, **fields: object) -> Scenario:
    """A provider whose batches of one take that long, give or take nothing."""
    return replace(
        NEVER, spells=(Spell(2 * median, 1e-9),), **fields
    )  # a batch of one takes half of what a thousand take


def arrival(at: int, within: int, *, urgent: bool = False) -> Arrival:
    return Arrival(START + at, START + at + within, 1_000, 100, "urgent" if urgent else "other", 256, urgent)


def played(arrivals: list[Arrival], scenario: Scenario, *, copies: bool = False) -> tuple[Book, Play]:
    play = Play(
        arrivals, Prices(), Weather(scenario, 1, START, 2), Policy(rules=replace(RULES, copies=copies, copy_budget=1))
    )
    return play.run(), play


@pytest.mark.parametrize(
    ("within", "takes", "cost"),
    [
        pytest.param(15 * MINUTE, 5 * MINUTE, 0.5, id="the batch is back in time"),
        pytest.param(15 * MINUTE, 20 * MINUTE, 1.0, id="the batch comes too late: called"),
        pytest.param(MINUTE, 30 * SECOND, 1.0, id="no time for any batch"),
        pytest.param(DAY, 20 * HOUR, 0.5, id="a day, and nearly all of it"),
    ],
)
def test_a_request_costs_half_where_its_batch_is_back_in_time(within: int, takes: int, cost: float) -> None:
    book, _ = played([arrival(0, within)], always(takes))

    found = sums(book)
    assert (found.cost, found.wasted, found.met) == (cost, 0.0, 1)


def test_what_is_urgent_is_called_at_once() -> None:
    book, _ = played([arrival(0, 2 * MINUTE, urgent=True)], always(MINUTE))

    assert book.batches == 0
    assert book.answered_at[0] < START + 10 * SECOND


def test_where_no_batch_ever_finishes_everything_is_called_in_time_and_paid_once() -> None:
    log = [arrival(minute * MINUTE, within) for minute in range(60) for within in (15 * MINUTE, 3 * HOUR)]

    book, _ = played(log, NEVER)

    found = sums(book)
    assert (found.cost, found.wasted, found.met, found.unanswered) == (1.0, 0.0, 120, 0)


def test_what_ends_while_its_request_is_called_is_paid_twice() -> None:
    """The batch ends between the call, a minute before the deadline, and the end of its cancel."""
    late = always(14 * MINUTE + 20 * SECOND, cancel_median=9 * MINUTE)

    book, _ = played([arrival(0, 15 * MINUTE)], late)

    found = sums(book)
    assert (found.cost, found.wasted, found.met) == (1.5, 0.5, 1)


def test_calls_that_come_together_with_hours_share_a_batch() -> None:
    book, _ = played([arrival(second * SECOND, 12 * HOUR) for second in range(20)], always(HOUR))

    assert book.batches <= 2
    assert sums(book).cost == 0.5


def test_a_second_copy_is_answered_where_the_first_is_stuck() -> None:
    """Batches are quick or very slow by turns; one of the slow spell is copied when the quick one has come."""
    spells = replace(
        NEVER,
        spells=(Spell(4 * MINUTE, 0.01, 3 * HOUR), Spell(10 * HOUR, 0.01, 10 * MINUTE)),
    )
    log = [arrival(minute * MINUTE, 90 * MINUTE) for minute in range(0, 23 * 60, 5)]

    alone, _ = played(log, spells)
    with_copies, play = played(log, spells, copies=True)

    assert sums(with_copies).met == sums(alone).met == len(log)
    assert with_copies.calls < alone.calls
    assert play.learner.efficacy.won > 0


def test_the_forecast_knows_what_became_of_its_promises() -> None:
    _, play = played([arrival(minute * MINUTE, HOUR) for minute in range(300)], always(5 * MINUTE))

    assert play.learner.kept[95] == 100, "nothing was slower than the slowest that was expected"


def test_nothing_is_left_over() -> None:
    book, _ = played([arrival(0, HOUR), arrival(0, DAY)], always(30 * MINUTE))

    assert FAR_FUTURE not in book.answered_at

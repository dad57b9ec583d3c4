"""The rules that people write, worked by hand on two or three requests."""

from collections.abc import Sequence

import pytest
from tests.whatif.given import a_log, alone, asked, weather

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.whatif.arrival import Arrival
from bide.whatif.baseline import REALTIME, RESUBMIT, SEED, fixed, static
from bide.whatif.fixed import Course, Rule
from bide.whatif.outcome import Book, Prices, sums
from bide.whatif.scenario import NEVER, SCENARIOS, Scenario


def played(rule: Rule, scenario: Scenario, arrivals: Sequence[Arrival]) -> Book:
    return Course(arrivals, Prices(), weather(scenario), rule).run()


def after(book: Book, request: int) -> float:
    """Minutes from a request's arrival to its answer."""
    return (book.answered_at[request] - book.arrivals[request].at) / MINUTE


def shares(book: Book) -> list[float]:
    """What each request cost, of its price in real time."""
    return [paid / book.prices.call(arrival) for paid, arrival in zip(book.paid, book.arrivals, strict=True)]


def test_all_in_real_time_the_earliest_deadline_is_called_first_at_the_rate_limit() -> None:
    arrivals = [asked(0, 24 * HOUR), asked(0, HOUR), asked(0, 10 * MINUTE)]

    book = played(REALTIME, alone(MINUTE, requests_per_minute=1), arrivals)

    assert book.answered_at[0] == min(book.answered_at)  # it came first, and nobody else was there yet
    assert 1 <= after(book, 2) < 1.2
    assert 2 <= after(book, 1) < 2.2
    assert (shares(book), book.batches, book.calls) == ([1.0, 1.0, 1.0], 0, 3)
    assert sum(book.wasted) == 0


def test_the_seed_rule_queues_for_a_quarter_of_an_hour_and_leaves_the_rest_for_the_night() -> None:
    arrivals = [asked(HOUR, 2 * MINUTE, urgent=True), asked(HOUR, 15 * MINUTE), asked(HOUR, DAY)]

    book = played(SEED, alone(10 * MINUTE), arrivals)

    assert after(book, 0) < 1
    assert 25 <= after(book, 1) < 26  # late: the queue had spent its time
    assert 70 <= after(book, 2) < 71  # until 02:00, and ten minutes
    assert (shares(book), book.batches, book.calls) == ([1.0, 0.5, 0.5], 2, 1)


def test_a_full_queue_is_submitted_before_its_time() -> None:
    arrivals = [asked(0, HOUR), asked(SECOND, HOUR), asked(2 * SECOND, HOUR)]

    book = played(Rule(most=2), alone(10 * MINUTE), arrivals)

    assert after(book, 0) < 12
    assert after(book, 2) > 25
    assert book.batches == 2


def test_static_puts_only_the_most_patient_into_batches() -> None:
    arrivals = [asked(0, 8 * HOUR), asked(0, DAY)]

    assert shares(played(static(), alone(10 * MINUTE), arrivals)) == [1.0, 0.5]
    assert shares(played(static("8h"), alone(10 * MINUTE), arrivals)) == [0.5, 0.5]


def test_what_expires_is_submitted_again_as_it_is() -> None:
    book = played(RESUBMIT, alone(30 * HOUR), [asked(0, DAY)])
    lost = played(Rule(), alone(30 * HOUR), [asked(0, DAY)])

    assert (book.batches, lost.batches) == (3, 1)  # given up two days after the last deadline
    assert lost.answered_at == [FAR_FUTURE]


@pytest.mark.parametrize(
    ("takes", "share", "minutes"),
    [pytest.param(2, 0.5, 4, id="in time"), pytest.param(9, 1.0, 5, id="cancelled, and called")],
)
def test_a_fixed_margin_cancels_so_long_before_the_deadline(takes: int, share: float, minutes: float) -> None:
    quick = {"cancel_median": SECOND, "cancel_longest": SECOND}

    book = played(fixed("10m"), alone(takes * MINUTE, **quick), [asked(0, 15 * MINUTE)])

    assert (shares(book), sum(book.wasted)) == ([share], 0)
    assert minutes <= after(book, 0) < minutes + 1


def test_a_cancel_that_hangs_makes_it_late_unless_it_is_hedged() -> None:
    slow = alone(3 * HOUR, slow_cancels=1.0)
    arrivals = [asked(0, 15 * MINUTE)]

    late, hedged = (played(fixed(text), slow, arrivals) for text in ("10m", "10m+hedge"))

    assert 65 <= after(late, 0) < 66
    assert 12 < after(hedged, 0) < 15
    assert (shares(hedged), sum(hedged.wasted)) == ([1.0], 0)


def test_a_batch_that_ends_in_the_cancel_beside_a_hedge_is_paid_twice() -> None:
    finishing = alone(13 * MINUTE, slow_cancels=1.0, cancel_longest=HOUR)  # what is under way is finished

    book = played(fixed("10m+hedge"), finishing, [asked(0, 15 * MINUTE)])

    assert (shares(book), sum(book.wasted)) == ([1.0], 0.5 * Prices().call(book.arrivals[0]))


def test_what_finds_no_room_in_the_queue_waits_for_it() -> None:
    arrivals = [asked(0, 8 * HOUR, input_tokens=600), asked(MINUTE, 8 * HOUR, input_tokens=600)]

    book = played(Rule(queue=SECOND), alone(HOUR, enqueued_tokens=1_000), arrivals)

    assert 60 <= after(book, 0) < 61
    assert 119 <= after(book, 1) < 121


@pytest.mark.parametrize("text", ["10m", "5m+hedge"])
def test_nothing_remains_without_an_answer_where_no_batch_ends(text: str) -> None:
    book = Course(a_log(), Prices(), weather(NEVER), fixed(text)).run()

    assert sums(book).unanswered == 0
    assert sums(book).cost == pytest.approx(1.0)


def test_whoever_never_calls_never_answers_where_no_batch_ends() -> None:
    book = Course(a_log(), Prices(), weather(NEVER), RESUBMIT).run()

    assert all(book.is_open(number) != arrival.urgent for number, arrival in enumerate(book.arrivals))


@pytest.mark.parametrize("rule", [REALTIME, SEED, static(), RESUBMIT, fixed(), fixed("5m+hedge")])
def test_the_same_seed_is_the_same_story(rule: Rule) -> None:
    first, second = (Course(a_log(), Prices(), weather(SCENARIOS["measured"]), rule).run() for _ in range(2))

    assert (first.answered_at, first.paid, first.wasted) == (second.answered_at, second.paid, second.wasted)


def test_nobody_is_answered_before_they_came() -> None:
    for rule in (REALTIME, SEED, static(), RESUBMIT, fixed(), fixed("5m+hedge")):
        book = Course(a_log(), Prices(), weather(SCENARIOS["measured"]), rule).run()
        assert all(at > arrival.at for at, arrival in zip(book.answered_at, book.arrivals, strict=True))

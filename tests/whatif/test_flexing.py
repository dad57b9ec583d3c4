"""bide's decisions on logs of a few requests where the account has a flex tier that turns away as much as the case says."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.whatif.given import alone, asked, weather

from bide.core.bucket import Phase
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Decisions
from bide.lanes.decision.outlook import Outlook, Rules
from bide.settings import Settings
from bide.whatif import ours
from bide.whatif.arrival import Arrival
from bide.whatif.ours import Play, Policy
from bide.whatif.outcome import Book, Prices, sums
from bide.whatif.scenario import NEVER, Scenario
from bide.whatif.stock import KEY

RULES = Settings().rules

SERVED, SCARCE = replace(NEVER, flex_refused=0.0), replace(NEVER, flex_refused=1.0)
"""No batch ever ends; the flex tier answers everything, or nothing."""


def played(
    arrivals: list[Arrival], scenario: Scenario, *, flex: bool = True, prices: Prices | None = None
) -> tuple[Book, Play]:
    play = Play(arrivals, prices or Prices(), weather(scenario), Policy(rules=RULES, flex=flex))
    return play.run(), play


def told(book: Book) -> tuple[float, float, int, int, int]:
    """Cost, waste, deadlines met, calls at the list price, answers of the flex tier."""
    found = sums(book)
    return found.cost, found.wasted, found.met, book.calls, book.flexed


def test_what_is_short_of_time_goes_there_instead_of_into_a_batch() -> None:
    book, _ = played([asked(0, 15 * MINUTE)], SERVED)

    assert told(book) == (0.5, 0.0, 1, 0, 1)
    assert book.batches == 0


def test_what_has_time_goes_into_a_batch_and_is_asked_for_at_its_last_stage() -> None:
    book, _ = played([asked(0, 3 * HOUR)], SERVED)

    assert told(book) == (0.5, 0.0, 1, 0, 1)
    assert book.batches == 1
    assert book.answered_at[0] > book.arrivals[0].deadline - 15 * MINUTE


def test_what_a_batch_answers_before_that_is_asked_for_nowhere() -> None:
    book, _ = played([asked(0, 3 * HOUR)], alone(2 * HOUR, flex_refused=0.0))

    assert told(book) == (0.5, 0.0, 1, 0, 0)


def test_what_is_turned_away_again_and_again_is_called_at_its_last_safe_moment_and_costs_nothing_more() -> None:
    log = [asked(minute * MINUTE, within) for minute in range(20) for within in (15 * MINUTE, 2 * HOUR)]

    book, play = played(log, SCARCE)

    assert told(book) == (1.0, 0.0, 40, 40, 0)
    assert book.turned_away > 10
    assert play.learner.view((), book.arrivals[-1].deadline).refusal(*KEY) > 0.3, "it was 0.05 at first"


def test_urgent_work_and_what_has_no_time_is_called() -> None:
    book, _ = played([asked(0, 2 * MINUTE, urgent=True), asked(0, MINUTE)], SERVED)

    assert told(book) == (1.0, 0.0, 2, 2, 0)


def test_what_flex_answers_after_its_call_is_paid_twice() -> None:
    """They have little more than a minute: a fifth of the answers take longer."""
    log = [asked(minute * MINUTE, 2 * MINUTE) for minute in range(60)]

    book, _ = played(log, SERVED)

    twice = [number for number, wasted in enumerate(book.wasted) if wasted]
    assert 0 < len(twice) == book.calls < 40
    assert told(book) == (
        pytest.approx(0.5 + len(twice) / 60),
        pytest.approx(0.5 * len(twice) / 60),
        60,
        len(twice),
        60,
    )
    for number in twice:
        full = book.prices.call(book.arrivals[number])
        assert (book.paid[number], book.wasted[number]) == (full, 0.5 * full)


def test_what_a_cancelled_batch_leaves_is_not_asked_for_again_while_flex_may_answer_it() -> None:
    """Cancels take two minutes or so, and some flex calls end before and some after them."""
    log = [asked(minute * MINUTE, 3 * HOUR) for minute in range(0, 120, 3)]

    book, _ = played(log, replace(SERVED, cancel_median=70 * SECOND))

    assert book.batches == 40
    assert told(book) == (0.5, 0.0, 40, 0, 40)


def test_what_its_batch_answers_besides_is_paid_twice() -> None:
    """The batch ends when flex has been asked, eight minutes before the last safe moment, and its cancel takes longer."""
    book, _ = played(
        [asked(0, HOUR)], alone(56 * MINUTE, flex_refused=0.0, cancel_median=30 * MINUTE, cancel_longest=30 * MINUTE)
    )

    assert told(book) == (1.0, 0.5, 1, 0, 1)


@pytest.mark.parametrize(
    ("takes", "cancel"),
    [
        pytest.param(56 * MINUTE, 90 * SECOND, id="batches end empty before their requests are called"),
        pytest.param(46 * MINUTE, 5 * MINUTE, id="batches answer what flex has been asked for"),
        pytest.param(56 * MINUTE, 30 * MINUTE, id="batches end after their requests are called"),
    ],
)
def test_at_every_look_what_is_in_flight_is_a_part_of_what_is_batched(
    takes: int, cancel: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of several, some of whose requests flex answers while it turns others away, which are called."""
    seen: list[tuple[int, int, int]] = []

    def looked(outlook: Outlook, rules: Rules, now: int) -> Decisions:
        flexing = outlook.flex[KEY].flexing
        seen.extend(
            (one.waiting.requests, one.tally(Phase.BATCHED).requests, flexing.get(one.id, 0)) for one in outlook.buckets
        )
        return decide(outlook, rules, now)

    monkeypatch.setattr(ours, "decide", looked)
    log = [asked(hour * HOUR + second * SECOND, HOUR, 700) for hour in range(6) for second in range(20)]
    slow = alone(takes, flex_refused=0.4, cancel_median=cancel, cancel_longest=30 * MINUTE)
    together = replace(RULES, grouping=replace(RULES.grouping, single_below=0, share=0.0))

    book = Play(log, Prices(), weather(slow), Policy(rules=together, flex=True)).run()

    assert book.batches < 40
    assert min(book.flexed, book.turned_away) > 5
    assert all(waiting >= 0 and 0 <= flexing <= batched for waiting, batched, flexing in seen)
    assert max(flexing for _, _, flexing in seen) > 1
    assert (sums(book).met, sums(book).unanswered) == (120, 0)


def test_flex_takes_of_the_rate_limit() -> None:
    scarce = replace(SERVED, requests_per_minute=1)
    log = [asked(0, 25 * MINUTE) for _ in range(4)]

    book, _ = played(log, scarce)

    takes = [weather(scarce).flex.fate(number, 0, 70, 0).takes for number in range(4)]
    began = sorted(at - took for at, took in zip(book.answered_at, takes, strict=True))
    assert book.flexed == 4
    assert all(later - earlier >= MINUTE - 2 * SECOND for earlier, later in pairwise(began))


@pytest.mark.parametrize(
    ("flex", "price"),
    [pytest.param(True, 1.0, id="no cheaper than a call"), pytest.param(False, 0.5, id="none")],
)
def test_without_a_cheaper_tier_nothing_is_asked_for(flex: bool, price: float) -> None:
    book, _ = played([asked(0, 15 * MINUTE)], SERVED, flex=flex, prices=Prices(flex=price))

    assert told(book) == (1.0, 0.0, 1, 1, 0)


def test_it_costs_what_flex_costs() -> None:
    book, _ = played([asked(0, 15 * MINUTE)], SERVED, prices=Prices(batch=0.4, flex=0.7))

    assert told(book) == (pytest.approx(0.7), 0.0, 1, 0, 1)


def test_the_luck_of_flex_changes_nothing_for_who_has_none() -> None:
    log = [asked(minute * MINUTE, within) for minute in range(30) for within in (15 * MINUTE, HOUR)]
    usual, scarce = (played(log, alone(12 * MINUTE, flex_refused=part), flex=False)[0] for part in (0.0, 1.0))

    assert (usual.answered_at, usual.paid, usual.wasted) == (scarce.answered_at, scarce.paid, scarce.wasted)

"""What is advised when batches come back too late, in scenarios of which the cause is known."""

from dataclasses import replace

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.forecast.turnaround import Turnaround
from bide.lanes.outcome.advice import Advice, Chance, Ended, Reaction, advise, review

START = 1_800_000_000 * SECOND

USUAL = Turnaround.prior()
"""Half within 7 minutes, nine of ten within the hour."""

SLOW = Turnaround.prior(45 * MINUTE, 0.89)


def ended(
    *, requests: int = 10, waited: int = 0, took: int = 5 * MINUTE, window: int = HOUR, work: int = 0, rescued: int = 0
) -> Ended:
    """A batch, by how long things took; what is not back by its last safe moment is cancelled."""
    submitted = START + waited
    safe = START + window - MINUTE - work
    is_late = submitted + took > safe
    return Ended(
        requests,
        rescued or (requests if is_late else 0),
        "cancelled" if is_late else "completed",
        START,
        submitted,
        min(submitted + took, safe),
        START + window,
        safe,
        work,
    )


def advised(batches: list[Ended], expected: Turnaround = USUAL, *others: tuple[str, Chance]) -> list[Advice]:
    return advise(batches, expected.finished, expected.quantile, others)


def reactions(advice: list[Advice]) -> list[Reaction]:
    return [one.reaction for one in advice]


def test_nothing_is_advised_while_batches_come_back_in_time() -> None:
    assert advised([ended() for _ in range(50)]) == []


def test_a_few_batches_prove_nothing() -> None:
    assert advised([ended(took=2 * HOUR) for _ in range(4)]) == []


def test_batches_that_failed_tell_nothing_of_turnaround() -> None:
    failed = [replace(ended(requests=300), outcome="failed") for _ in range(20)]
    late = [ended(requests=100, took=2 * HOUR) for _ in range(5)]
    assert review(failed) is None
    assert review(failed + late) == review(late)
    assert reactions(advised(failed + late)) == reactions(advised(late)) != []


def test_what_waits_before_it_is_sent_is_to_be_sent_more_often() -> None:
    waiting = [ended(waited=12 * MINUTE, took=5 * MINUTE, window=15 * MINUTE) for _ in range(20)]
    first, *_ = advice = advised(waiting)
    assert Reaction.MORE_OFTEN in reactions(advice)
    assert "wait 12m" in next(one.why for one in advice if one.reaction is Reaction.MORE_OFTEN)
    assert first.gain == max(one.gain for one in advice)
    assert Reaction.MORE_OFTEN not in reactions(advised([ended(took=2 * HOUR) for _ in range(20)]))


def test_what_misses_because_it_is_large_is_to_be_smaller() -> None:
    small = [ended(requests=100) for _ in range(10)]
    large = [ended(requests=5_000, took=2 * HOUR) for _ in range(10)]
    advice = advised(small + large)
    assert Reaction.SMALLER in reactions(advice)
    assert (
        "about 5,000 requests 100 % missed, of those of about 100 0 %"
        in advice[reactions(advice).index(Reaction.SMALLER)].why
    )
    everywhere = [ended(requests=size, took=2 * HOUR) for size in (100, 5_000) for _ in range(10)]
    assert Reaction.SMALLER not in reactions(advised(everywhere))


def test_what_another_provider_brings_back_sooner_is_to_go_there() -> None:
    late = [ended(took=2 * HOUR) for _ in range(20)]
    advice = advised(late, SLOW, ("second", USUAL.finished), ("third", SLOW.finished))
    assert Reaction.ANOTHER_PROVIDER in reactions(advice)
    assert "at second" in advice[reactions(advice).index(Reaction.ANOTHER_PROVIDER)].why
    assert Reaction.ANOTHER_PROVIDER not in reactions(advised(late, SLOW, ("third", SLOW.finished)))


def test_rescues_that_have_to_begin_early_want_more_capacity() -> None:
    drained = [ended(took=20 * MINUTE, window=HOUR, work=50 * MINUTE) for _ in range(20)]
    advice = advised(drained)
    assert Reaction.MORE_REALTIME in reactions(advice)
    assert "takes 50m" in advice[reactions(advice).index(Reaction.MORE_REALTIME)].why
    assert Reaction.MORE_REALTIME not in reactions(advised([replace(one, work=0) for one in drained]))


def test_a_deadline_that_is_too_short_is_told_with_one_that_is_not() -> None:
    advice = advised([ended(took=40 * MINUTE, window=15 * MINUTE) for _ in range(20)], SLOW)
    assert reactions(advice) == [Reaction.LONGER_DEADLINE]
    enough = SLOW.quantile(0.95)
    assert SLOW.finished(enough) == pytest.approx(0.95, abs=0.01)  # type: ignore[reportUnknownMemberType]
    assert "instead of 15m" in advice[0].why


def test_rescues_count_even_where_their_batches_completed() -> None:
    partly = [ended(rescued=5) for _ in range(20)]
    found = review(partly)
    assert found is not None
    assert (found.missed, found.rescued, found.is_bad) == (0, 100, True)


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        pytest.param({}, False, id="back in time"),
        pytest.param({"outcome": "expired"}, True, id="expired"),
        pytest.param({"ended_at": START + HOUR}, True, id="back after the last safe moment"),
        pytest.param({"outcome": "cancelled", "rescued": 3}, True, id="cancelled for the rescue"),
        pytest.param({"outcome": "cancelled"}, False, id="cancelled by its owner"),
        pytest.param({"safe_until": None, "ended_at": START + HOUR}, False, id="nothing to be late for"),
    ],
)
def test_what_counts_as_missed(changes: dict[str, int | str | None], missed: bool) -> None:
    assert replace(ended(), **changes).is_missed is missed  # type: ignore[arg-type]


def test_batches_that_nothing_rescues_have_no_review() -> None:
    assert review([replace(ended(), safe_until=None)]) is None

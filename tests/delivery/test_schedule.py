"""When news is tried again."""

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.delivery.schedule import DELAYS, Again, Arrived, GivenUp, Outcome, Step, next_step

FAILED = Outcome(500, "answered 500")


@pytest.mark.parametrize(
    ("failures", "outcome", "step"),
    [
        pytest.param(0, Outcome(204), Arrived(), id="arrived"),
        pytest.param(9, Outcome(), Arrived(), id="arrived without a status, as an e-mail"),
        pytest.param(0, FAILED, Again(5 * SECOND), id="the first failure"),
        pytest.param(3, FAILED, Again(10 * MINUTE), id="the fourth"),
        pytest.param(9, Outcome(None, "no answer"), Again(8 * HOUR), id="the tenth"),
        pytest.param(10, FAILED, GivenUp(gone=False), id="the last"),
        pytest.param(0, Outcome(410, "answered 410"), GivenUp(gone=True), id="gone"),
        pytest.param(0, Outcome(503, "busy", 2 * MINUTE), Again(2 * MINUTE), id="asked to wait"),
        pytest.param(4, Outcome(429, "busy", SECOND), Again(30 * MINUTE), id="asked to come sooner"),
        pytest.param(0, Outcome(503, "busy", 9 * DAY), Again(8 * HOUR), id="asked to wait for ever"),
        pytest.param(10, Outcome(503, "busy", HOUR), GivenUp(gone=False), id="asked to wait at the end"),
    ],
)
def test_what_follows_from_a_try(failures: int, outcome: Outcome, step: Step) -> None:
    assert next_step(failures, outcome, 0.5, 0) == step


@pytest.mark.parametrize(("jitter", "factor"), [(0.0, 0.9), (0.25, 0.95), (0.999999, 1.1)])
def test_what_failed_together_comes_back_one_by_one(jitter: float, factor: float) -> None:
    step = next_step(5, FAILED, jitter, 7)
    assert isinstance(step, Again)
    assert step.due_at == pytest.approx(7 + factor * HOUR, rel=1e-5)


def test_the_tries_are_spread_over_a_day() -> None:
    assert sum(DELAYS) * 0.9 + 3 * HOUR >= 23 * HOUR
    assert sum(DELAYS) <= DAY
    assert list(DELAYS) == sorted(DELAYS)

"""How long stages took: quantiles over requests, beside what was predicted."""

import pytest

from bide.core.clock import MINUTE, SECOND
from bide.ledger.promise import Predicted
from bide.ledger.times import Spread, Stage, spread, stages


@pytest.mark.parametrize(
    ("seconds", "p50", "p95"),
    [
        pytest.param([(7, 1)], 7, 7, id="one request"),
        pytest.param([(1, 50), (9, 50)], 1, 9, id="half and half"),
        pytest.param([(1, 49), (2, 46), (60, 5)], 2, 2, id="nineteen of twenty were through before the tail"),
        pytest.param([(1, 49), (2, 45), (60, 6)], 2, 60, id="more than one in twenty was slow"),
        pytest.param([(0, 1_000_000), (300, 900_000)], 0, 300, id="counts, not rows"),
    ],
)
def test_quantiles_are_over_requests(seconds: list[tuple[int, int]], p50: int, p95: int) -> None:
    assert spread(seconds) == Spread(p50 * SECOND, p95 * SECOND, sum(count for _, count in seconds))


def test_what_was_predicted_stands_beside_what_was() -> None:
    found = stages(Predicted(0, 7 * MINUTE, MINUTE, 0, 111 * MINUTE), {"provider": [(240, 4)]})
    assert found["provider"] == Stage(Spread(7 * MINUTE, 111 * MINUTE), Spread(4 * MINUTE, 4 * MINUTE, 4))
    assert found["rescue"].actual is None
    assert found["rescue"].predicted == Spread(MINUTE, MINUTE)


def test_a_stage_of_which_nothing_is_known_is_empty() -> None:
    assert stages(None, {}) == dict.fromkeys(("queue", "provider", "rescue"), Stage(None, None))

from typing import Any

import pytest
from tests.lanes.given import a_batch

from bide.core.states import BatchState
from bide.lanes.rescue.carrier import Carrier, rescue_order


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"state": BatchState.SEALED}, {"completed_count": 0}, id="not yet at the provider"),
        pytest.param({"completed_count": 10}, {"completed_count": 11}, id="less of it finished"),
        pytest.param({"completed_count": 90}, {"state": BatchState.ENDED}, id="its answers are not about to be read"),
        pytest.param({"state": BatchState.SEALED}, {"state": BatchState.ENDED, "completed_count": 0}, id="neither"),
    ],
)
def test_the_batch_that_promises_least_is_rescued_from_first(first: dict[str, Any], second: dict[str, Any]) -> None:
    least, most = Carrier(a_batch(1, **first), 50), Carrier(a_batch(2, **second), 50)

    assert rescue_order([most, least]) == rescue_order([least, most]) == [least, most]


def test_among_equals_the_newest_batch_is_rescued_from_first() -> None:
    older, newer = Carrier(a_batch(1), 50), Carrier(a_batch(2), 50)

    assert rescue_order([older, newer]) == [newer, older]

"""What is promised is what the safety net can keep."""

from collections.abc import Sequence

import pytest
from tests.lanes.given import NOW

from bide.core.bucket import Part
from bide.core.clock import SECOND
from bide.core.deadline import OnMiss
from bide.intake.admit import Admissions, Terms
from bide.lanes.capacity.capacity import Capacity, latency_bound
from bide.lanes.hours.hours import ANY_TIME
from bide.lanes.rescue.rescue import Margins

KEY = ("openai", "gpt-6-luna")


@pytest.mark.parametrize(
    ("slowness", "parts"),
    [
        pytest.param(0.5, [Part.GUARANTEED, Part.GUARANTEED], id="quicker than assumed is no promise"),
        pytest.param(1.5, [Part.GUARANTEED, Part.REST], id="a call takes half as long again"),
        pytest.param(3.0, [Part.REST, Part.REST], id="not even one call ends in time"),
    ],
)
def test_slow_calls_leave_less_to_promise(slowness: float, parts: Sequence[Part]) -> None:
    deadline = NOW + 2 * latency_bound(0)
    second = latency_bound(0) // 2
    capacity = Capacity(60 * SECOND // second, None, True)
    terms = Terms(
        deadline,
        OnMiss.RESCUE,
        Margins(1.0, 0),
        0.5,
        lambda key: capacity,
        lambda key: ANY_TIME,
        {},
        NOW,
        lambda key: slowness,
    )
    admissions = Admissions(terms)

    assert [admissions.part(KEY, 1, 100, 0) for _ in parts] == parts

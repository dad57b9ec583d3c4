"""What the lanes of a key make of a call."""

import pytest

from bide.core.clock import HOUR, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import Lane
from bide.lanes.arrival.permission import LaneNotAllowedError, Ways, permitted
from bide.lanes.arrival.urgency import Urgency

NOW = 1_800_000_000 * SECOND
MINIMUM = 75 * SECOND

BATCH, FLEX, REALTIME, CACHE = frozenset({Lane.BATCH}), Lane.FLEX, Lane.REALTIME, Lane.CACHE

AT_ONCE = Urgency(None, "default")
LATER = Urgency(NOW + HOUR, "header bide-within", explicit=True)
SOON = Urgency(NOW + 30 * SECOND, "header bide-within", explicit=True)


def ways(at_once: Lane = REALTIME, *, batches: bool = True, is_short: bool = False) -> Ways:
    return Ways(at_once, batches, MINIMUM, is_short)


@pytest.mark.parametrize(
    ("found", "allowed", "how", "deadline", "on_miss"),
    [
        pytest.param(AT_ONCE, None, ways(), None, OnMiss.RESCUE, id="every lane: at once"),
        pytest.param(LATER, None, ways(batches=False), LATER.deadline, OnMiss.RESCUE, id="every lane: later"),
        pytest.param(AT_ONCE, {REALTIME}, ways(), None, OnMiss.RESCUE, id="real time: at once"),
        pytest.param(LATER, {REALTIME}, ways(), None, OnMiss.RESCUE, id="without batch it is passed on"),
        pytest.param(LATER, {FLEX}, ways(FLEX), None, OnMiss.RESCUE, id="flex alone, and asked for"),
        pytest.param(LATER, {REALTIME, *BATCH}, ways(), LATER.deadline, OnMiss.RESCUE, id="both: later, and rescued"),
        pytest.param(SOON, {REALTIME, *BATCH}, ways(is_short=True), SOON.deadline, OnMiss.RESCUE, id="both: soon"),
        pytest.param(LATER, BATCH, ways(), LATER.deadline, OnMiss.LATE, id="batch alone is late, not rescued"),
    ],
)
def test_what_is_allowed(
    found: Urgency, allowed: frozenset[Lane] | None, how: Ways, deadline: int | None, on_miss: OnMiss
) -> None:
    given = permitted(found, "reports", allowed, how, NOW)
    assert (given.deadline, given.on_miss, given.source) == (deadline, on_miss, found.source)


@pytest.mark.parametrize(
    ("found", "allowed", "how", "helps"),
    [
        pytest.param(AT_ONCE, BATCH, ways(), "say how long the call may wait", id="at once with batch alone"),
        pytest.param(SOON, BATCH, ways(), "at least 75 s", id="too soon for any batch"),
        pytest.param(LATER, BATCH, ways(batches=False), "ask for another model", id="no batch for this model"),
        pytest.param(LATER, {CACHE}, ways(), "use a key that may", id="nothing that asks a provider"),
        pytest.param(AT_ONCE, {REALTIME}, ways(FLEX), "leave service_tier out", id="flex with real time alone"),
        pytest.param(AT_ONCE, {FLEX}, ways(), "service_tier flex", id="real time with flex alone"),
        pytest.param(
            SOON, {REALTIME, *BATCH}, ways(FLEX, is_short=True), "how long the call may wait", id="soon and flex"
        ),
    ],
)
def test_what_is_not_says_what_to_do(found: Urgency, allowed: frozenset[Lane], how: Ways, helps: str) -> None:
    with pytest.raises(LaneNotAllowedError, match=helps) as refused:
        permitted(found, "reports", allowed, how, NOW)
    assert "the key reports may" in str(refused.value)


def test_who_chose_to_expire_keeps_to_that() -> None:
    found = Urgency(LATER.deadline, "header bide-within", OnMiss.EXPIRE, explicit=True)
    assert permitted(found, "reports", BATCH, ways(), NOW) == found

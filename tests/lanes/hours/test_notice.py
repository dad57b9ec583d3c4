import pytest
from tests.lanes.given import NOW
from tests.lanes.hours.test_hours import between
from tests.lanes.market import Market

from bide.core.clock import HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.hours.hours import Hours
from bide.lanes.hours.notice import notice

ON, SOON = Hours(blackout=between(-1, 3)), Hours(blackout=between(1, 3))
STRICT = Hours(blackout=between(-1, 3), strict=True)

ENDS = "only rescues are sent in the blackout -1-3, which ends in 3h"
NO_RESCUE = "40 of 50 requests have no rescue"
FREE = ", unless capacity to rescue them becomes free"
ONE, UNSENT = "the request has no rescue", "if it is not with the provider by then, it"
BEGINS = "the deadline lies in the blackout 1-3, which begins in 1h, and "


@pytest.mark.parametrize(
    ("hours", "within", "unrescued", "on_miss", "says"),
    [
        pytest.param(ON, 2, 0, OnMiss.RESCUE, ENDS, id="all of it is rescued"),
        pytest.param(ON, 4, 40, OnMiss.LATE, ENDS, id="due after it"),
        pytest.param(ON, 3, 40, OnMiss.LATE, ENDS, id="due when it ends"),
        pytest.param(
            ON, 2, 40, OnMiss.RESCUE,
            f"{ENDS}; the deadline lies in it and {NO_RESCUE}: they are sent when it ends, 1h after the deadline{FREE}", id="beyond the capacity",
        ),
        pytest.param(
            ON, 2, 40, OnMiss.LATE, f"{ENDS}; the deadline lies in it and {NO_RESCUE}: they are sent when it ends, 1h after the deadline", id="late",
        ),
        pytest.param(ON, 2, 40, OnMiss.EXPIRE, f"{ENDS}; the deadline lies in it and {NO_RESCUE}: they expire unsent", id="expires"),
        pytest.param(
            STRICT, 2, 40, OnMiss.RESCUE,
            f"not even rescues are sent in the blackout -1-3, which ends in 3h; the deadline lies in it and {NO_RESCUE}: they are sent when it"
            " ends, 1h after the deadline", id="strict",
        ),
        pytest.param(
            SOON, 2, 40, OnMiss.LATE,
            f"{BEGINS}{NO_RESCUE}: what of them is not with the provider by then is sent when it ends, 1h after the deadline", id="it begins before",
        ),
        pytest.param(SOON, 2, 40, OnMiss.EXPIRE, f"{BEGINS}{NO_RESCUE}: what of them is not with the provider by then expires", id="and expires"),
        pytest.param(SOON, 2, 0, OnMiss.RESCUE, "", id="it begins before, and all of it is rescued"),
        pytest.param(SOON, 1, 40, OnMiss.LATE, "", id="due when it begins"),
        pytest.param(SOON, 4, 40, OnMiss.LATE, "", id="due after it, and it begins later"),
    ],
)  # fmt: skip
def test_what_comes_late_because_of_a_blackout_is_said(
    hours: Hours, within: int, unrescued: int, on_miss: OnMiss, says: str
) -> None:
    assert notice(hours, NOW + within * HOUR, 50, unrescued, on_miss, NOW) == says


@pytest.mark.parametrize(
    ("hours", "on_miss", "says"),
    [
        (ON, OnMiss.LATE, f"{ENDS}; the deadline lies in it and {ONE}: it is sent when it ends, 1h after the deadline"),
        (ON, OnMiss.EXPIRE, f"{ENDS}; the deadline lies in it and {ONE}: it expires unsent"),
        (SOON, OnMiss.RESCUE, f"{BEGINS}{ONE}: {UNSENT} is sent when it ends, 1h after the deadline{FREE}"),
        (SOON, OnMiss.EXPIRE, f"{BEGINS}{ONE}: {UNSENT} expires"),
    ],
)
def test_of_a_single_request_it_is_said_as_of_one(hours: Hours, on_miss: OnMiss, says: str) -> None:
    assert notice(hours, NOW + 2 * HOUR, 1, 1, on_miss, NOW) == says


def test_a_window_that_opens_after_the_deadline_is_not_waited_for() -> None:
    assert notice(Hours(window=between(3, 8)), NOW + 3 * HOUR, 5, 5, OnMiss.LATE, NOW) == ""


def test_a_window_that_opens_first_is_said_beside_it() -> None:
    hours = Hours(window=between(1, 8), blackout=between(2, 4))
    told = notice(hours, NOW + 3 * HOUR, 5, 5, OnMiss.LATE, NOW)
    assert told.startswith("waits for the window 1-8, 1h from now, where the deadline allows it; the deadline lies in")


@pytest.mark.parametrize(("on_miss", "sent"), [(OnMiss.RESCUE, "call"), (OnMiss.LATE, "batch")])
def test_what_is_said_is_what_happens(on_miss: OnMiss, sent: str) -> None:
    """A day with a blackout until an hour after the deadline: what has a rescue is called in it, the rest is sent at its end."""
    market = Market(Capacity(60, None, True), lambda number: 5 * MINUTE, hours=ON, now=NOW)
    buckets = market.submit(30, 2 * HOUR, on_miss)
    market.run()

    ends = NOW + 3 * HOUR
    assert {kind for _, kind in market.sent} == {sent}
    assert all((at < ends) is (on_miss is OnMiss.RESCUE) for at, _ in market.sent)
    assert all((market.lateness[bucket] > 0) is (on_miss is OnMiss.LATE) for bucket in buckets)

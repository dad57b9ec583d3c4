"""What comes under the safety net later."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.lanes.given import NOW
from tests.lanes.hours.test_hours import between

from bide.core.bucket import Tally
from bide.core.clock import SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.hours.hours import Hours
from bide.lanes.rescue.protection import Line
from bide.lanes.rescue.rescue import Demand, Margins, starts


def owed(bucket: int, seconds: int, requests: int, longest: int) -> Demand:
    return Demand(bucket, NOW + seconds * SECOND, longest, Tally(requests, 0))


OWED = st.builds(owed, st.integers(1, 9), st.integers(-60, 3_600), st.integers(0, 600), st.sampled_from([0, 500]))


@given(st.lists(OWED, max_size=6, unique_by=lambda one: one.bucket), OWED)
def test_one_more_is_reckoned_as_if_all_were_laid_out(demands: Sequence[Demand], demand: Demand) -> None:
    capacity, margins = Capacity(70, None, True), Margins(0.9, 30 * SECOND)
    others = [one for one in demands if one.bucket != demand.bucket]
    for allowed in (None, Hours(blackout=between(0, 1), strict=True).allowed):
        laid_out = starts([*others, demand], capacity, margins, allowed)

        assert Line(others, capacity, margins, allowed).first_with(demand) == min(one.at for one in laid_out.values())

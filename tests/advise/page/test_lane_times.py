"""Times of lanes are those that bide decides by."""

import math

from bide.advise.page.lane_times import OTHERS, lane_times
from bide.core.clock import SECOND
from bide.lanes.capacity.capacity import latency_bound
from bide.providers.kinds import KINDS


def test_a_call_takes_what_its_bound_says() -> None:
    call = lane_times().call

    assert math.ceil((call.first + 1000 / call.tokens_a_second) * SECOND) == latency_bound(1000)


def test_batches_of_each_provider_end_by_its_window_and_are_likelier_done_the_later() -> None:
    times = lane_times()

    assert set(times.batch) == {kind.catalogue for kind in KINDS.values() if kind.catalogue} | {OTHERS}
    assert times.batch["openai"].half == 7 * 60
    assert times.batch["vertex"].limit == KINDS["vertex"].limits.window / SECOND
    assert times.batch[OTHERS].limit is None
    for one in times.batch.values():
        assert one.half < one.nine_in_ten
        assert list(one.done) == [f"{within:.0f}" for within in times.within]
        assert list(one.done.values()) == sorted(one.done.values())

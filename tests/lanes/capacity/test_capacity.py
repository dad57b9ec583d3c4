import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.bucket import Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.capacity.capacity import ASSUMED, Capacity, latency_bound


@pytest.mark.parametrize(
    ("capacity", "tally", "work"),
    [
        pytest.param(Capacity(500, None, True), Tally(500, 10**9), MINUTE, id="a minute's worth of requests"),
        pytest.param(Capacity(500, None, True), Tally(100_000, 0), 200 * MINUTE, id="a hundred thousand"),
        pytest.param(Capacity(500, 1_000_000, True), Tally(500, 3_000_000), 3 * MINUTE, id="tokens are the slower limit"),
        pytest.param(Capacity(500, 1_000_000, True), Tally(1_000, 10), 2 * MINUTE, id="requests are the slower limit"),
        pytest.param(Capacity(60_000_000, None, True), Tally(7, 0), 7, id="a microsecond each"),
        pytest.param(Capacity(7, None, True), Tally(1, 0), 8_571_429, id="a part of a microsecond counts as a whole one"),
        pytest.param(Capacity(500, 1_000_000, True), Tally(), 0, id="nothing"),
    ],
)  # fmt: skip
def test_how_long_requests_take_at_the_full_rate(capacity: Capacity, tally: Tally, work: int) -> None:
    assert capacity.work(tally) == work


@given(
    capacity=st.builds(Capacity, st.integers(1, 30_000), st.none() | st.integers(1, 10**9), st.booleans()),
    one=st.builds(Tally, st.integers(0, 10**6), st.integers(0, 10**10)),
    other=st.builds(Tally, st.integers(0, 10**6), st.integers(0, 10**10)),
)
def test_together_requests_take_as_long_as_one_after_the_other_at_most(
    capacity: Capacity, one: Tally, other: Tally
) -> None:
    together = capacity.work(one + other)

    assert max(capacity.work(one), capacity.work(other)) <= together
    assert together <= (capacity.work(one) + capacity.work(other)) * (1 + 1e-12) + 1


@pytest.mark.parametrize(
    ("users", "requests", "tokens"),
    [
        pytest.param(1, 500, 90_001, id="alone"),
        pytest.param(2, 250, 45_000, id="two"),
        pytest.param(3, 166, 30_000, id="three: rounded down, so that together they keep the limit"),
        pytest.param(501, 1, 179, id="more than there are requests: each may call"),
        pytest.param(100_000, 1, 1, id="more than there are tokens"),
    ],
)
def test_workers_share_a_limit(users: int, requests: int, tokens: int) -> None:
    assert Capacity(500, 90_001, True).share(users) == Capacity(requests, tokens, True)


def test_a_share_of_no_limit_is_no_limit() -> None:
    assert Capacity(500, None, True).share(4) == Capacity(125, None, True)


def test_a_share_is_known_where_the_whole_is() -> None:
    assert not ASSUMED.share(2).known


def test_what_is_assumed_is_a_request_a_second() -> None:
    assert ASSUMED.work(Tally(3_600, 10**9)) == HOUR


@pytest.mark.parametrize(
    ("tokens", "bound"),
    [
        pytest.param(0, 12 * SECOND, id="no output: an embedding"),
        pytest.param(7, 12_160_000, id="seven tokens at 43.75 a second"),
        pytest.param(1_024, 35_405_715, id="the usual bound, rounded up"),
        pytest.param(128_000, 12 * SECOND + 2_925_714_286, id="the longest answers take most of an hour"),
    ],
)
def test_by_when_a_call_has_ended(tokens: int, bound: int) -> None:
    assert latency_bound(tokens) == bound


@pytest.mark.parametrize(("kept", "requests", "tokens"), [(0.0, 60, 1_000), (0.5, 30, 500), (0.999, 1, 1)])
def test_a_part_is_kept_for_others_and_never_all_of_it(kept: float, requests: int, tokens: int) -> None:
    left = Capacity(60, 1_000, known=True).without(kept)
    assert (left.requests_per_minute, left.tokens_per_minute, left.known) == (requests, tokens, True)

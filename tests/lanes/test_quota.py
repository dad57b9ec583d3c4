from dataclasses import replace

import pytest
from tests.lanes.given import LIMITS, NOW, a_bucket

from bide.lanes.quota import UNLIMITED, Held, Quota, Room, learned_quota, room

BUCKET = a_bucket(waiting=100, tokens=50)


def a_quota(limit: int | None = None, enqueued: int = 0, batches: int = 0, created_this_hour: int = 0) -> Quota:
    return Quota(limit, enqueued, batches, created_this_hour)


@pytest.mark.parametrize(
    ("quota", "tokens", "least"),
    [
        pytest.param(a_quota(), UNLIMITED, 0, id="no limit is known"),
        pytest.param(a_quota(None, 10**9, 7), UNLIMITED, 0, id="none is known, whatever lies there"),
        pytest.param(a_quota(1_000), 1_000, 1, id="all of it"),
        pytest.param(a_quota(1_000, 400, 1), 600, 0, id="what others leave"),
        pytest.param(a_quota(1_000, 950, 1), 50, 0, id="room for exactly one request"),
        pytest.param(a_quota(20), 20, 1, id="smaller than a request, and nothing lies there: one must go"),
        pytest.param(a_quota(20, 500), -480, 1, id="the same, whatever the estimate of nothing says"),
        pytest.param(a_quota(1_000, 0, 0, 1_999), 1_000, 1, id="one create is left this hour"),
    ],
)
def test_room_for_a_batch(quota: Quota, tokens: int, least: int) -> None:
    assert room(BUCKET, LIMITS, quota, NOW) == Room(tokens, least)


@pytest.mark.parametrize(
    ("quota", "why"),
    [
        pytest.param(a_quota(1_000, 951, 1), "951 of 1,000 enqueued tokens are in use", id="no room for one request"),
        pytest.param(a_quota(1_000, 5_000, 1), "5,000 of 1,000 enqueued tokens", id="more lies there than is allowed"),
        pytest.param(
            a_quota(20, 0, 1), "0 of 20 enqueued tokens", id="smaller than a request, and something lies there"
        ),
        pytest.param(
            a_quota(None, 0, 0, 2_000), "2,000 batches were created in the last hour", id="as many as allowed"
        ),
        pytest.param(a_quota(None, 0, 0, 2_001), "2,001 batches were created in the last hour", id="more than allowed"),
    ],
)
def test_what_makes_a_batch_wait(quota: Quota, why: str) -> None:
    held = room(BUCKET, LIMITS, quota, NOW)

    assert isinstance(held, Held)
    assert held.bucket is BUCKET
    assert why in held.why


def test_a_bucket_without_waiting_requests_asks_for_no_room() -> None:
    assert room(a_bucket(), LIMITS, a_quota(1_000, 1_000, 1), NOW) == Room(0, 0)


@pytest.mark.parametrize(
    ("told", "tokens", "enqueued", "limit"),
    [
        pytest.param(2_000_000, 1_500_000, 1_000_000, 2_000_000, id="the limit that was named"),
        pytest.param(None, 1_500_000, 500_000, 1_000_000, id="none was named: half of what was tried"),
        pytest.param(90_000, 50_000, 30_000, 40_000, id="we tried less than is allowed: our estimate runs low"),
        pytest.param(80_000, 50_000, 30_000, 40_000, id="we tried exactly what is allowed: the same"),
        pytest.param(None, 1, 0, 1, id="never nothing"),
    ],
)
def test_what_a_refusal_teaches(told: int | None, tokens: int, enqueued: int, limit: int) -> None:
    assert learned_quota(told, tokens, enqueued) == limit


@pytest.mark.parametrize(
    ("quota", "least"),
    [
        pytest.param(a_quota(1_000), 10, id="nothing lies there: the smallest batch must go"),
        pytest.param(a_quota(1_000, 400, 1), 10, id="a smaller one is none, however the estimate was wrong"),
        pytest.param(a_quota(1_000, 501, 1), None, id="no room for the smallest"),
    ],
)
def test_a_quota_leaves_room_for_the_smallest_batch_or_none(quota: Quota, least: int | None) -> None:
    left = room(BUCKET, replace(LIMITS, min_requests=10), quota, NOW)

    assert (left.least if isinstance(left, Room) else None) == least

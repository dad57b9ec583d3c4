from dataclasses import replace

import pytest
from tests.lanes.given import LIMITS, a_bucket

from bide.lanes.assemble import UNLIMITED, Held, Opening, Quota, learned_quota, opening

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
    assert opening(BUCKET, 100, LIMITS, quota) == Opening(BUCKET, 100, LIMITS.max_bytes, tokens, least)


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
    held = opening(BUCKET, 100, LIMITS, quota)

    assert isinstance(held, Held)
    assert held.bucket is BUCKET
    assert why in held.why


@pytest.mark.parametrize(("wanted", "requests"), [(1, 1), (99, 99), (100, 100), (101, 100), (50_000, 100)])
def test_no_more_requests_than_the_provider_takes(wanted: int, requests: int) -> None:
    made = opening(BUCKET, wanted, replace(LIMITS, max_requests=100), a_quota())

    assert isinstance(made, Opening)
    assert made.requests == requests


def test_a_bucket_without_waiting_requests_asks_for_no_room() -> None:
    assert opening(a_bucket(), 1, LIMITS, a_quota(1_000, 1_000, 1)) == Opening(a_bucket(), 1, LIMITS.max_bytes, 0)


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
    ("wanted", "requests"),
    [
        pytest.param(100, 100, id="the smallest"),
        pytest.param(1_000, 1_000, id="the largest"),
        pytest.param(1_100, 1_000, id="the largest, and what is left is enough for another"),
        pytest.param(1_099, 999, id="one less, so that enough are left for another"),
        pytest.param(1_001, 901, id="99 less, for one that would be alone"),
        pytest.param(2_001, 1_000, id="more than one is left: they are spread when it is their turn"),
    ],
)
def test_what_is_left_over_is_enough_for_a_batch(wanted: int, requests: int) -> None:
    limits = replace(LIMITS, max_requests=1_000, min_requests=100)

    made = opening(a_bucket(waiting=wanted), wanted, limits, a_quota())

    assert isinstance(made, Opening)
    assert made.requests == requests


def test_where_the_limits_lie_too_close_a_rest_is_left() -> None:
    made = opening(a_bucket(waiting=130), 130, replace(LIMITS, max_requests=120, min_requests=100), a_quota())

    assert isinstance(made, Opening)
    assert made.requests == 120, "ten are left: the plan has them wait, or called"


def test_every_part_of_a_large_job_is_a_batch() -> None:
    limits, left, parts = replace(LIMITS, max_requests=1_000, min_requests=100), 5_037, list[int]()
    while left:
        made = opening(a_bucket(waiting=left), left, limits, a_quota())
        assert isinstance(made, Opening)
        parts.append(made.requests)
        left -= made.requests

    assert parts == [1_000, 1_000, 1_000, 1_000, 937, 100]


@pytest.mark.parametrize(
    ("quota", "least"),
    [
        pytest.param(a_quota(1_000), 10, id="nothing lies there: the smallest batch must go"),
        pytest.param(a_quota(1_000, 400, 1), 10, id="a smaller one is none, however the estimate was wrong"),
        pytest.param(a_quota(1_000, 501, 1), None, id="no room for the smallest"),
    ],
)
def test_a_quota_leaves_room_for_the_smallest_batch_or_none(quota: Quota, least: int | None) -> None:
    made = opening(BUCKET, 100, replace(LIMITS, min_requests=10), quota)

    assert (made.least if isinstance(made, Opening) else None) == least

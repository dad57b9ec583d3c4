from dataclasses import replace

import pytest
from tests.lanes.given import LIMITS, a_bucket

from bide.lanes.capacity.quota import Room
from bide.lanes.plan.assemble import opening

BUCKET = a_bucket(waiting=100, tokens=50)

ANY = Room()


@pytest.mark.parametrize(("wanted", "requests"), [(1, 1), (99, 99), (100, 100), (101, 100), (50_000, 100)])
def test_no_more_requests_than_the_provider_takes(wanted: int, requests: int) -> None:
    made = opening(BUCKET, wanted, replace(LIMITS, max_requests=100), ANY)

    assert made.requests == requests


def test_what_the_quota_leaves_is_what_a_batch_may_take() -> None:
    made = opening(BUCKET, 100, LIMITS, Room(600, 1))

    assert (made.tokens, made.least, made.size) == (600, 1, LIMITS.max_bytes)


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

    made = opening(a_bucket(waiting=wanted), wanted, limits, ANY)

    assert made.requests == requests


def test_where_the_limits_lie_too_close_a_rest_is_left() -> None:
    made = opening(a_bucket(waiting=130), 130, replace(LIMITS, max_requests=120, min_requests=100), ANY)

    assert made.requests == 120, "ten are left: the plan has them wait, or called"


def test_every_part_of_a_large_job_is_a_batch() -> None:
    limits, left, parts = replace(LIMITS, max_requests=1_000, min_requests=100), 5_037, list[int]()
    while left:
        made = opening(a_bucket(waiting=left), left, limits, ANY)
        parts.append(made.requests)
        left -= made.requests

    assert parts == [1_000, 1_000, 1_000, 1_000, 937, 100]

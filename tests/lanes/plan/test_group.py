from dataclasses import replace

import pytest
from tests.lanes.given import LIMITS, NOW, a_bucket

from bide.core.clock import HOUR, MINUTE
from bide.core.quota import Resource
from bide.lanes.capacity.quota import Bound, Quota, Room
from bide.lanes.plan.assemble import opening
from bide.lanes.plan.group import BY_DEFAULT, singles


def created(batches: int, lately: int = 0) -> Quota:
    return Quota(None, 0, 0, batches, created_lately=lately)


@pytest.mark.parametrize(
    ("within", "gathers", "used", "least", "alone"),
    [
        pytest.param(15 * MINUTE, True, 0, 1, 250, id="little time: each in a batch of its own"),
        pytest.param(15 * MINUTE, True, 900, 1, 100, id="half of the provider's batches are for them"),
        pytest.param(15 * MINUTE, True, 1_000, 1, 0, id="those of this hour are used up"),
        pytest.param(15 * MINUTE, True, 1_700, 1, 0, id="others used more than that"),
        pytest.param(2 * HOUR, True, 0, 1, 0, id="who has hours can wait for others"),
        pytest.param(2 * HOUR - 1, True, 0, 1, 250, id="just less"),
        pytest.param(15 * MINUTE, False, 0, 1, 0, id="a file's requests go together"),
        pytest.param(15 * MINUTE, True, 0, 100, 0, id="the provider takes no batch of one"),
    ],
)
def test_how_many_calls_may_have_batches_of_their_own(
    within: int, gathers: bool, used: int, least: int, alone: int
) -> None:
    bucket = a_bucket(waiting=5, deadline=NOW + within, gathers_until=NOW + MINUTE if gathers else None)
    limits = replace(LIMITS, min_requests=least)

    assert singles(bucket, limits, created(used), BY_DEFAULT, NOW) == alone


@pytest.mark.parametrize(
    ("an_hour", "this_hour", "lately", "alone"),
    [
        pytest.param(2_000, 250, 250, 0, id="a quarter of them in the first quarter"),
        pytest.param(2_000, 500, 249, 1, id="as many in the next"),
        pytest.param(2_000, 999, 0, 1, id="but no more than their part of the hour"),
        pytest.param(2_000, 1_000, 700, 0, id="others used more than that"),
        pytest.param(2, 0, 0, 1, id="one, where the quarter has less than one"),
        pytest.param(2, 1, 0, 0, id="of a few"),
    ],
)
def test_batches_of_one_are_created_no_faster_than_evenly(
    an_hour: int, this_hour: int, lately: int, alone: int
) -> None:
    bucket = a_bucket(waiting=5, deadline=NOW + 15 * MINUTE, gathers_until=NOW + MINUTE)
    limits = replace(LIMITS, batches_per_hour=an_hour)

    assert singles(bucket, limits, created(this_hour, lately), BY_DEFAULT, NOW) == alone


@pytest.mark.parametrize(
    ("resource", "used", "alone"),
    [
        pytest.param(Resource.LIVE_BATCHES, 20, 30, id="half of those that may be open at a time"),
        pytest.param(Resource.FILES, 60, 0, id="files"),
        pytest.param(Resource.BATCHES_PER_HOUR, 49, 1, id="those of an hour, as they were learned"),
        pytest.param(Resource.STORED_BYTES, 99, 250, id="bytes are no matter of batches"),
    ],
)
def test_a_provider_that_allows_few_batches_at_a_time_gets_larger_ones(
    resource: Resource, used: int, alone: int
) -> None:
    bucket = a_bucket(waiting=5, deadline=NOW + 15 * MINUTE, gathers_until=NOW + MINUTE)
    quota = replace(created(0), bounds=(Bound(resource, 100, used),))

    assert singles(bucket, LIMITS, quota, BY_DEFAULT, NOW) == alone


@pytest.mark.parametrize(
    ("waiting", "requests", "batches"),
    [
        pytest.param(1, 1, 1, id="one"),
        pytest.param(8, 1, 8, id="a few: each in its own"),
        pytest.param(9, 2, 8, id="many at once share"),
        pytest.param(1_000, 125, 8, id="a burst"),
    ],
)
def test_calls_that_come_together_are_divided_into_a_few_batches(waiting: int, requests: int, batches: int) -> None:
    bucket = a_bucket(waiting=waiting, deadline=NOW + 15 * MINUTE, gathers_until=NOW + MINUTE)

    made = opening(bucket, waiting, LIMITS, Room(), 1_000)

    assert (made.requests, made.batches) == (requests, batches)

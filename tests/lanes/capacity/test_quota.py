from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.lanes.given import LIMITS, NOW, a_bucket

from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, HOUR, MINUTE
from bide.core.quota import Ceiling, Documented, Resource, Source
from bide.lanes.capacity.quota import (
    UNLIMITED,
    Bound,
    Held,
    Known,
    Queues,
    Quota,
    Room,
    limit_of,
    next_try,
    refused_at,
    room,
)

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
    left = room(BUCKET, LIMITS, quota, NOW)

    assert isinstance(left, Room)
    assert (left.tokens, left.least) == (tokens, least)


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
    left = room(a_bucket(), LIMITS, a_quota(1_000, 1_000, 1), NOW)

    assert isinstance(left, Room)
    assert left.tokens == 0


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


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        pytest.param(Bound(Resource.ENQUEUED_REQUESTS, 90, 50), (40, UNLIMITED, 2_000), id="requests"),
        pytest.param(Bound(Resource.ENQUEUED_REQUESTS, 90, 90), "90 of 90 enqueued requests", id="no more requests"),
        pytest.param(Bound(Resource.LIVE_BATCHES, 100, 97), (UNLIMITED, UNLIMITED, 3), id="batches at a time"),
        pytest.param(Bound(Resource.LIVE_BATCHES, 100, 100), "100 of 100 batches at a time", id="no more of them"),
        pytest.param(Bound(Resource.FILES, 500, 501), "501 of 500 files", id="files"),
        pytest.param(Bound(Resource.STORED_BYTES, 20 << 30, 0), (UNLIMITED, 20 << 30, 2_000), id="an empty folder"),
        pytest.param(Bound(Resource.STORED_BYTES, 20 << 30, 19 << 30), (UNLIMITED, 1 << 30, 2_000), id="a full one"),
        pytest.param(
            Bound(Resource.STORED_BYTES, 20 << 30, (20 << 30) - (9 << 20)), "bytes of files are in use", id="a sliver"
        ),
    ],
)
def test_every_other_bound_of_a_queue(bound: Bound, expected: tuple[int, int, int] | str) -> None:
    left = room(BUCKET, LIMITS, replace(a_quota(), bounds=(bound,), changes_at=NOW + 7), NOW)

    if isinstance(expected, str):
        assert isinstance(left, Held)
        assert expected in left.why
        assert left.until == NOW + 7, "when more of it is tried"
    else:
        assert isinstance(left, Room)
        assert (left.requests, left.size, left.batches) == expected


def test_the_hour_is_waited_for() -> None:
    held = room(BUCKET, LIMITS, replace(a_quota(created_this_hour=2_000), frees_at=NOW + 9), NOW)

    assert isinstance(held, Held)
    assert held.until == NOW + 9


def test_the_store_reserves_by_every_limit() -> None:
    left = room(BUCKET, LIMITS, replace(a_quota(1_000), bounds=(Bound(Resource.FILES, 5, 1, True),)), NOW)

    assert isinstance(left, Room)
    assert set(left.ceilings) == {
        Ceiling(Resource.BATCHES_PER_HOUR, 2_000, True),
        Ceiling(Resource.ENQUEUED_TOKENS, 1_000),
        Ceiling(Resource.FILES, 5, True),
    }


FIRM = Documented(resource=Resource.LIVE_BATCHES, limit=100, source="the pages")
TIER = replace(FIRM, varies=True)


def taught(limit: int, ago: int, source: Source = Source.GUESSED) -> Known:
    return Known(limit, source, NOW - ago)


@pytest.mark.parametrize(
    ("documented", "configured", "learned", "limit"),
    [
        pytest.param(None, None, None, None, id="nobody knows"),
        pytest.param(TIER, None, None, None, id="what the lowest tier has counts for nobody"),
        pytest.param(FIRM, None, None, (100, Source.DOCUMENTED), id="documented for every account"),
        pytest.param(FIRM, 300, None, (300, Source.CONFIGURED), id="configured"),
        pytest.param(TIER, None, taught(40, 0), (40, Source.GUESSED), id="learned"),
        pytest.param(FIRM, None, taught(40, HOUR - 1), (40, Source.GUESSED), id="for an hour"),
        pytest.param(FIRM, None, taught(40, HOUR), (80, Source.GUESSED), id="then twice as much is tried"),
        pytest.param(FIRM, None, taught(40, 2 * HOUR), (100, Source.DOCUMENTED), id="never more than is documented"),
        pytest.param(None, None, taught(40, 3 * HOUR), (320, Source.GUESSED), id="and twice as much again"),
        pytest.param(None, None, taught(1, 48 * HOUR), None, id="after two days it is forgotten"),
        pytest.param(
            None, None, taught(40, 5 * HOUR, Source.NAMED), (40, Source.NAMED), id="what was named holds longer"
        ),
        pytest.param(None, None, taught(40, 6 * HOUR, Source.NAMED), (80, Source.NAMED), id="though not for ever"),
        pytest.param(FIRM, 300, taught(40, 0), (40, Source.GUESSED), id="a refusal under what is configured"),
        pytest.param(FIRM, 300, taught(40, 0, Source.HEADER), (300, Source.CONFIGURED), id="a header beside it"),
        pytest.param(None, None, taught(40, -5), (40, Source.GUESSED), id="a clock that was set back"),
    ],
)
def test_which_limit_counts(
    documented: Documented | None, configured: int | None, learned: Known | None, limit: tuple[int, Source] | None
) -> None:
    found = limit_of(documented, configured, learned, NOW)

    assert (found and (found.limit, found.source)) == limit


def test_when_more_is_tried_and_what_counts_as_a_refusal() -> None:
    known = taught(40, 90 * MINUTE)

    assert next_try(known, NOW) == NOW + 30 * MINUTE
    assert next_try(Known(40, Source.CONFIGURED), NOW) == FAR_FUTURE
    assert refused_at(known, NOW) is None, "it was long ago"
    assert refused_at(taught(40, MINUTE), NOW) == NOW - MINUTE
    assert refused_at(taught(40, MINUTE, Source.HEADER), NOW) is None


def queues(quota: Quota, wanted: int, chances: Mapping[int, float] | None = None) -> Queues:
    return Queues(
        {("openai", "gpt-6-luna"): quota}, {("openai", "gpt-6-luna"): wanted}, lambda one: (chances or {})[one.id]
    )


def test_what_one_takes_is_not_there_for_the_next() -> None:
    line = queues(replace(a_quota(8_000), bounds=(Bound(Resource.LIVE_BATCHES, 3, 1, True),)), 5_000, {1: 1, 2: 1})
    other: Bucket = a_bucket(2, waiting=100, tokens=50)
    line.take(BUCKET, 100, 8_000)
    left = line.room(other, LIMITS, NOW)

    assert isinstance(left, Room)
    assert (left.tokens, left.least, left.batches) == (3_000, 0, 1)
    line.take(other, 60, left.tokens)
    held = line.room(BUCKET, LIMITS, NOW)
    assert isinstance(held, Held)
    assert held.why == "3 of 3 batches at a time are in use"


def test_what_the_account_shares_another_model_takes_too() -> None:
    bounds = (Bound(Resource.LIVE_BATCHES, 2, 0, True), Bound(Resource.ENQUEUED_REQUESTS, 500, 0))
    keys = [("openai", "gpt-6-luna"), ("openai", "gpt-6-sol"), ("azure", "gpt-6-sol")]
    line = Queues({key: replace(a_quota(1_000), bounds=bounds) for key in keys}, {}, lambda one: 1.0)
    line.take(BUCKET, 10, UNLIMITED)

    def used(model: str, account: str = "openai") -> tuple[int, int, list[int]]:
        quota = line.quota(a_bucket(model=model, account=account))
        return quota.enqueued, quota.created_this_hour, [bound.used for bound in quota.bounds]

    assert used("gpt-6-luna") == (500, 1, [1, 10])
    assert used("gpt-6-sol") == (0, 1, [1, 0])
    assert used("gpt-6-sol", "azure") == (0, 0, [0, 0])


@pytest.mark.parametrize(
    ("limit", "chance", "held"),
    [
        pytest.param(6_000, 0.02, True, id="hardly back, and others want it"),
        pytest.param(6_000, 0.04, False, id="it may well be back"),
        pytest.param(15_000, 0.02, False, id="there is enough for all"),
        pytest.param(None, 0.02, False, id="no limit is known"),
    ],
)
def test_what_is_hardly_back_in_time_leaves_the_room_to_others(limit: int | None, chance: float, held: bool) -> None:
    line = queues(a_quota(limit), 15_000, {1: chance})

    assert isinstance(line.room(BUCKET, LIMITS, NOW), Held) is held


def test_alone_it_takes_the_room_whatever_its_chance() -> None:
    assert isinstance(queues(a_quota(1_000), 5_000, {1: 0.0}).room(BUCKET, LIMITS, NOW), Room)

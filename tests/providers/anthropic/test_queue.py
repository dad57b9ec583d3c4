"""A 429 to the create of a batch: the endpoint's rate, or its queue."""

import pytest

from bide.core.quota import Resource, Told
from bide.providers.anthropic.wire import full_queue
from bide.providers.failures import BusyError


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param("Number of requests has exceeded your rate limit", None, id="the rate"),
        pytest.param(
            "This would exceed the limit of 200,000 batch requests in the processing queue.",
            Told(Resource.ENQUEUED_REQUESTS, 200_000),
            id="the queue, with its limit",
        ),
        pytest.param("Too many requests are enqueued.", Told(Resource.ENQUEUED_REQUESTS), id="the queue, without"),
    ],
)
def test_a_full_queue_is_told_from_a_reached_rate(message: str, told: Told | None) -> None:
    found = full_queue(BusyError(message))

    assert (found and found.told) == told

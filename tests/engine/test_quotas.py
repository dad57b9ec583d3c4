from dataclasses import replace
from typing import Any

import pytest
from tests.engine.test_outlook import EMPTY
from tests.lanes.given import LIMITS, NOW

from bide.core.clock import MINUTE
from bide.core.quota import Documented, Resource, Source
from bide.engine.quotas import Standing, standings
from bide.settings import ProviderSettings
from bide.store.limits import Created, Enqueued, Known
from bide.store.snapshot import Snapshot

TIER = Documented(resource=Resource.ENQUEUED_TOKENS, limit=90_000, varies=True, source="the pages")
SLOTS = Documented(resource=Resource.LIVE_BATCHES, limit=100, shared=True, source="the pages")


@pytest.mark.parametrize(
    ("settings", "fields", "expected"),
    [
        pytest.param(
            {},
            {},
            {
                (Resource.ENQUEUED_TOKENS, None): (
                    None,
                    0,
                    None,
                    "not known; documented for some accounts: 90,000 (the pages)",
                ),
                (Resource.LIVE_BATCHES, None): (100, 0, 100, "documented (the pages)"),
                (Resource.BATCHES_PER_HOUR, None): (2_000, 0, 2_000, "documented (a test)"),
            },
            id="documented",
        ),
        pytest.param(
            {"live_batches": 7, "batches_per_hour": 2_000},
            {
                "enqueued": {("openai", "luna"): Enqueued(600, 3, 12, 1), ("other", "luna"): Enqueued(1, 1, 1)},
                "limits": {("openai", "luna", "enqueued_tokens"): Known(500, Source.NAMED, NOW - 5 * MINUTE)},
                "created": {"openai": Created(4)},
            },
            {
                (Resource.ENQUEUED_TOKENS, "luna"): (500, 600, 0, "learned 5m ago (named in a refusal)"),
                (Resource.ENQUEUED_REQUESTS, "luna"): (None, 12, None, "not known"),
                (Resource.LIVE_BATCHES, None): (7, 3, 4, "configured"),
                (Resource.BATCHES_PER_HOUR, None): (2_000, 5, 1_995, "configured"),
            },
            id="configured and learned",
        ),
    ],
)
def test_how_the_quotas_of_an_account_stand(
    settings: dict[str, Any], fields: dict[str, Any], expected: dict[Any, Any]
) -> None:
    limits = replace(LIMITS, quotas=(TIER, SLOTS))
    found = standings("openai", limits, ProviderSettings(**settings), Snapshot(**(EMPTY | fields)), NOW)

    def told(one: Standing) -> tuple[int | None, int, int | None, str]:
        return one.limit, one.used, one.free, one.source

    assert {(one.resource, one.model): told(one) for one in found} == expected

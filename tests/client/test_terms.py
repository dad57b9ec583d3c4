"""By when, as the gateway is told."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from bide.client.terms import headers_of
from bide.core.clock import ManualClock, from_datetime
from bide.core.errors import DeadlineError, SettingError
from bide.lanes.arrival.cache import CacheWordError

NOON = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)


def told(**said: Any) -> dict[str, str]:
    headers = headers_of(ManualClock(from_datetime(NOON)), **said)
    assert headers.pop("prefer") == "respond-async"
    return headers


@pytest.mark.parametrize(
    ("said", "headers"),
    [
        pytest.param({}, {"bide-within": "24h"}, id="a day where nothing is said"),
        pytest.param({"otherwise": "06:00"}, {"bide-within": "06:00"}, id="or what is configured"),
        pytest.param({"within": "15m"}, {"bide-within": "15m"}, id="within"),
        pytest.param({"within": datetime.timedelta(minutes=1.5)}, {"bide-within": "90.000000s"}, id="a timedelta"),
        pytest.param(
            {"by": NOON + datetime.timedelta(hours=1)}, {"bide-by": "2026-11-21T13:00:00+00:00"}, id="a datetime"
        ),
        pytest.param({"by": "2026-11-21T14:00+01:00"}, {"bide-by": "2026-11-21T13:00:00+00:00"}, id="ISO 8601"),
        pytest.param(
            {"priority": "low", "on_miss": "late", "workflow": "tags"},
            {"bide-priority": "low", "bide-on-miss": "late", "bide-workflow": "tags"},
            id="a priority, and what else may be said",
        ),
        pytest.param({"max_cost": "$0.05"}, {"bide-within": "24h", "bide-max-cost": "$0.05"}, id="a cap"),
        pytest.param(
            {"max_cost": Decimal("0.05")}, {"bide-within": "24h", "bide-max-cost": "0.05"}, id="a cap as a Decimal"
        ),
        pytest.param({"cache": "no"}, {"bide-within": "24h", "bide-cache": "no"}, id="no answers of others"),
        pytest.param(
            {"cache": datetime.timedelta(days=1)}, {"bide-within": "24h", "bide-cache": "86400.000000s"}, id="a day's"
        ),
    ],
)
def test_headers(said: dict[str, Any], headers: dict[str, str]) -> None:
    assert told(**said) == headers


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param({"within": "15m", "by": "06:00"}, "within and by are given", id="two of them"),
        pytest.param({"within": "soon"}, "not understood", id="no duration"),
        pytest.param({"by": NOON - datetime.timedelta(hours=1)}, "passed", id="over"),
        pytest.param({"priority": "asap"}, "priority is 'asap'", id="no priority"),
        pytest.param({"on_miss": "cry"}, "on_miss is 'cry'", id="no such end"),
    ],
)
def test_what_is_not_understood_is_refused_before_anything_is_sent(said: dict[str, Any], message: str) -> None:
    with pytest.raises(DeadlineError, match=message):
        told(**said)


def test_a_cap_that_is_no_amount_is_refused_too() -> None:
    with pytest.raises(SettingError, match=r"^max_cost 'much' is no amount of USD; write it as in 2.50"):
        told(max_cost="much")


def test_a_time_to_keep_answers_that_is_none_is_refused_too() -> None:
    with pytest.raises(CacheWordError, match=r"^cache: 'yes' is no time to keep an answer"):
        told(cache="yes")

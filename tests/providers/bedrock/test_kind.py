"""How an account at Bedrock is switched on, and what its settings come to."""

from collections.abc import Mapping
from typing import Any

import pytest

from bide.accounts import build, states
from bide.buckets.memory import MemoryBuckets
from bide.core.clock import HOUR
from bide.core.errors import SettingError
from bide.lanes.arrival.route import Offer, route
from bide.providers.bedrock.kind import BEDROCK
from bide.providers.kinds import KINDS
from bide.providers.port import Provider
from bide.providers.setup import Setup, Tools
from bide.settings import ProviderSettings

BEARER = {"AWS_BEARER_TOKEN_BEDROCK": "key", "AWS_REGION": "eu-west-1"}
PLACE: dict[str, Any] = {"bucket": "s3://bide/x", "role": "arn:aws:iam::123456789012:role/bide"}


def account(settings: ProviderSettings, environment: Mapping[str, str] = BEARER) -> Provider:
    nowhere: Any = None
    return build({"bedrock": settings}, environment, Tools(nowhere, MemoryBuckets()))["bedrock"]


def setup(environment: Mapping[str, str], **settings: Any) -> Setup:
    accounts = {"bedrock": ProviderSettings(**settings)} if settings else {}
    [found] = [state for state in states(accounts, environment) if state.account == "bedrock"]
    assert found.setup is not None, found.lacks
    return found.setup


@pytest.mark.parametrize(
    ("environment", "is_on"),
    [
        pytest.param(BEARER, True, id="a bearer key"),
        pytest.param({"BIDE_BEDROCK_BUCKET": "s3://bide/x", "AWS_DEFAULT_REGION": "us-east-1"}, True, id="a bucket"),
        pytest.param({"AWS_BEARER_TOKEN_BEDROCK": "key"}, False, id="no region"),
        pytest.param({"AWS_ACCESS_KEY_ID": "a", "AWS_REGION": "us-east-1"}, False, id="keys that may be for anything"),
    ],
)
def test_what_switches_it_on(environment: Mapping[str, str], is_on: bool) -> None:
    [found] = [state for state in states({}, environment) if state.account == "bedrock"]

    assert (found.setup is not None) is is_on


@pytest.mark.parametrize(
    ("settings", "variables", "control", "runtime"),
    [
        pytest.param({}, {}, "https://bedrock.eu-west-1.amazonaws.com", None, id="the region's own"),
        pytest.param({"base_url": "http://sim"}, {}, "http://sim", "http://sim", id="one for both"),
        pytest.param({"base_url": "http://a", "runtime_url": "http://b"}, {}, "http://a", "http://b", id="one for each"),
        pytest.param({}, {"AWS_ENDPOINT_URL_BEDROCK": "http://a"}, "http://a", None, id="AWS's variable is for the one"),
        pytest.param(
            {"region": "us-west-2"},
            {"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://b"},
            "https://bedrock.us-west-2.amazonaws.com",
            "http://b",
            id="or for the other",
        ),
    ],
)  # fmt: skip
def test_two_hosts(settings: dict[str, str], variables: dict[str, str], control: str, runtime: str | None) -> None:
    made = setup(BEARER | variables, **settings)

    assert (made.base_url, made.runtime_url) == (control, runtime)


@pytest.mark.parametrize(
    ("settings", "least", "window"),
    [
        pytest.param({}, 100, 24 * HOUR, id="as most models have it"),
        pytest.param({"min_requests": 500}, 500, 24 * HOUR, id="a model with another minimum"),
        pytest.param({"min_requests": 1}, 1, 24 * HOUR, id="or with none"),
        pytest.param({"completion_window": "72h"}, 100, 72 * HOUR, id="more time"),
        pytest.param({"completion_window": "8h"}, 100, 24 * HOUR, id="a day at least"),
        pytest.param({"completion_window": "400h"}, 100, 168 * HOUR, id="a week at most"),
    ],
)
def test_limits(settings: dict[str, Any], least: int, window: int) -> None:
    limits = account(ProviderSettings(**PLACE, **settings)).limits

    assert (limits.min_requests, limits.window) == (least, window)


def test_without_a_key_it_signs() -> None:
    assert account(ProviderSettings(**PLACE, region="us-east-1"), {}).capabilities.batch


def test_a_region_is_demanded() -> None:
    with pytest.raises(SettingError, match=r"AWS_REGION or AWS_DEFAULT_REGION"):
        account(ProviderSettings(**PLACE), {})


@pytest.mark.parametrize(
    "model",
    [
        "amazon.nova-lite-v1:0",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "openai.gpt-oss-120b-1:0",
        "meta.llama3-x",
    ],
)
def test_its_models_are_known_by_their_names(model: str) -> None:
    offers = [Offer(kind.name, kind.models) for kind in KINDS.values()]

    assert route(model, offers).account == BEDROCK.name


def test_a_window_that_is_no_time_is_refused() -> None:
    with pytest.raises(SettingError, match="write a time from 24h to 168h"):
        account(ProviderSettings(**PLACE, completion_window="tomorrow"))

"""The few fields of a body that the gateway looks at."""

import json
from typing import Any

import pytest

from bide.gateway.access import AT_ONCE
from bide.gateway.asked import read, without_own_words
from bide.ledger.rates import STANDARD
from bide.providers.translate.messages.reply import WireUsage, tier_of


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "claude-opus-5-5", "messages": [], **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "tier"),
    [
        ({}, None),
        ({"service_tier": "flex"}, "flex"),
        ({"service_tier": "fast"}, "fast"),
        ({"speed": "fast"}, "fast"),
        ({"speed": "fast", "service_tier": "standard_only"}, "fast"),
        ({"speed": "standard"}, None),
        ({"speed": 1.25}, None),
        ({"speed": None}, None),
    ],
)
def test_fast_mode_is_a_tier_wherever_it_is_said(fields: dict[str, Any], tier: str | None) -> None:
    assert read(body(**fields)).tier == tier


def test_what_is_asked_for_fast_is_reserved_at_the_fast_price() -> None:
    assert AT_ONCE["fast"][1] == (STANDARD, "fast")


@pytest.mark.parametrize("fields", [{"speed": "fast"}, {"service_tier": "fast"}, {"service_tier": "priority"}])
def test_what_may_wait_is_not_sent_at_a_dearer_price(fields: dict[str, Any]) -> None:
    written = body(**fields)

    assert json.loads(without_own_words(written, read(written), deferred=True)) == json.loads(body())
    assert without_own_words(written, read(written), deferred=False) == written


def test_other_speeds_stay() -> None:
    written = body(speed="standard")

    assert without_own_words(written, read(written), deferred=True) == written


@pytest.mark.parametrize(
    ("usage", "tier"),
    [
        (None, None),
        (WireUsage(), None),
        (WireUsage(service_tier="standard"), "default"),
        (WireUsage(service_tier="standard", speed="standard"), "default"),
        (WireUsage(service_tier="standard", speed="fast"), "fast"),
        (WireUsage(service_tier="batch"), "batch"),
    ],
)
def test_an_answer_in_fast_mode_says_so_in_its_usage(usage: WireUsage | None, tier: str | None) -> None:
    assert tier_of(usage) == tier

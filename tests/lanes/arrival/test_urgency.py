from dataclasses import replace

import pytest
from msgspec import structs

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss, Priority
from bide.core.errors import DeadlineError
from bide.lanes.arrival.urgency import Rule, Said, Urgency, Words, urgency

NOW = 1_763_700_000 * SECOND

PLAIN = Said(path="/v1/chat/completions", model="gpt-4.1")

NIGHTLY = Rule(name="nightly", workflow="nightly-*", priority=Priority.LOW)
CHECKOUT = Rule(name="checkout", workflow="checkout", pinned=True)
FAST = Rule(name="fast", metadata={"team": "support"}, within="5m", multiple=2)
WATCHED = Rule(name="watched", stream=True, priority=Priority.STANDARD)


def asked(said: Said, *rules: Rule, words: Words | None = None) -> Urgency:
    return urgency(said, rules, words or Words(), NOW)


@pytest.mark.parametrize(
    ("said", "slack", "source"),
    [
        (PLAIN, None, "default"),
        (structs.replace(PLAIN, headers={"bide-within": "15m"}), 15 * MINUTE, "header bide-within"),
        (structs.replace(PLAIN, headers={"bide-priority": "Low"}), DAY, "header bide-priority"),
        (structs.replace(PLAIN, headers={"bide-priority": "urgent"}), None, "header bide-priority"),
        (structs.replace(PLAIN, headers={"bide-by": "2026-12-01T00:00Z"}), 0, "header bide-by"),
        (structs.replace(PLAIN, metadata={"bide_within": "1h"}), HOUR, "metadata bide_within"),
        (
            structs.replace(PLAIN, headers={"bide-within": "2h"}, metadata={"bide_within": "1h"}),
            2 * HOUR,
            "header bide-within",
        ),
        (structs.replace(PLAIN, service_tier="flex"), 15 * MINUTE, "service_tier flex"),
        (structs.replace(PLAIN, service_tier="priority"), None, "service_tier priority"),
        (structs.replace(PLAIN, service_tier="fast"), None, "service_tier fast"),
        (structs.replace(PLAIN, background=True, service_tier="flex"), 15 * MINUTE, "background"),
        (structs.replace(PLAIN, stream=True, service_tier="flex"), None, "stream"),
        (structs.replace(PLAIN, stream=True, headers={"bide-within": "1h"}), HOUR, "header bide-within"),
        (structs.replace(PLAIN, headers={"bide-webhook": "https://example.com"}), 15 * MINUTE, "header bide-webhook"),
        (structs.replace(PLAIN, key_priority=Priority.LOW), DAY, "key"),
        (structs.replace(PLAIN, key_priority=Priority.LOW, stream=True), None, "stream"),
        (structs.replace(PLAIN, workflow="nightly-7", key_priority=Priority.URGENT), DAY, "class nightly"),
        (structs.replace(PLAIN, workflow="nightly-7", headers={"bide-within": "1h"}), HOUR, "header bide-within"),
        (structs.replace(PLAIN, workflow="checkout", headers={"bide-within": "1h"}), None, "class checkout"),
        (structs.replace(PLAIN, metadata={"team": "support"}), 5 * MINUTE, "class fast"),
    ],
)
def test_who_says_by_when(said: Said, slack: int | None, source: str) -> None:
    found = asked(said, NIGHTLY, CHECKOUT, FAST)
    assert found.source == source
    if source != "header bide-by":
        assert found.deadline == (None if slack is None else NOW + slack)


def test_the_first_class_that_fits_decides() -> None:
    said = structs.replace(PLAIN, workflow="nightly-1", metadata={"team": "support"})
    assert asked(said, NIGHTLY, FAST).source == "class nightly"
    assert asked(said, FAST, NIGHTLY).source == "class fast"


def test_a_class_may_be_told_by_its_stream_and_a_stream_still_stands_above_it() -> None:
    assert asked(structs.replace(PLAIN, stream=True), WATCHED).source == "stream"
    assert asked(structs.replace(PLAIN, stream=True), replace(WATCHED, pinned=True)).source == "class watched"


def test_a_class_may_bound_what_its_calls_cost() -> None:
    assert asked(structs.replace(PLAIN, metadata={"team": "support"}), FAST).multiple == 2


def test_on_miss_is_said_beside_the_deadline() -> None:
    said = structs.replace(PLAIN, headers={"bide-within": "1h", "bide-on-miss": "expire"})
    assert asked(said).on_miss is OnMiss.EXPIRE


@pytest.mark.parametrize("rule", [NIGHTLY, replace(NIGHTLY, priority=None, within="2h")])
def test_a_call_of_a_class_may_say_what_a_miss_means(rule: Rule) -> None:
    said = structs.replace(PLAIN, workflow="nightly-7", headers={"bide-on-miss": "late"})
    assert asked(said, rule).on_miss is OnMiss.LATE
    assert asked(said, replace(rule, pinned=True)).on_miss is OnMiss.RESCUE


def test_words_mean_what_the_configuration_says() -> None:
    words = Words(flex=Priority.LOW, background=Priority.URGENT, on_miss=OnMiss.LATE)
    assert asked(structs.replace(PLAIN, headers={"bide-within": "1h"}), words=words).on_miss is OnMiss.LATE
    assert asked(structs.replace(PLAIN, service_tier="flex"), words=words).deadline == NOW + DAY
    assert asked(structs.replace(PLAIN, background=True), words=words).deadline is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            structs.replace(PLAIN, headers={"bide-within": "soon"}),
            "header bide-within: the deadline 'soon' is not understood",
        ),
        (structs.replace(PLAIN, headers={"bide-by": "2020-01-01"}), "header bide-by: .* passed"),
        (
            structs.replace(PLAIN, metadata={"bide_priority": "high"}),
            "metadata bide_priority: .* urgent, standard, low",
        ),
        (structs.replace(PLAIN, headers={"bide-within": "1h", "bide-on-miss": "cry"}), "Bide-On-Miss: 'cry'"),
        (
            structs.replace(PLAIN, headers={"bide-within": "1h", "bide-by": "06:00"}),
            "bide-by and bide-within .* give one of them",
        ),
    ],
)
def test_what_is_not_understood_says_where_it_stands(said: Said, message: str) -> None:
    with pytest.raises(DeadlineError, match=message):
        asked(said)

"""Which requests are exact repeats of each other."""

import json
from typing import Any

import pytest

from bide.core.clock import HOUR
from bide.intake.likeness import Keeping, likeness
from bide.lanes.arrival.cache import CacheRule
from bide.lanes.arrival.route import Route
from bide.store.taking import ALONE

CHAT = "/v1/chat/completions"
ROUTE = Route("openai", "gpt-4.1-mini")
BODY: dict[str, Any] = {
    "model": "small",
    "messages": [{"role": "user", "content": "Zürich?"}],
    "max_tokens": 5,
    "seed": 1,
}


def digest(
    body: bytes | dict[str, Any], endpoint: str = CHAT, route: Route = ROUTE, key: int | None = None, **extra: str
) -> bytes:
    text = json.dumps(body).encode() if isinstance(body, dict) else body
    found = likeness(endpoint, route, key, text, extra)
    assert found.digest is not None, found.hindrance
    return found.digest


USUAL = digest(BODY)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(dict(reversed(BODY.items())), id="in another order"),
        pytest.param({**BODY, "model": "openai/gpt-4.1-mini"}, id="by another name of the model"),
        pytest.param({**BODY, "stream": False}, id="not streamed, in so many words"),
        pytest.param({**BODY, "service_tier": "flex"}, id="served otherwise"),
        pytest.param(json.dumps(BODY, ensure_ascii=False, indent=1).encode(), id="spelt otherwise"),
    ],
)
def test_what_makes_no_difference(body: bytes | dict[str, Any]) -> None:
    assert digest(body) == USUAL


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"messages": [{"role": "user", "content": "Zürich? "}]}, id="a space"),
        pytest.param({"messages": [{"role": "system", "content": "Zürich?"}]}, id="a role"),
        pytest.param({"max_tokens": 6}, id="a limit"),
        pytest.param({"seed": 2}, id="a seed"),
        pytest.param({"seed": 2**70}, id="a large number"),
        pytest.param({"seed": 2**70 + 1}, id="its neighbour"),
        pytest.param({"seed": True}, id="a truth is no number"),
        pytest.param({"seed": "1"}, id="a text is no number"),
        pytest.param({"temperature": 0}, id="a temperature of 0"),
        pytest.param({"top_p": 0.5}, id="a parameter more"),
        pytest.param({"user": "somebody"}, id="an end user"),
        pytest.param({"metadata": {"a": "b"}}, id="metadata"),
    ],
)
def test_what_makes_a_difference(changes: dict[str, Any]) -> None:
    assert digest({**BODY, **changes}) != USUAL


def test_every_difference_is_another_one() -> None:
    others = [
        digest(BODY, endpoint="/v1/messages"),
        digest(BODY, route=Route("azure", "gpt-4.1-mini")),
        digest(BODY, route=Route("openai", "gpt-4.1")),
        digest(BODY, key=1),
        digest(BODY, key=2),
        digest(BODY, beta="thinking"),
        digest({**BODY, "seed": 2**70}),
        digest({**BODY, "seed": 2**70 + 1}),
        USUAL,
    ]

    assert len(set(others)) == len(others)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"messages": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="too deep"),
        pytest.param(b'{"seed": 1e999}', id="no number holds it"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"a": "\xff"}', id="no text"),
    ],
)
def test_what_cannot_be_told_from_others_is_not_kept(body: bytes) -> None:
    found = likeness(CHAT, ROUTE, None, body)

    assert found.digest is None
    assert found.hindrance


def test_a_job_s_requests_are_known_as_its_caller_or_the_settings_say() -> None:
    body = json.dumps(BODY).encode()
    rule = CacheRule(HOUR, models=["small"])

    assert Keeping(rule, None, None, None).alike(CHAT, "small", ROUTE, body) == (USUAL, HOUR)
    assert Keeping(rule, None, None, None).alike(CHAT, "large", ROUTE, body) == ALONE
    assert Keeping(rule, 2 * HOUR, None, None).alike(CHAT, "large", ROUTE, body) == (USUAL, 2 * HOUR)
    assert Keeping(rule, 0, None, None).alike(CHAT, "small", ROUTE, body) == ALONE
    assert Keeping(rule, None, None, None).alike(CHAT, "small", ROUTE, b'{"temperature": 1}') == ALONE
    assert (Keeping(rule, 0, None, None).is_off, Keeping(CacheRule(), None, None, None).is_off) == (True, True)
    assert not Keeping(CacheRule(), HOUR, None, None).is_off

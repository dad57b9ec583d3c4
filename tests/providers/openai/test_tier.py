"""The tier that a body asks for, and nothing else of it."""

import pytest

from bide.providers.openai.tier import in_tier


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(b'{"model": "m", "n": 1.50}', b'{"model":"m","n":1.50,"service_tier":"flex"}', id="none"),
        pytest.param(b'{"service_tier":"priority","a":1}', b'{"service_tier":"flex","a":1}', id="another"),
        pytest.param(b'{"m":{"service_tier":"x"}}', b'{"m":{"service_tier":"x"},"service_tier":"flex"}', id="deeper"),
        pytest.param(b"[1", b"[1", id="no JSON: whoever is asked refuses it"),
        pytest.param(b"[]", b"[]", id="no object"),
    ],
)
def test_the_tier_is_set_and_every_other_value_stays(body: bytes, found: bytes) -> None:
    assert in_tier(body, "flex") == found

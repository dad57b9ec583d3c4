import hashlib
from typing import Any

import pytest

from bide.core.entropy import SeededEntropy, SystemEntropy
from bide.core.key import Key, digest_of, new_secret, prefix_of
from bide.core.states import Lane

SECRET = new_secret(SeededEntropy("a secret"))
FORMER = new_secret(SeededEntropy("the one before"))


def a_key(**fields: Any) -> Key:
    """A key that was made at 0."""
    values: dict[str, Any] = {
        "id": 1,
        "owner": "local",
        "external_id": "key_kq3",
        "name": "reports",
        "prefix": prefix_of(SECRET),
        "digest": digest_of(SECRET),
        "created_at": 0,
    }
    return Key(**(values | fields))


def test_a_secret_has_more_bits_than_anybody_can_go_through() -> None:
    asked: list[int] = []

    class Counted(SystemEntropy):
        def random_bytes(self, count: int) -> bytes:
            asked.append(count)
            return super().random_bytes(count)

    secrets = {new_secret(Counted()) for _ in range(100)}

    assert len(secrets) == 100
    assert {8 * count for count in asked} == {256}
    assert {len(secret) for secret in secrets} == {len("bide-") + 52}


def test_what_is_kept_and_shown_of_a_secret() -> None:
    assert digest_of(SECRET) == hashlib.sha256(SECRET.encode()).digest()
    assert prefix_of(SECRET) == SECRET[:11]
    assert digest_of("\udcff is what a header may hold") != digest_of("")


def test_a_key_that_is_printed_tells_no_digest() -> None:
    shown = repr(a_key(former_digest=digest_of(FORMER), former_until=5))

    assert repr(digest_of(SECRET)) not in shown
    assert repr(digest_of(FORMER)) not in shown


@pytest.mark.parametrize(
    ("models", "model", "allowed"),
    [
        pytest.param(None, "anything", True, id="no list"),
        pytest.param((), "anything", False, id="an empty list"),
        pytest.param(("gpt-5-mini",), "gpt-5-mini", True, id="the name"),
        pytest.param(("gpt-5-mini",), "gpt-5-mini-2026", False, id="no more than the name"),
        pytest.param(("gpt-5*",), "gpt-5-mini-2026", True, id="a pattern"),
        pytest.param(("gpt-5*",), "openai/gpt-5", False, id="another name of it"),
        pytest.param(("openai/*", "claude-?"), "claude-5", True, id="one of several"),
        pytest.param(("gpt-5*",), "GPT-5", False, id="capital letters"),
    ],
)
def test_which_models_may_be_asked(models: tuple[str, ...] | None, model: str, allowed: bool) -> None:
    assert a_key(models=models).allows(model) is allowed


@pytest.mark.parametrize(
    ("lanes", "allowed"),
    [
        pytest.param(None, set(Lane), id="no list"),
        pytest.param(frozenset({Lane.BATCH, Lane.CACHE}), {Lane.BATCH, Lane.CACHE}, id="some"),
        pytest.param(frozenset[Lane](), set[Lane](), id="an empty list"),
    ],
)
def test_which_lanes_may_be_used(lanes: frozenset[Lane] | None, allowed: set[Lane]) -> None:
    assert {lane for lane in Lane if a_key(lanes=lanes).allows_lane(lane)} == allowed


@pytest.mark.parametrize(
    ("fields", "now", "live"),
    [
        pytest.param({}, 10**18, True, id="for ever"),
        pytest.param({"expires_at": 10}, 9, True, id="before it expires"),
        pytest.param({"expires_at": 10}, 10, False, id="expired"),
        pytest.param({"revoked_at": 10}, 10, False, id="revoked"),
        pytest.param({"revoked_at": 10, "expires_at": 20}, 15, False, id="revoked before it expires"),
    ],
)
def test_a_key_lives_until_it_is_revoked_or_expires(fields: dict[str, int], now: int, live: bool) -> None:
    key = a_key(**fields)

    assert key.is_live(now) is live
    assert key.accepts(digest_of(SECRET), now) is live


@pytest.mark.parametrize(
    ("fields", "now", "good"),
    [
        pytest.param({"former_until": 10}, 9, True, id="in its grace"),
        pytest.param({"former_until": 10}, 10, False, id="after it"),
        pytest.param({"former_until": 10, "revoked_at": 5}, 7, False, id="revoked in its grace"),
        pytest.param({"former_until": None}, 0, False, id="without one"),
    ],
)
def test_a_former_secret_is_good_for_its_grace(fields: dict[str, Any], now: int, good: bool) -> None:
    key = a_key(former_digest=digest_of(FORMER), **fields)

    assert key.accepts(digest_of(FORMER), now) is good
    assert not key.accepts(digest_of("another"), now)

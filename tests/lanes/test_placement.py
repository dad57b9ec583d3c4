"""Which of several accounts serves a model."""

from dataclasses import replace

import pytest
from tests.lanes.given import CAPABILITIES, CHAT, a_bucket

from bide.lanes.capacity import Capacity
from bide.lanes.placement import Place, are_alike, best, served
from bide.providers.port import Capabilities

FAST, SLOW = Place("fast", 0.9, 100), Place("slow", 0.5, 100)


@pytest.mark.parametrize(
    ("places", "found"),
    [
        pytest.param([SLOW, FAST], "fast", id="the likelier in time"),
        pytest.param([FAST, replace(SLOW, price=90)], "slow", id="the cheaper first"),
        pytest.param([replace(FAST, price=None), SLOW], "slow", id="an unknown price is no low one"),
        pytest.param([replace(FAST, price=None), replace(SLOW, price=None)], "fast", id="nobody's price is known"),
        pytest.param([replace(FAST, has_room=False), SLOW], "slow", id="where there is room"),
        pytest.param([replace(FAST, fits=False), SLOW], "slow", id="where it can be rescued"),
        pytest.param([replace(FAST, fits=False), replace(SLOW, has_room=False)], "slow", id="safety before room"),
        pytest.param(
            [replace(FAST, is_well=False), replace(SLOW, price=999, fits=False)], "slow", id="where it is well"
        ),
        pytest.param([replace(FAST, is_well=False), replace(SLOW, is_well=False)], "fast", id="nobody is well"),
    ],
)
def test_the_cheapest_that_has_room_and_time(places: list[Place], found: str) -> None:
    assert best(places, 0.0).account == found


def test_equals_share_the_work() -> None:
    places = [FAST, replace(FAST, account="twin", odds=0.89), SLOW]
    assert [best(places, draw / 10).account for draw in range(10)] == ["fast"] * 5 + ["twin"] * 5


PLACES = {"gpt-6-luna": ["openai", "second", "third"]}
CAN: dict[str, Capabilities] = dict.fromkeys(("openai", "second", "third"), CAPABILITIES)
RATES = {name: Capacity(rate, None, True) for name, rate in (("openai", 60), ("second", 60), ("third", 600))}


@pytest.mark.parametrize(
    ("spread", "unwell", "found"),
    [
        pytest.param(True, (), "openai", id="well: it stays"),
        pytest.param(True, ("openai",), "third", id="unwell: the one that can do most takes over"),
        pytest.param(True, ("openai", "third"), "second", id="the other one"),
        pytest.param(True, ("openai", "second", "third"), "openai", id="nobody is well: it stays"),
        pytest.param(False, ("openai",), "openai", id="bound to its account"),
    ],
)
def test_who_serves_a_bucket_now(spread: bool, unwell: tuple[str, ...], found: str) -> None:
    bucket = a_bucket(waiting=1, spread=spread)
    assert served(bucket, PLACES, CAN, unwell, RATES) == replace(bucket, account=found)


def test_an_account_that_is_not_here_is_nobody_s_to_judge() -> None:
    bucket = a_bucket(waiting=1, spread=True)
    can = {"second": CAPABILITIES}
    assert served(bucket, PLACES, can, ("openai",), RATES).account == "openai"


def test_who_takes_what_another_was_found_to_take() -> None:
    translating = replace(CAPABILITIES, endpoints=frozenset({CHAT, "/v1/messages"}), native=frozenset({CHAT}))
    other = replace(translating, native=frozenset({"/v1/messages"}))
    assert are_alike(CAPABILITIES, translating, CHAT)
    assert are_alike(translating, translating, "/v1/messages")
    assert not are_alike(CAPABILITIES, translating, "/v1/messages")
    assert not are_alike(translating, other, CHAT), "one of them would have to translate what only the other has read"

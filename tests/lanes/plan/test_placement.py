"""Which of several accounts serves a model."""

from dataclasses import replace

import pytest
from tests.lanes.given import CAPABILITIES, CHAT, NOW, a_bucket
from tests.lanes.hours.test_hours import between

from bide.core.clock import HOUR, SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.hours.window import Window
from bide.lanes.plan.placement import Place, are_alike, best, is_kept, served
from bide.lanes.rescue.rescue import Start
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
    moved_from = None if found == "openai" else "openai"
    assert served(bucket, PLACES, CAN, unwell, RATES) == replace(bucket, account=found, moved_from=moved_from)


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


def begins(at: int, work: int, allowed: Window | None = None) -> Start:
    """A start so many seconds from now, of calls that take so many."""
    return Start(NOW + at * SECOND, work * SECOND, work, allowed)


@pytest.mark.parametrize(
    ("start", "before", "head_room", "kept"),
    [
        pytest.param(begins(0, 60), [], 1.0, True, id="exactly in time"),
        pytest.param(begins(-1, 60), [], 1.0, False, id="a second too late"),
        pytest.param(begins(-6, 60), [], 0.9, True, id="the rest of the rate makes up for it"),
        pytest.param(begins(-7, 60), [], 0.9, False, id="as far as it goes"),
        pytest.param(begins(30, 60), [begins(0, 30)], 1.0, True, id="beside what comes first"),
        pytest.param(begins(30, 60), [begins(-1, 31)], 1.0, False, id="which is too much"),
        pytest.param(begins(0, 60), [begins(-60, 30), begins(-30, 30)], 0.5, True, id="several, at twice the planned rate"),
    ],
)  # fmt: skip
def test_a_promise_is_kept_elsewhere_where_calls_from_now_on_end_in_time(
    start: Start, before: list[Start], head_room: float, kept: bool
) -> None:
    assert is_kept(start, start.work + sum(one.work for one in before), head_room, NOW) is kept


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        pytest.param(NOW + HOUR, True, id="all of it is planned for after the blackout"),
        pytest.param(NOW - HOUR - SECOND, False, id="a second of it was to be called before"),
    ],
)
def test_what_cannot_be_called_in_a_strict_blackout_is_reckoned_from_its_end(at: int, kept: bool) -> None:
    start = Start(at, 60 * SECOND, 60, ~between(-1, 1))
    assert is_kept(start, start.work, 1.0, NOW) is kept

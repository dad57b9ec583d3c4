"""Conditions: every part has to hold, for every value of a range, and what is unknown fits nothing."""

import pytest

from bide.advise.condition import Condition, fits, named
from bide.advise.facts import Fact
from bide.advise.span import amount, duration

FACTS: dict[str, Fact] = {
    "waits": True,
    "priority": "low",
    "name": "Content moderation",
    "within": duration("<5m"),
    "tokens": amount("100k-1M"),
    "nothing": None,
}
THRESHOLDS = {"queue_from": 300_000_000.0, "low": 100_000.0}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param({}, True, id="nothing is asked"),
        pytest.param({"waits": True, "priority": "low"}, True, id="both hold"),
        pytest.param({"waits": True, "priority": "urgent"}, False, id="one does not"),
        pytest.param({"waits": False}, False, id="the other truth"),
        pytest.param({"nothing": False}, False, id="unknown is not false"),
        pytest.param({"elsewhere": "> 0"}, False, id="never heard of"),
        pytest.param({"name": "~moderat"}, True, id="a word in a text"),
        pytest.param({"name": "~recommend"}, False, id="no such word"),
        pytest.param({"within": "< queue_from"}, True, id="a threshold by name"),
        pytest.param({"within": "< 4m"}, False, id="a time that some values miss"),
        pytest.param({"tokens": [">= low", "<= 1000000"]}, True, id="between two"),
        pytest.param({"tokens": [">= low", "< 1000000"]}, False, id="one of two"),
        pytest.param({"waits": "> 0"}, False, id="a truth is no amount"),
    ],
)
def test_a_condition_holds_if_all_of_it_does(condition: dict[str, bool | str | list[str]], holds: bool) -> None:
    asked: Condition = {name: tuple(one) if isinstance(one, list) else one for name, one in condition.items()}
    assert fits(asked, FACTS, THRESHOLDS) is holds


def test_the_thresholds_of_a_condition_are_named_in_its_order() -> None:
    assert named({"tokens": (">= low", "< 1000000"), "waits": True, "within": "> queue_from"}) == ("low", "queue_from")

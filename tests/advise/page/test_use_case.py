"""The matrix: what is advised on each use case is the rulebook's word, and its numbers agree with what is said of them."""

import pytest

from bide.advise.page.lane_times import WITHIN
from bide.advise.page.use_case import UseCase, use_cases
from bide.core.clock import SECOND

ADVISED = {
    "chat": "realtime",
    "code": "realtime",
    "fraud": "realtime",
    "moderation": "queue",
    "recommendations": "hybrid",
    "content": "batch",
    "analysis": "batch",
    "reports": "batch",
    "evaluation": "batch",
    "images": "batch",
    "tickets": "batch",
}
"""By the use-case matrix of the article, where it has the use case."""

FLOORS = {"content": ("tokens", 1_000_000), "analysis": ("tokens", 100_000), "reports": ("requests", 10_000)}


def test_each_is_advised_as_the_rules_say() -> None:
    assert {one.id: one.mode for one in use_cases()} == ADVISED


@pytest.mark.parametrize("one", use_cases(), ids=lambda one: one.id)
def test_what_can_wait_is_what_is_not_called(one: UseCase) -> None:
    assert (one.waits == 0) == (one.mode == "realtime")
    assert (0 < one.waits < 100) == (one.mode == "hybrid")
    assert one.within is None or one.within in [offered / SECOND for offered in WITHIN]


@pytest.mark.parametrize("name", FLOORS)
def test_volumes_are_above_what_the_matrix_asks(name: str) -> None:
    one = next(each for each in use_cases() if each.id == name)
    kind, floor = FLOORS[name]
    tokens = one.requests * (one.input_tokens + one.output_tokens)

    assert (tokens if kind == "tokens" else one.requests) > floor


def test_a_decision_within_a_tenth_of_a_second_is_warned_of() -> None:
    fraud = next(one for one in use_cases() if one.id == "fraud")

    assert [warning.code for warning in fraud.warnings] == ["no_lane_is_so_fast"]

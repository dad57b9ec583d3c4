from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bide.core.states import (
    ATTEMPT_MOVES,
    BATCH_MOVES,
    JOB_MOVES,
    MOVES,
    REQUEST_MOVES,
    AttemptState,
    BatchState,
    JobState,
    RequestState,
    sources,
)

Moves = Mapping[Any, frozenset[Any]]

TABLES: Mapping[str, tuple[list[Any], Moves]] = {noun: (list(states), moves) for noun, (states, moves) in MOVES.items()}

every_noun = pytest.mark.parametrize("noun", TABLES)


def reachable(moves: Moves, start: Any) -> set[Any]:
    """Every state that can be reached from `start`, and `start`."""
    found, left = {start}, [start]
    while left:
        new = moves[left.pop()] - found
        found |= new
        left.extend(new)
    return found


def final(moves: Moves) -> set[Any]:
    """The states without a way out."""
    return {state for state, targets in moves.items() if not targets}


@every_noun
def test_the_table_has_a_line_for_every_state_in_its_order(noun: str) -> None:
    states, moves = TABLES[noun]

    assert list(moves) == states


@every_noun
def test_every_state_is_reached_from_the_first(noun: str) -> None:
    states, moves = TABLES[noun]

    assert reachable(moves, states[0]) == set(states)


@every_noun
def test_every_state_leads_to_an_end(noun: str) -> None:
    states, moves = TABLES[noun]

    assert all(reachable(moves, state) & final(moves) for state in states)


@every_noun
def test_no_state_moves_to_itself(noun: str) -> None:
    assert [state for state, targets in TABLES[noun][1].items() if state in targets] == []


@every_noun
def test_only_a_batch_that_was_surely_not_made_goes_back(noun: str) -> None:
    _, moves = TABLES[noun]

    back = [
        (str(state), str(target))
        for state, targets in moves.items()
        for target in targets
        if state in reachable(moves, target)
    ]

    assert sorted(back) == ([("sealed", "submitting"), ("submitting", "sealed")] if noun == "batch" else [])


@pytest.mark.parametrize(
    ("moves", "ends"),
    [
        pytest.param(REQUEST_MOVES, {"succeeded", "failed", "cancelled", "expired"}, id="request"),
        pytest.param(ATTEMPT_MOVES, {"answered", "errored", "refused", "abandoned"}, id="attempt"),
        pytest.param(JOB_MOVES, {"done"}, id="job"),
        pytest.param(BATCH_MOVES, {"harvested"}, id="batch"),
    ],
)
def test_the_ends(moves: Moves, ends: set[str]) -> None:
    assert final(moves) == ends


@pytest.mark.parametrize(
    ("moves", "target", "before"),
    [
        pytest.param(REQUEST_MOVES, RequestState.SUCCEEDED, ("open",), id="a request is settled once"),
        pytest.param(REQUEST_MOVES, RequestState.OPEN, (), id="and never opened again"),
        pytest.param(ATTEMPT_MOVES, AttemptState.ANSWERED, ("sent", "lost"), id="a lost attempt may turn up"),
        pytest.param(ATTEMPT_MOVES, AttemptState.REFUSED, ("planned", "sent"), id="refused before or after it was sent"),
        pytest.param(ATTEMPT_MOVES, AttemptState.ABANDONED, ("planned",), id="what was sent is not given up"),
        pytest.param(JOB_MOVES, JobState.CANCELLING, ("running",), id="what is done cannot be cancelled"),
        pytest.param(JOB_MOVES, JobState.DONE, ("running", "cancelling"), id="a job ends either way"),
        pytest.param(BATCH_MOVES, BatchState.SUBMITTING, ("sealed",), id="a create is sent from one state only"),
        pytest.param(BATCH_MOVES, BatchState.SUBMITTED, ("submitting", "ambiguous"), id="told or found"),
        pytest.param(BATCH_MOVES, BatchState.CANCELLING, ("submitted",), id="only what exists is cancelled"),
        pytest.param(BATCH_MOVES, BatchState.HARVESTED, ("ended",), id="nothing is harvested before its end"),
        pytest.param(
            BATCH_MOVES,
            BatchState.ENDED,
            ("open", "sealed", "submitting", "ambiguous", "submitted", "cancelling"),
            id="a batch may end anywhere",
        ),
    ],
)  # fmt: skip
def test_from_where_a_state_is_reached(moves: Moves, target: Any, before: tuple[str, ...]) -> None:
    assert sources(moves, target) == before


@every_noun
def test_sources_invert_the_table(noun: str) -> None:
    states, moves = TABLES[noun]

    assert {state: {target for target in states if state in sources(moves, target)} for state in states} == moves


class Moved(RuleBasedStateMachine):
    """Several workers move the same things, as the store lets them: ``WHERE state IN sources``, or nothing happens."""

    things = Bundle("things")

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[int, Any] = {}
        self.moves: dict[int, Moves] = {}
        self.ended: dict[int, Any] = {}

    @initialize(target=things)
    def a_request(self) -> int:
        return self._add("request")

    @rule(target=things, noun=st.sampled_from(sorted(TABLES)))
    def anything(self, noun: str) -> int:
        return self._add(noun)

    def _add(self, noun: str) -> int:
        states, moves = TABLES[noun]
        number = len(self.states)
        self.states[number] = states[0]
        self.moves[number] = moves
        return number

    @rule(thing=things, data=st.data())
    def try_to_move(self, thing: int, data: st.DataObject) -> None:
        before, moves = self.states[thing], self.moves[thing]
        wanted = data.draw(st.sampled_from(list(moves)))

        moved = before in sources(moves, wanted)
        if moved:
            self.states[thing] = wanted
            if not moves[wanted]:
                self.ended[thing] = wanted

        assert moved == (wanted in moves[before])

    @invariant()
    def an_end_is_for_ever(self) -> None:
        assert all(self.states[thing] is state for thing, state in self.ended.items())

    @invariant()
    def nothing_leaves_its_table(self) -> None:
        assert all(state in self.moves[thing] for thing, state in self.states.items())


Moved.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestMoved = Moved.TestCase

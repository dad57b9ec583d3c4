"""Answers come to callers in their own format, and into the books as they were."""

import copy
import json
from typing import Any

import pytest
from tests.providers.translate import sdk
from tests.providers.translate.replies import ANSWERS, Answer, Json
from tests.providers.translate.test_hostile import places

from bide.core.clock import SECOND
from bide.providers.translate import SPOKES, Options, UntranslatableError, Wire, reply

CASES = [
    pytest.param(source, target, answer, id=f"{source}-{target}-{answer.id}")
    for answer in ANSWERS
    for source in answer.given
    for target in answer.expected
]

CREATED = 1700000000

UNTIMED = {Wire.MESSAGES, Wire.GEMINI, Wire.CONVERSE}
"""Wires whose answers do not say when they were made."""


@pytest.mark.parametrize(("source", "target", "answer"), CASES)
def test_an_answer_is_translated(source: Wire, target: Wire, answer: Answer) -> None:
    body = json.dumps(answer.given[source], separators=(",", ":")).encode()
    translated = reply(body, source, target, Options(created=CREATED, id="a1", model="m1"))

    assert translated.finish is answer.finish
    assert translated.usage == answer.usage
    assert translated.tier == answer.tier
    assert translated.created == (None if source in UNTIMED else CREATED * SECOND)
    if source is target:
        assert translated.body is body
        return
    written = json.loads(translated.body)
    assert written == answer.told(target)
    assert sdk.unknown_fields(sdk.REPLIES[target](written)) == []


@pytest.mark.parametrize("wire", SPOKES)
def test_an_answer_may_have_fields_that_nobody_knows(wire: Wire) -> None:
    answer = ANSWERS[0].given[wire]
    target = next(other for other in SPOKES if other is not wire)
    body = json.dumps({**answer, "frobnicate": 1}).encode()

    assert json.loads(reply(body, wire, target, Options(created=CREATED, id="a1", model="m1")).body) == ANSWERS[0].told(
        target
    )


@pytest.mark.parametrize("wire", SPOKES)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"answer"', b"[" * 100_000])
def test_what_is_no_answer_is_refused(wire: Wire, body: bytes) -> None:
    target = next(other for other in SPOKES if other is not wire)

    with pytest.raises(UntranslatableError, match="answer"):
        reply(body, wire, target)
    assert reply(body, wire, wire).body is body


def outcome(body: Json, source: Wire, target: Wire) -> bytes | str:
    try:
        return reply(json.dumps(body).encode(), source, target, Options(created=CREATED, id="a1", model="m1")).body
    except UntranslatableError as error:
        return error.field


@pytest.mark.parametrize("target", SPOKES)
@pytest.mark.parametrize("source", SPOKES)
def test_null_says_as_little_as_nothing(source: Wire, target: Wire) -> None:
    """Compatible servers write null where the API has a word."""
    if source is target:
        return
    for answer in ANSWERS:
        given = answer.given.get(source, {})
        for *path, last in places(given):
            if isinstance(last, str) and not {"input", "args"} & {*path}:  # what a call is given may be null
                nulled, without = copy.deepcopy(given), copy.deepcopy(given)
                pick(nulled, path)[last] = None
                del pick(without, path)[last]
                assert outcome(nulled, source, target) == outcome(without, source, target), (*path, last)


def pick(body: Any, path: list[Any]) -> Any:
    for step in path:
        body = body[step]
    return body

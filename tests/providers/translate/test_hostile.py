"""Whatever comes, the only exception is a refusal, and a stream raises nothing at all."""

import copy
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.translate.fields import TABLES
from tests.providers.translate.fields.case import merged
from tests.providers.translate.replies import ANSWERS
from tests.providers.translate.streams import STREAMS

from bide.providers.translate import SPOKES, Options, UntranslatableError, Wire, error, reply, request, stream

OPTIONS = Options(max_tokens=7)

REQUESTS = [(source, merged(source, case.given)) for source, cases in TABLES.items() for case in cases]
REPLIES = [(source, body) for answer in ANSWERS for source, body in answer.given.items()]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in a body."""
    found = [path] if path else []
    items: list[tuple[Any, Any]] = []
    if isinstance(body, dict):
        items = list(cast("dict[str, Any]", body).items())
    elif isinstance(body, list):
        items = list(enumerate(cast("list[Any]", body)))
    for key, value in items:
        found += places(value, (*path, key))
    return found


@st.composite
def spoilt(draw: st.DrawFn, bodies: list[tuple[Wire, Any]]) -> tuple[Wire, bytes]:
    """A good body with one value that is another, and sometimes bytes that are no text."""
    source, body = draw(st.sampled_from(bodies))
    body = copy.deepcopy(body)
    *path, last = draw(st.sampled_from(places(body)))
    place = body
    for step in path:
        place = place[step]
    place[last] = draw(values)
    text = json.dumps(body).encode()
    if draw(st.booleans()):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.binary(max_size=2)) + text[at:]
    return source, text


@given(spoilt(REQUESTS), st.sampled_from(list(SPOKES)))
def test_a_spoilt_request_is_written_or_refused(given_: tuple[Wire, bytes], target: Wire) -> None:
    source, body = given_
    try:
        written = request(body, source, target, OPTIONS)
    except UntranslatableError:
        return
    assert source is target or json.loads(written)


@given(spoilt(REPLIES), st.sampled_from(list(SPOKES)))
def test_a_spoilt_answer_is_written_or_refused(given_: tuple[Wire, bytes], target: Wire) -> None:
    source, body = given_
    try:
        written = reply(body, source, target, OPTIONS).body
    except UntranslatableError:
        return
    assert source is target or json.loads(written)


@given(
    st.sampled_from(list(SPOKES)), st.sampled_from(list(SPOKES)), st.integers(400, 599), st.binary() | spoilt(REPLIES)
)
def test_any_error_is_written(source: Wire, target: Wire, status: int, body: bytes | tuple[Wire, bytes]) -> None:
    text = body if isinstance(body, bytes) else body[1]

    assert source is target or json.loads(error(status, text, source, target))


@given(st.sampled_from(STREAMS), st.sampled_from(list(SPOKES)), st.data())
def test_a_spoilt_stream_raises_nothing(streamed: Any, target: Wire, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(streamed.sent))] * 2)))
    sent = streamed.sent[:start] + data.draw(st.binary(max_size=5)) + streamed.sent[end:]
    translating = stream(streamed.source, target, OPTIONS)
    translating.feed(sent)
    translating.end()

    assert translating.finish is not None or translating.failure is not None


NO_TEXT = b'{"type":"tool_use","id":"a","name":"f","input":{"a":"\xff"}}'
"""Bytes in what is passed on as it is."""


def test_a_request_that_is_no_text_is_refused() -> None:
    body = b'{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[' + NO_TEXT + b"]}]}"

    with pytest.raises(UntranslatableError, match="body"):
        request(body, Wire.MESSAGES, Wire.CHAT)


def test_an_answer_that_is_no_text_is_refused() -> None:
    with pytest.raises(UntranslatableError, match="answer"):
        reply(b'{"content":[' + NO_TEXT + b"]}", Wire.MESSAGES, Wire.CHAT)


def test_a_stream_that_is_no_text_is_mended() -> None:
    begun = b'data: {"type":"content_block_start","index":0,"content_block":' + NO_TEXT + b"}\n\n"

    assert "\ufffd" in stream(Wire.MESSAGES, Wire.CHAT).feed(begun).decode()

"""Requests of several texts, out of lines that hold one each: exact, whatever their order, and never half."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bide.providers.gemini.texts import IN_MEMORY, INCOMPLETE, Gathering, Key
from bide.providers.port import Row, Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

GOOGLE = Translation(Wire.GEMINI, lambda model: Options(model=model))


def key(place: int, texts: int, custom_id: str = "t-1") -> str:
    return str(Key(custom_id, place, texts, False, "gemini-embedding-001"))


def text(place: int, texts: int, custom_id: str = "t-1", **more: Any) -> dict[str, Any]:
    return {
        "key": key(place, texts, custom_id),
        "response": {"embedding": {"values": [place + 0.5, 1e-7]}, "tokenCount": 2 + place, **more},
    }


def gathered(lines: Iterable[Any]) -> list[Row]:
    with Gathering(GOOGLE) as texts:
        found = [row for line in lines if (row := texts.add(json.dumps(line).encode())) is not None]
        return found + texts.rest()


def vectors(row: Row) -> list[list[float]]:
    return [one["embedding"] for one in json.loads(row.response)["body"]["data"]]


@pytest.mark.parametrize(
    "known",
    [
        Key("bide-x-17", 0, 1, True, "gemini-embedding-001"),
        Key("t-1", 99, 100, False, "tunedModels/mine/7"),
        Key("t-1", 0, 1, False, ""),
    ],
)
def test_a_key_is_read_as_it_was_written(known: Key) -> None:
    assert Key.read(str(known)) == known


@pytest.mark.parametrize("words", ["", "t-1", "t-1/0/1/float", "t-1/1/1/float/m", "t-1/x/1/float/m", "t-1/0/1/hex/m"])
def test_a_key_that_is_none(words: str) -> None:
    assert Key.read(words) is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 1, 2, 0, 2)], ids=["in order", "in another", "twice"])
def test_texts_stand_in_their_places(order: tuple[int, ...]) -> None:
    [row] = gathered(text(place, 3) for place in order)
    assert (row.custom_id, row.verdict) == ("t-1", Verdict.ANSWERED)
    assert vectors(row) == [[place + 0.5, 1e-7] for place in range(3)]
    assert row.usage is not None
    assert row.usage.input == 2 + 3 + 4


def test_requests_may_be_mixed_up() -> None:
    rows = gathered([text(1, 2, "a"), text(0, 2, "b"), text(0, 1, "c"), text(0, 2, "a"), text(1, 2, "b")])
    assert [row.custom_id for row in rows] == ["c", "a", "b"]
    assert all(vectors(row) == [[0.5, 1e-7], [1.5, 1e-7]] for row in rows[1:])


def test_what_does_not_fit_into_memory_waits_on_the_disk() -> None:
    wide = [float(number) for number in range(3_000)]
    length = len(json.dumps(wide))
    texts = IN_MEMORY // length + 10
    line = {"embedding": {"values": wide}}
    lines = ({"key": key(place, texts), "response": line} for place in reversed(range(texts)))
    [row] = gathered(lines)
    found = vectors(row)
    assert len(found) == texts
    assert found[0] == found[-1] == wide


def test_a_request_is_given_once() -> None:
    assert len(gathered([text(0, 2), text(1, 2), text(0, 2), text(1, 2)])) == 1
    assert len(gathered([text(0, 1), text(0, 1)])) == 2, "a single one as the file has it"


def test_a_part_of_a_request_is_no_answer() -> None:
    [row] = gathered([text(0, 3), text(2, 3)])
    assert (row.custom_id, row.verdict, row.code, row.permanent) == ("t-1", Verdict.ERRORED, INCOMPLETE, False)
    assert row.message == "the results have 2 of its 3 texts"
    assert row.usage is not None
    assert row.usage.input == 2 + 4


@pytest.mark.parametrize(
    ("lines", "verdict", "tokens"),
    [
        pytest.param([{"key": key(0, 1), "error": {"code": 8}}], Verdict.NOT_RUN, None, id="the only one"),
        pytest.param(
            [{"key": key(place, 2), "error": {"code": 8}} for place in (1, 0)], Verdict.NOT_RUN, None, id="every one"
        ),
        pytest.param([{"key": key(1, 2), "error": {"code": 8}}, text(0, 2)], Verdict.ERRORED, 2, id="one of two"),
    ],
)
def test_what_was_turned_away_is_free_unless_something_of_it_ran(
    lines: list[Any], verdict: Verdict, tokens: int | None
) -> None:
    [row] = gathered(lines)
    assert (row.verdict, row.usage and row.usage.input) == (verdict, tokens)


def test_without_the_tokens_of_every_text_there_is_no_usage() -> None:
    [row] = gathered([text(0, 2), text(1, 2, tokenCount=None)])
    assert (row.verdict, row.usage) == (Verdict.ANSWERED, None)


def test_tokens_may_be_a_text() -> None:
    [row] = gathered([text(0, 1, tokenCount="17")])
    assert row.usage is not None
    assert row.usage.input == 17


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"response": {"embedding": {"values": [1.0]}}}, id="no key"),
        pytest.param({"key": "t-1", "response": {"embedding": {"values": [1.0]}}}, id="another key"),
        pytest.param({"key": key(0, 1)}, id="neither answer nor error"),
        pytest.param({"key": key(0, 1), "response": {}}, id="no vector"),
        pytest.param([], id="no object"),
    ],
)
def test_a_line_that_is_not_understood(line: Any) -> None:
    [row] = gathered([line])
    assert (row.custom_id, row.code) == (None, "unreadable_row")


def test_a_text_of_a_request_of_another_size_is_nobody_s() -> None:
    rows = gathered([text(0, 2), text(2, 3), text(1, 2)])
    assert [(row.custom_id, row.verdict) for row in rows] == [(None, Verdict.ERRORED), ("t-1", Verdict.ANSWERED)]

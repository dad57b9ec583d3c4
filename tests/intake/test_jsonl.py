"""JSON Lines as files really are: ends of lines, encodings, garbage, and no matter how they are cut into chunks."""

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.intake.reading import Found, batch_line, read_bytes

from bide.intake.defaults import Defaults
from bide.intake.problem import Code
from bide.intake.requestline import read_stretch
from bide.intake.source import EmptyFileError
from bide.intake.window import ContextWindows

GOOD = batch_line().encode()


@pytest.mark.parametrize(
    ("data", "lines", "blank"),
    [
        pytest.param(GOOD, [1], 0, id="no end of line"),
        pytest.param(GOOD + b"\n" + GOOD + b"\n", [1, 2], 0, id="line feeds"),
        pytest.param(GOOD + b"\r\n" + GOOD + b"\r\n", [1, 2], 0, id="carriage returns and line feeds"),
        pytest.param(b"\xef\xbb\xbf" + GOOD + b"\n" + GOOD, [1, 2], 0, id="byte order mark"),
        pytest.param(b"\n\n" + GOOD + b"\n \t\r\n" + GOOD + b"\n\n", [3, 5], 4, id="blank lines"),
        pytest.param(b"\xef\xbb\xbf\n" + GOOD, [2], 1, id="a blank line with the mark"),
        pytest.param(b"  " + GOOD + b"  \n", [1], 0, id="white space around"),
    ],
)
def test_lines(data: bytes, lines: list[int], blank: int) -> None:
    found = read_bytes(data)
    assert found.problems == []
    assert [entry.line for entry in found.entries] == lines
    assert found.blank == blank


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        pytest.param(b"{", Code.INVALID_JSON_LINE, "ends too early", id="pretty-printed object"),
        pytest.param(b"[", Code.INVALID_JSON_LINE, "ends too early", id="pretty-printed array"),
        pytest.param(b"nonsense", Code.INVALID_JSON_LINE, "column 1", id="no JSON"),
        pytest.param(b'{"a": 1,, "b": 2}', Code.INVALID_JSON_LINE, "column 9", id="a comma too many"),
        pytest.param(b"{'prompt': 'x'}", Code.INVALID_JSON_LINE, "double quotes", id="Python's quotes"),
        pytest.param(GOOD + b" " + GOOD, Code.INVALID_JSON_LINE, "extra data", id="two documents on a line"),
        pytest.param(b'{"a":"tab\there"}', Code.INVALID_JSON_LINE, "control character", id="raw control character"),
        pytest.param(b'{"prompt": NaN}', Code.INVALID_JSON_LINE, "NaN is no JSON", id="NaN"),
        pytest.param(b'{"prompt": -Infinity}', Code.INVALID_JSON_LINE, "-Infinity is no JSON", id="infinity"),
        pytest.param(b'{"prompt": 01}', Code.INVALID_JSON_LINE, "column 13", id="leading zero"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, Code.INVALID_JSON_LINE, "nested too deeply", id="deep nesting"),
        pytest.param(b'{"a":' * 100_000, Code.INVALID_JSON_LINE, "nested too deeply", id="deep and unfinished"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, Code.INVALID_JSON_LINE, "byte order mark", id="a mark inside the file"),
        pytest.param(b"[1, 2]", Code.INVALID_TYPE, "an array, not an object", id="an array"),
        pytest.param(b"null", Code.INVALID_TYPE, "null, not an object", id="null"),
        pytest.param(b"17", Code.INVALID_TYPE, "a number, not an object", id="a number"),
        pytest.param(b"9" * 5_000, Code.INVALID_TYPE, "a number, not an object", id="a number beyond all types"),
        pytest.param(b'"x"', Code.INVALID_TYPE, 'the string "x", not an object', id="a string"),
        pytest.param(b'{"prompt":"caf\xe9"}', Code.INVALID_ENCODING, "0xe9 at position 15", id="Latin-1"),
        pytest.param(b'{"prompt":"\xed\xa0\x80"}', Code.INVALID_ENCODING, "0xed", id="a surrogate in UTF-8"),
        pytest.param(b'{"prompt":"\\ud800"}', Code.INVALID_ENCODING, "half a character", id="a high surrogate alone"),
        pytest.param(b'{"prompt":"\\udc00"}', Code.INVALID_ENCODING, "half a character", id="a low surrogate alone"),
        pytest.param(b'{"prompt":"\\ud800\\u0041"}', Code.INVALID_ENCODING, "half a character", id="a wrong pair"),
        pytest.param(b'{"prompt":"a\0b"}', Code.INVALID_ENCODING, "NUL", id="NUL"),
        pytest.param('{"prompt":"x"}'.encode("utf-16-le"), Code.INVALID_ENCODING, "UTF-16", id="UTF-16 without mark"),
    ],
)
def test_garbage(line: bytes, code: Code, words: str) -> None:
    found = read_bytes(GOOD + b"\n" + line + b"\n" + GOOD)
    assert [(problem.line, problem.code) for problem in found.problems] == [(2, code)]
    assert words in found.problems[0].message
    assert found.problems[0].remedy
    assert [entry.line for entry in found.entries] == [1, 3]


def test_a_document_over_two_lines_and_two_on_one_do_not_make_up_for_each_other() -> None:
    first, second = GOOD.split(b", ", 1)
    found = read_bytes(GOOD + b" " + GOOD + b"\n" + first + b",\n" + second + b"\n" + GOOD)
    assert [problem.line for problem in found.problems] == [1, 2, 3]
    assert [entry.line for entry in found.entries] == [4]


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_an_input_without_a_request_is_an_error(data: bytes) -> None:
    with pytest.raises(EmptyFileError, match="contains no request") as caught:
        read_bytes(data)
    assert caught.value.code == Code.EMPTY_FILE


def test_bad_lines_alone_are_not_an_empty_input() -> None:
    assert read_bytes(b"x").problem.line == 1


def test_many_bad_lines_come_in_many_chunks() -> None:
    found = read_bytes(b"x\n" * 10_000)
    assert len(found.problems) == 10_000
    assert max(len(chunk.problems) for chunk in found.chunks) <= 2_048


def test_chunks_are_about_as_large_as_asked_for() -> None:
    found = read_bytes((GOOD + b"\n") * 10_000, block_size=64 * 1024)
    sizes = [len(chunk.bodies) for chunk in found.chunks]
    assert 10 <= len(sizes) <= 25
    assert max(sizes) < 64 * 1024


def test_a_good_line_beyond_the_limit_is_refused_wherever_it_stands() -> None:
    long = batch_line(body__user="x" * 300).encode()
    found = read_bytes(b"\n".join([GOOD, long, GOOD, long]), line_limit=300)
    assert [(problem.line, problem.code) for problem in found.problems] == [
        (2, Code.LINE_TOO_LARGE),
        (4, Code.LINE_TOO_LARGE),
    ]
    assert [entry.line for entry in found.entries] == [1, 3]


# Properties

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
counts = st.none() | st.integers(1, 2**31 - 1)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, str]:
    """A URL and a valid body for it, in one of the many ways to write JSON."""
    url = draw(st.sampled_from(["/v1/chat/completions", "/v1/responses", "/v1/embeddings"]))
    question: Any = draw(st.lists(values, min_size=1, max_size=3))
    if url != "/v1/chat/completions" and draw(st.booleans()):
        question = draw(st.text(min_size=1))
    body: dict[str, Any] = draw(st.dictionaries(st.text(max_size=10).map("x{}".format), values, max_size=3))
    body |= {"model": draw(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))}
    body |= {"messages" if url == "/v1/chat/completions" else "input": question}
    body |= {"stream": draw(st.sampled_from([None, False]))} if draw(st.booleans()) else {}
    for name in draw(st.sets(st.sampled_from(["max_completion_tokens", "max_tokens", "max_output_tokens", "n"]))):
        body[name] = draw(counts)
    keys = draw(st.permutations(list(body)))
    text = json.dumps(
        {key: body[key] for key in keys},
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " :\r")])),
    )
    return url, text


@st.composite
def good_lines(draw: st.DrawFn) -> tuple[str, str, str]:
    """A line, the body in it and the id on it."""
    url, body = draw(bodies())
    custom_id = draw(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=512)
    )
    escaped = json.dumps(custom_id, ensure_ascii=draw(st.booleans()))
    colon, comma = draw(st.sampled_from([(":", ","), (": ", ", "), (" :\r", "\t, ")]))
    members = [f'"custom_id"{colon}{escaped}', f'"method"{colon}"POST"', f'"url"{colon}"{url}"', f'"body"{colon}{body}']
    if draw(st.integers(0, 4)) == 0:  # an order or a member that makes the line one to be read singly
        members = draw(st.permutations([*members, '"x": [1]']))
    return "{" + comma.join(members) + draw(st.sampled_from(["", "", "", " "])) + "}", body, custom_id


garbage = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(str.encode),
    values.map(lambda value: json.dumps(value).encode()),
    st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=3)).map(
        lambda change: GOOD[: change[0]] + change[1] + GOOD[change[0] + 1 :]
    ),
    st.integers(0, len(GOOD) - 1).map(lambda end: GOOD[:end]),
    st.sampled_from([GOOD + GOOD, GOOD + b" " + GOOD, b"\xef\xbb\xbf" + GOOD, GOOD.replace(b"m", b"\xff", 1)]),
).map(lambda line: line.replace(b"\n", b" "))


def everything(found: Found) -> object:
    return found.outcomes, found.problems, found.blank


@given(st.lists(good_lines(), min_size=1, max_size=5))
def test_any_good_line_keeps_its_body_and_its_id(lines: list[tuple[str, str, str]]) -> None:
    found = read_bytes("\n".join(line for line, _, _ in lines))
    assert found.problems == []
    assert found.bodies == [body.encode() for _, body, _ in lines]
    assert [entry.custom_id for entry in found.entries] == [custom_id for _, _, custom_id in lines]
    assert b"".join(chunk.bodies for chunk in found.chunks) == b"".join(body + b"\n" for body in found.bodies)


def singly(data: bytes) -> Found:
    """What the lines hold when they are read one by one: a blank line before each makes the reader do so."""
    return read_bytes(b"\n".join(b"\n" + line for line in data.split(b"\n")))


@given(st.lists(good_lines().map(lambda line: line[0].encode()) | garbage, max_size=5))
def test_a_line_means_the_same_among_others_and_alone(lines: list[bytes]) -> None:
    data = b"\n".join([GOOD, *lines])
    together, alone = read_bytes(data), singly(data)
    assert [outcome[1:] for outcome in together.outcomes] == [outcome[1:] for outcome in alone.outcomes]
    assert [(problem.line * 2, problem.code) for problem in together.problems] == [
        (problem.line, problem.code) for problem in alone.problems
    ]


STRUCTURE = st.text(st.sampled_from(list('{}[]",:\\ \r0-1.enul')), max_size=3)


@settings(max_examples=500)
@given(st.data())
def test_what_is_read_in_a_stretch_is_read_singly_too(data: st.DataObject) -> None:
    # The stretch takes lines apart at braces. It may hand over any line, but never take one that is not good.
    lines: list[str] = []
    for _ in range(data.draw(st.integers(1, 2))):
        line = batch_line(custom_id=data.draw(st.sampled_from(["a", "{", "}", 'x"{', "\\"])))
        for _ in range(data.draw(st.integers(0, 2))):
            start = data.draw(st.integers(0, len(line)))
            end = data.draw(st.integers(start, min(len(line), start + 3)))
            line = line[:start] + data.draw(STRUCTURE) + line[end:]
        lines.append(line)
    text = "\n".join(lines).encode()
    chunk = read_stretch(io.BytesIO(text).readlines(), 1, ContextWindows(None))
    if chunk:
        assert [outcome[1:] for outcome in Found([chunk]).outcomes] == [
            outcome[1:] for outcome in singly(text).outcomes
        ]
        assert chunk.bodies == b"".join(entry.body + b"\n" for entry in chunk.entries)


@given(st.lists(garbage, max_size=8), st.integers(1, 1_000))
@example([b"\xff\xfe" * 20], 7)
def test_garbage_never_raises_and_never_hurts_its_neighbours(lines: list[bytes], block_size: int) -> None:
    mixed = [GOOD]
    for line in lines:
        mixed += [line, GOOD]
    found = read_bytes(b"\n".join(mixed), Defaults(prompt="{x}"), block_size=block_size)
    fine = {entry.line for entry in found.entries}
    bad = {problem.line for problem in found.problems}
    assert set(range(1, len(mixed) + 1, 2)) <= fine
    assert fine.isdisjoint(bad)
    assert len(fine) + len(bad) + found.blank == len(mixed)
    assert all(problem.message and problem.remedy for problem in found.problems)


@given(
    st.lists(good_lines().map(lambda line: line[0].encode()) | garbage, max_size=8),
    st.sampled_from([b"\n", b"\r\n", b"\n\n"]),
    st.integers(1, 500),
    st.booleans(),
)
def test_chunk_boundaries_do_not_matter(lines: list[bytes], end: bytes, block_size: int, ended: bool) -> None:
    data = end.join([GOOD, *lines]) + (end if ended else b"")
    assert everything(read_bytes(data, block_size=block_size)) == everything(read_bytes(data))


@settings(max_examples=30)
@given(st.integers(1, 400), st.lists(st.integers(0, 600), max_size=6))
@example(limit=3, lengths=[4])  # the lines before it fill a block to the byte
def test_lines_up_to_the_limit_are_read_and_longer_ones_refused(limit: int, lengths: list[int]) -> None:
    lines = [b'"' + b"x" * max(0, length - 2) + b'"' for length in [2, *lengths]]
    found = read_bytes(b"\n".join(lines), line_limit=limit, block_size=64)
    assert [(problem.line, problem.code is Code.LINE_TOO_LARGE) for problem in found.problems] == [
        (number, len(line) + (number < len(lines)) > limit) for number, line in enumerate(lines, 1)
    ]

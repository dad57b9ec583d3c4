"""The array's items, wherever the document is cut while it is read."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bide.core.errors import InputError
from bide.intake import array
from bide.intake.array import items

MOST = 1 << 20

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(alphabet='ab"\\{}[],:\u2028é\n'),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = some.lists(some.dictionaries(some.text(alphabet='"\\{}a', max_size=4), VALUES, max_size=3), max_size=5)


class Dribbling(io.BytesIO):
    """A file that gives few bytes at a time, whatever is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


def read(text: bytes, most: int = MOST) -> list[bytes]:
    return list(items(io.BytesIO(text), "requests", most))


@given(OBJECTS, some.sampled_from([None, 2, "\t"]))
def test_items_come_as_they_are_written_wherever_the_text_is_cut(
    wanted: list[dict[str, Any]], indent: int | str | None
) -> None:
    text = json.dumps({"requests": wanted}, indent=indent, ensure_ascii=False).encode()
    for file in (io.BytesIO(text), Dribbling(text)):
        found = list(items(file, "requests", MOST))
        assert [json.loads(item) for item in found] == wanted
        assert all(item in text for item in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"{}", "requests: Field required"),
        (b'{"metadata":{},"requests":[]}', "metadata: Extra inputs are not permitted"),
        (b'{"requests":[],"metadata":{}}', "metadata: Extra inputs are not permitted"),
        (b'{"requests":{}}', "requests: Input should be a valid array"),
        (b'{"requests":[{},3]}', "requests.1: Input should be a valid object"),
        (b'{"requests":[{}{}]}', "a comma is missing after requests.0"),
        (b'{"requests":[{},]}', "requests.1: Input should be a valid object"),
        (b'{"requests":[{"a":"b]}', "it ends within requests.0"),
        (b'{"requests":[{"a":[', "it ends within requests.0"),
        (b'{"requests":[{}', "a comma is missing after requests.0"),
        (b'{"requests":[{}]', "it should end after the array"),
        (b'{"requests":[{}]}]', "it should end after the array"),
        (b'{"requests" []}', "a colon is missing"),
        (b"{requests:[]}", "the name of a field should stand here"),
        (b'{"requests":[{"a":"' + b"b" * 200 + b'"}]}', "requests.0: the request is larger than 100 bytes"),
    ],
)
def test_another_form_is_refused_in_words(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        read(text, most=100)


def test_memory_goes_by_the_largest_item() -> None:
    item = b'{"a":"' + b"x" * 100_000 + b'"}'
    text = io.BytesIO(b'{"requests":[' + b",".join([item] * 300) + b"]}")
    tracemalloc.start()
    try:
        assert sum(1 for _ in items(text, "requests", MOST)) == 300
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * array.BLOCK

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.delivery.answered import keep_columns

from bide.delivery import columns as module
from bide.delivery.columns import ColumnReader, column_names, column_pages, encode_columns
from bide.store.bodies import NewObject
from bide.testing.scene import Scene


async def reader(scene: Scene, *columns: dict[str, Any], first: int = 1) -> ColumnReader:
    kept = await keep_columns(scene, columns, first)
    return ColumnReader(scene.store.bodies, kept, await scene.store.bodies.size(kept))


def test_a_line_of_columns() -> None:
    assert encode_columns(17, b'{"a":1}') == b'17 {"a":1}\n'


async def test_columns_come_back_in_step(scene: Scene) -> None:
    columns = await reader(scene, {"a": 1}, {"a": 2}, {"a": 3})

    assert await columns.of([1, 2]) == [{"a": 1}, {"a": 2}]
    assert await columns.of([3]) == [{"a": 3}]


async def test_lines_that_were_refused_or_belong_to_others_are_passed_over(scene: Scene) -> None:
    columns = await reader(scene, {"a": 3}, {"a": 4}, {"a": 5}, first=3)

    assert await columns.of([1, 2, 4]) == [{}, {}, {"a": 4}]


async def test_behind_the_last_there_is_nothing(scene: Scene) -> None:
    columns = await reader(scene, {"a": 1})

    assert await columns.of([1, 2, 3]) == [{"a": 1}, {}, {}]


async def test_the_names_are_those_of_the_first_request(scene: Scene) -> None:
    kept = await keep_columns(scene, [{"b": 1, "a": 2}, {"c": 3}])

    assert await column_names(scene.store.bodies, kept) == ["b", "a"]


async def test_an_input_without_requests_has_no_names(scene: Scene) -> None:
    await scene.store.bodies.objects.put("empty", b"")
    kept = await scene.store.bodies.add(scene.owner, NewObject("empty", "columns", 0), scene.now)

    assert await column_names(scene.store.bodies, kept) == []


@pytest.mark.parametrize("page", [1, 2, 3, 10])
async def test_pages_hold_everything_once(scene: Scene, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    own = [{"a": number} for number in range(6)]
    kept = await keep_columns(scene, own)

    pages = [some async for some in column_pages(scene.store.bodies, kept, await scene.store.bodies.size(kept))]

    assert [one for some in pages for one in some] == own
    assert max(map(len, pages)) <= page


@pytest.mark.parametrize("chunk", [1, 2, 7, 64])
async def test_a_line_may_be_longer_than_what_is_read_at_once(
    scene: Scene, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    own = [{"text": "é\u2028" * 20, "n": number} for number in range(3)]

    columns = await reader(scene, *own)

    assert await columns.of([1, 2, 3]) == own


@given(line=st.integers(1, 10**9), text=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_line_stays_one_line(line: int, text: str) -> None:
    import msgspec

    encoded = encode_columns(line, msgspec.json.encode({"text": text}))
    number, _, columns = encoded.partition(b" ")

    assert encoded.count(b"\n") == 1
    assert (int(number), msgspec.json.decode(columns)) == (line, {"text": text})

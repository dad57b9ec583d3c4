import io
from typing import Any

import pytest
from tests.delivery.answered import a_result

from bide.delivery.shape import ADDED

parquet = pytest.importorskip("bide.delivery.parquet")
pq: Any = pytest.importorskip("pyarrow.parquet")


NO_KEYS: dict[str, Any] = {}


def written(names: list[str], *pages: list[dict[str, Any]]) -> Any:
    """A file of some pages of columns, read back as a table."""
    types = parquet.ColumnTypes(names)
    for page in pages:
        types.look(page)
    raw = io.BytesIO()
    line = 0
    with parquet.ParquetPages(raw, types) as file:
        for page in pages:
            file.write([a_result(line + place) for place in range(1, len(page) + 1)], page)
            line += len(page)
    return pq.read_table(io.BytesIO(raw.getvalue()))


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        pytest.param(["a", None], "string", ["a", None], id="text"),
        pytest.param([1, 2], "int64", [1, 2], id="whole numbers"),
        pytest.param([1, 2.5], "double", [1.0, 2.5], id="numbers of both kinds"),
        pytest.param([True, None], "bool", [True, None], id="truths"),
        pytest.param([None, None], "string", [None, None], id="nothing at all is text"),
        pytest.param([1, "a"], "string", ["1", "a"], id="no type in common: text, the others as JSON"),
        pytest.param([{"a": 1}, "b"], "string", ['{"a":1}', "b"], id="an object among texts"),
        pytest.param([10**30, 1], "string", [str(10**30), "1"], id="a number too large for any type"),
        pytest.param([2**53 + 1, 2.5], "string", [str(2**53 + 1), "2.5"], id="a number too long for a fraction's type"),
        pytest.param([True, 1], "string", ["true", "1"], id="a truth is no number"),
        pytest.param([[1], ["a"]], "string", ["[1]", '["a"]'], id="lists of different things"),
        pytest.param([{"a": 1}, {"a": NO_KEYS}], "string", ['{"a":1}', '{"a":{}}'], id="an object without a key"),
        pytest.param([NO_KEYS, None], "string", ["{}", None], id="nothing but an object without a key"),
        pytest.param([[1], [2, 3]], "list<item: int64>", [[1], [2, 3]], id="lists"),
    ],
)
def test_columns_keep_their_types(values: list[Any], kind: str, read: list[Any]) -> None:
    together = written(["x"], [{"x": value} for value in values])
    apart = written(["x"], *[[{"x": value}] for value in values])

    for table in (together, apart):
        assert str(table.schema.field("x").type).replace("element", "item") == kind
        assert table["x"].to_pylist() == read


def test_the_added_columns_are_text_and_come_last() -> None:
    table = written(["b", "answer", "a"], [{"b": 1, "a": "x", "answer": "old"}])

    assert table.column_names == ["b", "a", *ADDED]
    assert {str(table.schema.field(name).type) for name in ADDED} == {"string"}
    assert table.to_pylist() == [{"b": 1, "a": "x", "answer": "yes", "error": None, "lane": "batch", "cost": "0.01"}]


def test_no_page_is_a_file_with_columns_and_without_rows() -> None:
    table = written(["x"])

    assert (table.num_rows, table.column_names) == (0, ["x", *ADDED])

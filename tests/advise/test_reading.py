"""Workloads from files: TOML and JSON, and what is said where something does not fit."""

from pathlib import Path
from typing import Any

import pytest

from bide.advise.reading import read_workloads, value_of
from bide.advise.workload import FIELDS, Workload
from bide.core.errors import InputError

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def test_the_example_has_several() -> None:
    names = [one.name for one in read_workloads(str(EXAMPLES / "workloads.toml"))]
    assert names[:2] == ["product texts", "tickets of the night"]
    assert len(set(names)) == 8


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "a", "within": "8h"}',
        '[{"name": "a", "within": "8h"}]',
        '{"workload": [{"name": "a", "within": "8h"}]}',
        '\ufeff{"name": "a", "within": "8h"}',
    ],
)
def test_json_is_an_object_a_list_or_what_toml_has(tmp_path: Path, text: str) -> None:
    path = tmp_path / "work.json"
    path.write_text(text, "utf-8")
    assert read_workloads(str(path)) == [Workload(name="a", within="8h")]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        pytest.param("w.toml", '[[workload]]\nwithn = "8h"', "workload 1: there is no field withn; did you mean within?", id="a slip"),
        pytest.param("w.json", '[{}, {"name": "b", "zzz": 1}]', r"workload 2 \(b\): there is no field zzz; `bide advise --fields`", id="no such field"),
        pytest.param("w.json", '{"within": "soon"}', "within: 'soon' does not fit; write a time: 24h, <5s", id="no time"),
        pytest.param("w.json", '{"requests_per_day": "many"}', "requests_per_day: 'many' does not fit; write an amount", id="no amount"),
        pytest.param("w.json", '{"streaming": "yes"}', "streaming: 'yes' does not fit; write true or false", id="no truth"),
        pytest.param("w.json", "[1]", "workload 1 is no table of fields; write tables as in", id="no table"),
        pytest.param("w.json", "{", "is no JSON", id="no JSON"),
        pytest.param("w.toml", "= 1", "is no TOML", id="no TOML"),
        pytest.param("w.toml", "", "has no workload; write tables", id="nothing"),
        pytest.param("w.json", "[]", "has no workload; write tables", id="none of them"),
        pytest.param("w.toml", 'preset = "x"\n[[workload]]\nname = "a"', "has fields beside its workloads", id="beside them"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=says):
        read_workloads(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml cannot be read: No such file"):
        read_workloads(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("false", False), ("12", 12), ("0.5", 0.5), ("<5s", "<5s"), ("some", "some")]
)
def test_a_typed_value_is_what_it_looks_like(text: str, value: Any) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_every_field_says_what_it_takes() -> None:
    assert set(FIELDS) == set(Workload.__struct_fields__)
    assert all(FIELDS.values())

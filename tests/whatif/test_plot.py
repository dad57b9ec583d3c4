"""The picture of a comparison, as data and as a file."""

import sys
from pathlib import Path

import pytest
from tests.whatif.test_summary import a_result

from bide.core.errors import InputError
from bide.whatif.plot import FILLS, missed, picture, writer
from bide.whatif.summary import lines

LINES = lines(
    [
        a_result(name, 0.6, scenario=scenario)
        for scenario in ("fast", "slow")
        for name in ("bide", "seed", "clairvoyant")
    ]
)


def test_every_scenario_has_a_row_of_three_panels_with_every_policy() -> None:
    rows = picture(LINES)["vconcat"]

    assert [row["title"] for row in rows] == ["fast", "slow", "all scenarios, averaged"]
    for row in rows:
        cost, misses, classes = row["hconcat"]
        assert [one["policy"] for one in cost["data"]["values"]] == ["bide", "seed", "clairvoyant"]
        assert [one["group"] for one in misses["data"]["values"]] == list(FILLS)
        assert len(classes["data"]["values"]) == 3 * 3


def test_it_is_readable_in_grey() -> None:
    assert all(fill[1:3] == fill[3:5] == fill[5:7] for fill in FILLS.values())
    assert len(set(FILLS.values())) == len(FILLS)


@pytest.mark.parametrize(("met", "text"), [(1.0, "0"), (0.735, "26.5"), (0.998, "0.20"), (0.99999, "< 0.01")], ids=str)
def test_a_miss_is_never_shown_as_none(met: float, text: str) -> None:
    assert missed(met) == text


@pytest.mark.parametrize(
    ("name", "begins"), [("it.svg", b"<svg"), ("it.png", b"\x89PNG"), ("it.html", b"<!DOCTYPE html>")], ids=str
)
def test_it_is_drawn_in_the_format_of_its_name(tmp_path: Path, name: str, begins: bytes) -> None:
    writer(str(tmp_path / name))(LINES)

    assert (tmp_path / name).read_bytes().lstrip().startswith(begins)


def test_another_ending_is_refused_before_anything_is_played() -> None:
    with pytest.raises(InputError, match=r"end the name in \.svg, \.png or \.html"):
        writer("it.pdf")


def test_without_the_extra_it_says_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)

    with pytest.raises(InputError, match=r"pip install 'bide\[plot\]'"):
        writer("it.svg")

"""What is promised of the policy, held against figures that are made up."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import policy
from bide.whatif.contender import BIDE
from bide.whatif.scenario import NEVER, SCENARIOS
from bide.whatif.summary import Figures, Line


def lines(**changes: Mapping[str, float]) -> list[Line]:
    """A policy that keeps every promise in every scenario, but for the changes by scenario."""
    found: list[Line] = []
    for name in (*SCENARIOS, NEVER.name):
        for who in (BIDE, policy.REALTIME):
            own: Mapping[str, float] = changes.get(name.replace("-", "_"), {}) if who == BIDE else {}
            figures = Figures(
                100, own.get("cost", 0.6), own.get("met", 1.0), 0, own.get("wasted", 0.0), own.get("lost", 0.0)
            )
            kept = {level: own.get("kept", level) for level in (50, 80, 95)}
            found.append(Line(name, who, figures, {"standard": figures}, {}, 1, 1, own.get("ratio", 1.01), 1.1, kept))
    return found


def missed(found: list[Line]) -> list[str]:
    return [figure.name for figure in policy.judged(found, BIDE) if not figure.good]


def test_a_policy_that_keeps_its_promises_is_good() -> None:
    assert missed(lines()) == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        pytest.param({"outage": {"met": 0.999}}, "bide: deadlines met, %, worst", id="deadlines"),
        pytest.param({"never": {"lost": 1}}, "bide: requests without an answer, worst", id="lost"),
        pytest.param({"slow": {"ratio": 1.031}}, "bide: cost / clairvoyant, worst", id="dear in one"),
        pytest.param({"never": {"cost": 1.01}}, "bide: cost / all real time, worst", id="dearer than calling"),
        pytest.param({"tight_rpm": {"wasted": 0.006}}, "bide: paid twice, %, worst", id="twice"),
        pytest.param({"tight_rpm": {"met": 0.98}}, "bide: deadlines met in tight-rpm, %", id="under pressure"),
    ],
)
def test_each_promise_that_is_broken_is_named(changes: Mapping[str, Mapping[str, float]], name: str) -> None:
    assert missed(lines(**changes)) == [name]


def test_what_is_dear_everywhere_is_dear_on_average() -> None:
    dear = {name.replace("-", "_"): {"ratio": 1.025} for name in SCENARIOS}

    assert missed(lines(**dear)) == ["bide: cost / clairvoyant, on average"]


def test_a_forecast_that_is_off_is_named() -> None:
    wrong = {name.replace("-", "_"): {"kept": 70} for name in SCENARIOS}

    assert missed(lines(**wrong)) == [f"bide: given {level} %, points off" for level in (50, 80, 95)]


def test_without_the_trace_it_is_skipped_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIDE_SHARED", str(tmp_path))

    assert policy.figures() == []
    assert "policy: skipped, there is no" in capsys.readouterr().err


def test_the_table_has_a_row_a_policy_and_a_column_a_scenario() -> None:
    rows = [line for line in policy.table(lines()) if line.startswith(f"| {BIDE} |")]

    assert len(rows) == 6
    assert rows[0] == f"| {BIDE} | " + " | ".join(["0.600"] * (len(SCENARIOS) + 1)) + " |"

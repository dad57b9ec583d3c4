"""What `bide whatif` shows: tables that fit on a terminal, shares that are never rounded up, and all of it as JSON."""

import json

import pytest
from tests.whatif.given import START, a_log
from tests.whatif.test_summary import a_result

from bide.cli.comparison import as_json, playing, show
from bide.core.clock import MINUTE
from bide.whatif.arrival import Mix
from bide.whatif.comparison import World
from bide.whatif.outcome import Prices
from bide.whatif.summary import Figures, Line, lines

WORLD = World(a_log(10), Mix(), Prices(), START, 1)
DOLLARS = sum(map(WORLD.prices.call, WORLD.arrivals))


def a_line(policy: str = "fixed:5m+hedge", *, met: float = 1.0, days: int = 1) -> Line:
    part = Figures(10, 0.6, met, 90 * MINUTE, 0.001, 0)
    kinds: dict[str, Figures] = dict.fromkeys(("urgent", "standard", "explicit", "low"), part)
    return Line("measured", policy, part, kinds, dict.fromkeys(range(days), part), 3, 4, 1.01, 1.07, {50: 49.0})


def test_the_usual_tables_fit_into_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show([a_line(), a_line("clairvoyant")], WORLD, False, 3)
    show([a_line(), a_line("clairvoyant")], WORLD, True, 3)

    shown = capsys.readouterr().out.replace("\u00a0", " ")
    assert shown.count("\n fixed:5m+hedge ") == 4
    assert shown.count("\n clairvoyant ") == 4
    assert "measured, 3 seeds\n" in shown
    assert f"calling everything costs ${DOLLARS:,.0f}" in shown
    assert " 1h 30m " in shown


@pytest.mark.parametrize(
    ("met", "text"), [(1.0, "100"), (0.999999, "99.999"), (0.99899, "99.89"), (0.57, "57.00")], ids=str
)
def test_a_missed_deadline_is_never_rounded_away(met: float, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show([a_line(met=met)], WORLD, False, 1)

    assert f" {text} " in capsys.readouterr().out


def test_days_have_a_table_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    show([a_line()], WORLD, False, 1)
    assert "by day" not in capsys.readouterr().out

    show([a_line(days=2)], WORLD, False, 1)
    shown = capsys.readouterr().out
    assert "day 1" in shown
    assert "day 2" in shown


def test_as_json_costs_are_parts_times_are_seconds_and_dollars_stand_where_a_model_is_named() -> None:
    plain = as_json([a_line(met=0.9)], WORLD, "log.csv", None, 2)
    priced = as_json([a_line()], WORLD, "log.csv", "openai/gpt-4.1", 2)

    assert plain["log"] == {"name": "log.csv", "requests": 10, "days": 1}
    [one] = plain["policies"]
    assert (one["cost"], one["met"], one["lateness_p99_seconds"]) == (0.6, 0.9, 5_400)
    assert one["forecast_kept"] == {"50": 49.0}
    assert "cost_usd" not in one
    assert priced["policies"][0]["cost_usd"] == pytest.approx(0.6 * DOLLARS, abs=1e-4)
    json.dumps(priced)


def test_several_scenarios_end_with_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    show(lines([a_result("bide", 0.6), a_result("bide", 0.7, scenario="slow")]), WORLD, False, 1)

    assert "all scenarios, 1 seed\n" in capsys.readouterr().out


def test_nobody_watches_so_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with playing(1) as tell:
        tell(a_result("bide", 0.6))

    assert capsys.readouterr() == ("", "")

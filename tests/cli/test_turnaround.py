"""The curve of `bide providers show NAME --turnaround`."""

import pytest

from bide.cli.turnaround import plot, show_expected
from bide.core.clock import SECOND
from bide.engine.expectation import expected
from bide.lanes.forecast.evidence import EDGES
from bide.lanes.forecast.forecast import Forecast
from bide.lanes.forecast.prior import Prior
from bide.lanes.forecast.turnaround import MEDIAN, Turnaround
from bide.store.snapshot import Snapshot

NOTHING_OPEN = Snapshot([], [], {}, {}, {}, {}, None, None)


def test_the_curve_climbs_from_left_to_right_over_its_axis() -> None:
    prior = Turnaround.prior()

    lines = plot([(edge // SECOND, prior.finished(edge)) for edge in EDGES])

    assert [line[:5] for line in lines[:4]] == ["100 %", " 75 %", " 50 %", " 25 %"]
    assert lines[3].endswith("█" * 30)
    assert lines[0][6:20].isspace()
    assert lines[0].rstrip()[-1] in "▇█"
    assert lines[4].split() == ["30s", "2m", "10m", "1h", "4h", "24h"]
    assert lines[4].index("10m") == 6 + min(range(49), key=lambda column: abs(EDGES[column] - 600 * SECOND))


def test_where_nothing_was_seen_the_published_prior_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    view = Forecast({"openai": Prior(MEDIAN)}).view(1_800_000_000 * SECOND)

    [model] = expected("openai", view, NOTHING_OPEN)
    show_expected("openai", [model])

    assert model["batches"][0]["p50"] == 420
    assert model["batches"][0]["within"] == {"15m": 0.675, "1h": 0.899, "24h": 0.999}
    assert (model["calibration"], model["running"], model["flex_refused"]) == ([], [], None)
    shown = capsys.readouterr().out
    assert "openai/any model" in shown
    assert "7m" in shown

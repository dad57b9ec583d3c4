"""A comparison as a picture: a row a policy, with what it cost, which deadlines it missed and what each class cost.

The picture is a Vega-Lite specification, so it is data until somebody writes it; greys only, so that it survives a printer. Needs the
extra ``bide[plot]``.
"""

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bide.core.errors import InputError
from bide.whatif.contender import BIDE, CLASSIC, Bound
from bide.whatif.summary import Line

Spec = dict[str, Any]
Write = Callable[[Sequence[Line]], None]

ENDINGS = (".svg", ".png", ".html")

STEP, NUMBER = 20, 40
"""Pixels of a row, and of the numbers behind bars."""

OURS, OTHERS, BOUNDS = "bide", "rules", "clairvoyant"

FILLS: Mapping[str, str] = {OURS: "#222222", OTHERS: "#a8a8a8", BOUNDS: "#ffffff"}
EDGE = "#555555"


def writer(path: str) -> Write:
    """What draws lines into a file; found before anything is played, so that nobody waits for an error.

    Raises:
        InputError: the name has another ending, or the extra is not installed.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"--plot {path}: end the name in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    try:
        convert: Any = importlib.import_module("vl_convert")
    except ImportError:
        raise InputError("--plot needs an extra: pip install 'bide[plot]'") from None

    def write(lines: Sequence[Line]) -> None:
        text = json.dumps(picture(lines))
        match ending:
            case ".svg":
                drawn = convert.vegalite_to_svg(text).encode()
            case ".png":
                drawn = convert.vegalite_to_png(text, scale=2)
            case _:
                drawn = convert.vegalite_to_html(text, bundle=True).encode()  # bundled: it needs no network to be seen
        try:
            Path(path).write_bytes(drawn)
        except OSError as error:
            raise InputError(f"--plot {path} cannot be written: {error.strerror}") from error

    return write


def picture(lines: Sequence[Line]) -> Spec:
    """All scenarios, one below the other."""
    scenarios = list(dict.fromkeys(line.scenario for line in lines))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "padding": 12,
        "config": {
            "font": "sans-serif",
            "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "grid": False, "domain": False, "ticks": False},
            "view": {"stroke": None},
            "title": {"fontSize": 12, "anchor": "start", "fontWeight": "bold"},
        },
        "vconcat": [_row([line for line in lines if line.scenario == scenario]) for scenario in scenarios],
    }  # fmt: skip


def _row(lines: Sequence[Line]) -> Spec:
    policies = [line.policy for line in lines]
    kinds = list(dict.fromkeys(kind for line in lines for kind in line.kinds))
    rows = [
        {
            "policy": line.policy,
            "group": _group(line.policy),
            "cost": line.total.cost,
            "cost_text": f"{line.total.cost:.3f}",
            "missed": 100 * (1 - line.total.met),
            "missed_text": missed(line.total.met),
        }
        for line in lines
    ]
    cells = [
        {"policy": line.policy, "class": kind, "cost": figures.cost, "text": f"{figures.cost:.2f}"}
        for line in lines
        for kind, figures in line.kinds.items()
    ]
    bound = next((line.total.cost for line in lines if line.policy == Bound.SINGLE.value), None)
    name = lines[0].scenario
    return {
        "title": "all scenarios, averaged" if name == "all" else name,
        "spacing": 24,
        "hconcat": [
            _bars(rows, policies, "cost", "cost; 1 is calling everything", 290, bound, named=True),
            _bars(rows, policies, "missed", "deadlines missed, %", 170, None, named=False),
            _cells(cells, policies, kinds),
        ],
    }


def _bars(
    rows: Sequence[Spec],
    policies: Sequence[str],
    value: str,
    title: str,
    width: int,
    bound: float | None,
    *,
    named: bool,
) -> Spec:
    most = max(1.0, *(row[value] for row in rows))
    x: Spec = {
        "field": value,
        "type": "quantitative",
        "title": title,
        "axis": {"labels": False, "titleAnchor": "start"},
    }
    x["scale"] = {
        "domain": [0, most * width / (width - NUMBER)],
        "nice": False,
    }  # what is left of it is for the numbers
    groups = {"domain": list(FILLS), "range": list(FILLS.values())}
    fill = {"field": "group", "type": "nominal", "legend": None, "scale": groups}
    bar = {"type": "bar", "height": STEP - 6, "stroke": EDGE, "strokeWidth": 0.7}
    number = {"type": "text", "align": "right", "fontSize": 11}
    layers: list[Spec] = [
        {"mark": bar, "encoding": {"x": x, "fill": fill}},
        {"mark": number, "encoding": {"x": {"value": width}, "text": {"field": f"{value}_text"}}},
    ]
    if bound is not None:
        rule = {"type": "rule", "strokeDash": [3, 3], "color": EDGE}
        layers.append({"mark": rule, "encoding": {"x": {"datum": bound}, "y": None}})
    return {
        "height": {"step": STEP},
        "width": width,
        "data": {"values": list(rows)},
        "encoding": {"y": _policies(policies, named=named)},
        "layer": layers,
    }


def _cells(cells: Sequence[Spec], policies: Sequence[str], kinds: Sequence[str]) -> Spec:
    """Cost by policy and class: the darker the dearer."""
    axis = {"orient": "bottom", "labelAngle": 0 if len(kinds) < 6 else -40}
    x = {"field": "class", "type": "nominal", "sort": list(kinds), "title": "cost by class", "axis": axis}
    written = {"condition": {"test": "datum.cost > 0.8", "value": "white"}, "value": "black"}
    shade = {
        "field": "cost",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0.5, 1.0], "range": ["#f2f2f2", "#666666"], "clamp": True},
    }
    return {
        "height": {"step": STEP},
        "width": {"step": 62},
        "data": {"values": list(cells)},
        "encoding": {"x": x, "y": _policies(policies, named=False)},
        "layer": [
            {"mark": {"type": "rect", "stroke": "white", "strokeWidth": 2}, "encoding": {"fill": shade}},
            {"mark": {"type": "text", "fontSize": 11}, "encoding": {"text": {"field": "text"}, "color": written}},
        ],
    }


def _policies(policies: Sequence[str], *, named: bool) -> Spec:
    axis = {"title": None, "labelLimit": 260, "labels": named}
    return {"field": "policy", "type": "nominal", "sort": list(policies), "axis": axis}


def _group(policy: str) -> str:
    if policy in [bound.value for bound in Bound]:
        return BOUNDS
    return OURS if policy.startswith((BIDE, CLASSIC)) else OTHERS


def missed(met: float) -> str:
    """The share of missed deadlines in per cent, with as many places as it takes to tell it from none."""
    share = 100 * (1 - met)
    return "0" if met == 1 else f"{share:.1f}" if share >= 1 else f"{share:.2f}" if share >= 0.01 else "< 0.01"

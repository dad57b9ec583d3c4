"""The cases of `tests/cases/scenarios.json`: read, worked out by the calculator, and judged.

A figure is named ``CALCULATION.WHAT`` or ``CALCULATION.LANE.WHAT``. An article is right where what it states lies within what
comes out: `consistent` if that holds for every figure, and its premise is not wrong.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from bide.advise.calculator.comparison import Comparison, compare
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.machine import Machine, machine_cost, utilisation
from bide.advise.calculator.month import Convention
from bide.advise.calculator.quantity import Quantity, exact, quantity
from bide.advise.calculator.saving import blended, combined, of_utilisation, routed_for, saved
from bide.advise.calculator.tariff import Cost, Tariff, by_hand, from_card
from bide.advise.calculator.timing import fit, outside_window, pace, whole_latency
from bide.advise.calculator.unit import DAY, HOUR, MONTH, NUMBER, REQUEST, SECOND, TOKEN, USD, Unit
from bide.advise.calculator.workload import ONCE, Part, Workload
from bide.ledger.prices import Prices

FILE = Path(__file__).parent.parent / "cases" / "scenarios.json"

Case = Mapping[str, Any]
Span = tuple[Fraction, Fraction]


@functools.cache
def document() -> Case:
    return json.loads(FILE.read_text("utf-8"))


def scenarios() -> Sequence[Case]:
    return document()["scenarios"]


def listed(value: Any) -> list[str]:
    """What the file says once or as a list."""
    return [str(one) for one in cast("list[object]", value)] if isinstance(value, list) else [str(value)]


def cases(value: Any, unit: Unit | str = NUMBER) -> Quantity:
    """A number, or [cheapest case, dearest case]."""
    low, *high = listed(value)
    return quantity((low, high[0] if high else low), unit)


def worked(calculation: Case) -> tuple[Mapping[str, Span], Derivation]:
    """Every figure of a calculation, and its steps."""
    if calculation["kind"] == "compare":
        found = compare(parts_of(calculation), convention(calculation.get("month", {})))
        return _figures(found), found.derivation
    to = Derivation()
    found = KINDS[calculation["kind"]](calculation["given"], to)
    return {name: _bounds(value) for name, value in found.items()}, to


def _bounds(value: Quantity | int) -> Span:
    return value.bounds if isinstance(value, Quantity) else (Fraction(value), Fraction(value))


def parts_of(calculation: Case) -> list[Part]:
    return [
        Part(one.get("name", "work"), workload(one["work"]), tariff(one["prices"]), one.get("waits", True))
        for one in calculation["parts"]
    ]


def convention(given: Mapping[str, str]) -> Convention:
    return Convention(**{name: exact(value) for name, value in given.items()})


def workload(given: Case) -> Workload:
    each = TOKEN / REQUEST if "requests" in given else TOKEN
    shares = {
        name: cases(given[name])
        for name in ("cached", "written", "answered", "compression", "reasoning")
        if name in given
    }
    return Workload(
        input_tokens=cases(given["input_tokens"], each),
        output_tokens=cases(given["output_tokens"], each),
        requests=cases(given["requests"], REQUEST) if "requests" in given else None,
        period=given.get("period", ONCE),
        **shares,
    )


def tariff(given: Case) -> Tariff:
    def cost(value: Any) -> Cost:
        low, *high = listed(value)
        return (low, high[0]) if high else low

    prices = {
        lane: by_hand(
            given["unit"],
            cost(each["input"]),
            *(cost(each[kind]) if kind in each else None for kind in ("output", "cached", "cache_write")),
        )
        for lane, each in given.items()
        if lane != "unit"
    }
    return Tariff("given", prices)


def _figures(found: Comparison) -> dict[str, Span]:
    figures: dict[str, Figure | None] = {}
    for one in found.lanes:
        figures |= {
            f"{one.lane}.{what}": getattr(one, what) for what in ("input", "output", "cost", "month", "saved_month")
        }
        figures |= {
            f"{one.lane}.saved": one.saved and one.saved.share,
            f"{one.lane}.saved_once": one.saved and one.saved.money,
        }
    spans = {name: figure.value.bounds for name, figure in figures.items() if figure is not None}
    if len(found.tokens) == 1:
        tokens = found.tokens[0]
        spans |= {"tokens.input": tokens.plain.value.bounds, "tokens.output": tokens.output.value.bounds}
        if found.period != ONCE:
            spans["tokens.input_month"] = (tokens.plain.value * found.month.each(found.period).value).bounds
    return spans


def _machine(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    found = machine_cost(machine(given), to, convention({"days": given["month_days"]} if "month_days" in given else {}))
    figures = {"hours": found.hours, "hourly": found.hourly, "month": found.cost}
    figures |= {"idle": found.idle} if found.idle else {}
    return {name: figure.value for name, figure in figures.items()}


def machine(given: Case) -> Machine:
    """Its hours are by the day, or by the month."""
    hours = cases(given["hours_a_day"], HOUR / DAY) if "hours_a_day" in given else None
    hours = cases(given["hours_a_month"], HOUR / MONTH) if "hours_a_month" in given else hours
    return Machine(
        name=given.get("name", "instance"),
        hourly=cases(given["hourly"], given.get("unit", USD / HOUR)),
        count=cases(given.get("count", "1")),
        hours=hours,
        busy=cases(given["busy"]) if "busy" in given else None,
        discounts={name: cases(value) for name, value in given.get("discounts", {}).items()},
    )


def _saved(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    found = saved(Figure("before", cases(given["before"])), Figure("after", cases(given["after"])), to)
    return {"saved": found.share.value, "money": found.money.value}


def _add(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    parts = [Figure(name, cases(value, given["unit"])) for name, value in given.items() if name != "unit"]
    return {"total": to.add("total", *parts).value}


def _utilisation(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    busy, running = cases(given["busy_hours"], HOUR), cases(given["hours"], HOUR)
    idle = to.subtract("idle", Figure("running", running), Figure("busy", busy))
    return {"utilisation": utilisation(busy, running, to).value, "idle_hours": idle.value}


def _divide(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    of, by = (Figure(what, cases(number, what)) for number, what in (given["of"], given["by"]))
    seconds = Figure("seconds an hour", cases(given["times"], SECOND / HOUR))
    return {"result": to.divide("seconds of each", to.multiply("seconds", of, seconds), by).value}


def _by_utilisation(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    share = of_utilisation(cases(given["better"]), cases(given["worse"]), to)
    return {"saved": share.value, "ratio": to.steps[0].result}


def _blend(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"cost": blended([(name, cases(share), cases(times)) for name, (share, times) in given.items()], to).value}


def _combined(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"saved": combined({name: cases(share) for name, share in given.items()}, to).value}


def _route(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    ratio = to.divide(
        "price ratio", Figure("cheaper price", cases(given["cheap"])), Figure("dearer price", cases(given["premium"]))
    )
    return {"share": routed_for(cases(given["saving"]), ratio.value, to).value}


def _outside(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"outside": outside_window(cases(given["job_hours"], HOUR), cases(given["window_hours"], HOUR), to).value}


def _latency(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"total": whole_latency({name: cases(value, SECOND) for name, value in given.items()}, to).value}


def _pace(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"pace": pace(cases(given["requests"], REQUEST), cases(given["hours"], HOUR), to).value}


def _fit(given: Case, to: Derivation) -> Mapping[str, int]:
    numbers = {name: int(exact(value)) for name, value in given.items()}
    found = fit(numbers["requests"], numbers["tokens"], per_file=numbers.get("per_file"), quota=numbers.get("quota"))
    told = {"files": found.files, "times": found.times, "fits": int(found.fits)}
    return {name: value for name, value in told.items() if value is not None}


def _ledger_discount(given: Case, to: Derivation) -> Mapping[str, Quantity]:
    provider, _, model = given["model"].partition("/")
    card = prices().card(provider, model, "standard", document()["as_of"])
    assert card is not None
    price = from_card(card, 1)
    kind = getattr(price, given["kind"])
    return {"saved": saved(Figure("input price", price.input), Figure(f"{given['kind']} price", kind), to).share.value}


KINDS: Mapping[str, Callable[[Case, Derivation], Mapping[str, Quantity | int]]] = {
    "machine": _machine,
    "saved": _saved,
    "add": _add,
    "utilisation": _utilisation,
    "divide": _divide,
    "by_utilisation": _by_utilisation,
    "blend": _blend,
    "combined": _combined,
    "route": _route,
    "outside": _outside,
    "latency": _latency,
    "pace": _pace,
    "fit": _fit,
    "ledger_discount": _ledger_discount,
}


@functools.cache
def prices() -> Prices:
    return Prices()


def is_expected(found: Span, said: Any) -> bool:
    """Exactly so; what begins with ~ is rounded to its last digit."""
    texts = sorted(listed(said), key=lambda text: exact(text.lstrip("~")))
    pairs = zip(found, (texts[0], texts[-1]), strict=True)
    return all(_near(one, text[1:], None) if text.startswith("~") else one == exact(text) for one, text in pairs)


def is_right(found: Span, stated: Case) -> bool:
    """Whether what an article states lies within what comes out, up to its own rounding."""
    said, to = listed(stated["value"]), stated.get("to")
    low, high = said[0], said[-1]
    return (found[0] <= exact(low) or _near(found[0], low, to)) and (
        exact(high) <= found[1] or _near(found[1], high, to)
    )


def _near(found: Fraction, text: str, to: str | None) -> bool:
    """Whether it is what a text says, rounded to its last digit or to what `to` says."""
    digits = text.rstrip("%KMB")
    last = exact("1" + text[len(digits) :]) / 10 ** len(digits.partition(".")[2])
    return abs(found - exact(text)) <= (last if to is None else exact(to)) / 2


def all_figures(scenario: Case) -> Mapping[str, Span]:
    """Every figure of a scenario by its whole name."""
    return {
        f"{calculation['name']}.{name}": value
        for calculation in scenario["calculations"]
        for name, value in worked(calculation)[0].items()
    }


def stated_figure(stated: Case, figures: Mapping[str, Span]) -> Span:
    """The figure that an article's number is about; of several, the range from the least to the most."""
    names = listed(stated["figure"])
    return min(figures[name][0] for name in names), max(figures[name][1] for name in names)


def judged(scenario: Case) -> str:
    """The verdict on a scenario, from its numbers."""
    figures = all_figures(scenario)
    wrong = [one for one in scenario["stated"] if not is_right(stated_figure(one, figures), one)]
    return "inconsistent" if wrong or "premise" in scenario else "consistent"

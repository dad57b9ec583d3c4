"""The cases that every calculator has to pass, in Python and in TypeScript: `tests/cases/calculator`.

A case is what is given, as people write it, and what comes out: every figure as an exact fraction with its unit, the lines of the
derivation, the notes, or the error. `scenarios.json` has those of the published articles, `random.json` three hundred workloads drawn
from a seed, and `edges.json` one for everything that is refused, and for what is next to it (its inputs are written by hand). Most of
the random ones have a digest in the place of their lines, which would be two megabytes.

.venv/bin/python -m tests.advise.cases    # write what comes out, after a change that is meant
"""

import datetime
import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from tests.advise import random_work
from tests.advise.scenarios import KINDS, Case, cases, convention, machine, parts_of, scenarios, workload

from bide.advise.calculator.catalogue import Catalogue, catalogue
from bide.advise.calculator.comparison import Comparison, LaneCost, compare
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.hardware import hardware
from bide.advise.calculator.listing import Cards, Listed
from bide.advise.calculator.machine import break_even
from bide.advise.calculator.offers import Asked, Offer, offers, routed_offer
from bide.advise.calculator.quantity import Quantity, given
from bide.advise.calculator.reasoning import Reported
from bide.advise.calculator.rendering import comparison, of_hardware
from bide.advise.calculator.unit import HOUR, NUMBER, USD
from bide.advise.calculator.wording import lines
from bide.advise.calculator.workload import Part, routed, split
from bide.core.errors import BideError
from bide.ledger.prices import Prices

FOLDER = Path(__file__).parent.parent / "cases" / "calculator"

FILES = ("scenarios", "random", "edges")

SEED, RANDOM = 6, 300

IN_FULL = 10
"""Of every so many random cases one keeps its lines."""

DAY = datetime.date(2026, 11, 21)

OWN: Mapping[str, Mapping[str, Any]] = {
    "own/gpt-4o": {"input": "2.5", "cached": "1.25", "output": "10", "batch": "0.5", "priority": "1.7"},
    "own/gpt-5-mini": {"input": "0.25", "cached": "0.025", "output": "2", "batch": "0.5", "flex": "0.5"},
    "own/claude-sonnet-4-5": {
        "input": "3",
        "cached": "0.3",
        "cache_write": "3.75",
        "output": "15",
        "batch": "0.5",
    },
    "own/claude-opus-4-7": {"input": "5", "cached": "0.5", "cache_write": "6.25", "output": "25"},
    "own/deepseek-own": {
        "input": "0.27",
        "output": "1.1",
        "off_peak": {"hours": "16:30-00:30 UTC", "times": "0.5"},
    },
    "own/free": {"input": "0", "output": "0"},
    "own/waits": {"batch": {"input": "1", "output": "2"}},
}
"""Prices of the cases, so that none changes with the catalogue."""


def exactly(value: Quantity | int) -> str:
    """``31/20 USD per day``, and of a range the cheapest case first: ``1 to 3/2``."""
    if isinstance(value, int):
        return str(value)
    text = f"{value.low} to {value.high}" if value.is_range else str(value.low)
    return text if value.unit == NUMBER else f"{text} {value.unit}"


def answer(case: Case, cards: Cards | None = None) -> dict[str, Any]:
    """What comes out of a case, or its error; `cards` are other prices than those of the cases."""
    try:
        if case["kind"] == "compare":
            return _compared(compare(parts(case["given"]), convention(case["given"].get("month", {}))))
        if case["kind"] == "offers":
            return _offered(case["given"], cards or own())
        to = Derivation()
        figures = MORE.get(case["kind"], KINDS.get(case["kind"]))
        assert figures is not None, f"no kind: {case['kind']}"
        found = figures(case["given"], to)
        return _told({name: exactly(value) for name, value in found.items()}, to)
    except BideError as error:
        return {"error": f"{error.code}: {error}"}


def parts(told: Case) -> Sequence[Part]:
    """Of a comparison: divided between models by `shares`, and between batches and calls by `batch_share`."""
    found = parts_of(told)
    if "shares" in told:
        found = routed(list(zip(found, map(cases, told["shares"]), strict=True)))
    if "batch_share" in told:
        found = [each for part in found for each in split(part, cases(told["batch_share"]))]
    return found


def rendered(case: Case, cards: Cards | None = None) -> Any:
    """What programs read of a comparison; None where nothing can be compared."""
    try:
        if case["kind"] == "compare":
            told = parts(case["given"])
            return comparison(compare(told, convention(case["given"].get("month", {}))), [told[0].tariff])
        asked, found = _offers(case["given"], cards or own())
        beside = (
            [of_hardware(hardware(machine(case["given"]["machine"]), found, asked.month))]
            if "machine" in case["given"]
            else []
        )
        return [one.comparison and comparison(one.comparison, one.tariffs) for one in found] + beside
    except BideError:
        return None


@functools.cache
def own() -> Prices:
    return Prices(OWN)


def prices() -> Catalogue:
    """The prices of the cases, as a page has them."""
    named = [(provider, model) for provider, _, model in (name.partition("/") for name in OWN)]
    return msgspec.structs.replace(catalogue(own(), DAY, only=named), editions="the cases'", infrastructure=())


def listed(name: str) -> Listed:
    provider, _, model = name.partition("/")
    return Listed(name, provider, model)


def _told(figures: Mapping[str, str], to: Derivation) -> dict[str, Any]:
    return {"figures": figures, "lines": list(lines(to)), "notes": to.notes}


def _compared(found: Comparison) -> dict[str, Any]:
    return _told(dict(_figures(found)), found.derivation)


def _figures(found: Comparison, prefix: str = "") -> Iterator[tuple[str, str]]:
    for at, tokens in enumerate(found.tokens):
        for kind in ("plain", "cached", "written", "output", "requests"):
            figure: Figure | None = getattr(tokens, kind)
            if figure is not None:
                yield f"{prefix}{at}.{kind}", exactly(figure.value)
    for one in found.lanes:
        yield from ((f"{prefix}{one.lane}.{what}", value) for what, value in _of_lane(one))


def _of_lane(one: LaneCost) -> Iterator[tuple[str, str]]:
    money = (one.saved and one.saved.money, one.saved and one.saved.share)
    named = (one.input, one.output, one.cost, one.month, one.request, one.saved_month, *money)
    names = ("input", "output", "cost", "month", "request", "saved_month", "saved", "saved_share")
    for what, figure in zip(names, named, strict=True):
        if figure is not None:
            yield what, exactly(figure.value)
    yield "prices", " and ".join(one.prices)


def _offers(told: Case, cards: Cards) -> tuple[Asked, Sequence[Offer]]:
    asked = Asked(
        work=workload(told["work"]),
        day=DAY.isoformat(),
        counted_by=told.get("counted_by"),
        batch_share=cases(told["batch_share"]) if "batch_share" in told else None,
        month=convention(told.get("month", {})),
        reported={name: Reported(*numbers) for name, numbers in told["reported"].items()}
        if "reported" in told
        else None,
    )
    found = offers(asked, [listed(name) for name in told["models"]], cards)
    if "shares" in told:
        mix = [(listed(name), cases(share)) for name, share in zip(told["models"], told["shares"], strict=True)]
        found = [*found, routed_offer(asked, mix, cards)]
    return asked, found


def _offered(told: Case, cards: Cards) -> dict[str, Any]:
    asked, found = _offers(told, cards)
    figures: dict[str, str] = {}
    said: list[str] = []
    notes: list[str] = []
    for one in found:
        figures[f"{one.name}.unknown"] = " and ".join(one.unknown)
        if one.comparison is not None:
            figures |= _figures(one.comparison, f"{one.name}.")
            said += [f"{one.name}: {line}" for line in lines(one.comparison.derivation)]
            notes += [f"{one.name}: {note}" for note in one.comparison.derivation.notes]
    if "machine" in told:
        beside = hardware(machine(told["machine"]), found, asked.month)
        figures |= {f"hardware.{one.model}.{one.lane}": exactly(one.requests.value) for one in beside.pays}
        said += lines(beside.derivation)
        notes += beside.derivation.notes
    return {"figures": figures, "lines": said, "notes": notes}


def _number(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"number": given(told["text"])}


def _quantity(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"quantity": cases(told["value"], told["unit"])}


def _month(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    return {"each": convention(told.get("month", {})).each(told["period"]).value}


def _break_even(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    hourly, request = cases(told["hourly"], USD / HOUR), cases(told["request"], told["unit"])
    return {"requests": break_even(hourly, request, to).value}


def _subtract(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    numbers = [Figure(name, cases(value, unit)) for name, (value, unit) in told.items()]
    return {"rest": to.subtract("rest", *numbers).value}


def _sum(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    numbers = [Figure(name, cases(value, unit)) for name, (value, unit) in told.items()]
    return {"sum": to.add("sum", *numbers).value}


def _product(told: Case, to: Derivation) -> Mapping[str, Quantity]:
    numbers = [Figure(name, cases(value, unit)) for name, (value, unit) in told.items()]
    return {"product": to.multiply("product", *numbers).value}


MORE: Mapping[str, Callable[[Case, Derivation], Mapping[str, Quantity]]] = {
    "number": _number,
    "quantity": _quantity,
    "month": _month,
    "break_even": _break_even,
    "subtract": _subtract,
    "sum": _sum,
    "product": _product,
}


def asked(file: str) -> Sequence[Case]:
    """What is given in the cases of a file, each with its name."""
    if file == "scenarios":
        return list(_of_articles())
    if file == "random":
        return random_work.drawn(SEED, RANDOM, tuple(OWN))
    return [{name: case[name] for name in ("id", "kind", "given")} for case in read(file)]


def _of_articles() -> Iterator[Case]:
    for scenario in scenarios():
        for one in scenario["calculations"]:
            told = (
                {name: one[name] for name in ("parts", "month") if name in one}
                if one["kind"] == "compare"
                else one["given"]
            )
            if one["kind"] != "ledger_discount":  # it is of the ledger's prices, which the catalogue's test compares
                yield {"id": f"{scenario['id']} {one['name']}", "kind": one["kind"], "given": told}


def digested(found: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with the digest of its lines in their place."""
    if "lines" not in found:
        return dict(found)
    text = "\n".join(found["lines"])
    return {**found, "lines": f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"}


def read(file: str) -> Sequence[Case]:
    return json.loads((FOLDER / f"{file}.json").read_text("utf-8"))


def written(told: Sequence[Case]) -> str:
    """A line for each case, so that a difference is read where it is."""
    return "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in told) + "\n]\n"


if __name__ == "__main__":
    for name in FILES:
        made = [
            {**case, "expect": answer(case) if name != "random" or at % IN_FULL == 0 else digested(answer(case))}
            for at, case in enumerate(asked(name))
        ]
        (FOLDER / f"{name}.json").write_text(written(made), "utf-8")
    (FOLDER / "prices.json").write_bytes(msgspec.json.format(msgspec.json.encode(prices()), indent=1) + b"\n")

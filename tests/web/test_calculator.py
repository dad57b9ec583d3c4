"""The calculator in TypeScript and the one in Python are the same: types, the cases of both, and work drawn at random through both."""

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.advise import random_work
from tests.advise.cases import DAY, answer, listed, rendered
from tests.web.node import CALCULATOR, WEB, bundle, installed, run

from bide.advise import calculator
from bide.advise.calculator.catalogue import Catalogue, catalogue
from bide.advise.calculator.listing import listed_tariff
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import Price
from bide.ledger.prices import Prices

OWN = {"off_peak": {"hours": "22:00-06:00 UTC", "times": "0.4"}, "input": "1", "output": "4", "batch": "0.5"}

ALWAYS = (
    "anthropic/claude-opus-4-7",
    "anthropic/claude-sonnet-4-5",
    "deepseek/deepseek-chat",
    "local/mine",
    "nobody/knows",
    "openai/gpt-4o",
)
"""Models of every tokenizer, one whose price depends on the hour, one's own, and one without a price."""

SIZES = ((0, 0), (1_000, 150_000), (200_000, 200_001), (1_000_000, 10_000_000))
"""Input tokens of the shortest and of the longest request: below every tier, across some of them, and above."""


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices({"local/mine": OWN})


@pytest.fixture(scope="module")
def made(prices: Prices) -> Catalogue:
    return catalogue(prices, DAY)


def asked(folder: Path, made: Catalogue, cases: Sequence[Any], models: Sequence[Any]) -> Any:
    """What the calculator in TypeScript answers, in one process of node."""
    told = {"catalogue": msgspec.to_builtins(made), "cases": cases, "listed": models}
    return json.loads(run("node", bundle(folder, "tests/answer.ts") / "answer.js", told=json.dumps(told).encode()))


def test_types_are_strict_and_hold() -> None:
    assert run(installed() / "tsc", "--noEmit", "--project", "tsconfig.json") == b""


def test_it_passes_the_cases_of_both(tmp_path: Path) -> None:
    sources = sorted(path.relative_to(WEB).as_posix() for path in (WEB / "tests").glob("*.test.ts"))
    built = bundle(tmp_path, *sources)

    assert b"# fail 0" in run("node", "--test", "--test-reporter=tap", *sorted(built.glob("*.test.js")))


def test_work_drawn_at_random_comes_out_the_same(tmp_path: Path, prices: Prices, made: Catalogue) -> None:
    models = [*ALWAYS, *(f"{row.provider}/{row.model}" for row in made.models if row.batch is not None)]
    cases = random_work.drawn(20_261_121, 200, models)
    found = asked(tmp_path, made, cases, [])

    for case, theirs, read in zip(cases, found["answers"], found["rendered"], strict=True):
        assert theirs == answer(case, prices), case["id"]
        assert read == rendered(case, prices), case["id"]
    assert {"error" in each for each in found["answers"]} == {True, False}


def test_every_price_is_read_as_the_ledger_has_it(tmp_path: Path, prices: Prices, made: Catalogue) -> None:
    models = [(row.provider, row.model, *size) for row in made.models for size in SIZES]
    found = asked(tmp_path, made, [], models)["listed"]

    for (provider, model, *size), theirs in zip(models, found, strict=True):
        tariff = listed_tariff(prices, listed(f"{provider}/{model}"), DAY.isoformat(), (size[0], size[1]))
        assert theirs == {lane: _told(price) for lane, price in tariff.prices.items()}, (provider, model, size)
    assert len(models) > 3_000


def test_prices_of_another_format_are_refused(tmp_path: Path, made: Catalogue) -> None:
    other = msgspec.to_builtins(made) | {"format": "another", "day": datetime.date.min.isoformat()}

    with pytest.raises(AssertionError, match="InputError: the prices are not written as bide-calculator-catalogue-1"):
        run("node", bundle(tmp_path, "tests/answer.ts") / "answer.js", told=json.dumps({"catalogue": other}).encode())


def test_every_module_has_the_name_of_the_one_in_python() -> None:
    python = {path.stem for path in Path(calculator.__file__).parent.glob("*.py")}

    assert {path.stem for path in CALCULATOR.glob("*.ts")} - python == {"errors"}


def test_the_lock_file_has_no_addresses() -> None:
    lock = (WEB / "package-lock.json").read_text("utf-8")

    assert "://" not in lock, "take out `resolved` and `funding`: lock files carry no addresses"
    assert '"integrity": "sha512-' in lock


def _told(price: Price) -> Mapping[str, Any]:
    """A price as `web/tests/answer.ts` writes it."""
    kinds = (price.input, price.output, price.cached, price.cache_write)
    origin = {name: getattr(price, name) for name in ("source", "day", "confidence", "hours")}
    return {"kinds": [_ends(kind) for kind in kinds], "from": origin}


def _ends(value: Quantity | None) -> Sequence[str]:
    return [] if value is None else [str(value.low), str(value.high)]

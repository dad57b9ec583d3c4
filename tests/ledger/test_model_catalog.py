"""The file that others read agrees with its schema, and with the cards."""

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from bide.ledger.model_catalog import ModelCatalog, model_catalog, schema
from bide.ledger.prices import Prices

DAY = datetime.date(2026, 11, 21)
SCHEMA = Path(__file__).parents[2] / "docs" / "model-catalog.schema.json"


@pytest.fixture(scope="module")
def catalog(prices: Prices) -> ModelCatalog:
    return model_catalog(prices, DAY)


def test_the_file_holds_to_the_schema_that_is_checked_in(prices: Prices) -> None:
    some = [("openai", "gpt-6.1-sol"), ("anthropic", "claude-3-haiku"), ("vertex", "gemini-2.0-flash")]
    made: dict[str, Any] = json.loads(msgspec.json.encode(model_catalog(prices, DAY, only=some)))
    described = json.loads(SCHEMA.read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(described)
    validator: Any = jsonschema.Draft202012Validator(described, format_checker=jsonschema.FormatChecker())
    validator.validate(made)
    assert described == schema()
    wrong: list[tuple[str, Any]] = [("day", "soon"), ("format", "2"), ("models", [{}])]
    for field, value in wrong:
        assert not validator.is_valid(made | {field: value})
    made["models"][0]["standard"]["tiers"][0]["input"] = 2.0
    assert not validator.is_valid(made)


def test_it_can_be_read_back(catalog: ModelCatalog) -> None:
    assert msgspec.json.decode(msgspec.json.encode(catalog), type=ModelCatalog) == catalog


def test_every_model_with_a_known_price_is_in_it(prices: Prices, catalog: ModelCatalog) -> None:
    found = {(each.provider, each.model): each for each in catalog.models}

    assert len(found) == len(catalog.models) > 1_000
    assert catalog.editions == prices.edition
    for key in (("openai", "gpt-5"), ("anthropic", "claude-haiku-5-5"), ("xai", "grok-4.7"), ("azure-openai", "o3")):
        for mode, price in found[key].modes().items():
            card = prices.card(*key, mode, DAY.isoformat())
            assert (price and price.source) == (card and card.source)
    assert ("mistral", "mistral-ocr-latest") not in found
    assert {each.name for each in catalog.infrastructure} >= {"ml.g5.xlarge", "serverless-compute"}


def test_what_nobody_has_looked_at_for_long_is_marked(prices: Prices) -> None:
    old = model_catalog(prices, DAY, only=[("openai", "gpt-5")], today=datetime.date(2027, 6, 1))

    assert old.models[0].standard is not None
    assert old.models[0].standard.stale
    assert all(each.stale for each in old.infrastructure)

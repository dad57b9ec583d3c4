"""The catalogue that comes with bide, as the data file from which the library makes it."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from genai_prices.data import providers
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
    MatchLogic,
    ModelInfo,
    ModelPrice,
)


def raw() -> list[dict[str, Any]]:
    """Of each provider its name and its models: match, prices, variants."""
    return [
        {"id": each.id, "name": each.name, "api_pattern": each.api_pattern, "models": [_model(m) for m in each.models]}
        for each in providers
    ]


def encoded(value: object) -> bytes:
    return json.dumps(value, default=_number).encode()


def _model(model: ModelInfo) -> dict[str, Any]:
    told: dict[str, Any] = {"id": model.id, "match": _match(model.match), "prices": _prices(model.prices)}
    if model.context_window:
        told["context_window"] = model.context_window
    if model.price_variants:
        told["price_variants"] = [
            {"when": one.when, "prices": _price(one.prices), **_constraint(one.constraint)}
            for one in model.price_variants
        ]
    return told


def _prices(prices: "ModelPrice | Sequence[Any]") -> object:
    if isinstance(prices, ModelPrice):
        return _price(prices)
    return [{"prices": _price(one.prices), **_constraint(one.constraint)} for one in prices]


def _price(price: ModelPrice) -> Mapping[str, Any]:
    return {key: _amount(value) for key, value in vars(price).items() if value is not None}


def _amount(value: Any) -> object:
    if hasattr(value, "tiers"):
        return {"base": value.base, "tiers": [{"start": tier.start, "price": tier.price} for tier in value.tiers]}
    return value


def _constraint(constraint: Any) -> Mapping[str, Any]:
    if constraint is None:
        return {}
    told = cast(dict[str, Any], vars(constraint))
    return {"constraint": {key: value.isoformat() for key, value in told.items() if key != "type"}}


def _match(clause: MatchLogic) -> dict[str, Any]:
    match clause:
        case ClauseEquals():
            return {"equals": clause.equals}
        case ClauseStartsWith():
            return {"starts_with": clause.starts_with}
        case ClauseEndsWith():
            return {"ends_with": clause.ends_with}
        case ClauseContains():
            return {"contains": clause.contains}
        case ClauseRegex():
            return {"regex": clause.regex}
        case ClauseOr():
            return {"or": [_match(one) for one in clause.or_]}
        case ClauseAnd():
            return {"and": [_match(one) for one in clause.and_]}


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} is nothing that a data file has")

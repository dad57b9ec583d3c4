from decimal import Decimal

import pytest

from bide.core.errors import SettingError
from bide.core.money import Rates
from bide.ledger.overrides import parse
from bide.ledger.rates import PerKind


def test_a_price_and_a_batch_multiplier() -> None:
    override = parse({"openai/gpt-5": {"input": "1.10", "output": "9", "cached": "0.11", "batch": "0.5"}}).find(
        "openai", "gpt-5"
    )

    assert override is not None
    assert override.prices == {"standard": ((0, Rates(1_100_000_000, 110_000_000, 1_100_000_000, 9_000_000_000)),)}
    assert override.multipliers == {"batch": PerKind(*[Decimal("0.5")] * 5)}


def test_a_price_for_an_hour_is_never_made_up() -> None:
    said = {
        "input": "2",
        "output": "8",
        "cache_write": "2.5",
        "batch": {"input": "1", "output": "4", "cache_write_1h": "2"},
    }
    override = parse({"team/claude": said}).find("team", "claude")

    assert override is not None
    assert override.prices["standard"][0][1].cache_write_1h is None
    assert override.prices["batch"][0][1].cache_write_1h == 2_000_000_000


def test_prices_of_one_mode_alone() -> None:
    override = parse({"together/my/llama": {"batch": {"input": "0.2", "output": "0.3"}}}).find("together", "my/llama")

    assert override is not None
    assert override.prices == {"batch": ((0, Rates(200_000_000, 200_000_000, 200_000_000, 300_000_000)),)}
    assert override.multipliers == {}


@pytest.mark.parametrize("number", ["0.25", 1, Decimal("0.25"), "0", "1e-3"], ids=str)
def test_exact_numbers_are_taken(number: object) -> None:
    assert parse({"openai/m": {"input": number, "output": number}}).find("openai", "m") is not None


def test_only_the_model_itself_is_meant() -> None:
    overrides = parse({"openai/gpt-5": {"input": "1", "output": "2"}})

    assert overrides.find("openai", "gpt-5-2025-08-07") is None
    assert overrides.find("azure-openai", "gpt-5") is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"gpt-5": {"input": "1", "output": "2"}}, "names no model; write prices.\"PROVIDER/MODEL\"", id="no provider"),
        pytest.param({"/gpt-5": {"input": "1", "output": "2"}}, "names no model", id="an empty provider"),
        pytest.param({"openai/": {"input": "1", "output": "2"}}, "names no model", id="an empty model"),
        pytest.param({"openai/m": "1"}, "write a table", id="no table"),
        pytest.param({"openai/m": {"inptu": "1"}}, 'm".inptu is no setting; did you mean input', id="a typing error"),
        pytest.param({"openai/m": {"batch": {"inptu": "1"}}}, 'm".batch.inptu is no setting', id="one level down"),
        pytest.param({"openai/m": {"colour": "1"}}, "input, output, cached, cache_write, cache_write_1h, batch", id="what is known"),
        pytest.param({"openai/m": {"input": "1"}}, 'm".output is missing', id="half a price"),
        pytest.param({"openai/m": {"cached": "1"}}, 'm".input is missing', id="less than half"),
        pytest.param({"openai/m": {"batch": {"input": "1"}}}, 'm".batch.output is missing', id="half a batch price"),
        pytest.param({"openai/m": {"input": 0.1, "output": "2"}}, "in quotes", id="a float"),
        pytest.param({"openai/m": {"input": True, "output": "2"}}, "in quotes", id="a boolean"),
        pytest.param({"openai/m": {"input": "cheap", "output": "2"}}, "'cheap'", id="a word"),
        pytest.param({"openai/m": {"input": "-1", "output": "2"}}, "'-1'", id="a negative price"),
        pytest.param({"openai/m": {"batch": "NaN"}}, "'NaN'", id="not a number"),
        pytest.param({"openai/m": {"input": "0.0000000001", "output": "2"}}, "nine decimals", id="too fine"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_says_why(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError, match=r"prices\.") as caught:
        parse(settings)
    assert message in str(caught.value)


def test_the_edition_tells_one_set_of_overrides_from_another() -> None:
    one, two = {"openai/m": {"input": "1", "output": "2"}}, {"openai/m": {"input": "1", "output": "3"}}

    assert parse({}).edition == ""
    assert parse(one).edition == parse(dict(one)).edition
    assert parse(one).edition != parse(two).edition

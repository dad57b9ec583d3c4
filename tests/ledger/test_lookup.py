"""Names of models, as requests write them and as people do."""

import pytest

from bide.ledger.catalogue import Catalogue
from bide.ledger.lookup import meant, models, written_as
from bide.ledger.prices import Prices


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("openai/gpt-4.1", [("openai", "gpt-4.1")], id="with its provider"),
        pytest.param("openai/no-such-model", [("openai", "no-such-model")], id="said is said"),
        pytest.param("gpt-4.1", [("openai", "gpt-4.1"), ("azure-openai", "gpt-4.1")], id="at everybody who lists it"),
        pytest.param("local/mine", [("local", "mine")], id="one's own"),
        pytest.param("mine", [("local", "mine")], id="one's own, bare"),
        pytest.param("Sonnet 4.6", [("anthropic", "claude-sonnet-4-6"), ("vertex", "claude-sonnet-4-6")], id="written"),
        pytest.param("gpt-4.1-custom", [], id="nobody's"),
    ],
)
def test_a_name_means(name: str, expected: list[tuple[str, str]]) -> None:
    assert meant(Prices({"local/mine": {"input": "3", "output": "4"}}), name) == expected


@pytest.mark.parametrize(
    ("provider", "name", "expected"),
    [
        ("anthropic", "haiku-3.5", "claude-3-5-haiku-latest"),
        ("openai", "GPT-4o mini", "gpt-4o-mini"),
        ("gemini", "Gemini 2.5 Pro", "gemini-2.5-pro"),
        ("openai", "4", None),
    ],
)
def test_people_write(catalogue: Catalogue, provider: str, name: str, expected: str | None) -> None:
    assert written_as(catalogue, provider, name) == expected


def test_every_model_is_told_once() -> None:
    prices = Prices({"local/mine": {"input": "3", "output": "4"}, "openai/gpt-4.1": {"input": "1", "output": "2"}})

    everything = list(models(prices))

    assert len(everything) == len(set(everything)) > 1_000
    assert ("local", "mine") in everything
    assert everything.count(("openai", "gpt-4.1")) == 1
    assert {provider for provider, _ in models(prices, "openai")} == {"openai"}
    assert list(models(prices, "local")) == [("local", "mine")]

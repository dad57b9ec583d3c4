import pytest

from bide.ledger.facts import UNKNOWN, ModelFacts, model_facts
from bide.ledger.prices import Prices


@pytest.mark.parametrize(
    ("provider", "model", "facts"),
    [
        pytest.param(
            "openai", "gpt-5-mini-2025-08-07", ModelFacts(400_000, 128_000, False), id="catalogue and overlay"
        ),
        pytest.param("openai", "gpt-4.1", ModelFacts(1_047_576, 32_768, False), id="the overlay's goes first"),
        pytest.param("azure-openai", "gpt-4.1", ModelFacts(1_047_576, 32_768, False), id="the same on Azure"),
        pytest.param("openai", "text-embedding-3-small", ModelFacts(8_192, None, False), id="catalogue alone"),
        pytest.param("gemini", "gemini-2.0-flash", ModelFacts(1_048_576, None, True), id="deprecated"),
        pytest.param("gemini", "gemini-2.5-pro", ModelFacts(1_048_576, None, False), id="missing in the catalogue"),
        pytest.param("openai", "gpt-image-1", ModelFacts(None, None, False), id="nobody says"),
        pytest.param("openai", "my-model", UNKNOWN, id="nobody knows it"),
        pytest.param("localhost", "gpt-4.1", UNKNOWN, id="a provider without a catalogue"),
    ],
)
def test_what_is_known_about_a_model(provider: str, model: str, facts: ModelFacts) -> None:
    assert model_facts(provider, model) == facts
    assert Prices().window(provider, model) == facts.context_window

import pytest
from genai_prices.types import (
    ClauseAnd,
    ClauseContains,
    ClauseEndsWith,
    ClauseEquals,
    ClauseOr,
    ClauseRegex,
    ClauseStartsWith,
)

from bide.ledger.catalogue import LISTINGS, Catalogue
from bide.ledger.matching import names

NOT_SPEECH = ClauseRegex("^(?!.*-tts$)")

NAMED = [
    ("openai", "gpt-5-mini", "gpt-5-mini"),
    ("openai", "gpt-5-mini-2025-08-07", "gpt-5-mini"),
    ("openai", "gpt-5-nano-2025-08-07", "gpt-5-nano"),
    ("openai", "GPT-4.1", "gpt-4.1"),
    ("openai", "gpt-4-0613", "gpt-4"),
    ("openai", "computer-use-preview-2025-03-11", "computer-use"),
    ("openai", "gpt-6-sol-2026-09-01", "gpt-6-sol"),
    ("openai", "ft:gpt-4o-mini-2024-07-18:my-org::7q8mpxmy", "ft:gpt-4o-mini"),
    ("openai", "ft:gpt-4o-2024-08-06:my-org:nightly:7q8mpxmy", "ft:gpt-4o"),
    ("openai", "ft:gpt-3.5-turbo-0125:my-org::7q8mpxmy", "ft:gpt-3.5-turbo-"),
    ("openai", "gpt-4o-mini-2024-07-18.ft-0e208cf33a6a466994aff31a08aba678", "gpt-4o-mini-2024-07-18.ft-"),
    ("anthropic", "claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
    ("anthropic", "claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
    ("anthropic", "claude-sonnet-4-20250514", "claude-sonnet-4-0"),
    ("anthropic", "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
    ("gemini", "gemini-2.0-flash-001", "gemini-2.0-flash"),
    ("gemini", "gemini-2.0-flash-thinking-exp-01-21", "gemini-2.0-flash"),
    ("gemini", "gemini-2.5-pro-preview-05-06", "gemini-2.5-pro"),
    ("gemini", "gemini-3.5-flash-001", "gemini-3.5-flash"),
    ("vertex", "claude-sonnet-4-5@20250929", "claude-sonnet-4-5"),
    ("vertex", "gemini-2.5-flash", "gemini-2.5-flash"),
    ("azure-openai", "o4-mini-2025-04-16", "o4-mini"),
    ("azure-openai", "gpt-4.1", "gpt-4.1"),
    ("bedrock", "us.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
    ("bedrock", "anthropic.claude-3-haiku-20240307-v1:0:200k", "regional.anthropic.claude-3-haiku-20240307-v1:0"),
    ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    ("openrouter", "openai/gpt-4.1", "openai/gpt-4.1"),
]


@pytest.mark.parametrize(("provider", "model", "entry"), NAMED, ids=[f"{row[0]} {row[1]}" for row in NAMED])
def test_a_known_model_is_found_under_its_names(catalogue: Catalogue, provider: str, model: str, entry: str) -> None:
    found = catalogue.find(provider, model)

    assert found is not None
    assert found.id == entry


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        pytest.param("openai", "", id="empty"),
        pytest.param("openai", " gpt-5", id="a space before it"),
        pytest.param("openai", "my-model", id="somebody's own"),
        pytest.param("openai", "gpt-4.1-custom", id="exact names only"),
        pytest.param("openai", "gpt-5-nano-custom", id="starts like gpt-5-nano-"),
        pytest.param("openai", "gpt-5-nanometre", id="starts like gpt-5-nano"),
        pytest.param("openai", "my-moderation-model", id="contains moderation"),
        pytest.param("openai", "ft:gpt-4o-mini-2024-07-18", id="a fine-tune of nobody"),
        pytest.param("openai", "ft:gpt-3.5-turbo-instruct-0914:org::id", id="fine-tune of another base"),
        pytest.param("openai", "claude-haiku-4-5", id="another provider's model"),
        pytest.param("anthropic", "claude-opus-4-10", id="another version number"),
        pytest.param("anthropic", "claude-3-5-sonnet-turbo", id="another member of the family"),
        pytest.param("gemini", "gemini-1.5-flash-8b", id="a smaller model at half the price"),
        pytest.param("gemini", "my-gemini-2.0-flash", id="ends with a model"),
        pytest.param("gemini", "gemini-3.6-flash-image", id="another modality"),
        pytest.param("gemini", "claude-haiku-4-5", id="sold on the other surface only"),
        pytest.param("azure-openai", "team-o4-mini", id="a deployment's name"),
        pytest.param("bedrock", "my.amazon.nova-lite-v1:0", id="not a geography"),
        pytest.param("self-hosted", "gpt-4.1", id="a provider without a catalogue"),
        pytest.param("", "gpt-4.1", id="no provider"),
    ],
)
def test_a_name_that_only_looks_like_a_model_is_unknown(catalogue: Catalogue, provider: str, model: str) -> None:
    assert catalogue.find(provider, model) is None


def test_every_name_that_the_catalogue_spells_out_is_found(catalogue: Catalogue) -> None:
    from genai_prices.data import providers
    from genai_prices.types import ClauseEquals, ClauseOr

    libraries = {provider.id: provider for provider in providers}
    spelled = 0
    for provider, listings in LISTINGS.items():
        if provider == "openrouter":
            continue
        for model in libraries[listings[0].library].models:
            clauses = model.match.or_ if isinstance(model.match, ClauseOr) else [model.match]
            if model.id.startswith("claude") and provider == "gemini":
                continue
            for clause in clauses:
                if isinstance(clause, ClauseEquals):
                    spelled += 1
                    assert catalogue.find(provider, clause.equals) is not None, (provider, clause.equals)
    assert spelled > 500


@pytest.mark.parametrize(
    ("clause", "model", "expected"),
    [
        pytest.param(ClauseEquals("Model-A"), "model-a", True, id="equals, in capitals"),
        pytest.param(ClauseEquals("model-a"), "model-a-2025-01-01", False, id="equals nothing else"),
        pytest.param(ClauseStartsWith("model-a"), "model-a", True, id="starts with all of it"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-2025-01-01", True, id="and a date"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-preview-05-20", True, id="and a preview's date"),
        pytest.param(ClauseStartsWith("model-a"), "model-a@20250101", True, id="and Vertex AI's date"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-v1:0", True, id="and Bedrock's version"),
        pytest.param(ClauseStartsWith("model-a"), "model-a2025", False, id="digits glued to a letter"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-8b", False, id="a size"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-7", False, id="a number"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-70", False, id="a larger number"),
        pytest.param(ClauseStartsWith("model-a"), "model-a-preview-09-2025", True, id="month and year"),
        pytest.param(ClauseStartsWith("model-a-2025"), "model-a-20250514", True, id="a date that runs on"),
        pytest.param(ClauseStartsWith("model-4"), "model-41", False, id="a version that runs on"),
        pytest.param(ClauseStartsWith("model-a.ft-"), "model-a.ft-0e208cf3", True, id="Azure's fine-tune"),
        pytest.param(ClauseStartsWith("model-a.ft-"), "model-a.ft-", False, id="of nobody"),
        pytest.param(ClauseStartsWith("model-a.ft-"), "model-a.ft-0e20/8cf3", False, id="of something else"),
        pytest.param(ClauseStartsWith(""), "model-a", False, id="starts with nothing"),
        pytest.param(ClauseEndsWith("model-a"), "us.model-a", True, id="behind a geography"),
        pytest.param(ClauseEndsWith("model-a"), "my-model-a", False, id="behind anything else"),
        pytest.param(ClauseContains("model-a"), "eu.anthropic.model-a-20250101-v1:0", True, id="in an inference profile"),
        pytest.param(ClauseContains("model-a"), "the-model-a-20250101", False, id="in anything else"),
        pytest.param(ClauseContains("model-a"), "model-b", False, id="not in it"),
        pytest.param(ClauseRegex(r"^model-a-\d{8}$"), "model-a-20250101", True, id="a regular expression"),
        pytest.param(ClauseRegex(r"^model-a-\d"), "model-a-001", True, id="that is open at its end"),
        pytest.param(ClauseRegex(r"^model-a-\d"), "model-a-001-custom", False, id="but not to anything"),
        pytest.param(ClauseOr([ClauseEquals("x"), ClauseStartsWith("model-a")]), "model-a", True, id="either"),
        pytest.param(ClauseAnd([ClauseStartsWith("model-a"), NOT_SPEECH]), "model-a-001", True, id="both"),
        pytest.param(ClauseAnd([ClauseEquals("model-a-tts"), NOT_SPEECH]), "model-a-tts", False, id="one of both"),
    ],
)  # fmt: skip
def test_a_clause_names_a_model_or_not(clause: object, model: str, expected: bool) -> None:
    assert names(clause, model) == expected  # pyright: ignore[reportArgumentType]

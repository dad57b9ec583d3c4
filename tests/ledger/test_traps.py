"""The ways in which a price catalogue misleads, each with an amount worked out by hand.

Amounts are USD for one answer. Where the library itself answers something else, the test says so: a trap that is no
longer one should be noticed. The traps by name:

- silent fallback: a batch price that does not exist, a mode with a typing error, a mode that bide does not sell
- dates: a mode is priced on the days it has a price; old Claude batches
- half is not a constant; pages and seconds are no tokens
- cache and batch: a batch treats cached tokens as it likes
- surfaces: the same model costs something else on another one
- tiers are all or nothing, and one of them is disputed
- writes that live for an hour
- fast mode is dearer, and only some models have it
"""

from collections import Counter
from decimal import Decimal

import genai_prices
import pytest

from bide.core.money import to_decimal
from bide.core.usage import Usage
from bide.ledger.catalogue import Catalogue
from bide.ledger.prices import Prices

TODAY = "2026-11-21"
MILLION = 1_000_000


def cost(prices: Prices, provider: str, model: str, mode: str, day: str, usage: Usage) -> Decimal | None:
    card = prices.card(provider, model, mode, day)
    return None if card is None else dollars(card.cost(usage))


def dollars(amount: int | None) -> Decimal | None:
    return None if amount is None else to_decimal(amount)


@pytest.mark.parametrize(
    ("provider", "model", "library", "library_says", "we_say"),
    [
        pytest.param("azure-openai", "gpt-4.1", "azure", "10.00", "5.00", id="azure: half by rule"),
        pytest.param("openrouter", "openai/gpt-4.1", "openrouter", "10.00", None, id="openrouter"),
        pytest.param("gemini", "gemini-2.0-flash", "google", "0.50", None, id="gemini-2.0-flash"),
        pytest.param("groq", "llama-3.3-70b-versatile", "groq", "1.38", None, id="groq"),
    ],
)
def test_a_batch_price_that_does_not_exist_is_not_the_standard_price(
    prices: Prices, provider: str, model: str, library: str, library_says: str, we_say: str | None
) -> None:
    fallen_back = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=MILLION, output_tokens=MILLION),
        model,
        provider_id=library,
        price_context={"processing": "batch"},
    )
    assert fallen_back.total_price == Decimal(library_says)

    ours = cost(prices, provider, model, "batch", TODAY, Usage(input=MILLION, output=MILLION))
    assert ours == (we_say and Decimal(we_say))


@pytest.mark.parametrize("mode", ["batched", "batches", "BATCH", "flexible", "ultrafast", ""])
def test_a_mode_with_a_typing_error_is_unknown(prices: Prices, mode: str) -> None:
    assert prices.card("openai", "gpt-4.1", mode, TODAY) is None


@pytest.mark.parametrize(
    ("mode", "day", "amount", "source"),
    [
        pytest.param(
            "batch", "2026-10-13", "5.625", "overlay:openai-batch ×", id="batch, the day before the catalogue"
        ),
        pytest.param("batch", "2026-10-14", "5.625", "catalogue:", id="batch, the catalogue's first day"),
        pytest.param("batch", "2024-04-14", None, "", id="batch, before there was one"),
        pytest.param("flex", "2026-10-11", "5.625", "overlay:openai-flex ×", id="flex, the day before the catalogue"),
        pytest.param("flex", "2026-10-12", "5.625", "catalogue:", id="flex, the catalogue's first day"),
        pytest.param("priority", "2026-10-11", None, "", id="priority, the day before the catalogue"),
        pytest.param("priority", "2026-10-12", "22.50", "catalogue:", id="priority, the catalogue's first day"),
    ],
)
def test_a_mode_is_priced_on_the_days_it_has_a_price(
    prices: Prices, mode: str, day: str, amount: str | None, source: str
) -> None:
    card = prices.card("openai", "gpt-5", mode, day)

    assert (card and dollars(card.cost(Usage(input=MILLION, output=MILLION)))) == (amount and Decimal(amount))
    assert card is None or card.source.startswith(source)


@pytest.mark.parametrize(
    ("provider", "model", "standard", "fast"),
    [
        pytest.param("anthropic", "claude-fable-5-2", "48", "96", id="twice as dear at Anthropic"),
        pytest.param("anthropic", "claude-opus-5-5", "24", "48", id="another model"),
        pytest.param("anthropic", "claude-haiku-4-5", "6", None, id="a model without it"),
        pytest.param("openai", "gpt-5", "11.25", "22.50", id="OpenAI's other name of priority"),
        pytest.param("bedrock", "anthropic.claude-opus-5-5", None, None, id="a surface without it"),
        pytest.param("gemini", "gemini-3.8-flash", "4.50", None, id="Google has none"),
    ],
)
def test_fast_mode_is_dearer_and_only_some_models_have_it(
    prices: Prices, provider: str, model: str, standard: str | None, fast: str | None
) -> None:
    usage = Usage(input=MILLION, output=MILLION)

    if standard is not None:
        assert cost(prices, provider, model, "standard", TODAY, usage) == Decimal(standard)
    assert cost(prices, provider, model, "fast", TODAY, usage) == (fast and Decimal(fast))


def test_the_cache_s_discounts_apply_on_top_of_fast_mode(prices: Prices) -> None:
    """Of Fable 5.2: 16 in, 0.40 from the cache, 20 into it for five minutes and 32 for an hour."""
    usage = Usage(input=4 * MILLION, cached=MILLION, cache_write=2 * MILLION, cache_write_1h=MILLION)

    assert cost(prices, "anthropic", "claude-fable-5-2", "fast", TODAY, usage) == Decimal("68.40")
    fallen_back = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=MILLION, output_tokens=MILLION),
        "claude-haiku-4-5",
        provider_id="anthropic",
        price_context={"speed": "fast"},
    )
    assert fallen_back.total_price == 6, "the library answers with the standard price"


@pytest.mark.parametrize(
    ("provider", "model", "standard", "batch"),
    [
        # 100,000 in and 100,000 out, below every price step.
        pytest.param("openai", "gpt-4.1", "1.00", "0.50", id="half at OpenAI"),
        pytest.param("anthropic", "claude-sonnet-5-5", "1.20", "0.60", id="half at Anthropic"),
        pytest.param("xai", "grok-4.3", "0.375", "0.30", id="a fifth off at xAI"),
        pytest.param("xai", "grok-4.7", "0.80", None, id="no batch at all"),
        pytest.param("openai", "gpt-3.5-turbo-1106", "0.30", "0.30", id="a batch without discount"),
    ],
)
def test_half_is_not_a_constant(prices: Prices, provider: str, model: str, standard: str, batch: str | None) -> None:
    usage = Usage(input=100_000, output=100_000)

    assert cost(prices, provider, model, "standard", TODAY, usage) == Decimal(standard)
    assert cost(prices, provider, model, "batch", TODAY, usage) == (batch and Decimal(batch))


@pytest.mark.parametrize("mode", ["standard", "batch"])
@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("mistral", "mistral-ocr-4-1"),
        ("mistral", "mistral-ocr-2512"),
        ("mistral", "mistral-ocr-latest"),
        ("mistral", "voxtral-mini-2602"),
        ("groq", "whisper-large-v3"),
        ("groq", "whisper-large-v3-turbo"),
        ("openai", "whisper-1"),
    ],
)
def test_pages_and_seconds_are_no_tokens(prices: Prices, provider: str, model: str, mode: str) -> None:
    assert prices.card(provider, model, mode, TODAY) is None


@pytest.mark.parametrize(
    ("provider", "library", "ratios"),
    [
        pytest.param("anthropic", "anthropic", {"0.5": 16}, id="anthropic"),
        # Two of OpenAI's halves are rounded to the cent: 0.13 of 0.25 and 0.63 of 1.25.
        pytest.param("openai", "openai", {"0.5": 20, "1": 9, "0.52": 1, "0.504": 1}, id="openai"),
        # One of Google's is rounded up: 0.02 of 0.03.
        pytest.param("gemini", "google", {"0.5": 4, "1": 5, "0.667": 1}, id="gemini"),
        pytest.param("xai", "x-ai", {"0.8": 3}, id="xai"),
        pytest.param("groq", "groq", {"1": 2}, id="groq"),
    ],
)
def test_a_batch_treats_cached_tokens_as_it_likes(
    catalogue: Catalogue, provider: str, library: str, ratios: dict[str, int]
) -> None:
    from genai_prices.data import providers

    seen = Counter[str]()
    for model in next(each for each in providers if each.id == library).models:
        standard = catalogue.card(provider, model.id, "standard", TODAY)
        batch = catalogue.card(provider, model.id, "batch", TODAY)
        if standard and batch and standard.tiers[0][1].cached != standard.tiers[0][1].input:
            seen[f"{batch.tiers[0][1].cached / standard.tiers[0][1].cached:.3g}"] += 1
    assert seen == ratios


@pytest.mark.parametrize(
    ("model", "day", "amount"),
    [
        pytest.param("gemini-embedding-001", "2025-09-10", "0.075", id="as announced"),
        pytest.param("gemini-embedding-001", "2025-09-09", None, id="not before"),
        pytest.param("gemini-embedding-2", TODAY, "0.1", id="as the catalogue has it"),
        pytest.param("gemini-embedding-3-unheard-of", TODAY, None, id="unknown"),
    ],
)
def test_a_batch_of_embeddings_at_google_has_a_price_where_one_was_published(
    prices: Prices, model: str, day: str, amount: str | None
) -> None:
    card = prices.card("gemini", model, "batch", day)

    assert (card and dollars(card.cost(Usage(input=MILLION)))) == (amount and Decimal(amount))


@pytest.mark.parametrize(
    ("provider", "model", "day", "amount"),
    [
        # A million tokens in, all of them from the cache.
        pytest.param("openai", "gpt-5", "2026-10-13", "0.0625", id="halved on GPT-5"),
        pytest.param("openai", "gpt-4.1", "2026-10-13", "0.50", id="not on GPT-4.1"),
        pytest.param("openai", "o3", "2026-10-13", "0.50", id="not on o3"),
        pytest.param("gemini", "gemini-2.5-flash", "2026-10-13", "0.03", id="not on Gemini 2.5"),
        pytest.param("gemini", "gemini-3.8-flash", "2026-10-13", "0.0375", id="halved on Gemini 3.8"),
        pytest.param("anthropic", "claude-haiku-4-5", "2026-10-13", "0.05", id="halved on Claude"),
        pytest.param("bedrock", "amazon.nova-lite-v1:0", TODAY, "0.03", id="no cache in a batch of Bedrock's"),
    ],
)
def test_the_overlays_batch_knows_that_too(prices: Prices, provider: str, model: str, day: str, amount: str) -> None:
    card = prices.card(provider, model, "batch", day)

    assert card is not None
    assert card.source.startswith("overlay:")
    assert dollars(card.cost(Usage(input=MILLION, cached=MILLION))) == Decimal(amount)


@pytest.mark.parametrize(
    ("provider", "standard", "batch"),
    [pytest.param("gemini", "0.50", None, id="developer API"), pytest.param("vertex", "0.75", "0.375", id="Vertex AI")],
)
def test_the_same_model_differs_by_surface(prices: Prices, provider: str, standard: str, batch: str | None) -> None:
    usage = Usage(input=MILLION, output=MILLION)

    assert cost(prices, provider, "gemini-2.0-flash", "standard", TODAY, usage) == Decimal(standard)
    assert cost(prices, provider, "gemini-2.0-flash", "batch", TODAY, usage) == (batch and Decimal(batch))


def test_a_price_of_another_surface_is_an_assumption_and_its_discounts_are_not_taken(
    catalogue: Catalogue, prices: Prices
) -> None:
    borrowed = prices.card("vertex", "gemini-3.8-flash", "standard", TODAY)
    batch = prices.card("vertex", "gemini-3.8-flash", "batch", TODAY)

    assert borrowed is not None
    assert borrowed.confidence == "assumed"
    assert catalogue.card("vertex", "gemini-3.8-flash", "batch", TODAY) is None
    # On Vertex AI cached tokens keep the cache rate: 0.075, where the developer API's batch takes 0.0375.
    assert batch is not None
    assert dollars(batch.cost(Usage(input=MILLION, cached=MILLION))) == Decimal("0.075")


@pytest.mark.parametrize(
    ("model", "mode", "size", "amount"),
    [
        # gpt-6.1-sol: 2 / 10 up to 272,000 input tokens, 4 / 15 above, for the whole request; 1,000 out.
        pytest.param("gpt-6.1-sol", "standard", 271_999, "0.553998", id="one below"),
        pytest.param("gpt-6.1-sol", "standard", 272_000, "0.554", id="at the boundary"),
        pytest.param("gpt-6.1-sol", "standard", 272_001, "1.103004", id="one above: every token"),
        pytest.param("gpt-6.1-sol", "batch", 272_000, "0.277", id="batch, at the boundary"),
        pytest.param("gpt-6.1-sol", "batch", 272_001, "0.551502", id="batch, one above"),
        pytest.param("gpt-5.5", "standard", 272_001, "2.76501", id="gpt-5.5 has the step"),
        pytest.param("gpt-5.5", "priority", 272_001, "3.4750125", id="its priority has none"),
        pytest.param("claude-haiku-5-5", "standard", 100_000, "0.0105", id="Haiku 5.5 steps at 100,000"),
        pytest.param("claude-haiku-5-5", "standard", 100_001, "0.0525005", id="to five times the price"),
    ],
)
def test_a_tier_is_all_or_nothing(prices: Prices, model: str, mode: str, size: int, amount: str) -> None:
    provider = "anthropic" if model.startswith("claude") else "openai"

    assert cost(prices, provider, model, mode, TODAY, Usage(input=size, output=1_000)) == Decimal(amount)


@pytest.mark.parametrize("provider", ["anthropic", "vertex"])
@pytest.mark.parametrize("mode", ["standard", "batch"])
def test_sonnet_4_5_above_200000_is_disputed_and_says_so(prices: Prices, provider: str, mode: str) -> None:
    card = prices.card(provider, "claude-sonnet-4-5", mode, TODAY)

    assert card is not None
    assert card.confidence == "disputed"
    assert len(card.tiers) == 2


@pytest.mark.parametrize(
    ("model", "day", "amount"),
    [
        pytest.param("claude-3-5-sonnet-20241022", "2025-06-01", "9.00", id="3.5 Sonnet: 1.50 + 7.50"),
        pytest.param("claude-3-5-haiku-20241022", "2025-06-01", "2.40", id="3.5 Haiku: 0.40 + 2"),
        pytest.param("claude-3-haiku-20240307", "2025-06-01", "0.75", id="3 Haiku: 0.125 + 0.625"),
        pytest.param("claude-3-opus-20240229", "2025-06-01", "45.00", id="3 Opus: 7.50 + 37.50"),
        pytest.param("claude-3-opus-20240229", "2024-10-07", None, id="before the Batches API"),
        pytest.param("claude-3-5-sonnet-20241022", "2025-10-29", None, id="after its retirement"),
        pytest.param("claude-3-sonnet-20240229", "2025-06-01", None, id="never offered in batches"),
        pytest.param("claude-sonnet-4-6", "2026-05-01", "9.00", id="current, before the catalogue: 1.50 + 7.50"),
    ],
)
def test_old_claude_batches_can_still_be_priced(prices: Prices, model: str, day: str, amount: str | None) -> None:
    usage = Usage(input=MILLION, output=MILLION)

    assert cost(prices, "anthropic", model, "batch", day, usage) == (amount and Decimal(amount))


@pytest.mark.parametrize(
    ("model", "amount"),
    [
        pytest.param("meta-llama/Llama-3.3-70B-Instruct-Turbo", "0.88", id="half"),
        pytest.param("openai/gpt-oss-120b", "0.75", id="standard, as documented"),
        pytest.param("somebody/model", None, id="unknown stays unknown"),
    ],
)
def test_together_discounts_one_model(prices: Prices, model: str, amount: str | None) -> None:
    usage = Usage(input=MILLION, output=MILLION)

    assert cost(prices, "together", model, "batch", TODAY, usage) == (amount and Decimal(amount))


ALL_FOR_AN_HOUR = Usage(input=100_000, cache_write=100_000, cache_write_1h=100_000)


@pytest.mark.parametrize(
    ("provider", "model", "mode", "day", "amount"),
    [
        # 100,000 tokens written for an hour: twice the input price, where five minutes cost 1.25 times as much.
        pytest.param("anthropic", "claude-opus-5-5", "standard", TODAY, "0.80", id="4 in, 8 for an hour"),
        pytest.param("anthropic", "claude-opus-5-5", "batch", TODAY, "0.40", id="a batch halves it"),
        pytest.param("anthropic", "claude-opus-5-5", "batch", "2026-10-13", "0.40", id="by our rule too"),
        pytest.param("anthropic", "claude-haiku-5-5", "batch", TODAY, "0.01", id="below the price step"),
        pytest.param("anthropic", "claude-3-haiku-20240307", "batch", "2025-06-01", "0.025", id="a retired model"),
        pytest.param("vertex", "claude-opus-5-5", "standard", TODAY, "0.80", id="Vertex AI"),
        pytest.param("vertex", "claude-opus-5-5", "batch", TODAY, "0.80", id="its batch takes nothing off the cache"),
        pytest.param("vertex", "claude-fable-5-2", "batch", TODAY, "0.80", id="but where its list says so"),
        pytest.param("bedrock", "global.anthropic.claude-opus-5-5", "standard", TODAY, "0.80", id="Bedrock"),
        pytest.param("bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "standard", TODAY, "0.22", id="a region"),
        pytest.param(
            "bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "batch", TODAY, None, id="Bedrock's batch: not said"
        ),
    ],
)  # fmt: skip
def test_a_write_that_lives_for_an_hour(
    prices: Prices, provider: str, model: str, mode: str, day: str, amount: str | None
) -> None:
    assert cost(prices, provider, model, mode, day, ALL_FOR_AN_HOUR) == (amount and Decimal(amount))


def test_a_price_for_five_minutes_is_not_one_for_an_hour(prices: Prices) -> None:
    fallen_back = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=100_000, cache_write_tokens=100_000, cache_write_1h_tokens=100_000),
        "claude-4-sonnet",
        provider_id="google",
    )
    assert fallen_back.total_price == Decimal("0.375")

    assert cost(prices, "vertex", "claude-4-sonnet", "standard", TODAY, ALL_FOR_AN_HOUR) is None
    short = ALL_FOR_AN_HOUR._replace(cache_write_1h=0)
    assert cost(prices, "vertex", "claude-4-sonnet", "standard", TODAY, short) == Decimal("0.375")


def test_every_write_for_an_hour_that_is_listed_costs_twice_the_input(prices: Prices) -> None:
    """Anthropic's rule, which bide does not apply by itself: a list that leaves it is to be looked at."""
    from genai_prices.data import providers

    lists = {"anthropic": "anthropic", "aws": "bedrock", "google": "vertex"}
    found: Counter[str] = Counter()
    for listed in providers:
        for model in listed.models if listed.id in lists else ():
            for mode in ("standard", "batch"):
                card = prices.card(lists[listed.id], model.id, mode, TODAY)
                for _, rates in card.tiers if card and card.source.startswith("catalogue:") else ():
                    if rates.cache_write_1h is not None:
                        assert rates.cache_write_1h == 2 * rates.input, (listed.id, model.id, mode)
                        found[listed.id] += 1
    assert all(found[name] >= 10 for name in lists), found

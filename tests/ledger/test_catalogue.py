"""The compiler from the library's prices to cards, on small catalogues of our own and on the real one."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    Provider,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)

from bide.core.money import Rates
from bide.ledger.catalogue import Catalogue, bundled_catalogue

DAY = "2026-11-21"
BATCH = {"processing": "batch"}


def one_model(prices: Any, variants: list[PriceVariant] | None = None, model: str = "m") -> Catalogue:
    """A catalogue that knows one model of OpenAI's."""
    info = ModelInfo(model, ClauseEquals(model), prices=prices, price_variants=variants)
    return Catalogue("test@1", lambda: [Provider("openai", "OpenAI", "", models=[info])])


def price(**dollars: str) -> ModelPrice:
    return ModelPrice(**{key: Decimal(value) for key, value in dollars.items()})


def starts(day: str) -> StartDateConstraint:
    return StartDateConstraint(datetime.date.fromisoformat(day))


def test_the_kinds_of_token() -> None:
    catalogue = one_model(
        price(input_mtok="2", cache_read_mtok="0.5", cache_write_mtok="2.5", cache_write_1h_mtok="4", output_mtok="8")
    )

    card = catalogue.card("openai", "m", "standard", DAY)

    assert card is not None
    assert card.tiers == ((0, Rates(2_000_000_000, 500_000_000, 2_500_000_000, 8_000_000_000, 4_000_000_000)),)
    assert (card.source, card.confidence, card.day) == ("catalogue:test@1", "catalogue", DAY)


def test_a_cached_token_that_is_free_of_charge_is_not_an_input_token() -> None:
    card = one_model(price(input_mtok="2", cache_read_mtok="0", output_mtok="8")).card("openai", "m", "standard", DAY)

    assert card is not None
    assert card.tiers[0][1] == Rates(2_000_000_000, 0, 2_000_000_000, 8_000_000_000)


def test_a_write_for_an_hour_without_its_own_price_has_none() -> None:
    card = one_model(price(input_mtok="2", cache_write_mtok="2.5", output_mtok="8")).card(
        "openai", "m", "standard", DAY
    )

    assert card is not None
    assert card.tiers[0][1].cache_write_1h is None


def test_boundaries_of_different_kinds_are_merged() -> None:
    catalogue = one_model(
        ModelPrice(
            input_mtok=TieredPrices(Decimal(1), [Tier(100, Decimal(2)), Tier(300, Decimal(3))]),
            output_mtok=TieredPrices(Decimal(10), [Tier(200, Decimal(20))]),
            cache_write_1h_mtok=TieredPrices(Decimal(2), [Tier(400, Decimal(6))]),
        )
    )

    card = catalogue.card("openai", "m", "standard", DAY)

    assert card is not None
    assert [(above, rates.input, rates.output, rates.cache_write_1h) for above, rates in card.tiers] == [
        (0, 1_000_000_000, 10_000_000_000, 2_000_000_000),
        (100, 2_000_000_000, 10_000_000_000, 2_000_000_000),
        (200, 2_000_000_000, 20_000_000_000, 2_000_000_000),
        (300, 3_000_000_000, 20_000_000_000, 2_000_000_000),
        (400, 3_000_000_000, 20_000_000_000, 6_000_000_000),
    ]


@pytest.mark.parametrize(
    ("dollars", "known"),
    [
        pytest.param({"input_mtok": "2", "output_mtok": "8"}, True, id="tokens"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "web_searches_kcount": "10"}, True, id="tools on top"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "input_audio_mtok": "32"}, True, id="text beside audio"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "cache_write_1h_mtok": "4"}, True, id="longer cache"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "output_image_mtok": "30"}, False, id="images out"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "output_reasoning_mtok": "9"}, False, id="thoughts apart"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "requests_kcount": "5"}, False, id="per request"),
        pytest.param({"input_mtok": "2", "output_mtok": "8", "audio_hours": "0.36"}, False, id="per hour"),
        pytest.param({"input_document_kpages": "1"}, False, id="per page"),
        pytest.param({"input_mchars": "15"}, False, id="per character"),
        pytest.param({"input_mtok": "2"}, False, id="half a price"),
        pytest.param({"output_mtok": "8"}, False, id="the other half"),
        pytest.param({"input_mtok": "0.0000000001", "output_mtok": "8"}, False, id="finer than our arithmetic"),
        pytest.param({}, False, id="an empty list is not free of charge"),
    ],
)
def test_what_tokens_cannot_express_is_unknown(dollars: dict[str, str], known: bool) -> None:
    card = one_model(price(**dollars)).card("openai", "m", "standard", DAY)

    assert (card is not None) == known


def test_an_embedding_model_needs_no_output_price() -> None:
    catalogue = one_model(price(input_mtok="0.02"), model="text-embedding-3-small")

    card = catalogue.card("openai", "text-embedding-3-small", "standard", DAY)

    assert card is not None
    assert card.tiers[0][1].output == 0


@pytest.mark.parametrize(
    ("day", "dollars"),
    [
        pytest.param("2026-10-13", None, id="not yet in force"),
        pytest.param("2026-10-14", 1, id="from its first day"),
        pytest.param("2026-12-01", 2, id="until a later one"),
    ],
)
def test_a_variant_is_in_force_from_its_day(day: str, dollars: int | None) -> None:
    catalogue = one_model(
        price(input_mtok="4", output_mtok="8"),
        [
            # The library takes the first that is active, so the newest stands first.
            PriceVariant(BATCH, price(input_mtok="2", output_mtok="2"), starts("2026-12-01")),
            PriceVariant(BATCH, price(input_mtok="1", output_mtok="1"), starts("2026-10-14")),
        ],
    )

    card = catalogue.card("openai", "m", "batch", day)

    assert (card and card.tiers[0][1].input) == (dollars and dollars * 1_000_000_000)
    assert catalogue.has_variant("openai", "m", "batch")
    assert not catalogue.has_variant("openai", "m", "flex")


def test_a_variant_keeps_what_it_does_not_override() -> None:
    catalogue = one_model(
        price(input_mtok="2", cache_read_mtok="0.5", output_mtok="8"),
        [PriceVariant(BATCH, price(input_mtok="1", output_mtok="4"))],
    )

    card = catalogue.card("openai", "m", "batch", DAY)

    assert card is not None
    assert card.tiers[0][1] == Rates(1_000_000_000, 500_000_000, 1_000_000_000, 4_000_000_000)


def test_an_empty_variant_is_a_batch_without_discount() -> None:
    catalogue = one_model(price(input_mtok="2", output_mtok="8"), [PriceVariant(BATCH, ModelPrice())])

    card = catalogue.card("openai", "m", "batch", DAY)

    assert card is not None
    assert card.tiers[0][1].output == 8_000_000_000


@pytest.mark.parametrize("mode", ["batched", "Batch", "", "fast", "default"])
def test_a_mode_that_does_not_exist_has_no_price(mode: str) -> None:
    catalogue = one_model(
        price(input_mtok="2", output_mtok="8"), [PriceVariant({"service_tier": "default"}, ModelPrice())]
    )

    assert catalogue.card("openai", "m", mode, DAY) is None


def test_the_standard_price_changes_on_its_day() -> None:
    catalogue = one_model(
        [
            ConditionalPrice(prices=price(input_mtok="10", output_mtok="40")),
            ConditionalPrice(starts("2025-06-10"), prices=price(input_mtok="2", output_mtok="8")),
        ]
    )

    inputs = [
        card.tiers[0][1].input
        for day in ("2025-06-09", "2025-06-10")
        if (card := catalogue.card("openai", "m", "standard", day))
    ]
    assert inputs == [10_000_000_000, 2_000_000_000]


def test_before_the_first_price_there_is_none() -> None:
    catalogue = one_model([ConditionalPrice(starts("2026-01-01"), prices=price(input_mtok="2", output_mtok="8"))])

    assert catalogue.card("openai", "m", "standard", "2025-12-31") is None
    assert catalogue.card("openai", "m", "standard", "2026-01-01") is not None


def test_a_price_that_depends_on_the_hour_is_no_price_of_a_day() -> None:
    night = TimeOfDateConstraint(datetime.time(16, 30), datetime.time(0, 30))
    catalogue = one_model(
        [
            ConditionalPrice(prices=price(input_mtok="2", output_mtok="8")),
            ConditionalPrice(night, prices=price(input_mtok="1", output_mtok="4")),
        ]
    )

    assert catalogue.card("openai", "m", "standard", DAY) is None


@pytest.mark.parametrize("day", ["", "today", "2026-02-30", "21.11.2026"])
def test_a_day_is_a_date(day: str) -> None:
    with pytest.raises(ValueError):
        one_model(price(input_mtok="2", output_mtok="8")).card("openai", "m", "standard", day)


UNPRICED = {
    "openai": {
        *("chatgpt-image-latest", "gpt-4o-mini-realtime-preview", "gpt-4o-realtime-preview", "gpt-audio"),
        *("gpt-audio-mini", "gpt-image-1.5", "gpt-live-1", "gpt-live-transcribe", "gpt-realtime", "gpt-realtime-2"),
        *("gpt-realtime-mini", "gpt-realtime-translate", "gpt-realtime-whisper", "gpt-transcribe", "moderation"),
        *("tts-1", "tts-1-hd", "whisper-1"),
    },
    "anthropic": set[str](),
    "groq": {
        "canopylabs/orpheus-arabic-saudi",
        "canopylabs/orpheus-v1-english",
        "whisper-large-v3",
        "whisper-large-v3-turbo",
    },
}


@pytest.mark.parametrize("provider", UNPRICED)
def test_no_text_model_of_the_real_catalogue_is_lost(catalogue: Catalogue, provider: str) -> None:
    from genai_prices.data import providers

    models = next(each for each in providers if each.id == provider).models
    named = [model.id for model in models if catalogue.find(provider, model.id)]

    assert {model for model in named if catalogue.card(provider, model, "standard", DAY) is None} == UNPRICED[provider]
    assert len(named) >= 0.9 * len(models)


def test_the_entries_of_a_provider_are_models_that_can_be_asked_for() -> None:
    ids = [entry.id for entry in bundled_catalogue().entries("openai")]
    assert "gpt-4.1-mini" in ids
    assert not [name for name in ids if name.startswith("ft:") or name.endswith("-")]
    assert {entry.id.partition("-")[0] for entry in bundled_catalogue().entries("vertex")} >= {"claude", "gemini"}
    assert list(bundled_catalogue().entries("nobody")) == []

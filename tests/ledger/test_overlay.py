"""The overlay's rules on small files of our own, and the one that comes with bide checked row by row."""

import datetime

import msgspec
import pytest

from bide.ledger.catalogue import LISTINGS, Catalogue
from bide.ledger.overlay import Overlay, Retirement, Row, bundled_overlay, weakest

ROWS = bundled_overlay().rows.price
COLUMNS = 'source = "here"\nchecked_on = 2026-11-21\nconfidence = "rule"\n'


def overlay(*rows: str) -> Overlay:
    return Overlay("".join(f"[[price]]\n{row}\n{COLUMNS}" for row in rows))


def half(name: str, model: str, more: str = "") -> str:
    return (
        f'id = "{name}"\nprovider = "openai"\nmodel = ["{model}"]\nmode = "batch"\nvalid_from = 2025-01-01\n'
        f'multiplier = {{ input = "0.5", output = "0.5" }}\n{more}'
    )


@pytest.mark.parametrize(
    ("model", "mode", "day", "row"),
    [
        pytest.param("gpt-4o", "batch", "2025-01-01", "exact", id="the first day"),
        pytest.param("gpt-4o", "batch", "2025-06-30", "exact", id="the last day"),
        pytest.param("GPT-4o", "batch", "2025-06-30", "exact", id="in capitals"),
        pytest.param("gpt-4o", "batch", "2025-07-01", "star", id="after it, the next row speaks"),
        pytest.param("gpt-4o-mini", "batch", "2025-03-01", "star", id="a pattern"),
        pytest.param("gpt-4o", "batch", "2024-12-31", None, id="before all rows"),
        pytest.param("gpt-4o", "flex", "2025-03-01", None, id="another mode"),
        pytest.param("o3", "batch", "2025-03-01", None, id="another model"),
    ],
)
def test_the_first_row_that_covers_speaks(model: str, mode: str, day: str, row: str | None) -> None:
    rows = overlay(half("exact", "gpt-4o", "valid_to = 2025-06-30\n"), half("star", "gpt-4o*"))

    found = rows.multiplier("openai", model, mode, day, listed=True)

    assert (found and found.id) == row
    assert rows.price("openai", model, mode, day) is None


def test_a_row_that_backdates_needs_a_listed_price() -> None:
    rows = overlay(half("old", "*", "backdates = true\n"))

    assert rows.multiplier("openai", "gpt-4o", "batch", "2025-03-01", listed=True) is not None
    assert rows.multiplier("openai", "gpt-4o", "batch", "2025-03-01", listed=False) is None


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(half("a", "*", 'surface = "eu"\n'), id="an unknown column"),
        pytest.param(half("a", "*").replace('mode = "batch"', 'mode = "batched"'), id="an unknown mode"),
        pytest.param(half("a", "*").replace('mode = "batch"', 'mode = "standard"'), id="a multiple of itself"),
        pytest.param(half("a", "*").replace("2025-01-01", '"soon"'), id="no date"),
        pytest.param(half("a", "*").replace('"0.5"', '"half"', 1), id="no number"),
        pytest.param(half("a", "*", 'price = { input = "1", output = "1" }\n'), id="a price and a multiplier"),
        pytest.param("\n".join(half("a", "*").splitlines()[:-1]), id="neither"),
    ],
)
def test_a_malformed_row_is_refused(row: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        _ = overlay(row).rows


def test_the_edition_changes_with_the_file() -> None:
    assert Overlay("").edition != overlay(half("a", "*")).edition
    assert Overlay("").edition == Overlay("").edition


@pytest.mark.parametrize(
    ("confidences", "expected"),
    [
        (("verified", "catalogue"), "catalogue"),
        (("assumed", "rule"), "assumed"),
        (("user", "catalogue"), "catalogue"),
        (("user",), "user"),
        (("disputed", "user", "verified"), "disputed"),
    ],
)
def test_a_number_is_worth_its_weakest_part(confidences: tuple[str, ...], expected: str) -> None:
    assert weakest(*confidences) == expected


def test_ids_are_unique() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_row_of_ours_can_be_checked(row: Row) -> None:
    """It has a source and dates in order, names a provider we have, and models that exist there."""
    assert row.provider in LISTINGS
    assert len(row.source) > 15
    assert datetime.date(2024, 1, 1) <= row.valid_from <= row.checked_on
    assert row.valid_from < row.valid_to
    for pattern in row.model:
        assert pattern == pattern.lower()
        if "*" not in pattern:
            assert pattern in ids_of(row.provider)


def ids_of(provider: str) -> set[str]:
    from genai_prices.data import providers

    libraries = {listing.library for listing in LISTINGS[provider]}
    return {model.id.lower() for each in providers if each.id in libraries for model in each.models}


def test_facts_disputes_and_retirements_are_about_models_that_exist(catalogue: Catalogue) -> None:
    rows = bundled_overlay().rows
    for each in (*rows.dispute, *rows.retirement, *rows.fact):
        for model in each.model:
            assert any((entry := catalogue.find(provider, model)) and entry.id == model for provider in each.provider)


def test_a_batch_price_that_ended_belongs_to_a_retired_model() -> None:
    rows = bundled_overlay()
    for row in ROWS:
        for model in row.model if row.valid_to < datetime.date.max else ():
            retired = rows.retirement(row.provider, model)
            assert retired is not None
            assert retired.on == row.valid_to


@pytest.mark.parametrize(
    ("on", "day", "past"),
    [("2026-11-30", "2026-11-30", False), ("2026-11-30", "2026-12-01", True), (None, "2024-01-01", True)],
)
def test_a_retirement_is_past_after_its_day(on: str | None, day: str, past: bool) -> None:
    row = Retirement(
        provider=("openai",),
        model=("m",),
        on=None if on is None else datetime.date.fromisoformat(on),
        source="here",
        checked_on=datetime.date(2026, 11, 21),
    )
    assert row.is_past(day) == past


def test_the_catalogue_that_is_installed_was_held_against_others(catalogue: Catalogue) -> None:
    """After an upgrade of genai-prices: compare, correct the rows, and name the new edition."""
    assert bundled_overlay().checked_on(f"catalogue:{catalogue.edition}") is not None

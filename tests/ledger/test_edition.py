"""A newer catalogue that the user brings: checked, kept, used, removed; what is wrong changes nothing."""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.ledger import data_file

from bide.core.errors import InputError, SettingError
from bide.ledger import edition
from bide.ledger.catalogue import bundled_catalogue
from bide.ledger.edition import Change
from bide.ledger.prices import Prices

DAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def data() -> bytes:
    """The edition that comes with bide, in which GPT-4.1 costs a quarter more, and with a new model."""
    everything = data_file.raw()
    openai = next(each for each in everything if each["id"] == "openai")
    model = next(each for each in openai["models"] if each["id"] == "gpt-4.1")
    model["prices"] |= {"input_mtok": 2.5, "output_mtok": 10}
    openai["models"].append(
        {
            "id": "gpt-9",
            "match": {"equals": "gpt-9"},
            "prices": {"input_mtok": 0.1, "output_mtok": 0.30000001},
            "context_window": 900,
        }
    )
    return data_file.encoded(everything)


def test_a_newer_edition_is_compared_kept_used_and_removed(tmp_path: Path, data: bytes) -> None:
    assert edition.catalogue_of(tmp_path) is bundled_catalogue()

    change = edition.compared(data, DAY)
    about = edition.keep(tmp_path, data, "prices.json", DAY)
    prices = Prices(catalogue=edition.catalogue_of(tmp_path))

    assert (change.added, change.removed, change.changed) == (1, 0, 1)
    assert about.name in prices.edition
    card = prices.card("openai", "gpt-4.1", "standard", "2026-11-21")
    assert card is not None
    assert (card.tiers[0][1].input, card.source) == (2_500_000_000, f"catalogue:{about.name}")
    assert prices.checked_on(card) == DAY
    new = prices.card("openai", "gpt-9", "standard", "2026-11-21")
    assert new is not None
    assert new.tiers[0][1].output == 300_000_010
    assert (prices.window("openai", "gpt-9"), Prices().window("openai", "gpt-9")) == (900, None)
    assert prices.window("openai", "gpt-5-mini") == Prices().window("openai", "gpt-5-mini") == 400_000

    assert edition.remove(tmp_path)
    assert not edition.remove(tmp_path)
    assert edition.catalogue_of(tmp_path) is bundled_catalogue()


def test_the_same_edition_changes_nothing() -> None:
    change = edition.compared(data_file.encoded(data_file.raw()), DAY)

    assert change == Change(models=change.models, added=0, removed=0, changed=0)
    assert change.models > 1_000


def small(**model: Any) -> bytes:
    listed = {"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": 1, "output_mtok": 2}} | model
    return json.dumps([{"id": "openai", "name": "OpenAI", "api_pattern": "x", "models": [listed]}]).encode()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param(b"<html>", "no data file", id="a web page"),
        pytest.param(b'{"models": []}', "array of providers", id="another format"),
        pytest.param(b'[{"id": "openai"}]', "no data file", id="half a provider"),
        pytest.param(b"[1]", "no data file", id="numbers"),
        pytest.param(b'[{"models": 3}]', "no data file", id="models that are none"),
        pytest.param(b'[{"models": [[], {"prices": [4]}]}]', "no data file", id="prices that are none"),
        pytest.param(small(prices={"input_mtok": -1}), "m costs -1", id="a negative price"),
        pytest.param(b"[" * 100_000, "no data file", id="brackets"),
        pytest.param(small(), "incomplete, or older", id="one model"),
    ],
)
def test_what_does_not_validate_is_refused(wrong: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        edition.compared(wrong, DAY)

    assert "nothing was changed" in str(error.value)


def test_prices_of_another_unit_are_noticed() -> None:
    everything = data_file.raw()
    for model in (model for each in everything for model in each["models"]):
        if isinstance(model["prices"], dict):
            prices: dict[str, Any] = model["prices"]
            model["prices"] = {k: v / 1_000 if isinstance(v, Decimal) else v for k, v in prices.items()}

    with pytest.raises(InputError, match="another unit"):
        edition.compared(data_file.encoded(everything), DAY)


def test_what_was_changed_behind_our_back_is_not_used(tmp_path: Path, data: bytes) -> None:
    kept = edition.keep(tmp_path, data, "prices.json", DAY)
    (tmp_path / "prices" / kept.file).write_bytes(data.replace(b"2.5", b"0.5"))

    with pytest.raises(SettingError, match="--remove"):
        Prices(catalogue=edition.catalogue_of(tmp_path)).card("openai", "gpt-4.1", "standard", "2026-11-21")

    (tmp_path / "prices" / "catalogue.about.json").write_text("{}")
    with pytest.raises(SettingError, match="--remove"):
        edition.catalogue_of(tmp_path)


def test_one_edition_is_kept_at_a_time_and_no_secret_of_its_address(tmp_path: Path) -> None:
    edition.keep(tmp_path, b"[1]", "first.json", DAY)
    second = edition.keep(tmp_path, b"[2]", "https://me:secret@example.org/data.json?token=secret", DAY)

    assert second.source == "https://example.org/data.json"
    assert {path.name for path in (tmp_path / "prices").iterdir()} == {second.file, "catalogue.about.json"}
    assert edition.remove(tmp_path)
    assert list((tmp_path / "prices").iterdir()) == []

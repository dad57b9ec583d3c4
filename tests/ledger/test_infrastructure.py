"""What self-hosted work is reckoned with: every row can be checked, and what is not listed is unknown."""

import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bide.core.errors import SettingError
from bide.ledger import infrastructure
from bide.ledger.infrastructure import LISTED, Infrastructure, Price, Purchase
from bide.settings import HardwareSettings

ROWS = infrastructure.rows()


@pytest.mark.parametrize(
    ("name", "purchase", "low", "high", "confidence"),
    [
        pytest.param("ml.g5.xlarge", "on-demand", "1.408", "1.408", "verified", id="an endpoint"),
        pytest.param("g5.xlarge", "on-demand", "1.006", "1.006", "catalogue", id="the machine itself"),
        pytest.param("ml.g7e.2xlarge", "on-demand", "4.204", "4.37", "disputed", id="two sources, two prices"),
        pytest.param("g5.xlarge", "spot", "0.35210", "0.5030", "assumed", id="spot is a range"),
        pytest.param("p4d.24xlarge", "spot", "8.7832", "13.1748", "assumed", id="spot of the p family"),
        pytest.param("ml.g5.xlarge", "commitment", "0.50688", "1.408", "assumed", id="a savings plan"),
    ],
)
def test_an_hour_of_an_instance(name: str, purchase: Purchase, low: str, high: str, confidence: str) -> None:
    found = LISTED.hourly(name, purchase)

    assert found is not None
    assert (found.low, found.high, found.confidence) == (Decimal(low), Decimal(high), confidence)
    assert "table" in found.source


@pytest.mark.parametrize(
    ("name", "purchase"),
    [
        pytest.param("ml.g5.huge", "on-demand", id="no such instance"),
        pytest.param("ml.g5.xlarge", "spot", id="endpoints have no spot"),
        pytest.param("g5.xlarge", "commitment", id="nobody has named one"),
        pytest.param("ebs-storage", "on-demand", id="not by the hour"),
        pytest.param("ebs-storage", "spot", id="not by the hour, nor in parts"),
    ],
)
def test_what_is_not_sold_so_is_unknown(name: str, purchase: Purchase) -> None:
    assert LISTED.hourly(name, purchase) is None


def test_serverless_is_priced_in_units_of_its_own() -> None:
    compute, data = LISTED.price("serverless-compute"), LISTED.price("serverless-data")

    assert compute is not None
    assert data is not None
    assert (compute.per, compute.low * 4 * 3600) == ("GB-second", Decimal("0.288"))
    assert (data.per, data.low) == ("GB", Decimal("0.016"))


@pytest.mark.parametrize("row", ROWS.price, ids=lambda row: row.name)
def test_a_row_can_be_checked(row: Price) -> None:
    assert 0 < row.low <= row.high
    assert row.checked_on is not None
    assert datetime.date(2026, 1, 1) <= row.checked_on <= datetime.date(2026, 12, 31)
    assert len(row.source) > 15
    assert bool(row.accelerators) == (row.per == "hour")


def test_names_are_unique_and_machines_are_cheaper_than_the_service() -> None:
    names = {row.name: row for row in ROWS.price}
    assert len(names) == len(ROWS.price)
    both = [(row, names[f"ml.{row.name}"]) for row in ROWS.price if f"ml.{row.name}" in names]
    assert len(both) >= 10
    assert all(machine.low < service.low for machine, service in both)


def test_a_range_the_wrong_way_round_is_refused() -> None:
    columns = {"source": "here", "checked_on": "2026-11-21", "confidence": "assumed", "service": "ec2", "per": "hour"}
    with pytest.raises(msgspec.ValidationError, match="no range of prices"):
        msgspec.convert({"name": "a", "low": "2", "high": "1", **columns}, Price)


def own(**names: dict[str, Any]) -> Infrastructure:
    return Infrastructure({name: msgspec.convert(said, HardwareSettings) for name, said in names.items()})


def test_ones_own_price_goes_before_the_listed_one() -> None:
    mine = own(**{"ml.g5.xlarge": {"price": "1.10-1.20", "commitment": "0.80"}})

    found, bought = mine.hourly("ml.g5.xlarge"), mine.hourly("ml.g5.xlarge", "commitment")
    assert found is not None
    assert bought is not None
    assert (found.low, found.high, found.confidence, found.checked_on) == (
        Decimal("1.10"),
        Decimal("1.20"),
        "user",
        None,
    )
    assert (found.accelerators, found.service) == ("1 A10G", "sagemaker")
    assert (bought.low, bought.high) == (Decimal("0.80"),) * 2
    assert mine.hourly("g5.xlarge") == LISTED.hourly("g5.xlarge")
    assert [one.name for one in mine.prices()].count("ml.g5.xlarge") == 1
    assert len(mine.prices()) == len(LISTED.prices())


def test_what_is_listed_as_a_part_is_a_part_of_ones_own_price() -> None:
    spot = own(**{"g5.xlarge": {"price": "2"}}).hourly("g5.xlarge", "spot")

    assert spot is not None
    assert (spot.low, spot.high, spot.confidence) == (Decimal("0.70"), Decimal("1.00"), "assumed")
    assert spot.source.endswith("× user")


def test_an_instance_that_nobody_lists_may_be_named() -> None:
    mine = own(rack={"price": 3, "accelerators": "4 H100", "spot": "1.5"})

    found, spot = mine.hourly("rack"), mine.hourly("rack", "spot")
    assert found is not None
    assert spot is not None
    assert (found.low, found.per, spot.low) == (Decimal(3), "hour", Decimal("1.5"))
    assert mine.hourly("rack", "commitment") is None
    storage = own(**{"ebs-storage": {"price": "0.07"}}).price("ebs-storage")
    assert storage is not None
    assert storage.per == "GB-month"


@pytest.mark.parametrize(
    ("name", "said", "message"),
    [
        ("rack", {"price": "cheap"}, r'hardware."rack".price is \'cheap\'; write USD as in "1.20"'),
        ("rack", {"price": "2-1"}, 'hardware."rack".price'),
        ("rack", {"price": "-1"}, 'hardware."rack".price'),
        ("rack", {"price": "1", "spot": "inf"}, 'hardware."rack".spot'),
        ("ebs-storage", {"price": "1", "per": "hour"}, "sold by the GB-month"),
        ("ebs-storage", {"price": "1", "spot": "1"}, "only what is paid by the hour"),
    ],
)
def test_a_price_that_is_none_is_refused_by_its_name(name: str, said: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        own(**{name: said})

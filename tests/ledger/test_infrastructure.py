"""What self-hosted work is reckoned with: every row can be checked, and what is not listed is unknown."""

import datetime
from decimal import Decimal

import msgspec
import pytest

from bide.ledger import infrastructure
from bide.ledger.infrastructure import Price, Purchase

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
    found = infrastructure.hourly(name, purchase)

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
    assert infrastructure.hourly(name, purchase) is None


def test_serverless_is_priced_in_units_of_its_own() -> None:
    compute, data = infrastructure.price("serverless-compute"), infrastructure.price("serverless-data")

    assert compute is not None
    assert data is not None
    assert (compute.per, compute.low * 4 * 3600) == ("GB-second", Decimal("0.288"))
    assert (data.per, data.low) == ("GB", Decimal("0.016"))


@pytest.mark.parametrize("row", ROWS.price, ids=lambda row: row.name)
def test_a_row_can_be_checked(row: Price) -> None:
    assert 0 < row.low <= row.high
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

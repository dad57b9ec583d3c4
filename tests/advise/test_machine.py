from fractions import Fraction

import pytest

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.machine import APART, Machine, break_even, machine_cost, utilisation
from bide.advise.calculator.quantity import given, quantity
from bide.advise.calculator.unit import DAY, HOUR, MONTH, REQUEST, USD, UnitError
from bide.core.errors import InputError

HOURLY = quantity("1.408", USD / HOUR)


def test_an_endpoint_that_never_stops_and_what_of_it_is_idle() -> None:
    to = Derivation()
    found = machine_cost(Machine(name="endpoint", hourly=HOURLY, count=quantity(2), busy=given("30%")), to)

    assert found.cost.value == quantity("2055.68", USD / MONTH)
    assert found.idle is not None
    assert found.idle.value == quantity("1438.976", USD / MONTH)
    assert to.notes == [APART]


def test_hours_by_the_month_and_discounts_that_multiply() -> None:
    spot = Machine(
        name="job",
        hourly=HOURLY,
        hours=quantity(100, HOUR / MONTH),
        discounts={"spot": given("50%"), "commitment": given("20%")},
    )

    found = machine_cost(spot, Derivation())

    assert found.cost.value == quantity("56.32", USD / MONTH)
    assert found.hourly.value == quantity("0.5632", USD / HOUR)


def test_a_day_has_24_hours_and_dollars_are_by_the_hour() -> None:
    with pytest.raises(InputError, match="more than 24 hours a day"):
        machine_cost(Machine(name="job", hourly=HOURLY, hours=quantity(25, HOUR / DAY)), Derivation())
    with pytest.raises(UnitError, match="the price of job is in USD per month"):
        machine_cost(Machine(name="job", hourly=quantity(1, USD / MONTH)), Derivation())
    with pytest.raises(InputError, match="spot is a share"):
        machine_cost(Machine(name="job", hourly=HOURLY, discounts={"spot": given("150%")}), Derivation())


def test_requests_an_hour_above_which_hardware_pays() -> None:
    """800 tokens in and 200 out at 0.10 and 0.40 USD per million, beside an ml.g5.xlarge: 8,800 an hour."""
    assert break_even(HOURLY, quantity("0.00016", USD / REQUEST), Derivation()).value.low == 8_800
    with pytest.raises(InputError, match="hardware never pays"):
        break_even(HOURLY, quantity(0, USD / REQUEST), Derivation())


def test_utilisation_is_a_share_of_the_time_it_runs() -> None:
    assert utilisation(quantity(6, HOUR), quantity(24, HOUR), Derivation()).value.low == Fraction(1, 4)
    with pytest.raises(InputError, match="never on"):
        utilisation(quantity(1, HOUR), quantity(0, HOUR), Derivation())
    with pytest.raises(UnitError, match="running is in day"):
        utilisation(quantity(1, HOUR), quantity(1, DAY), Derivation())

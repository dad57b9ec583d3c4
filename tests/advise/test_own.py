"""Hardware of one's own in money: what is said or listed, what idle time and spot machines come to, and when it is advised."""

from typing import Any

import msgspec
import pytest
from tests.advise.advised import codes, money, on

from bide.advise.advisor import advise
from bide.advise.basis import basis
from bide.advise.own import own
from bide.advise.workload import Workload
from bide.core.money import DOLLAR
from bide.settings import Settings

WORK: dict[str, Any] = {"deferrable": True, "self_hosting": True, "model": "openai/priced"}


@pytest.mark.parametrize(
    ("fields", "low", "high"),
    [
        pytest.param({"own_usd_per_month": 12.5}, 12.5, 12.5, id="said"),
        pytest.param({"own_instance": "ml.g5.xlarge"}, 1027.84, 1027.84, id="always on"),
        pytest.param({"own_instance": "ml.g5.xlarge", "own_hours_per_day": 6}, 253.44, 253.44, id="six hours a day"),
        pytest.param({"own_instance": "ml.g5.xlarge", "own_instances": 2}, 2055.68, 2055.68, id="two"),
        pytest.param({"own_instance": "g5.xlarge", "own_purchase": "spot"}, 257.033, 367.19, id="spot is a range"),
    ],
)
def test_a_month_of_it_costs_what_is_said_or_listed(fields: dict[str, Any], low: float, high: float) -> None:
    found = own(Workload(**fields))
    assert found is not None
    assert (found.low / DOLLAR, found.high / DOLLAR) == (low, high)


@pytest.mark.parametrize(
    "fields", [{"own_instance": "ml.nobody.xlarge"}, {"own_instance": "ml.g5.xlarge", "own_purchase": "spot"}]
)
def test_what_is_not_listed_is_unknown_and_said(fields: dict[str, Any]) -> None:
    found = on(**fields)
    assert found.own_cost is None
    assert "unknown_hardware" in codes(found)
    assert own(Workload()) is None


def test_a_price_of_ones_own_goes_before_the_listed_one() -> None:
    settings = msgspec.convert({"hardware": {"ml.g5.xlarge": {"price": "1"}}}, Settings)
    rests = basis(settings, lambda provider, model, mode, day: None, "2026-11-21")

    found = advise(Workload(own_instance="ml.g5.xlarge", self_hosting=True), rests).own_cost
    assert found is not None
    assert (found.low, found.high, found.source) == ("730", "730", "ml.g5.xlarge, on-demand: your own price")


def test_it_is_advised_only_if_it_is_cheaper_in_any_case() -> None:
    spot = {"own_instance": "g5.xlarge", "own_purchase": "spot"}
    dearer = on(**WORK, **spot, input_tokens_per_day=12_000_000)
    cheaper = on(**WORK, **spot, input_tokens_per_day=13_000_000)
    assert (dearer.mode, cheaper.mode) == ("batch", "self-hosted")
    assert "own_capacity" in codes(cheaper)
    assert cheaper.own_cost is not None
    assert (cheaper.own_cost.low, cheaper.own_cost.high) == ("257.033", "367.19")


def test_it_is_a_lever_where_something_else_decides() -> None:
    found = on(**WORK, user_waiting=True, own_usd_per_month=100, input_tokens_per_day=10_000_000)
    assert (found.mode, money(found)) == ("realtime", {"own hardware": "500"})


def test_idle_time_has_its_price() -> None:
    idle = {"self_hosted": True, "utilisation": "<0.6", "own_usd_per_month": 1000}
    assert money(on(**idle)) == {"idle time": "400"}
    assert next(one.lever for one in on(self_hosted=True, utilisation=0.55).levers) == "idle time"
    assert money(on(self_hosted=True, utilisation=0.55)) == {}


def test_spot_machines_save_what_is_sure() -> None:
    found = on(self_hosted=True, deferrable=True, interruptible=True, own_instance="g5.xlarge")
    assert (found.action, money(found)) == ("batch_spot", {"spot machines": "367.19"})
    endpoint = on(self_hosted=True, deferrable=True, interruptible=True, own_instance="ml.g5.xlarge")
    assert money(endpoint) == {}

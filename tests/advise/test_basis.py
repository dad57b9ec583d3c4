"""What advice rests on: the accounts, price lists, presets and thresholds of a config."""

from collections.abc import Mapping
from typing import Any

from bide.advise.advisor import advise
from bide.advise.basis import basis
from bide.advise.rulebook import PresetName
from bide.advise.workload import Workload
from bide.core.clock import MINUTE
from bide.core.money import RateCard, Rates
from bide.settings.misfit import fit

FLAT, LONG = Rates(input=2000, cached=2000, cache_write=2000, output=2000), Rates(4000, 4000, 4000, 4000)


def card(provider: str, model: str, mode: str, day: str) -> RateCard | None:
    """OpenAI's `tiered` costs twice as much above 1,000 tokens a request."""
    if (provider, model, mode) != ("openai", "tiered", "standard"):
        return None
    return RateCard(provider, model, mode, day, ((0, FLAT), (1_000, LONG)), "test", "test")


def on(config: Mapping[str, Any], preset: PresetName | None = None, **fields: Any) -> Any:
    return advise(Workload(**fields), basis(fit(config), card, "2026-11-21", preset))


def test_a_second_account_has_the_prices_and_limits_of_its_kind() -> None:
    config = {"providers": {"second": {"kind": "openai", "catalogue": "openai"}, "third": {"kind": "openai"}}}
    for account in ("openai", "second", "third"):
        found = on(
            config, model=f"{account}/tiered", deferrable=True, input_tokens_per_day=10**6, requests_per_batch=60_000
        )
        assert found.cost.realtime == "0.00006"
        assert "several_files" in {one.code for one in found.warnings}


def test_an_account_that_nobody_knows_has_no_price_and_no_limits() -> None:
    found = on({}, model="nobody/tiered", deferrable=True, input_tokens_per_day=10**6, requests_per_batch=60_000)
    assert found.cost.realtime is None
    assert {one.code for one in found.warnings} == {"unknown_price"}
    assert on({}, model="tiered", deferrable=True, input_tokens_per_day=10**6).cost.realtime is None


def test_a_request_of_the_usual_size_says_which_tier_is_paid() -> None:
    costs = [
        on({}, model="openai/tiered", input_tokens_per_day=10**6, requests_per_day=many).cost.realtime
        for many in (None, 1_000, 999, "1000-2000")
    ]
    assert costs == ["0.00006", "0.00006", "0.00012", "0.00006"]


def test_thresholds_of_the_config_are_those_of_its_own_preset() -> None:
    config = {"advise": {"preset": "latency", "batch_from": "90m"}}
    assert basis(fit(config), card, "2026-11-21").own == {"batch_from": 90 * MINUTE}
    assert basis(fit(config), card, "2026-11-21", "latency").own == {"batch_from": 90 * MINUTE}
    assert basis(fit(config), card, "2026-11-21", "deadline").own == {}
    assert on(config, within="2h").rule == "whole-window"
    assert on(config, "deadline", within="2h").rule == "minutes"

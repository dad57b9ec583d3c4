"""Workloads for the advisor, and prices that are easy to reckon with."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from bide.advise.advice import Advice
from bide.advise.advisor import Basis, advise
from bide.advise.rulebook import PresetName
from bide.advise.workload import Workload
from bide.core.money import RateCard, Rates
from bide.providers.kinds import KINDS

CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent.parent / "cases" / "decisions.toml").read_text("utf-8")
)

USD = 10**9
"""A dollar a million tokens, as a rate."""


def tariff(model: str, mode: str) -> RateCard | None:
    """`priced` costs 2 USD a million tokens and half of it deferred, a cached one a tenth of that; `cheap` a quarter; `undiscounted` has
    no batch price."""
    name = model.partition("/")[2]
    if name not in ("priced", "cheap", "undiscounted") or (name == "undiscounted" and mode != "standard"):
        return None
    rate = 2 * USD // (4 if name == "cheap" else 1) // (1 if mode == "standard" else 2)
    rates = Rates(input=rate, cached=rate // 10, cache_write=rate, output=rate)
    return RateCard("openai", name, mode, "2026-11-21", ((0, rates),), "test", "test")


def on(preset: PresetName = "deadline", own: dict[str, float] | None = None, /, **fields: Any) -> Advice:
    """The advice on a workload of these fields."""
    workload = msgspec.convert(fields, Workload)
    return advise(workload, Basis(preset=preset, own=own or {}, tariff=tariff, kinds=KINDS))


def advised(advice: Advice) -> str:
    """The action, else the mode."""
    return advice.action or advice.mode


def codes(advice: Advice) -> set[str]:
    """What is warned of."""
    return {one.code for one in advice.warnings}


def conflicts(advice: Advice) -> set[str]:
    """The contradictions that are named."""
    return {one.id for one in advice.conflicts}


def money(advice: Advice) -> dict[str, str]:
    """What the levers are worth, where that is known."""
    return {one.lever: one.usd_per_month for one in advice.levers if one.usd_per_month is not None}

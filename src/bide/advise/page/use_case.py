"""The use-case matrix: kinds of work with a starting point for their numbers, and what the advisor says about each."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

from bide.advise.advice import AdviceSource, Caution
from bide.advise.advisor import Basis, advise
from bide.advise.page.lane_times import WITHIN
from bide.advise.reading import workload
from bide.advise.rulebook import Mode
from bide.core.clock import SECOND

OWN_NUMBERS = "a starting point; put your own in"
"""Whose the numbers of a use case are that no article gives."""


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A use case as `use_cases.toml` has it; its head explains the fields."""

    id: str
    title: str
    volume: str
    may_take: str
    requests: int
    input_tokens: int
    output_tokens: int
    period: Literal["hour", "day", "week", "month"]
    waits: int
    cached: int = 0
    numbers: str = OWN_NUMBERS
    workload: Mapping[str, Any]


class UseCase(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the matrix. `input_tokens` and `output_tokens` are of one request, `waits` and `cached` in per cent.

    `within` are the seconds, of those that the page offers, in which an answer has to be there; None: its parts differ.
    """

    id: str
    title: str
    volume: str
    may_take: str
    within: float | None
    requests: int
    input_tokens: int
    output_tokens: int
    period: str
    waits: int
    cached: int
    numbers: str
    mode: Mode
    rule: str
    says: str
    reason: str
    sources: tuple[AdviceSource, ...]
    warnings: tuple[Caution, ...]


@cache
def use_cases() -> Sequence[UseCase]:
    """All of them, in the order of the file, as bide's own preset advises on them. Thresholds of a config play no part."""
    text = resources.files("bide.advise.page").joinpath("use_cases.toml").read_text("utf-8")
    written = msgspec.convert(tomllib.loads(text)["use_case"], tuple[Written, ...])
    return tuple(_advised(one) for one in written)


def _advised(one: Written) -> UseCase:
    told = workload({"name": one.title, **one.workload}, one.id)
    found, within = advise(told, Basis()), told.span("within")
    return UseCase(
        within=None if within is None else min(offered for offered in WITHIN if offered >= within.high) / SECOND,
        **{name: getattr(one, name) for name in Written.__struct_fields__ if name != "workload"},
        mode=found.mode,
        rule=found.rule,
        says=found.says,
        reason=found.reason,
        sources=found.sources,
        warnings=found.warnings,
    )

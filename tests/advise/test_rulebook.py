"""The rules as data: complete, reachable, sourced, and in step with the settings."""

from typing import Any

import msgspec
import pytest
from tests.advise.advised import CASES, on

from bide.advise.condition import named
from bide.advise.rulebook import OWN, bundled_rulebook
from bide.advise.workload import Workload
from bide.lanes.forecast.evidence import bin_of
from bide.lanes.forecast.turnaround import MEDIAN, SIGMA, log_normal
from bide.settings.advise import AdviseSettings

BOOK = bundled_rulebook()

DERIVED = {"mixed", "provider", "may_wait", "low_saving", "own_cheaper"}
ADVISED = {"mode", "action", "priced"}


def test_there_is_a_preset_of_bides_own_and_one_for_each_article() -> None:
    assert {preset.article for preset in BOOK.presets.values()} == {None, *BOOK.articles}
    assert BOOK.presets[OWN].article is None


def test_presets_name_thresholds_that_there_are_and_settings_can_set_each() -> None:
    own = set(BOOK.presets[OWN].thresholds)
    assert all(set(preset.thresholds) <= own for preset in BOOK.presets.values())
    assert own == {field.name for field in msgspec.structs.fields(AdviseSettings)} - {"preset"}


def test_rules_are_named_once_and_each_says_why() -> None:
    assert len({rule.id for rule in BOOK.rule}) == len(BOOK.rule)
    assert all(rule.says and rule.reason for rule in BOOK.rule)
    assert all(part.article in BOOK.articles and part.section for rule in BOOK.rule for part in rule.sources)


def test_every_claim_says_whose_it_is() -> None:
    heads = {part for one in BOOK.conflict for claim in one.claims for part in claim.partition(":")[0].split(" and ")}
    assert heads == set(BOOK.articles)


def test_conditions_ask_about_what_there_is() -> None:
    known = {*Workload.__struct_fields__, *DERIVED}
    assert {name for rule in BOOK.rule for name in rule.when} <= known
    assert {name for one in BOOK.conflict for condition in one.when for name in condition} <= known | ADVISED
    thresholds = set(BOOK.presets[OWN].thresholds)
    assert {name for rule in BOOK.rule for name in named(rule.when)} <= thresholds


@pytest.mark.parametrize("preset", BOOK.presets)
def test_the_last_rule_of_every_preset_fits_anything(preset: str) -> None:
    assert [rule.id for rule in BOOK.rule if rule.speaks_in(preset) and not rule.when] == ["unknown"]
    assert BOOK.rule[-1].id == "unknown"


OTHERS: tuple[dict[str, Any], ...] = (
    {"no_storage": True},
    {"data_stays": True},
    {"agent_step": True},
    {"self_hosted": True, "utilisation": "<0.5", "predictable": False},
    {"within": "10m"},
    {"within": "2m"},
    {"mixed_priorities": True},
    {"user_waiting": False},
    {"predictable": False, "batchable": False},
    {"self_hosting": True, "own_usd_per_month": 1, "model": "openai/priced", "input_tokens_per_day": 10_000_000},
    {"deferrable": True, "model": "openai/priced", "input_tokens_per_day": 1},
    {"deferrable": True, "within": "<3m", "priority": "standard"},
    {},
)
"""What decides by the rules that no published decision needs."""


def test_every_rule_decides_something() -> None:
    workloads = [one["workload"] for one in CASES["decision"]] + list(OTHERS)
    decided = {on(preset, **one).rule for preset in BOOK.presets for one in workloads}
    assert {rule.id for rule in BOOK.rule} - decided == set()


def test_ninety_nine_of_a_hundred_batches_are_done_within_the_time_from_which_bide_advises_them() -> None:
    enough = int(BOOK.thresholds(OWN)["batch_from"])
    left = log_normal(MEDIAN, SIGMA)
    assert left[bin_of(enough)] < 0.01 < left[bin_of(enough // 2)]

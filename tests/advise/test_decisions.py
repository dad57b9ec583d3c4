"""What three published articles decide, 98 times, and the 15 contradictions between them."""

from typing import Any

import pytest
from tests.advise.advised import CASES, advised, codes, conflicts, on

DECISIONS, CONTRADICTIONS = CASES["decision"], CASES["contradiction"]

TITLES = {
    "volume": "Batch Processing vs Real-Time: The Cost-Latency Tradeoff",
    "latency": "Batch Processing vs Real-Time AI Inference",
    "patience": "Batch API vs Real-Time LLM Calls: When to Use Each (And Save 50%)",
}


def test_they_are_all_there() -> None:
    assert len({one["id"] for one in DECISIONS}) == len(DECISIONS) == 98
    assert [one["id"] for one in CONTRADICTIONS] == [f"X{number:02}" for number in range(1, 16)]


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in DECISIONS])
def test_an_articles_preset_decides_as_the_article_does(case: dict[str, Any]) -> None:
    found = on(case["preset"], **case["workload"])
    assert (advised(found), found.rule) == (case["advised"], case["rule"])
    assert found.says
    assert found.reason
    assert found.sources
    assert {case["warned"]} <= codes(found) if "warned" in case else True
    assert found.weak or not case.get("weak", False)
    if "max_wait" in case:
        assert found.max_wait == case["max_wait"]
    assert found.schedule == case.get("schedule")


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in DECISIONS])
def test_bides_own_preset_decides_so_too_unless_a_contradiction_is_resolved_otherwise(case: dict[str, Any]) -> None:
    found = on(**case["workload"])
    differs = case.get("differs", {"advised": case["advised"]})
    assert (advised(found), found.rule) == (differs["advised"], case.get("own", case["rule"]))
    if "by" in differs:
        assert differs["by"] in conflicts(found)
        assert case["preset"] in {other.preset for other in found.others}
        assert TITLES[case["preset"]] in {other.title for other in found.others}


def test_bides_own_preset_differs_twice() -> None:
    assert [one["id"] for one in DECISIONS if "differs" in one] == ["A-D25", "B-D01"]


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in CONTRADICTIONS])
def test_a_contradiction_is_named_where_it_touches_and_resolved(case: dict[str, Any]) -> None:
    found = on(**case["touched"])
    assert case["id"] in conflicts(found)
    assert advised(found) == case["advised"]
    assert case["id"] not in conflicts(on(**case["untouched"]))


def test_a_contradiction_says_who_claims_what_and_how_it_is_resolved() -> None:
    found = on(within="10m", deferrable=True)
    [one] = [conflict for conflict in found.conflicts if conflict.id == "X04"]
    assert {claim.partition(":")[0] for claim in one.claims} == {"Thread Transfer", "Track AI", "TokTune"}
    assert "last safe moment" in one.resolution

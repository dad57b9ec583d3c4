"""Several policies in several worlds: the same for everybody, whichever process plays it."""

from dataclasses import replace

import pytest
from tests.whatif.given import START, a_log, asked

from bide.core.clock import HOUR, MINUTE
from bide.settings import Settings
from bide.whatif import comparison
from bide.whatif.arrival import Mix
from bide.whatif.comparison import Case, Result, World, compare, dated, result
from bide.whatif.contender import CLAIRVOYANT, contender
from bide.whatif.outcome import Prices
from bide.whatif.scenario import SCENARIOS

CONTENDERS = [contender(text, lambda _: Settings()) for text in ("realtime", "seed", "fixed:10m")]
SCENES = [SCENARIOS["fast"], SCENARIOS["outage"]]


def a_world(requests: int = 60) -> World:
    return World(a_log(requests), Mix(), Prices(), START, 1)


def timeless(results: list[Result]) -> list[Result]:
    return [replace(one, seconds=0.0) for one in results]


def test_deadlines_are_drawn_only_where_a_log_names_none() -> None:
    named = asked(HOUR, 5 * MINUTE)
    log = [replace(asked(0, 0), kind=""), named, replace(asked(2 * HOUR, 0), kind="")]

    found = dated(log, Mix(urgent=1.0, standard=0.0, explicit=0.0), 1)

    assert [one.kind for one in found] == ["urgent", "own", "urgent"]
    assert found[1] == named
    assert found[0].deadline == found[0].at + 2 * MINUTE
    assert dated(log, Mix(), 1) == dated(log, Mix(), 1)


def test_everybody_meets_every_scenario_with_every_seed_and_somebody_hears_of_it() -> None:
    heard: list[Result] = []

    results = compare(a_world(), CONTENDERS, SCENES, (1, 2), tell=heard.append)

    assert [(one.scenario, one.policy, one.seed) for one in results] == [
        (scenario.name, one.name, seed) for scenario in SCENES for one in CONTENDERS for seed in (1, 2)
    ]
    assert heard == results
    assert all(one.total.requests == 60 for one in results)
    assert all(sum(kind.requests for kind in one.kinds.values()) == 60 for one in results)
    assert all(sum(day.requests for day in one.days.values()) == 60 for one in results)


def test_processes_of_their_own_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = compare(a_world(), CONTENDERS, SCENES, (1,))
    monkeypatch.setattr(comparison, "SMALL", 0)

    together = compare(a_world(), CONTENDERS, SCENES, (1,), processes=2)

    assert timeless(together) == timeless(alone)


def test_one_more_contender_changes_nothing_for_the_others() -> None:
    few = compare(a_world(), CONTENDERS[:1], SCENES, (1,))
    many = compare(a_world(), [*CLAIRVOYANT, *CONTENDERS], SCENES, (1,))

    assert timeless(few) == timeless([one for one in many if one.policy == "realtime"])


def test_the_clairvoyant_is_the_cheapest_of_those_who_miss_nothing() -> None:
    world = a_world(120)
    single = result(world, Case(CLAIRVOYANT[0], SCENARIOS["slow"], 1)).total.cost
    fixed = result(world, Case(CONTENDERS[2], SCENARIOS["slow"], 1)).total.cost

    assert single <= fixed

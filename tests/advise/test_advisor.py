"""The advisor: which rule goes first, what others say, how much it is worth, and what the config changes."""

import pytest
from tests.advise.advised import advised, on

from bide.advise.advice import AdviceSource
from bide.advise.rulebook import bundled_rulebook
from bide.core.clock import HOUR, MINUTE


@pytest.mark.parametrize(
    ("fields", "mode", "rule"),
    [
        pytest.param({}, "realtime", "unknown", id="nothing is known"),
        pytest.param({"user_waiting": True, "deferrable": True}, "realtime", "person-waits", id="who waits goes first"),
        pytest.param({"agent_step": True, "within": "24h"}, "realtime", "agent-waits", id="a step of an agent"),
        pytest.param({"data_stays": True, "user_waiting": True}, "self-hosted", "data-stays", id="the data stay"),
        pytest.param({"no_storage": True, "deferrable": True}, "realtime", "nothing-stored", id="nothing is stored"),
        pytest.param({"priority": "low", "within": "10m"}, "queue", "minutes", id="the deadline before the tag"),
        pytest.param({"priority": "urgent", "within": "24h"}, "batch", "whole-window", id="urgent within a day"),
        pytest.param({"within": "6h"}, "batch", "whole-window", id="exactly enough"),
        pytest.param({"within": "21599s"}, "queue", "minutes", id="a second less"),
        pytest.param({"within": "5m"}, "queue", "minutes", id="exactly five minutes"),
        pytest.param({"within": "299s", "deferrable": True}, "realtime", "below-minutes", id="less than that"),
        pytest.param({"within": "2h-8h"}, "queue", "minutes-at-least", id="the shorter end of a range"),
        pytest.param({"predictable": False, "batchable": False, "within": "24h"}, "batch", "whole-window", id="bursts"),
        pytest.param({"predictable": False, "deferrable": True}, "batch", "can-wait", id="bursts that can wait"),
        pytest.param({"urgent_requests_per_day": 0, "deferrable_requests_per_day": 9, "deferrable": True}, "batch", "can-wait", id="no urgent part"),
        pytest.param({"mixed_priorities": True}, "hybrid", "priorities-differ", id="priorities at any volume"),
    ],
)  # fmt: skip
def test_the_first_rule_that_fits_decides(fields: dict[str, object], mode: str, rule: str) -> None:
    found = on(**fields)
    assert (found.mode, found.rule) == (mode, rule)


def test_a_deadline_of_minutes_goes_before_any_volume() -> None:
    found = on("volume", within="10m", tokens_per_day="50M", deferrable=True)
    assert (found.mode, found.rule, found.max_wait) == ("queue", "minutes", 600)


def test_others_say_what_they_would_and_by_which_rule() -> None:
    found = on(within="2h")
    assert {(one.preset, one.mode, one.rule) for one in found.others} == {
        ("latency", "batch", "five-minutes"),
        ("patience", "batch", "a-minute"),
    }
    assert on(user_waiting=True).others == ()


def test_a_rule_of_bides_own_says_so_and_others_name_the_article() -> None:
    assert on(within="2h").sources == (AdviceSource(title="bide's own rules", publisher="bide"),)
    [first, *_] = on(deferrable=True).sources
    assert (first.title, first.publisher) == (
        "Batch Processing vs Real-Time: The Cost-Latency Tradeoff",
        "Track AI",
    )


def test_thresholds_of_the_config_stand_above_those_of_the_preset() -> None:
    assert on(within="2h").mode == "queue"
    found = on("deadline", {"batch_from": float(HOUR)}, within="2h")
    assert (found.mode, [(one.name, one.value) for one in found.thresholds]) == ("batch", [("batch_from", 3600.0)])
    assert on("latency", {"queue_timeout": 3.0 * MINUTE}, queue_length=2, oldest_wait="4m").action == "flush"
    assert on("latency", queue_length=2, oldest_wait="4m").action == "wait"


@pytest.mark.parametrize(
    ("tokens", "mode", "benefit"),
    [(1_000, "batch", "low"), (1_000_000, "batch", "medium"), (10_000_000, "batch", "strong")],
)
def test_the_saving_in_money_says_how_much_it_is_worth(tokens: int, mode: str, benefit: str) -> None:
    found = on(deferrable=True, model="openai/priced", input_tokens_per_day=tokens, output_tokens_per_day=0)
    assert (found.mode, found.benefit) == (mode, benefit)


@pytest.mark.parametrize(
    ("fields", "benefit"),
    [
        pytest.param({"tokens_per_day": ">1M"}, "strong", id="many tokens"),
        pytest.param({"tokens_per_day": "1M"}, "low to medium", id="exactly as many"),
        pytest.param({"tokens_per_day": "100k"}, "low to medium", id="some tokens"),
        pytest.param({"tokens_per_day": "99999"}, "low", id="few tokens"),
        pytest.param({"tokens_per_day": "<1M"}, "low", id="perhaps few tokens"),
        pytest.param({"reports_per_week": ">10000"}, "strong", id="many reports"),
        pytest.param({"reports_per_week": 10_000}, "low to medium", id="some reports"),
        pytest.param({"images_per_day": 10_001}, "strong", id="many images"),
        pytest.param({"requests_per_day": "<100"}, "low", id="few requests"),
        pytest.param({"requests_per_day": 100}, "unknown", id="some requests of any size"),
        pytest.param({"user_waiting": True, "tokens_per_day": "9M"}, "none", id="it may not wait"),
        pytest.param({"data_stays": True, "tokens_per_day": "9M"}, "unknown", id="own hardware"),
    ],
)
def test_volume_says_it_where_money_is_not_known(fields: dict[str, object], benefit: str) -> None:
    assert on(**({"deferrable": True} | fields)).benefit == benefit


def test_how_long_it_may_lie_in_the_queue_is_said_where_it_is_known() -> None:
    assert on(within="10m").max_wait == 600
    assert on(priority="standard").max_wait == 900
    assert on("deadline", {"queue_timeout": 3.0 * MINUTE}, priority="standard").max_wait == 180
    assert on(deferrable=True, off_peak=True).max_wait is None
    assert on(within="24h").max_wait is None


def test_a_small_saving_is_marked_and_only_the_articles_give_it_up() -> None:
    small = {"deferrable": True, "model": "openai/priced", "input_tokens_per_day": 200_000, "output_tokens_per_day": 0}
    own, volume = on(**small), on("volume", **small)
    assert own.cost is not None
    assert own.cost.saving == "6"
    assert (own.mode, own.benefit) == ("batch", "low")
    assert (volume.mode, volume.rule, volume.weak) == ("realtime", "saving-too-small", True)
    assert on("volume", {"least_saving": 5.0}, **small).mode == "batch"


def test_money_is_exact_and_says_when_it_is_of_the_input_only() -> None:
    found = on(deferrable=True, model="openai/priced", input_tokens_per_day=1).cost
    assert found is not None
    assert (found.realtime, found.batch, found.saving, found.input_only) == ("0.00006", "0.00003", "0.00003", True)
    assert on(deferrable=True, model="openai/priced").cost is None


def test_hardware_of_ones_own_is_advised_where_it_is_cheaper_than_batches() -> None:
    work = {"deferrable": True, "self_hosting": True, "model": "openai/priced", "input_tokens_per_day": 10_000_000}
    assert on(**work, own_usd_per_month=299).rule == "own-cheaper"
    assert on(**work, own_usd_per_month=300).rule == "can-wait"
    assert on(**work, own_usd_per_month=299).mode == "self-hosted"


def test_every_preset_comes_to_a_decision_about_anything() -> None:
    for name in bundled_rulebook().presets:
        assert advised(on(name)) == "realtime"
        assert on(name).weak

"""What else would save, with its money. `priced` costs 2 USD a million tokens, half of it in a batch, a tenth from the cache."""

from typing import Any

from tests.advise.advised import money, on

WORK: dict[str, Any] = {
    "model": "openai/priced",
    "input_tokens_per_day": 10_000_000,
    "output_tokens_per_day": 5_000_000,
    "requests_per_day": 1_000,
}
"""900 USD a month in real time, 450 in batches."""


def names(**fields: Any) -> list[str]:
    return [one.lever for one in on(**fields).levers]


def test_each_is_reckoned_at_the_price_of_the_lane_that_is_advised() -> None:
    parts = {"static_prefix_share": 0.5, "repeated_share": 0.1, "compressible_share": 0.2}
    assert money(on(**WORK, **parts, deferrable=True)) == {
        "prompt caching": "135",
        "response cache": "45",
        "compression": "60",
    }
    assert money(on(**WORK, **parts, user_waiting=True)) == {
        "prompt caching": "270",
        "response cache": "90",
        "compression": "120",
    }


def test_a_cheaper_model_saves_on_its_share_alone() -> None:
    cheaper = {"cheaper_model": "openai/cheap", "simple_share": 0.4}
    assert money(on(**WORK, **cheaper, user_waiting=True)) == {"cheaper model": "270"}
    assert money(on(**WORK, **cheaper, deferrable=True)) == {"cheaper model": "135"}


def test_a_part_that_can_wait_saves_its_share() -> None:
    found = on(**WORK, urgent_requests_per_day=250, deferrable_requests_per_day=750)
    assert money(found)["batch for a part"] == "337.5"


def test_an_unknown_price_is_no_money() -> None:
    unknown = WORK | {"model": "openai/nobody-knows"}
    assert money(on(**unknown, static_prefix_share=0.5, repeated_share=0.1, deferrable=True)) == {}


def test_a_share_that_is_not_said_is_asked_for() -> None:
    assert [one.usd_per_month for one in on(**WORK, deferrable=True).levers] == [None] * 4
    assert all("say `" in one.says for one in on(**WORK, deferrable=True).levers)


def test_the_flex_tier_is_for_what_is_not_held_up_where_the_provider_has_it() -> None:
    assert money(on(**WORK, within="2m"))["flex tier"] == "450"
    assert "flex tier" not in names(within="2m", model="anthropic/x")
    for held_up in ({"user_waiting": True}, {"blocking": True}, {"agent_step": True}, {"within": "10s"}):
        assert "flex tier" not in names(**held_up)


def test_on_hardware_of_ones_own_only_less_work_saves() -> None:
    assert names(data_stays=True) == ["response cache", "compression"]

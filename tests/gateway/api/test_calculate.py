"""The calculator over HTTP: the same as `bide estimate --model … --tokens-in …`, at the gateway's own prices."""

from typing import Any

from tests.gateway.api.ask import get, post
from tests.gateway.place import Place

WORK = {"models": ["openai/gpt-4.1"], "tokens_in": "10M", "tokens_out": 5_000_000.0, "on": "2026-11-21"}


def lanes(told: Any, model: int = 0) -> dict[str, Any]:
    return {one["lane"]: one for one in told["models"][model]["estimate"]["lanes"]}


async def test_lanes_of_each_model_with_prices_sources_and_steps(at: Place) -> None:
    told = await post(at, "/calculate", WORK | {"models": ["openai/gpt-4.1", "anthropic/claude-haiku-4-5"]})

    assert (told["object"], told["day"]) == ("bide.calculation", "2026-11-21")
    assert {name: one["cost"] for name, one in lanes(told).items()} == {
        "realtime": "60",
        "batch": "30",
        "priority": "105",
    }
    assert (lanes(told)["batch"]["saved"], lanes(told)["batch"]["saved_share"]) == ("30", "0.5")
    assert lanes(told)["batch"]["prices"][0]["day"] == "2026-11-21"
    assert told["models"][0]["unknown"] == ["flex"]
    assert lanes(told, 1)["batch"]["cost"] == "17.5"
    assert "output price, batch" in [
        one["name"] for step in told["models"][0]["estimate"]["steps"] for one in step["numbers"]
    ]
    assert (await get(at, "/queue"))["requests"] == 0


async def test_what_nobody_prices_is_unknown(at: Place) -> None:
    told = await post(at, "/calculate", WORK | {"models": ["nobody/knows-it", "openrouter/openai/gpt-4.1"]})

    assert (told["models"][0]["estimate"], "batch" in told["models"][1]["unknown"]) == (None, True)
    assert "batch" not in lanes(told, 1)


async def test_reasoning_is_learned_from_what_is_on_record(at: Place) -> None:
    told = await post(at, "/calculate", WORK | {"models": ["openai/o3"], "tokens_in": 0, "reasoning": "learned"})

    assert "0 answers are too few" in told["models"][0]["estimate"]["notes"][0]


async def test_what_cannot_be_reckoned_with_is_named(at: Place) -> None:
    for changed, param, says in (
        ({"cached": "101%"}, "cached", 'write a share from "0%" to "100%"'),
        ({"models": ["gpt-4.1"]}, "models[0]", "write PROVIDER/MODEL, as in openai/gpt-4.1"),
        ({"tokens_in": "ten"}, "tokens_in", 'text as in "2.5M"'),
        ({"requests": 0}, "requests", ">= 1"),
    ):
        error = (await post(at, "/calculate", WORK | changed, 400))["error"]
        assert (error["param"], error["code"]) == (param, "invalid_request")
        assert says in error["message"]
    assert "models" in (await post(at, "/calculate", {}, 400))["error"]["message"]
    async with at.http.post("/bide/v1/calculate", data=b"{") as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, "invalid_json")

"""`bide estimate` without a file: the ledger's prices, several models, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from bide.cli.estimate import estimate
from bide.cli.options import Output
from bide.core.errors import InputError

DAY = "2026-11-21"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def asked(capsys: pytest.CaptureFixture[str], *models: str, **more: Any) -> Any:
    usual: dict[str, Any] = {
        "source": None,
        "models": list(models),
        "tokens_in": "10M",
        "tokens_out": "5M",
        "requests": None,
        "period": "once",
        "tokens_of": None,
        "cached": "0%",
        "answered": "0%",
        "reasoning": "0%",
        "compression": "0%",
        "batch_share": None,
        "month_days": "30",
        "day": DAY,
        "steps": False,
        "output": Output.JSON,
    }
    estimate(**(usual | more))
    told = capsys.readouterr().out
    return json.loads(told) if (usual | more)["output"] is Output.JSON else told


def lanes(told: Any, model: int = 0) -> dict[str, Any]:
    return {one["lane"]: one for one in told["models"][model]["estimate"]["lanes"]}


def test_lanes_of_a_model_with_their_prices_sources_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    told = asked(capsys, "openai/gpt-4.1")
    found = lanes(told)

    assert {name: one["cost"] for name, one in found.items()} == {"realtime": "60", "batch": "30", "priority": "105"}
    assert (found["batch"]["saved"], found["batch"]["saved_share"]) == ("30", "0.5")
    assert found["batch"]["prices"] == [
        {"source": found["realtime"]["prices"][0]["source"], "day": DAY, "confidence": "catalogue"}
    ]
    assert told["models"][0]["unknown"] == ["flex"]
    step = next(one for one in told["models"][0]["estimate"]["steps"] if one["name"] == "output cost, batch")
    assert step["formula"] == "output tokens × output price, batch"
    assert [one["value"] for one in step["numbers"]] == ["5000000", "0.000004"]
    assert (step["result"], step["unit"]) == ("20", "USD")


def test_a_price_that_nobody_knows_is_unknown_and_nothing_stands_in(capsys: pytest.CaptureFixture[str]) -> None:
    told = asked(capsys, "openrouter/openai/gpt-4.1", "nobody/knows-it")

    assert "batch" in told["models"][0]["unknown"]
    assert "batch" not in lanes(told)
    assert told["models"][1]["estimate"] is None
    shown = asked(capsys, "openrouter/openai/gpt-4.1", "nobody/knows-it", output=Output.TABLE)
    assert "openrouter/openai/gpt-4.1: the price in batch is unknown" in shown
    assert "nobody/knows-it: the price in batch and in realtime is unknown" in shown


def test_the_tier_is_that_of_one_request(capsys: pytest.CaptureFixture[str]) -> None:
    """gpt-6.1-sol: 2 and 10 up to 272,000 input tokens, 4 and 15 above."""
    many = asked(capsys, "openai/gpt-6.1-sol", tokens_in="30M", tokens_out="1M", requests="1000")
    few = asked(capsys, "openai/gpt-6.1-sol", tokens_in="30M", tokens_out="1M", requests="100")

    assert lanes(many)["realtime"]["cost"] == "70"
    assert lanes(few)["realtime"]["cost"] == "135"


def test_the_same_text_at_another_tokenizer_is_a_range_and_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    models = ("openai/gpt-5", "anthropic/claude-sonnet-4-6", "gemini/gemini-2.5-pro")
    alike = asked(capsys, *models)
    cut = asked(capsys, *models, tokens_of="gpt-4o")

    assert "taken for every model alike" in alike["models"][0]["estimate"]["notes"][0]
    assert lanes(alike, 1)["batch"]["cost"] == "52.5"
    assert lanes(cut, 1)["batch"]["cost"] == {"low": "61.95", "high": "95.025"}
    assert lanes(cut, 0)["batch"]["cost"] == lanes(alike, 0)["batch"]["cost"]
    assert "are an estimate" in cut["models"][1]["estimate"]["notes"][0]
    assert "nobody has measured" in cut["models"][2]["estimate"]["notes"][0]


def test_a_hybrid_by_the_day_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    shown = asked(
        capsys, "openai/gpt-4.1", period="day", batch_share="90%", reasoning="10-20%", steps=True, output=Output.TABLE
    )

    for word in ("hybrid", "a month", "45 %", "a month is 30 days", "reasoning buffer", "8 USD per 1M tokens"):
        assert word in shown
    hybrid = lanes(asked(capsys, "openai/gpt-4.1", batch_share="90%"))["hybrid"]
    assert hybrid["cost"] == "33"
    assert len(hybrid["prices"]) == 2


def test_reasoning_is_a_rule_of_thumb_while_nothing_is_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    told = asked(capsys, "openai/o3", tokens_in="0", tokens_out="1M", reasoning="learned")

    assert lanes(told)["realtime"]["cost"] == {"low": "8.8", "high": "9.6"}
    assert "0 answers are too few" in told["models"][0]["estimate"]["notes"][0]


def test_the_work_divided_between_models_and_hardware_beside(capsys: pytest.CaptureFixture[str]) -> None:
    routes = ["openai/gpt-4.1=40%", "openai/gpt-4.1-mini=60%"]
    own = {"requests": "10K", "hourly": "1.408", "hours_a_day": "6", "busy": "75%", "discounts": ["spot=60-90%"]}
    told = asked(capsys, routes=routes, **own)

    assert told["models"][0]["model"] == "routed"
    assert lanes(told)["realtime"]["cost"] == "31.2"
    assert told["hardware"]["cost_a_month"] == {"low": "25.344", "high": "101.376"}
    assert told["hardware"]["idle_a_month"] == {"low": "6.336", "high": "25.344"}
    assert told["models"][0]["estimate"]["notes"] == []
    (batch,) = [one for one in told["hardware"]["pays_from"] if one["lane"] == "batch"]
    assert float(batch["requests_an_hour"]["high"]) == pytest.approx(0.4 * 1.408 / 0.00156)
    shown = asked(capsys, routes=routes, output=Output.TABLE, **own)
    for word in (
        "own hardware",
        "$25.34 – $101.38 a month, idle $6.34 – $25.34",
        "not added",
        "361 requests an hour: routed, batch",
    ):
        assert word in shown


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"models": ["gpt-4.1"]}, "--model gpt-4.1: say whose it is", id="whose"),
        pytest.param({"models": []}, "name a FILE", id="no model"),
        pytest.param({"tokens_in": None}, "name a FILE", id="no tokens"),
        pytest.param({"tokens_in": "many"}, "'many' is no number", id="no number"),
        pytest.param({"requests": "0"}, "requests: give a number above 0", id="no requests"),
        pytest.param({"cached": "130%"}, "cached is a share", id="share"),
        pytest.param({"period": "year"}, "'year' is no period", id="period"),
        pytest.param({"routes": ["openai/gpt-4.1"]}, "--route openai/gpt-4.1: write NAME=SHARE", id="route"),
        pytest.param({"routes": ["openai/gpt-4.1=40%"]}, "come to 100%", id="part of a mix"),
        pytest.param({"busy": "40%"}, "say its price with --hourly", id="no hardware"),
        pytest.param({"hourly": "1", "discounts": ["spot"]}, "--discount spot: write NAME=SHARE", id="discount"),
        pytest.param({"day": "yesterday"}, "--on yesterday: write a day", id="day"),
        pytest.param({"source": "a.jsonl", "requests": "5"}, "a file says itself", id="file and numbers"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        asked(capsys, "openai/gpt-4.1", **more)


def batch_file(
    path: Path, count: int = 30, model: str = "gpt-4.1", content: Any = "Sort this ticket, please. " * 20
) -> str:
    body = {"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": content}]}
    lines = [
        {"custom_id": f"r{n}", "method": "POST", "url": "/v1/chat/completions", "body": body} for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


FILE: dict[str, Any] = {"tokens_in": None, "tokens_out": None}


def test_a_file_is_compared_on_its_text_without_any_account(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = batch_file(tmp_path / "tickets.jsonl")
    models = ("openai/gpt-4.1", "anthropic/claude-haiku-4-5", "openrouter/openai/gpt-4.1")
    told = asked(capsys, *models, source=source, **FILE)

    own, claude, elsewhere = told["file"]["models"]
    assert (told["file"]["requests"], told["file"]["parts_guessed"]) == (30, 0)
    assert own["counted"] == "counted with o200k_base in all 30 requests"
    assert claude["input_tokens"] == {
        "low": round(own["input_tokens"] * 1.18),
        "high": round(own["input_tokens"] * 1.81),
    }
    cost = lanes(told)["realtime"]["input_cost"]
    assert float(cost) == pytest.approx(own["input_tokens"] * 2 / 10**6)
    assert [one["on"] for one in told["file"]["models"]] == [False, False, None]
    assert (own["files"], elsewhere["files"], elsewhere["seconds"]) == (1, None, None)
    assert {one["resource"] for one in own["quotas"]} == {"enqueued_tokens"}
    assert {one["resource"] for one in claude["quotas"]} == {"enqueued_requests"}
    for one in (own, claude):
        assert all(quota["fits"] for quota in one["quotas"])
        assert 0 < one["seconds"]["typical"] < one["seconds"]["slow"]
        assert one["seconds"]["all_in_realtime"] == pytest.approx(
            30 * 60 / one["seconds"]["requests_per_minute"], rel=0.01
        )


def test_a_file_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    source = batch_file(tmp_path / "seen.jsonl", 3, content=[{"type": "text", "text": "What is this?"}, picture])
    shown = asked(capsys, "openai/gpt-4.1", "nobody/knows-it", source=source, output=Output.TABLE, **FILE)

    for word in (
        "3; the tokens of 3 parts that are no text",
        "counted with o200k_base in all 3 requests",
        "1 batch file",
        "the account is off",
        "half of such batches take",
        "requests a minute, which is assumed",
        "there is no account nobody: files, quotas and time are not known",
    ):
        assert word in shown


def test_a_file_too_large_for_a_queue_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = batch_file(tmp_path / "much.jsonl", 40, content="word " * 3_000)
    [own] = asked(capsys, "openai/gpt-4.1", source=source, **FILE)["file"]["models"]

    assert own["input_tokens"] > 90_000
    assert [(one["resource"], one["fits"]) for one in own["quotas"]] == [("enqueued_tokens", False)]


def test_rows_of_a_table_are_asked_about_as_the_run_would(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("text\n" + "My card has not arrived.\n" * 40)
    with pytest.raises(InputError, match="write a prompt template"):
        asked(capsys, "openai/gpt-4.1", source=str(path), **FILE)

    words = {"prompt": "Which queue? {text}", "parameters": ["max_tokens=20"]}
    short = asked(capsys, "openai/gpt-4.1", source=str(path), **FILE, **words)
    long = asked(capsys, "openai/gpt-4.1", source=str(path), **FILE, **words, system="Be kind. " * 50)
    assert short["file"]["requests"] == 40
    assert lanes(short)["realtime"]["output_cost"] == f"{40 * 20 * 8 / 10**6:g}"
    assert long["file"]["models"][0]["input_tokens"] > short["file"]["models"][0]["input_tokens"] + 40 * 100


def test_a_file_without_a_good_line_is_no_work(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{\n")
    with pytest.raises(typer.Exit) as ended:
        asked(capsys, "openai/gpt-4.1", source=str(path), **FILE)
    assert ended.value.exit_code == 2
    assert "line 1: invalid_json_line" in capsys.readouterr().err


@pytest.mark.parametrize("repeated", [{"max_tokens": 70}, {}], ids=["with a limit", "without"])
@pytest.mark.parametrize("first", [{"max_tokens": 50}, {}], ids=["all with limits", "some without"])
def test_what_is_refused_for_its_id_is_in_no_sum(
    first: dict[str, int], repeated: dict[str, int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "tickets.jsonl"
    good = batch_file(path, 5)
    usual = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Sort this."}]}

    def add(custom_id: str, more: dict[str, int]) -> None:
        line = {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": usual | more}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    add("other", first)
    without = asked(capsys, "openai/gpt-4.1", source=good, **FILE)
    add("r3", repeated)
    told = asked(capsys, "openai/gpt-4.1", source=good, **FILE)

    assert (told["file"]["requests"], told["file"]["refused_lines"]) == (6, 1)
    assert told["file"]["input_tokens_by_size"] == without["file"]["input_tokens_by_size"]
    assert lanes(told)["batch"]["output_cost"] == lanes(without)["batch"]["output_cost"]
    assert "in all 6 requests" in told["file"]["models"][0]["counted"]


def test_a_file_without_a_model_and_an_account_says_what_to_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InputError, match="name what to compare with --model"):
        asked(capsys, source=batch_file(tmp_path / "tickets.jsonl"), **FILE)


def test_an_instance_is_named_and_its_price_is_the_configs_or_the_listed_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def cost() -> Any:
        return asked(capsys, "openai/gpt-4.1", hourly="ml.g5.xlarge", month_days="30")["hardware"]["cost_a_month"]

    assert cost() == "1027.84"
    (tmp_path / "bide.toml").write_text('[hardware."ml.g5.xlarge"]\nprice = "1.00-1.20"\n')
    assert cost() == {"low": "730", "high": "876"}
    shown = asked(capsys, "openai/gpt-4.1", hourly="ml.g5.2xlarge", output=Output.TABLE)
    assert "ml.g5.2xlarge: public tables copied from the AWS Price List API in 2026, 2026-11-21 (catalogue)" in shown
    with pytest.raises(InputError, match="no instance of this name is listed"):
        asked(capsys, "openai/gpt-4.1", hourly="ml.nobody.xlarge")

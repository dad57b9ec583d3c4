"""`bide advise` as a command: options and files in, a page on a terminal and JSON when piped, and errors that help."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bide.advise.rulebook import bundled_rulebook
from bide.cli.app import app
from bide.core.errors import BideError

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"
PAGE = (ROOT / "docs" / "advise.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIDE_CONFIG", raising=False)


def out(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["advise", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def advice(*arguments: str) -> list[dict[str, Any]]:
    return json.loads(out(*arguments))["data"]


def test_options_and_facts_describe_a_workload() -> None:
    [told] = advice("--within", "24h", "--tokens-per-day", "12M", "--fact", "hard_deadline=true", "--name", "tickets")
    assert (told["workload"], told["mode"], told["rule"]) == ("tickets", "batch", "whole-window")
    assert "window_is_a_target" in [one["code"] for one in told["warnings"]]


def test_a_known_model_has_its_money() -> None:
    tokens = ("--input-tokens-per-day", "10000000", "--output-tokens-per-day", "2000000")
    [told] = advice("--deferrable", "-m", "openai/gpt-4.1-mini", *tokens)
    assert {key: told["cost"][key] for key in ("realtime", "batch", "saving")} == {
        "realtime": "216",
        "batch": "108",
        "saving": "108",
    }


def test_a_file_has_a_page_for_each_and_a_table() -> None:
    shown = out(str(EXAMPLES / "workloads.toml"), "--output", "table")
    assert "tickets of the night: batch\n" in shown
    assert "Batch Processing vs Real-Time AI Inference (Thread Transfer), decision tree and scenario 3" in shown
    assert "no hosted model answers within 100ms" in shown
    assert "X05, content moderation: Whether a decision waits" in shown
    assert "lever       batch for a part $330.00 a month" in shown
    assert re.search(r"a weekly digest +batch +low +\$1\.08 +scheduled", shown)
    assert re.search(r"a fraud check +realtime +none +- +decision-waits", shown)


def test_the_config_has_a_preset_and_thresholds() -> None:
    few = ("--deferrable", "--requests-per-day", "50")
    assert advice(*few)[0]["mode"] == "batch"
    assert advice(*few, "--preset", "latency")[0]["mode"] == "realtime"
    Path("bide.toml").write_text('[advise]\npreset = "latency"\nlow_requests_per_day = 60\n')
    assert advice(*few)[0]["rule"] == "few-requests"
    Path("bide.toml").write_text('[advise]\npreset = "latency"\nlow_requests_per_day = 40\n')
    assert advice(*few)[0]["mode"] == "batch"
    assert advice(*few, "--preset", "deadline")[0]["mode"] == "batch"


def test_prices_of_ones_own_are_reckoned_with() -> None:
    Path("bide.toml").write_text('[prices."local/mine"]\ninput = "1"\noutput = "2"\n')
    [told] = advice("--deferrable", "-m", "local/mine", "--input-tokens-per-day", "1000000")
    assert (told["cost"]["realtime"], told["cost"]["batch"], told["cost"]["input_only"]) == ("30", None, True)


def test_rules_and_fields_can_be_listed() -> None:
    rules = json.loads(out("--rules"))
    assert rules["preset"] == "deadline"
    assert {"rule", "when", "mode", "action", "says", "reason", "sources"} == set(rules["rules"][0])
    assert "bide's own" in out("--rules", "--output", "table")
    assert json.loads(out("--fields"))["user_waiting"] == "true, false or some"


def test_what_the_page_shows_is_what_is_printed() -> None:
    blocks = re.findall(r"^    \$ bide (advise .+\n(?:    .*\n)+)", PAGE, re.MULTILINE)
    assert len(blocks) == 3
    for command, *lines in map(str.splitlines, blocks):
        printed = out(*shlex.split(command)[1:], "--output", "table")
        assert printed.splitlines() == [line[4:] for line in lines]


def test_the_page_has_every_rule_threshold_and_contradiction() -> None:
    book = bundled_rulebook()
    for rule in book.rules("deadline"):
        assert f"| `{rule.id}` | {(rule.action or rule.mode).replace('_', ' ')} | {rule.says} | {rule.reason} |" in PAGE
    for conflict in book.conflict:
        assert f"| {conflict.id} | {conflict.topic} | {conflict.resolution} |" in PAGE
    for name, preset in book.presets.items():
        assert f"| `{name}` | {preset.title} |" in PAGE
    for name, value in book.presets["deadline"].thresholds.items():
        assert f"| `{name}` | {value if isinstance(value, str) else f'{value:,.12g}'} |" in PAGE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((), "say what the workload is, as in --within 24h", id="nothing"),
        pytest.param(("w.toml", "--blocking"), "not both", id="a file and options"),
        pytest.param(("w.toml",), "w.toml cannot be read", id="no file"),
        pytest.param(("--within", "soon"), "within: 'soon' does not fit; write a time", id="no time"),
        pytest.param(("--fact", "urgent"), "--fact urgent has no value", id="no value"),
        pytest.param(("--fact", "predictible=false"), "did you mean predictable", id="a slip"),
        pytest.param(("--deferrable", "--preset", "clever"), "there is no preset clever; name one of", id="no preset"),
    ],
)
def test_what_cannot_be_is_said_with_the_next_step(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(BideError, match=says):
        out(*arguments)

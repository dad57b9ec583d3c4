"""`bide explain` of a real run: one answered by its batch, one rescued from a batch that hung."""

import pytest

from tests.system.harness import QUICK, Machine, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
marker = "[slow]"
turnaround = "5h"
[answers]
output_tokens = 40
"""


def test_each_decision_is_told_with_its_rule_and_its_numbers(here: Machine) -> None:
    write_requests(here.folder / "slow.jsonl", 3, "[slow] {0}?")
    settings = (*QUICK, "deadline.safety=8m", "deadline.flex_below=0s", "deadline.flex_last_stage=0s")
    done = here.run("run", "slow.jsonl", "--within", "20m", "-o", "answers.jsonl", settings=settings)
    assert done.code == 0, done.err
    told = here.run("explain", "last", "--line", "2", "--output", "json").last
    batch, call = told["decisions"]
    assert (batch["action"], batch["group"], batch["rule"]) == ("batch", 3, "a batch is a free option")
    assert (call["action"], call["lane"], call["rule"]) == ("call", "realtime", "the last safe moment has come")
    assert batch["slack_seconds"] > 0 >= call["slack_seconds"]
    assert call["at"] >= told["last_safe_moment"]["at"]
    assert [one["lane"] for one in told["attempts"]] == ["batch", "realtime"]
    assert told["urgency"]["said_by"] == "--within"
    assert (told["outcome"]["lane"], told["outcome"]["saved_usd"]) == ("realtime", "0")
    shown = here.run("explain", f"{told['job']}:{told['custom_id']}", "--output", "table").out
    for words in (
        "last safe moment: ",
        "into a batch: a batch is a free option",
        "called, realtime: the last safe moment has come",
        "before the deadline",
        told["price"]["paid"],
    ):
        assert words in shown
    assert "there is no job 'nothing'" in here.run("explain", "nothing").err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("last",), "or --line N", id="a job alone"),
        pytest.param(("last", "--line", "9"), "has no line 9", id="no such line"),
        pytest.param(("last:nobody",), "has no request 'nobody'", id="no such request"),
        pytest.param(("req_nobody",), "there is no call 'req_nobody'", id="no such call"),
    ],
)
def test_what_cannot_be_found_is_said_with_the_next_step(here: Machine, arguments: tuple[str, ...], says: str) -> None:
    write_requests(here.folder / "one.jsonl", 1)
    assert here.run("submit", "one.jsonl", "--no-guard").code == 0
    done = here.run("explain", *arguments)
    assert (done.code, says in done.err) == (2, True), done.err

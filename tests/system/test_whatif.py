"""`bide whatif` as a command: a log, tables and JSON, a picture, bide's own record, and what it says where it cannot."""

import json

import pytest

from tests.system.harness import Machine, write_requests

LOG = "t_s,in_tokens,out_tokens\n" + "".join(f"{60 * n},{100 + n},{20 + n}\n" for n in range(60))


def test_a_log_is_played_under_two_policies_and_drawn(here: Machine) -> None:
    (here.folder / "log.csv").write_text(LOG + "later,1,2\n")
    asked = ("whatif", "log.csv", "--policy", "bide", "--policy", "bide,gather.preset=classic", "--seeds", "2")
    done = here.run(*asked, "-m", "openai/gpt-4.1", "--plot", "it.svg", "--output", "json")
    assert done.code == 0, done.err
    told = done.last
    assert told["log"] == {"name": "log.csv", "requests": 60, "days": 1}
    assert [one["policy"] for one in told["policies"]] == [
        "bide",
        "bide,gather.preset=classic",
        "clairvoyant",
        "any minute",
    ]
    for one in told["policies"]:
        assert 0.4 < one["cost"] <= 1.005
        assert one["cost_usd"] == pytest.approx(one["cost"] * told["realtime_usd"], abs=1e-4)
        assert sum(part["requests"] for part in one["classes"].values()) == 60
    assert "60 requests name no deadline; drawn by --mix urgent=10" in done.err
    assert "1 row left out:\n  line 62: t_s: 'later' is no instant" in done.err
    assert (here.folder / "it.svg").read_text().startswith("<svg")
    assert "by class in measured" in here.run("whatif", "log.csv", "--policy", "seed", "--output", "table").out


def test_bides_own_record_is_a_log(here: Machine) -> None:
    write_requests(here.folder / "three.jsonl", 3)
    assert here.run("submit", "three.jsonl", "--within", "8h", "--no-guard").code == 0
    asked = ("--policy", "realtime", "--policy", "bide+flex,deadline.flex_below=9h", "--flex-refused", "0")
    done = here.run("whatif", "--ledger", *asked, "--seeds", "1", "--output", "json")
    assert done.code == 0, done.err
    [called, flexed, *_] = json.loads(done.out)["policies"]
    assert (called["requests"], called["cost"], list(called["classes"])) == (3, 1.0, ["explicit"])
    assert (flexed["cost"], flexed["flex_answers"], flexed["flex_refusals"]) == (0.5, 3, 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((), "name a log, or say --ledger", id="no log"),
        pytest.param(("log.csv", "--ledger"), "one of them", id="two logs"),
        pytest.param(("--ledger", "--column", "at=x"), "bide's own record needs none", id="columns of the record"),
        pytest.param(("--ledger",), "the record has no accepted request", id="nothing on record"),
        pytest.param(("log.csv", "--policy", "clever"), "there is no policy clever", id="no such policy"),
        pytest.param(
            ("log.csv", "--scenario", "calm"), "there is no scenario calm; name one of fast", id="no such scenario"
        ),
        pytest.param(("log.csv", "--model", "gpt-4.1"), "as in --model openai/gpt-4.1", id="whose model"),
        pytest.param(("log.csv", "--flex-refused", "0.2"), "as in --policy bide+flex", id="scarce for nobody"),
        pytest.param(("log.csv", "--plot", "it.pdf"), "end the name in .svg", id="another picture"),
    ],
)
def test_what_cannot_be_is_said_with_the_next_step(here: Machine, arguments: tuple[str, ...], says: str) -> None:
    (here.folder / "log.csv").write_text(LOG)
    done = here.run("whatif", *arguments)
    assert (done.code, says in done.err) == (2, True), done.err

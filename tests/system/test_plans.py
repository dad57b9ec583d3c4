"""What is said before anything is sent: the plan of a dry run, the promise, and what is refused for it."""

import pytest

from tests.system.harness import Machine, read_lines, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[answers]
output_tokens = 40
[[limit]]
requests = 60
tokens = 1000000
"""

NO_LIMIT_KNOWN = "the account's rate limit is not known yet"


@pytest.fixture(autouse=True)
def questions(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 50)


def untouched(here: Machine) -> bool:
    """Whether the provider was left in peace and nothing was kept."""
    return sum(here.books()["arrived"].values()) == 0 and here.status() == []


def learn_the_limit(here: Machine) -> None:
    """One call in real time, whose reply tells the rate limit."""
    write_requests(here.folder / "one.jsonl", 1, "Anybody there, {0}?")
    assert here.run("run", "one.jsonl", "--priority", "urgent", "-o", "one.out.jsonl").code == 0


def test_a_dry_run_shows_the_plan_and_sends_nothing(here: Machine) -> None:
    done = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--output", "json")
    assert done.code == 0, done.err
    plan = done.last
    (model,) = plan["models"]
    assert (model["model"], model["requests"], model["batches"]) == ("gpt-5-mini", 50, 1)
    assert float(plan["cost"]["batch"]["expected"]) == pytest.approx(float(plan["cost"]["realtime"]["expected"]) / 2)
    assert (plan["guaranteed"], plan["requests"]) == (0, 50)
    assert NO_LIMIT_KNOWN in plan["arithmetic"][0]
    assert untouched(here)


def test_a_plan_for_people(here: Machine) -> None:
    done = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--output", "table")
    assert done.code == 0, done.err
    for word in ("gpt-5-mini", "deadline", "guaranteed", "0 of 50", "list price", "batch, then real time"):
        assert word in done.out


def test_a_dry_run_names_bad_lines(here: Machine) -> None:
    with (here.folder / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")
    done = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--output", "json")
    assert done.code == 2
    assert "line 51: invalid_json_line" in done.err
    assert done.last["refused_lines"] == 1
    skipping = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--on-bad-line", "skip")
    assert skipping.code == 0
    assert untouched(here)


def test_batches_split_by_an_account_limit(here: Machine) -> None:
    limit = ("--set", "providers.openai.max_requests=20")
    plan = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--output", "json", *limit).last
    assert plan["models"][0]["batches"] == 3
    done = here.run("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl", *limit)
    assert done.code == 0, done.err
    sizes = [batch["request_counts"]["total"] for batch in here.books()["batches"]]
    assert sorted(sizes) == [10, 20, 20]


def test_partly_guaranteed_says_how_many_and_why(here: Machine) -> None:
    unknown = here.run("submit", "questions.jsonl", "--within", "30m", "--no-guard", "-o", "a.jsonl")
    assert unknown.code == 0
    assert "partly guaranteed, 0 of 50" in unknown.err
    assert NO_LIMIT_KNOWN in unknown.err
    assert here.run("cancel", unknown.out.strip(), "--no-guard").code == 0
    learn_the_limit(here)
    write_requests(here.folder / "many.jsonl", 3000)
    done = here.run("submit", "many.jsonl", "--within", "30m", "--no-guard", "-o", "b.jsonl", "--output", "json")
    assert done.code == 0
    promised = done.last["promised"]
    assert 0 < promised["guaranteed"] < promised["requests"] == 3000
    assert f"partly guaranteed, {promised['guaranteed']:,} of 3,000:" in done.err
    assert "60 requests/min" in done.err
    whole = here.run("submit", "questions.jsonl", "--within", "8h", "--no-guard", "-o", "c.jsonl", "--output", "json")
    assert whole.last["promised"]["guaranteed"] == 50
    assert "partly" not in whole.err


def test_strict_refuses_what_cannot_be_guaranteed(here: Machine) -> None:
    done = here.run("run", "questions.jsonl", "--within", "30m", "--strict")
    assert done.code == 2
    assert "only 0 of 50 requests can be guaranteed" in done.err
    assert NO_LIMIT_KNOWN in done.err
    assert untouched(here)
    learn_the_limit(here)
    done = here.run("run", "questions.jsonl", "--within", "8h", "--strict", "-o", "out.jsonl")
    assert done.code == 0, done.err
    assert done.last["promised"]["guaranteed"] == 50


def test_a_cost_cap_refuses(here: Machine) -> None:
    done = here.run("run", "questions.jsonl", "--within", "2h", "--max-cost", "0.000001")
    assert done.code == 2
    assert "(--max-cost) holds 0 of 50 requests" in done.err
    assert untouched(here)


def test_what_a_cost_cap_does_not_hold_waits_fails_and_can_be_tried_again(here: Machine) -> None:
    run = ("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl", "--max-cost", "0.0015")
    plan = here.run(*run, "--dry-run", "--output", "json")
    assert 0 < plan.last["held_by_cap"] < 50
    assert "wait until answers turn out cheaper" in plan.err
    done = here.run(*run, "--output", "json")
    assert done.code == 1
    money, requests = done.last["money"], done.last["requests"]
    assert requests["succeeded"] > 50 - plan.last["held_by_cap"], "those that were cheaper made room for others"
    assert 0 < float(money["paid"]) <= 0.0015
    errors = [line["error"] for line in read_lines(here.folder / "out.jsonl") if line["error"]]
    assert {one["code"] for one in errors} == {"budget_exhausted"}
    assert len(errors) == requests["failed"] == 50 - requests["succeeded"]
    again = here.run("retry", done.last["job"], "--failed", "--max-cost", "1", "--no-guard")
    assert again.code == 0, again.err
    assert f"trying {requests['failed']} failed requests" in again.err


def test_an_urgent_plan(here: Machine) -> None:
    done = here.run("run", "questions.jsonl", "--priority", "urgent", "--dry-run", "--output", "table")
    assert done.code == 0, done.err
    assert "as soon as possible" in done.out
    assert "batch, then" not in done.out


def test_a_cost_cap_refuses_an_unknown_price(here: Machine) -> None:
    path = here.folder / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("gpt-5-mini", "home-made-7b"), encoding="utf-8")
    capped = here.run("run", "questions.jsonl", "--within", "2h", "--max-cost", "5")
    assert capped.code == 2
    assert "the batch price of openai/home-made-7b is unknown; give it in bide.toml under" in capped.err
    assert '[prices."openai/home-made-7b"], as in input = "0.25", output = "2", batch = "0.5" (' in capped.err
    assert untouched(here)
    free = here.run("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl")
    assert free.code == 0, free.err
    assert "price is unknown" in free.err
    assert (free.last["money"]["paid"], free.last["money"]["unpriced"]) == (None, 50)
    prices = {"input": "1", "output": "2", "batch": "0.5"}
    mine = [part for name, value in prices.items() for part in ("--set", f"prices.openai/home-made-7b.{name}={value}")]
    priced = here.run("run", "questions.jsonl", "--within", "2h", "--max-cost", "5", "--new", "-o", "out.jsonl", *mine)
    assert priced.code == 0, priced.err
    assert float(priced.last["money"]["paid"]) > 0


def test_an_estimate_of_a_file_has_lanes_files_quota_and_time(here: Machine) -> None:
    asked = ("--model", "openai/gpt-5-mini", "--model", "anthropic/claude-haiku-4-5")
    done = here.run("estimate", "questions.jsonl", *asked, "--output", "json")
    assert done.code == 0, done.err
    told = done.last
    first, second = told["models"]
    costs = {one["lane"]: one["cost"] for one in first["estimate"]["lanes"]}
    plan = here.run("run", "questions.jsonl", "--within", "2h", "--dry-run", "--output", "json").last["cost"]["batch"]
    assert float(costs["batch"]) == pytest.approx(float(plan["expected"]), rel=0.1), "one by the text, one by its size"
    assert float(costs["realtime"]) == 2 * float(costs["batch"])
    assert "is an estimate" in " ".join(second["estimate"]["notes"])
    account, other = told["file"]["models"]
    assert (told["file"]["requests"], account["model"], account["files"]) == (50, "openai/gpt-5-mini", 1)
    assert (account["on"], other["on"]) == (True, False)
    assert "counted with o200k_base, which is assumed" in account["counted"]
    assert account["quotas"]
    assert all(one["fits"] for one in account["quotas"])
    assert 0 < account["seconds"]["typical"] <= account["seconds"]["slow"]
    with (here.folder / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")
    shown = here.run("estimate", "questions.jsonl", "--output", "table")
    assert "line 51: invalid_json_line" in shown.err
    assert "estimated without 1 bad line" in shown.err
    for word in ("gpt-5-mini", "batch", "realtime", "1 batch file", "19 in 20", "in all 50 requests"):
        assert word in shown.out
    assert untouched(here)

"""`bide providers`: which accounts are on and by what, and whether they answer."""

from typing import Any

from tests.system.harness import Machine


def listed(here: Machine, *options: str) -> dict[str, dict[str, Any]]:
    done = here.run("providers", "--output", "json", *options)
    return {one["account"]: one for one in done.last}


def test_what_is_on_is_told_with_its_variable_and_what_is_off_with_what_it_lacks(here: Machine) -> None:
    found = listed(here)
    assert found["openai"]["on"]
    assert not found["anthropic"]["on"]
    assert found["anthropic"]["to_switch_on"] == "set ANTHROPIC_API_KEY"
    assert {"azure", "bedrock", "gemini", "together", "vertex", "doubleword", "compatible"} <= found.keys()


def test_a_check_asks_every_account_that_is_on(here: Machine) -> None:
    assert listed(here, "--check")["openai"]["check"] == "ok"
    done = here.run("providers", "--check", "--set", "providers.openai.api_key=invalid", "--output", "json")
    assert done.code == 1
    assert "API key" in next(one["check"] for one in done.last if one["account"] == "openai")


def test_an_account_shows_its_limits_and_their_source(here: Machine) -> None:
    shown = here.run("providers", "show", "openai", "--output", "json").last
    assert shown["requests_per_batch"] == "1 to 50,000"
    assert shown["source"]
    assert shown["batches_open"] == 0


def test_an_unknown_provider_is_an_error_that_lists_the_known(here: Machine) -> None:
    done = here.run("providers", "show", "opena")
    assert done.code == 2
    assert "there is no provider 'opena'; there are: openai" in done.err


def test_what_an_account_lacks_for_batches_is_told(here: Machine) -> None:
    switches = (
        "providers.bedrock.api_key=none",
        "providers.bedrock.region=us-east-1",
        "providers.bedrock.bucket=s3://a/b",
    )
    options = [part for switch in switches for part in ("--set", switch)]
    found = listed(here, *options)
    assert (found["bedrock"]["on"], found["bedrock"]["batches"]) == (True, False)
    assert found["bedrock"]["lacks_for_batches"] == ["BIDE_BEDROCK_ROLE"]
    assert found["openai"]["lacks_for_batches"] == []
    assert "no: set BIDE_BEDROCK_ROLE" in here.run("providers", "--output", "table", *options).out


def test_an_address_is_shown_without_its_password(here: Machine) -> None:
    options = ("--set", "providers.own.base_url=http://me:hidden@127.0.0.1:9/v1", "--output", "json")
    shown = here.run("providers", "show", "own", *options)
    assert shown.last["address"] == "http://127.0.0.1:9/v1"
    assert "hidden" not in shown.out + shown.err


def test_the_turnaround_of_an_account_is_shown_with_what_stands_behind_it(here: Machine) -> None:
    shown = here.run("providers", "show", "openai", "--turnaround", "--output", "json").last
    [model] = shown["models"]
    assert model["batches"][0]["p50"] == 420
    assert model["cancel"]["p50"] == 60
    assert "done by age" in here.run("providers", "show", "openai", "--turnaround", "--output", "table").out

"""`bide config show`: every setting, and where its value came from."""

from dataclasses import replace
from typing import Any

from tests.system.harness import Machine


def shown(here: Machine, *options: str) -> dict[str, Any]:
    done = here.run("config", "show", "--output", "json", *options)
    assert done.code == 0, done.err
    return {one["name"]: (one["value"], one["source"]) for one in done.last}


def test_defaults(here: Machine) -> None:
    values = shown(here)
    assert values["home"] == (str(here.folder / "home"), "environment (BIDE_HOME)")
    assert values["database"] == (f"sqlite:///{here.folder}/home/bide.db", "default")
    assert values["engine.poll_interval"] == ("15s", "default")
    assert not (here.folder / "home").exists()  # looking changes nothing


def test_precedence(here: Machine) -> None:
    (here.folder / "bide.toml").write_text(
        '[engine]\npoll_interval = "1m"\npoll_longest = "9m"\nsteps = 3\n[deadline]\ndefault = "8h"\n', encoding="utf-8"
    )
    mine = replace(here, extra={"BIDE_ENGINE_STEPS": "4", "BIDE_ENGINE_POLL_LONGEST": "8m"})
    values = shown(mine, "--set", "engine.poll_longest=7m")
    assert values["deadline.default"] == ("8h", "bide.toml")
    assert values["engine.poll_interval"] == ("1m", "bide.toml")
    assert values["engine.steps"] == ("4", "environment (BIDE_ENGINE_STEPS)")
    assert values["engine.poll_longest"] == ("7m", "--set")


def test_secrets_are_not_shown(here: Machine) -> None:
    done = here.run(
        "config", "show", "--set", "providers.mine.api_key=very-secret", "--db", "postgresql://me:hush@db.example/bide"
    )
    assert done.code == 0
    assert "very-secret" not in done.out
    assert "hush" not in done.out
    assert "providers.mine.api_key" in done.out


def test_a_wrong_file_is_named(here: Machine) -> None:
    for text, words in (("[engine]\nstps = 3\n", "did you mean engine.steps?"), ("[engine\n", "bide.toml: ")):
        (here.folder / "bide.toml").write_text(text, encoding="utf-8")
        done = here.run("config", "show")
        assert done.code == 2
        assert "bide.toml" in done.err
        assert words in done.err
        assert "Traceback" not in done.err


def test_a_table_for_people(here: Machine) -> None:
    done = here.run("config", "show", "--output", "table")
    assert "engine.poll_interval" in done.out
    assert "default" in done.out

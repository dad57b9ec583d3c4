"""`bide sim` as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.patience import PATIENCE

from bide.accounts import states
from bide.cli.exports import exports, spoken
from bide.cli.sim import SCRIPT_HELP
from bide.config import load
from bide.core.clock import SystemClock, clock_from
from bide.providers.kinds import KINDS
from bide.simulator.script import presets

RUN = "import typer; from bide.cli.sim import sim; app = typer.Typer(); app.command()(sim); app()"


def heed_interrupts() -> None:
    """Undo what a shell does to a test run in the background: its children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def command(*arguments: str, **environment: str) -> Generator[subprocess.Popen[str]]:
    """The command, ended when the context is left."""
    inherited = {name: value for name, value in os.environ.items() if name != "BIDE_CLOCK"}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, **environment},
        preexec_fn=heed_interrupts,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_when_it_is_told(end: signal.Signals) -> None:
    with command("--speed", "60", "--seed", "7", "--script", "measured") as process:
        url = first_line(process)
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url.removesuffix('/v1')}/sim/books") as reply:
            assert json.load(reply)["seed"] == 7
        process.send_signal(end)
        out, error = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (0, "")
    lines = error.splitlines()
    assert f"export OPENAI_BASE_URL={url}" in lines
    assert "export OPENAI_API_KEY=simulated" in lines
    assert lines[-1] == "The simulator has stopped."
    [clock] = [line.removeprefix("export BIDE_CLOCK=").strip("'") for line in lines if "BIDE_CLOCK" in line]
    assert clock_from({"BIDE_CLOCK": clock}).now() == pytest.approx(SystemClock().now(), abs=60 * 60 * 1_000_000)


def directions(*arguments: str) -> tuple[str, dict[str, str]]:
    """The first line, and what the command says to export."""
    with command(*arguments) as process:
        url = first_line(process)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=PATIENCE)
    lines = [line.removeprefix("export ") for line in error.splitlines() if line.startswith("export ")]
    return url, dict(line.split("=", 1) for line in lines)


def test_it_says_what_leads_to_openai_alone_unless_it_is_asked() -> None:
    url, said = directions()
    assert said == {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "simulated"}


def test_it_says_what_leads_to_other_providers() -> None:
    url, said = directions("--provider", "anthropic", "--provider", "openai", "--provider", "anthropic")
    assert said == {
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "simulated",
        "BIDE_ANTHROPIC_BASE_URL": f"{url.removesuffix('/v1')}/anthropic",
        "ANTHROPIC_API_KEY": "simulated",
    }


def test_what_it_says_for_all_switches_all_on() -> None:
    _, said = directions("--all")
    config = load({**said, "BIDE_HOME": "/nowhere"})
    on = {state.account: state for state in states(config.settings.providers, said) if state.setup}
    assert set(on) == set(spoken())
    for name, state in on.items():
        assert state.setup is not None
        assert state.setup.base_url.startswith("http://127.0.0.1:")
        assert name == "openai" or f"/{name}" in state.setup.base_url


def test_an_address_keeps_the_path_of_the_provider_s_own() -> None:
    for name in spoken():
        base_url = exports(name, "http://sim")[f"BIDE_{name.upper()}_BASE_URL"]
        assert base_url == f"http://sim/{name}{urlsplit(KINDS[name].base_url or '').path}"


@pytest.mark.parametrize(("speed", "follows"), [("60", True), ("61", False), ("300", False), ("0.5", False)])
def test_whether_bide_can_follow_its_clock_is_told(speed: str, follows: bool) -> None:
    with command("--speed", speed) as process:
        first_line(process)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=PATIENCE)

    assert ("export BIDE_CLOCK=" in error) == follows
    assert (f"cannot follow {speed} times real time (1 to 60 work)" in error) == (not follows)


def test_a_script_of_your_own_at_full_speed_by_a_given_clock(tmp_path: Path) -> None:
    script = tmp_path / "mine.toml"
    script.write_text("[batch]\nexpires = 0.5\n")
    with command("--script", str(script), "--fast", BIDE_CLOCK="2020-01-01T00:00:00Z*2") as process:
        url = first_line(process)
        with urllib.request.urlopen(f"{url.removesuffix('/v1')}/sim/healthz") as reply:
            assert json.load(reply)["now"] > SystemClock().now() + 5 * 365 * 86_400 * 1_000_000


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        pytest.param(["--script", "nosuch"], {}, "there is no script 'nosuch'", id="script"),
        pytest.param(["--provider", "acme"], {}, "does not speak for 'acme'; it has openai, ", id="provider"),
        pytest.param(["--speed", "0"], {}, "has to be above 0", id="speed"),
        pytest.param(["--speed", "2"], {"BIDE_CLOCK": "2026-11-21T03:00:00Z*60"}, "contradict", id="two clocks"),
    ],
)
def test_what_it_cannot_do(arguments: list[str], environment: dict[str, str], words: str) -> None:
    with command(*arguments, **environment) as process:
        out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (1, "")
    assert words in " ".join(error.replace("│", " ").split())


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, command("--port", str(taken.getsockname()[1])) as process:
        _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "choose another --port" in error


def test_the_help_names_every_preset_and_loads_nothing_heavy() -> None:
    assert all(name in SCRIPT_HELP for name in presets())
    program = (
        "import sys, bide.cli.sim; print([m for m in ('aiohttp', 'msgspec', 'bide.simulator') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"

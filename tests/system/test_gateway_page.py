"""What docs/gateway.md tells to type works as printed; only the ports are others, and the clock is that of the test."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bide import config
from tests.ports import free_port

PAGE = (Path(__file__).parents[2] / "docs" / "gateway.md").read_text("utf-8")

BEGIN = "=== block {} ==="

LONGEST = 150.0
"""Seconds after which a script hangs."""

COMMAND = "openai api"
"""What only the block has that needs OpenAI's command."""


def blocks(kind: str) -> list[str]:
    """The page's blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(folder: Path, script: str) -> str:
    """Run a script as somebody would type it, in a shell of its own whose jobs end with it."""
    tools = str(Path(sys.executable).parent)
    whole = f"set -eu\ntrap 'kill $(jobs -p)' EXIT\n{script}"
    for port in ("8080", "9000"):
        whole = whole.replace(port, str(free_port()))
    shell = subprocess.Popen(
        ["bash", "-c", whole],
        cwd=folder,
        env={"PATH": f"{tools}:{os.environ['PATH']}", "BIDE_HOME": str(folder / "home"), "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        out, _ = shell.communicate(timeout=LONGEST)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, out
    return out


def numbered(script: str, number: int) -> str:
    return f'echo; echo "{BEGIN.format(number)}"\n{script}'


def test_the_shell_blocks_and_the_programs_work_as_printed(tmp_path: Path) -> None:
    shell = [block for block in blocks("sh") if COMMAND not in block]
    programs = [f"python - <<'PROGRAM'\n{block}PROGRAM\n" for block in blocks("python")]
    out = run(tmp_path, "\n".join(numbered(script, number) for number, script in enumerate([*shell, *programs])))
    told = re.split(r"^=== block \d+ ===$", out, flags=re.MULTILINE)[1:]
    started, _, at_once, held, later, translated, openai_sdk, anthropic_sdk = told

    assert '{"status":"ok"}' in started
    assert json.loads(at_once)["object"] == "chat.completion"
    assert re.search(r"^bide-lane: (batch|realtime)", held, re.MULTILINE)
    assert json.loads(later)["status"] == "succeeded"
    assert '"object":"chat.completion"' in translated
    assert '"type":"message"' in translated
    assert "completed" in openai_sdk
    assert "Say hello" in anthropic_sdk


def test_openais_command_works_as_printed(tmp_path: Path) -> None:
    command = command_folder()
    if not (command / "openai").exists() and not os.environ.get("BIDE_SKIP_NOTHING"):
        pytest.skip("OpenAI's command is not installed: scripts/openai_command")
    first, second, *_ = blocks("sh")
    [typed] = [block for block in blocks("sh") if COMMAND in block]
    called = typed.replace("openai api", f"{command / 'openai'} api")
    out = run(tmp_path, first + second + called)
    assert "Say hello" in out
    assert '"object": "list"' in out or "gpt-" in out


def test_the_configuration_is_read_as_printed(tmp_path: Path) -> None:
    file = tmp_path / "bide.toml"
    file.write_text("\n".join(blocks("toml")), "utf-8")
    settings = config.load({"BIDE_HOME": str(tmp_path)}, file=str(file)).settings
    assert [(rule.name, rule.pinned, rule.multiple) for rule in settings.urgency_rules] == [
        ("checkout", True, None),
        ("reports", False, None),
        ("quick", False, 2),
    ]
    assert settings.gateway.failover == {"smart": ["openai/gpt-5-mini", "azure/gpt-5-mini"]}


def command_folder() -> Path:
    """Where `scripts/openai_command` puts it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("BIDE_OPENAI_COMMAND") or cache / "bide" / "openai-1.109.1") / "bin"

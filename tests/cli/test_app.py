"""The command line as a whole: each command by its name, and nothing imported that was not asked for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bide.cli import app as module
from bide.cli.app import COMMANDS, app, app_with

ABSENT = """
import sys
from bide.__main__ import main
sys.argv = ["bide", "status", "--output", "json"]
try:
    main()
finally:
    print(*sorted({"aiohttp", "httpx2", "bide.cli.run", "bide.cli.audit", "bide.cli.sim"} & set(sys.modules)), file=sys.stderr)
"""


def test_the_help_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout.partition("Commands:")[2]

    assert {line.split()[0] for line in shown.splitlines() if line.strip()} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_same_help_whether_others_are_there_or_not(name: str) -> None:
    alone = CliRunner().invoke(app_with([name]), [name, "--help"])

    assert alone.exit_code == 0
    assert alone.stdout == CliRunner().invoke(app, [name, "--help"]).stdout


def test_nothing_else_is_to_be_had() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'application'"):
        _ = module.application


def test_who_only_looks_imports_neither_what_sends_nor_other_commands(tmp_path: Path) -> None:
    environment = {**os.environ, "BIDE_HOME": str(tmp_path)}
    (tmp_path / "bide.db").touch()
    done = subprocess.run([sys.executable, "-c", ABSENT], env=environment, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr.strip(), done.returncode) == ("[]", "", 0)

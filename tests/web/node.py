"""What builds and runs web/: esbuild, TypeScript and node, as `scripts/web` installs them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.patience import PATIENCE

WEB = Path(__file__).parents[2] / "web"
CALCULATOR = WEB / "src" / "calculator"
INSTALLED = WEB / "node_modules" / ".bin"


def installed() -> Path:
    """The folder of the tools. Skips where there is no npm to install them with; fails in CI."""
    if shutil.which("node") is None or not (INSTALLED / "esbuild").exists():
        missing = "what builds web/ is not installed; `scripts/web` does it, and needs npm"
        if os.environ.get("BIDE_SKIP_NOTHING") or shutil.which("npm"):
            pytest.fail(missing)
        pytest.skip(missing)
    return INSTALLED


def run(*command: str | Path, told: bytes = b"") -> bytes:
    """What a command writes, run in web/; its errors are shown where it fails."""
    done = subprocess.run([str(each) for each in command], cwd=WEB, input=told, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout


def bundle(folder: Path, *sources: str) -> Path:
    """Sources of web/ built for node, into a folder."""
    run(installed() / "esbuild", *sources, "--bundle", "--platform=node", "--format=esm", "--log-level=warning", f"--outdir={folder}")  # fmt: skip
    return folder

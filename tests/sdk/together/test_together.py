"""Together's SDK, unmodified, against the provider simulator over real HTTP, in an environment of its own (`scripts/together`)."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bide.core.clock import SystemClock
from bide.simulator.script import parse_script
from bide.simulator.server import running_simulator

VERSION = "3.1.1"

SCRIPT = """
[batch]
turnaround = "0.4s"
begins = 0.0
validation = "50ms"
finalizing = "50ms"

[[when]]
marker = "[slow]"
turnaround = "10m"

[realtime]
latency = "0s"
tokens_per_second = 0
"""

PROMPTS = ("hello 0", "hello 1 [poison:row-error]", "hello 2")


def interpreter() -> Path:
    """The python beside which the SDK is installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("BIDE_TOGETHER") or cache / "bide" / f"together-{VERSION}")
    return folder / "bin" / "python"


@pytest.fixture
def python() -> Path:
    found = interpreter()
    if not found.exists() and not os.environ.get("BIDE_SKIP_NOTHING"):
        pytest.skip("Together's SDK is not installed: scripts/together")
    return found


async def driven(python: Path, file: Path) -> dict[str, Any]:
    """What the SDK saw."""
    async with running_simulator(parse_script(SCRIPT), clock=SystemClock()) as simulator:
        process = await asyncio.create_subprocess_exec(
            str(python),
            str(Path(__file__).with_name("drive.py")),
            f"{simulator.root}/together",
            str(file),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return json.loads(out)


async def test_the_sdk_drives_files_batches_calls_and_streams(python: Path, tmp_path: Path) -> None:
    file = tmp_path / "batch.jsonl"
    model = "meta-llama/Llama-3.3-70B-Instruct-Turbo"
    lines = [
        {"custom_id": f"r-{number}", "body": {"model": model, "messages": [{"role": "user", "content": prompt}]}}
        for number, prompt in enumerate(PROMPTS)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    seen = await driven(python, file)
    assert seen["same_file"], "equal bytes are one file"
    assert (seen["filename"], seen["listed"]) == ("batch.jsonl", True)
    assert (seen["status"], seen["rows"], seen["errors"]) == ("COMPLETED", ["r-0", "r-2"], ["r-1"])
    assert seen["late_cancel"] == 409
    assert seen["cancelled"] in ("CANCELING", "CANCELLED")
    assert "hello there" in seen["answer"]
    assert seen["tokens"] > 0
    assert "hello there" in seen["streamed"]
    assert seen["deleted"]
    assert seen["files"] >= 3, "the slow input, and the results of the first"
    assert seen["invalid_key"] == "refused"

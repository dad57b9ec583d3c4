"""The examples in Python, run as they stand."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.client.place import Beside

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

SAYS = {
    "map_prompts.py": ["My parcel is late. -> ", "The app crashes on start. -> ", "How do I change my address? -> "],
    "sdk_in_process.py": ["You said: Say hello."],
    "as_completed.py": ["batch -> ", "deadline -> ", "receipt -> ", "3 requests: 3 in batch; paid $"],
}


def test_each_example_is_run() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
async def test_an_example(name: str, here: Beside) -> None:
    found = await run(EXAMPLES / name, here)
    for words in SAYS[name]:
        assert words in found


async def run(script: Path, here: Beside) -> str:
    """What a script prints, with bide configured by the environment."""
    settings = {f"BIDE_{key.upper().replace('.', '_')}": str(value) for key, value in (here.settings).items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        env={**os.environ, **here.environment, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()

"""The drills, side by side: they mostly wait. `python -m tests.system.drills PART_OF_A_NAME` runs one by itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.system.drills import DRILLS

SLOW = ("hangs for ever", "deadline still far", "deadline near")
"""Those that wait for a deadline or for the end of a window."""

AT_A_TIME = 3


def is_slow(name: str) -> bool:
    return any(part in name for part in SLOW)


@pytest.mark.parametrize("slow", [True, False], ids=["slow", "quick"])
def test_drills(tmp_path: Path, slow: bool) -> None:
    names = [name for name in DRILLS if is_slow(name) is slow]
    folders = [tmp_path / str(number) for number in range(len(names))]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        played = {name: pool.submit(DRILLS[name], folder) for name, folder in zip(names, folders, strict=True)}
    wrong = {name: str(error) for name, future in played.items() if (error := future.exception())}
    assert not wrong
    assert len(names) == (3 if slow else 11)

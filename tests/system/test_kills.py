"""`kill -9` of a run at random moments: the same command goes on, and nothing is paid for twice. 50 of them in `make drills`."""

from pathlib import Path

import pytest

from tests.system.drills import kills


@pytest.mark.parametrize("seed", [1, 2])
def test_three_kills(tmp_path: Path, seed: int) -> None:
    assert kills(tmp_path, 3, seed).startswith("3 kills; ")  # it raises where anything is amiss

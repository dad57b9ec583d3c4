"""`kill -9` of a run at random moments: the same command goes on, and nothing is paid for twice. 50 of them in `make drills`."""

import re
from pathlib import Path

import pytest

from tests.system.kills import kills


@pytest.mark.parametrize("seed", [1, 2])
def test_three_kills(tmp_path: Path, seed: int) -> None:
    found = kills(tmp_path, 3, seed)  # raises unless each job has every answer and paid for each request once

    assert re.fullmatch(r"3 kills; (\d+) jobs of 100 requests with \1 batches, \d+00 rows and 0 calls billed", found)

"""The quick ones of the drills at providers that speak OpenAI's protocol with an accent; `make drills` plays all."""

from pathlib import Path

from tests.system.accents import QUICK, wrong


def test_drills(tmp_path: Path) -> None:
    assert not wrong(QUICK, tmp_path)

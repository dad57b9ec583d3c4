"""The drills, side by side: they mostly wait. `python -m tests.system.drills PART_OF_A_NAME` runs one by itself."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.system.drills import DRILLS
from tests.system.facts import FACTS, OTHERS
from tests.system.stage import Stage

SLOW = ("hangs for ever", "deadline still far", "deadline near")
"""Those that wait for a deadline or for the end of a window."""

QUICK = ("reply to the create lost", "kill -9")
"""Played at every provider here; `scripts/drills` plays all of them."""

AT_A_TIME = 3

Played = tuple[str, str]
"""A provider and the name of a drill."""


def is_one_of(name: str, parts: Sequence[str]) -> bool:
    return any(part in name for part in parts)


def play(folder: Path, chosen: Sequence[Played]) -> None:
    folders = [folder / str(number) for number in range(len(chosen))]
    for one in folders:
        one.mkdir()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        played = {
            (provider, name): pool.submit(DRILLS[name], Stage(own, provider))
            for (provider, name), own in zip(chosen, folders, strict=True)
        }
    assert not {name: str(error) for name, future in played.items() if (error := future.exception())}


@pytest.mark.parametrize("slow", [True, False], ids=["slow", "quick"])
def test_drills_at_openai(tmp_path: Path, slow: bool) -> None:
    chosen = [("openai", name) for name in DRILLS if is_one_of(name, SLOW) is slow]
    assert len(chosen) == (3 if slow else 11)
    play(tmp_path, chosen)


def test_drills_at_the_others(tmp_path: Path) -> None:
    others = [provider for provider in FACTS if provider != "openai"]
    chosen = [(provider, name) for provider in others for name in DRILLS if is_one_of(name, QUICK)]
    assert len(chosen) == 2 * len(others) > 2
    play(tmp_path, chosen)


def test_every_provider_that_is_simulated_has_its_facts() -> None:
    assert set(FACTS) == set(OTHERS)

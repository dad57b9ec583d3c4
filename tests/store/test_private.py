"""Prompts and answers are for the eyes of whoever handed them in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bide.cli import guard
from bide.config import load
from bide.embedded import opened
from bide.testing.scene import Scene
from tests.delivery.answered import answered, open_store


@pytest.fixture(autouse=True)
def open_handed() -> Iterator[None]:
    """A user whose other files everybody may read and write."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    """The modes of everything in a folder, by its kind."""
    return {
        ("folder" if path.is_dir() else "file", path.stat().st_mode & 0o777) for path in [folder, *folder.rglob("*")]
    }


PRIVATE = {("folder", 0o700), ("file", 0o600)}


async def test_what_bide_makes_is_private(tmp_path: Path) -> None:
    store = open_store(tmp_path / "home" / "bide")
    await answered(Scene(store), ["yes"], [{"text": "a"}])
    await store.database.attend("worker")

    found = {path.name for path in (tmp_path / "home" / "bide").iterdir()}
    assert {"bide.db", "bide.db-wal", "bide.db-shm", "bide.db-workers", "objects"} <= found
    assert modes(tmp_path / "home") == PRIVATE
    await store.close()


async def test_what_exists_stays_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "objects").mkdir(parents=True, mode=0o755)
    (home / "bide.db").touch(0o640)
    store = open_store(home)

    assert [path.stat().st_mode & 0o777 for path in (home / "objects", home / "bide.db")] == [0o755, 0o640]
    await store.close()


async def test_the_home_folder_is_private(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path / "of" / "bide"), "OPENAI_API_KEY": "none"})):
        assert modes(tmp_path / "of") == PRIVATE


def test_the_guard_s_log_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.sys, "executable", "true")
    guard.Guard(load({"BIDE_HOME": str(tmp_path / "home")}), None, [], None).start()

    assert modes(tmp_path / "home") == PRIVATE

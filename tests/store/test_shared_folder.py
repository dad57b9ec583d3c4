"""The folder of objects is recognised: workers of one database that look into different folders are refused."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bide.core.errors import StoreError
from bide.store.objects import LocalObjects
from bide.store.shared_folder import MARK, recognise
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from tests.store.scarce import no_file_beyond


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    opened = Store(SqliteDatabase(tmp_path / "bide.db"), LocalObjects(tmp_path / "objects"))
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "objects"


def mounted_elsewhere(folder: Path, place: Path) -> Path:
    """The same folder under another path, as another machine sees it."""
    place.symlink_to(folder)
    return place


async def test_the_first_worker_marks_the_folder(store: Store, folder: Path) -> None:
    await recognise(store, folder, "first")
    assert (folder / MARK).read_text() == "first\n"
    assert await store.agreed("objects") == "first"
    assert os.listdir(folder) == [MARK]


async def test_the_same_folder_is_recognised_under_any_path(store: Store, folder: Path, tmp_path: Path) -> None:
    await recognise(store, folder, "first")
    await recognise(store, folder, "second")
    await recognise(store, mounted_elsewhere(folder, tmp_path / "mount"), "third")
    assert (folder / MARK).read_text() == "first\n"


async def test_a_folder_of_one_s_own_is_refused(store: Store, folder: Path, tmp_path: Path) -> None:
    await recognise(store, folder, "first")
    (tmp_path / "mine").mkdir()
    with pytest.raises(StoreError, match=r"mine is not the folder .*; mount theirs there, or set BIDE_HOME"):
        await recognise(store, tmp_path / "mine", "second")
    assert list((tmp_path / "mine").iterdir()) == [], "a folder that is refused is left as it was"


async def test_the_folder_of_another_database_is_refused(store: Store, folder: Path, tmp_path: Path) -> None:
    await recognise(store, folder, "first")
    other = Store(SqliteDatabase(tmp_path / "other.db"), LocalObjects(tmp_path / "other"))
    await recognise(other, tmp_path / "other", "other")
    with pytest.raises(StoreError, match="is not the folder"):
        await recognise(other, folder, "again")
    await other.close()


async def test_workers_that_begin_together_agree(store: Store, folder: Path) -> None:
    await asyncio.gather(*(recognise(store, folder, f"worker-{number}") for number in range(8)))
    assert (folder / MARK).read_text().strip() == await store.agreed("objects")


async def test_a_marked_folder_can_be_given_to_a_new_database(store: Store, folder: Path) -> None:
    (folder / MARK).write_text("restored\n")
    await recognise(store, folder, "new")
    assert await store.agreed("objects") == "restored"


async def test_a_folder_that_lost_its_mark_is_refused(store: Store, folder: Path) -> None:
    await recognise(store, folder, "first")
    (folder / MARK).unlink()
    with pytest.raises(StoreError, match="is not the folder"):
        await recognise(store, folder, "second")


async def test_a_folder_that_cannot_be_written_is_told(store: Store, folder: Path) -> None:
    with no_file_beyond(0), pytest.raises(StoreError, match="cannot be used: "):
        await recognise(store, folder, "first")
    await recognise(store, folder, "first")

"""Objects in a folder: whole or not at all, and never a raw error of the operating system."""

import os
from pathlib import Path

import pytest

from bide.core.errors import StoreError
from bide.store.objects import OPEN_FILES, LocalObjects
from tests.store.scarce import no_file_beyond


@pytest.fixture
def objects(tmp_path: Path) -> LocalObjects:
    return LocalObjects(tmp_path / "new" / "objects")


async def test_ranges_of_an_object_are_read(objects: LocalObjects) -> None:
    await objects.put("answers-1", b"0123456789")
    assert await objects.read("answers-1", 3, 4) == b"3456"
    assert await objects.read("answers-1", 0, 10) == b"0123456789"
    await objects.close()


async def test_an_object_does_not_exist_before_its_commit(objects: LocalObjects) -> None:
    writer = await objects.create("bodies-1")
    await writer.write(b"a")
    await writer.write(b"bc")
    assert os.listdir(objects.folder) == ["bodies-1.part"]
    with pytest.raises(StoreError, match="cannot be read"):
        await objects.read("bodies-1", 0, 1)
    assert await writer.commit() == 3
    assert os.listdir(objects.folder) == ["bodies-1"]
    await objects.close()


async def test_an_aborted_object_leaves_nothing(objects: LocalObjects) -> None:
    writer = await objects.create("bodies-1")
    await writer.write(b"a")
    await writer.abort()
    assert list(objects.folder.iterdir()) == []


async def test_a_torn_object_is_noticed(objects: LocalObjects) -> None:
    await objects.put("answers-1", b"0123")
    with pytest.raises(StoreError, match="is torn: 4 bytes wanted at 2, 2 there"):
        await objects.read("answers-1", 2, 4)
    await objects.close()


async def test_many_objects_are_read_through_few_open_files(objects: LocalObjects) -> None:
    for number in range(OPEN_FILES + 5):
        await objects.put(f"o-{number:03}", b"%d" % number)
    for number in [*range(OPEN_FILES + 5), 0]:
        assert await objects.read(f"o-{number:03}", 0, 1) == str(number)[:1].encode()
    await objects.delete("o-000")
    await objects.delete("o-000")
    assert sorted(os.listdir(objects.folder)) == [f"o-{number:03}" for number in range(1, OPEN_FILES + 5)]
    await objects.close()


async def test_what_a_writer_that_died_left_is_removed(objects: LocalObjects) -> None:
    writer = await objects.create("bodies-1")
    await writer.write(b"a")
    await objects.delete("bodies-1")
    assert os.listdir(objects.folder) == []
    await writer.abort()


@pytest.mark.parametrize("name", ["../elsewhere", ".hidden", "a/b"])
async def test_a_name_stays_in_the_folder(objects: LocalObjects, name: str) -> None:
    with pytest.raises(StoreError, match="is no name for an object"):
        await objects.put(name, b"")


async def test_a_full_disk_is_told_and_leaves_nothing(objects: LocalObjects) -> None:
    with no_file_beyond(1_000), pytest.raises(StoreError, match=r"cannot be written: .*; free some space"):
        await objects.put("answers-1", b"x" * 5_000)
    assert list(objects.folder.iterdir()) == []
    await objects.put("answers-1", b"x" * 5_000)
    await objects.close()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be used: "):
        LocalObjects(tmp_path / "file")


async def test_a_folder_that_is_gone_is_told(objects: LocalObjects) -> None:
    objects.folder.rmdir()
    with pytest.raises(StoreError, match="No such file or directory; see to that"):
        await objects.put("answers-1", b"x")


async def test_an_object_is_opened_as_a_file(objects: LocalObjects) -> None:
    await objects.put("upload-1", b"a\nb\n")
    with objects.open("upload-1") as file:
        assert list(file) == [b"a\n", b"b\n"]
    with pytest.raises(StoreError, match="cannot be read"):
        objects.open("upload-2")
    await objects.close()

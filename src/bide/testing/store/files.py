"""Files: listed to their owner until they are deleted or expire, and their bytes removed after that."""

import pytest

from bide.core.clock import DAY, HOUR
from bide.core.errors import NotFoundError, StoreError
from bide.core.file import File
from bide.core.identifiers import new_tag
from bide.store.files import NewFile, object_name
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase
from bide.testing.store.served import create


async def upload(scene: Scene, purpose: str = "batch", expires_at: int | None = None) -> File:
    """An uploaded file whose bytes lie in the objects."""
    identifier = f"file-{new_tag(scene.entropy)}"
    object_id = await scene.store.files.begin(scene.owner, identifier, scene.now)
    await scene.store.objects.put(object_name(identifier), b"content")
    new = NewFile(
        external_id=identifier, name="a.jsonl", purpose=purpose, size=7, object=object_id, expires_at=expires_at
    )
    return await scene.store.files.add(scene.owner, new, scene.now)


async def listed(scene: Scene, owner: str | None = None, **changes: object) -> list[str]:
    """The ids of a list."""
    found = await scene.store.files.list(
        owner or scene.owner,
        **{"after": None, "purpose": None, "limit": 9, "now": scene.now, **changes},  # type: ignore[arg-type]
    )
    return [one.external_id for one in found]


class FileCases(StoreCase):
    """The verbs of `bide.store.files`."""

    async def test_a_file_is_its_owners(self, scene: Scene) -> None:
        file = await upload(scene)
        assert await scene.store.files.find(scene.owner, file.external_id, scene.now) == file
        assert await listed(scene, "another") == []
        with pytest.raises(NotFoundError):
            await scene.store.files.find("another", file.external_id, scene.now)
        with pytest.raises(NotFoundError):
            await scene.store.files.delete("another", file.external_id, scene.now)

    async def test_files_are_listed_from_both_ends(self, scene: Scene) -> None:
        ids = [(await upload(scene, purpose)).external_id for purpose in ("batch", "evals", "batch")]
        assert await listed(scene) == ids[::-1]
        assert await listed(scene, oldest_first=True, limit=2) == ids[:2]
        assert await listed(scene, purpose="batch") == [ids[2], ids[0]]
        assert await listed(scene, after=ids[1]) == ids[:1]
        assert await listed(scene, after=ids[1], oldest_first=True) == ids[2:]
        with pytest.raises(NotFoundError):
            await listed(scene, after="file-never")

    async def test_what_is_deleted_or_has_expired_is_gone_with_its_bytes(self, scene: Scene) -> None:
        deleted, expired, kept = (
            await upload(scene),
            await upload(scene, expires_at=scene.now + HOUR),
            await upload(scene),
        )
        await scene.store.files.delete(scene.owner, deleted.external_id, scene.now)
        with pytest.raises(NotFoundError):
            await scene.store.files.delete(scene.owner, deleted.external_id, scene.now)
        assert await scene.store.files.sweep(scene.now, 0) == 1
        scene.now += HOUR
        assert await listed(scene) == [kept.external_id]
        assert await scene.store.files.sweep(scene.now, 0) == 1
        assert await scene.store.files.sweep(scene.now, 0) == 0
        for file, is_there in ((deleted, False), (expired, False), (kept, True)):
            assert await _has_bytes(scene, file) is is_there

    async def test_a_file_stays_while_a_batch_has_yet_to_read_it(self, scene: Scene) -> None:
        file = await upload(scene)
        batch = await create(scene, input_file=file.external_id)
        scene.now += 1
        await scene.store.files.delete(scene.owner, file.external_id, scene.now)
        assert await scene.store.files.sweep(scene.now, 0) == 0
        assert (await scene.store.files.find(scene.owner, file.external_id, batch.created_at)).id == file.id
        await scene.store.served.fail(batch.id, "[]", scene.now)
        assert await scene.store.files.sweep(scene.now, 0) == 1

    async def test_an_upload_that_never_ended_is_removed(self, scene: Scene) -> None:
        whole = await upload(scene)
        await scene.store.files.begin(scene.owner, "file-torn", scene.now)
        await scene.store.objects.put(object_name("file-torn"), b"half")
        assert await scene.store.files.sweep(scene.now, scene.now - DAY) == 0
        assert await scene.store.files.sweep(scene.now, scene.now) == 1
        assert await _has_bytes(scene, whole)

    async def test_what_is_made_from_answers_is_counted(self, scene: Scene) -> None:
        new = NewFile(external_id="file-made", name="made.jsonl", purpose="batch_output")
        made = await scene.store.files.add(scene.owner, new, scene.now)
        uploaded = await upload(scene)
        for file in (made, uploaded):
            await scene.store.files.count(file.id, 99)
        found = [await scene.store.files.find(scene.owner, one.external_id, scene.now) for one in (made, uploaded)]
        assert [one.size for one in found] == [99, 7]


async def _has_bytes(scene: Scene, file: File) -> bool:
    name = object_name(file.external_id)
    try:
        return await scene.store.objects.read(name, 0, 7) == b"content"
    except StoreError:
        return False

"""OpenAI's files by its official client, and by forms that no client of its own would send."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from bide.core.clock import DAY
from bide.gateway.files.surface import LIFE
from tests.gateway.batching import CHAT, create, some, until
from tests.gateway.place import Place, place

BOUNDARY = "----edge"


def form(*parts: tuple[str, bytes], end: str = f"--{BOUNDARY}--\r\n") -> bytes:
    """A form, part by part: the head after ``Content-Disposition: form-data;`` and the content."""
    body = b""
    for head, content in parts:
        body += f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
    return body + end.encode()


async def send(at: Place, body: bytes, boundary: str = BOUNDARY) -> tuple[int, Any]:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    async with at.http.post("/v1/files", data=body, headers=headers) as answer:
        return answer.status, await answer.json()


def folder(at: Place) -> Path:
    """Where objects lie."""
    return Path(at.bide.config.database.removeprefix("sqlite:///") + "-objects")


def objects(at: Place) -> list[str]:
    """The names of the uploads that lie on the disk."""
    return sorted(path.name for path in folder(at).iterdir() if path.name.startswith("upload"))


async def test_a_file_goes_in_and_comes_out_as_it_was(at: Place) -> None:
    client = at.openai()
    content = bytes(range(256)) * 5_000
    file = await client.files.create(file=("data.bin", content), purpose="user_data")
    assert (file.object, file.bytes, file.filename, file.status) == ("file", len(content), "data.bin", "processed")
    assert file.expires_at is None
    assert await client.files.retrieve(file.id) == file
    downloaded = await client.files.with_raw_response.content(file.id)
    assert downloaded.content == content
    assert downloaded.headers["content-length"] == str(len(content))
    assert (await client.files.delete(file.id)).deleted
    for call in (client.files.retrieve(file.id), client.files.content(file.id), client.files.delete(file.id)):
        with pytest.raises(openai.NotFoundError):
            await call
    await at.gateway.upkeep.round()
    assert objects(at) == []


async def test_files_of_batches_expire_and_others_when_asked(at: Place) -> None:
    client = at.openai()
    batch = await client.files.create(file=some(1), purpose="batch")
    assert batch.expires_at == batch.created_at + LIFE // 1_000_000
    short = await client.files.create(
        file=some(1), purpose="user_data", expires_after={"anchor": "created_at", "seconds": 3_600}
    )
    assert short.expires_at == short.created_at + 3_600
    store, later = at.bide.store, (batch.created_at + 7_200) * 1_000_000
    assert [file.external_id for file in await store.files.list(
        "local", after=None, purpose=None, limit=10, now=later
    )] == [batch.id]  # fmt: skip
    assert objects(at) == sorted(f"upload-{file.id}" for file in (batch, short))
    assert await store.files.sweep(later, 0) == 1
    assert objects(at) == [f"upload-{batch.id}"]


async def test_files_are_listed_page_by_page(at: Place) -> None:
    client = at.openai()
    purposes = ["batch", "user_data", "batch", "evals", "batch"]
    ids = [(await client.files.create(file=b"{}", purpose=purpose)).id for purpose in purposes]
    assert [file.id async for file in await client.files.list()] == ids[::-1]
    assert [file.id async for file in await client.files.list(limit=2, order="asc")] == ids
    page = await client.files.list(limit=2)
    assert ([file.id for file in page.data], page.has_more) == (ids[:2:-1], True)
    assert [file.id async for file in await client.files.list(purpose="batch")] == [ids[4], ids[2], ids[0]]
    await client.files.delete(ids[2])
    assert [file.id async for file in await client.files.list(after=ids[2])] == [ids[1], ids[0]]
    for wrong in ({"after": "file-never"}, {"limit": 0}, {"limit": 10_001}, {"order": "up"}):
        with pytest.raises(openai.BadRequestError):
            await client.files.list(**wrong)


async def test_fields_may_come_in_any_order_and_the_name_may_be_missing(at: Place) -> None:
    status, file = await send(
        at,
        form(
            ('name="file"', b'{"a": 1}'),
            ('name="expires_after[seconds]"', b"3600"),
            ('name="purpose"', b"batch"),
            ('name="expires_after[anchor]"', b"created_at"),
        ),
    )
    assert (status, file["bytes"], file["filename"]) == (200, 8, "upload.jsonl")
    assert file["expires_at"] == file["created_at"] + 3_600


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\\\Windows\\\\system.ini", "system.ini"),
        ("..", "upload.jsonl"),
        ("a/", "upload.jsonl"),
        ("a\x00b\x1b[2J.jsonl", "ab[2J.jsonl"),
        ("übung 1.jsonl", "übung 1.jsonl"),
        ("n" * 400, "n" * 255),
    ],
)
async def test_no_name_leads_anywhere(at: Place, name: str, shown: str) -> None:
    status, file = await send(at, form((f'name="file"; filename="{name}"', b"x"), ('name="purpose"', b"batch")))
    assert (status, file["filename"]) == (200, shown)
    assert objects(at) == [f"upload-{file['id']}"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (form(('name="purpose"', b"batch")), "file"),
        (form(('name="file"', b"x")), "purpose"),
        (form(('name="file"', b"x"), ('name="purpose"', b"fun")), "purpose"),
        (form(('name="file"', b"x"), ('name="file"', b"x"), ('name="purpose"', b"batch")), "file"),
        (form(('name="file"', b"x"), ('name="purpose"', b"batch"), end=""), None),
        (form(('name="file"', b"x"), ('name="purpose"', b"b" * 20_000)), None),
        (form(*((f'name="field{number}"', b"x") for number in range(40))), None),
        (form(('name="file"', b"x"), ('name="purpose"', b"batch"), ('name="expires_after[seconds]"', b"3600")),
         "expires_after.anchor"),
        (form(('name="file"', b"x"), ('name="purpose"', b"batch"), ('name="expires_after[anchor]"', b"created_at"),
              ('name="expires_after[seconds]"', b"9" * 5_000)), "expires_after.seconds"),
        (b"no form at all", None),
        (b"", None),
    ],
)  # fmt: skip
async def test_a_form_that_cannot_be_used_leaves_nothing(at: Place, body: bytes, param: str | None) -> None:
    status, answer = await send(at, body)
    assert (status, answer["error"]["param"]) == (400, param)
    assert answer["error"]["type"] == "invalid_request_error"
    assert objects(at) == []


async def test_a_body_that_is_no_form_is_refused(at: Place) -> None:
    async with at.http.post("/v1/files", json={"purpose": "batch"}) as answer:
        assert answer.status == 400
    status, _ = await send(at, form(('name="file"', b"x")), boundary="other")
    assert status == 400
    assert objects(at) == []


async def test_a_file_that_is_too_large_is_refused_before_and_while_it_comes(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.largest_file=1000", engine=False) as at:
        client = at.openai()
        for size in (1_001, 100_000):
            with pytest.raises(openai.APIStatusError) as refused:
                await client.files.create(file=bytes(size), purpose="batch")
            assert (refused.value.status_code, refused.value.code) == (413, "file_too_large")

        async def endless() -> Any:
            yield form(('name="purpose"', b"batch"), ('name="file"', b"x"), end="")[:-2]
            for _ in range(1_000):
                yield bytes(1_000)

        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        try:
            async with at.http.post("/v1/files", data=endless(), headers=headers) as answer:
                assert answer.status == 413
        except aiohttp.ClientOSError:
            pass  # it was still sending when the answer came
        assert (await client.files.create(file=bytes(1_000), purpose="batch")).bytes == 1_000
        assert len(objects(at)) == 1


async def test_an_upload_that_is_broken_off_leaves_nothing(at: Place) -> None:
    begun = asyncio.Event()

    async def slow() -> Any:
        yield form(('name="purpose"', b"batch"), ('name="file"', b"x" * 10_000), end="")
        begun.set()
        await asyncio.sleep(60)

    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    sending = asyncio.create_task(at.http.post("/v1/files", data=slow(), headers=headers).__aenter__())
    await begun.wait()
    while not objects(at):
        await asyncio.sleep(0.01)
    sending.cancel()
    while objects(at):
        await asyncio.sleep(0.01)


async def test_what_an_upload_that_died_left_behind_is_removed_after_a_day(at: Place) -> None:
    store, now = at.bide.store, at.bide.context.clock.now()
    await store.files.begin("local", "file-torn", now)
    (folder(at) / "upload-file-torn.part").write_bytes(b"half")
    assert await store.files.sweep(now, now - DAY) == 0
    assert objects(at) == ["upload-file-torn.part"]
    assert await store.files.sweep(now + DAY, now) == 1
    assert objects(at) == []


async def test_a_file_that_a_batch_has_yet_to_read_keeps_its_bytes(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        client = at.openai()
        places = at.gateway.validations._places  # pyright: ignore[reportPrivateUsage]
        await places.acquire()
        await places.acquire()  # nothing is read now
        file = await client.files.create(file=some(1), purpose="batch")
        batch = await client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="1h")
        await client.files.delete(file.id)
        await at.gateway.upkeep.round()
        assert objects(at) == [f"upload-{file.id}"]
        places.release()
        places.release()
        await at.gateway.validations.settle()
        assert (await client.batches.retrieve(batch.id)).status == "in_progress"
        await at.gateway.upkeep.round()
        assert objects(at) == []


async def test_anthropics_clients_have_no_files_here(at: Place) -> None:
    async with at.http.get("/v1/files", headers={"anthropic-version": "2023-06-01"}) as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["type"] == "not_found_error"


async def test_a_download_goes_on_where_it_broke_off(at: Place) -> None:
    """Of an upload, and of a batch's results, which are made while they are sent."""
    client = at.openai()
    uploaded = await client.files.create(file=("data.bin", bytes(range(256)) * 3_000), purpose="user_data")
    batch = await until(client, await create(client, some(3)))
    for identifier in (uploaded.id, batch.output_file_id):
        path = f"/v1/files/{identifier}/content"
        async with at.http.get(path, headers={"Range": "bytes=10-"}) as late:
            assert late.status == 206
            tail = await late.read()
        async with at.http.get(path, headers={"Range": "bytes=0-9", "If-Range": late.headers["ETag"]}) as early:
            assert early.status == 206
            head = await early.read()
        whole = (await client.files.content(identifier)).content
        assert head + tail == whole
        assert late.headers["Content-Range"] == f"bytes 10-{len(whole) - 1}/{len(whole)}"
        async with at.http.get(path, headers={"Range": "bytes=3-5", "If-Range": '"another"'}) as changed:
            assert (changed.status, await changed.read()) == (200, whole)
        async with at.http.get(path, headers={"Range": f"bytes={len(whole)}-"}) as beyond:
            assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
            assert (await beyond.json())["error"]["param"] == "range"

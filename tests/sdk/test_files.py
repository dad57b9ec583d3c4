"""Every method of `client.files`."""

import asyncio
import io
from pathlib import Path

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI

from bide.core.clock import SECOND, ManualClock

CONTENT = b'{"custom_id":"a"}\n'


async def test_a_file_from_its_upload_to_its_deletion(client: AsyncOpenAI) -> None:
    file = await client.files.create(file=("in.jsonl", CONTENT), purpose="batch")
    assert (file.object, file.filename, file.bytes) == ("file", "in.jsonl", len(CONTENT))
    assert (file.purpose, file.status) == ("batch", "processed")
    assert file.expires_at == file.created_at + 30 * 86_400
    assert await client.files.retrieve(file.id) == file
    assert (await client.files.content(file.id)).content == CONTENT
    deleted = await client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    with pytest.raises(NotFoundError) as gone:
        await client.files.retrieve(file.id)
    assert gone.value.type == "invalid_request_error"


@pytest.mark.parametrize("kind", ["path", "handle", "bytes", "BytesIO"])
async def test_every_way_to_hand_a_file_over(client: AsyncOpenAI, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(CONTENT)
    with path.open("rb") as handle:
        ways = {"path": path, "handle": handle, "bytes": CONTENT, "BytesIO": io.BytesIO(CONTENT)}
        file = await client.files.create(file=ways[kind], purpose="batch")
    assert (await client.files.content(file.id)).content == CONTENT


async def test_a_file_that_expires(client: AsyncOpenAI, clock: ManualClock) -> None:
    file = await client.files.create(
        file=("in.jsonl", CONTENT), purpose="batch", expires_after={"anchor": "created_at", "seconds": 3_600}
    )
    assert file.expires_at == file.created_at + 3_600
    clock.advance(3_600 * SECOND)
    with pytest.raises(NotFoundError):
        await client.files.content(file.id)


async def test_a_large_file_in_both_directions(client: AsyncOpenAI, tmp_path: Path) -> None:
    content = b"0123456789abcdef" * 300_000
    file = await client.files.create(file=("large.jsonl", content), purpose="user_data")
    async with client.files.with_streaming_response.content(file.id) as reply:
        await reply.stream_to_file(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


async def test_the_listing_pages_by_itself(client: AsyncOpenAI, clock: ManualClock) -> None:
    created: list[str] = []
    for number in range(7):
        file = await client.files.create(file=(f"{number}.jsonl", CONTENT), purpose="batch" if number % 2 else "evals")
        created.append(file.id)
        clock.advance(SECOND)
    page = await client.files.list(limit=3)
    assert (len(page.data), page.has_more, page.has_next_page()) == (3, True, True)
    assert [file.id async for file in client.files.list(limit=3)] == created[::-1]
    assert [file.id async for file in client.files.list(limit=2, order="asc")] == created
    assert [file.id async for file in client.files.list(purpose="batch", limit=2)] == created[5::-2]


async def test_what_is_refused(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.files.create(file=("x", CONTENT), purpose="nothing")  # pyright: ignore[reportArgumentType]
    assert refused.value.param == "purpose"
    with pytest.raises(BadRequestError):
        await client.files.list(after="file-none")


async def test_the_blocking_client(blocking: OpenAI) -> None:
    def use() -> tuple[bytes, list[str], bool]:
        file = blocking.files.create(file=("in.jsonl", CONTENT), purpose="batch")
        content = blocking.files.content(file.id).read()
        listed = [shown.id for shown in blocking.files.list(limit=1)]
        assert blocking.files.retrieve(file.id) == file
        assert listed == [file.id]
        return content, listed, blocking.files.delete(file.id).deleted

    assert (await asyncio.to_thread(use))[0::2] == (CONTENT, True)

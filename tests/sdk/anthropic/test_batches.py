"""Message batches through the SDK: every method, and each way in which a batch ends."""

import asyncio

import anthropic
import pytest
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from anthropic.types.messages.batch_create_params import Request

from bide.core.clock import DAY, HOUR, MINUTE, ManualClock
from bide.simulator.books import Books
from bide.simulator.faults import read_faults
from bide.simulator.server import Simulator


def requests(*prompts: str) -> list[Request]:
    return [
        {
            "custom_id": f"r-{number}",
            "params": {
                "model": "claude-haiku-5-5",
                "max_tokens": 64,
                "messages": [{"role": "user", "content": prompt}],
            },
        }
        for number, prompt in enumerate(prompts)
    ]


async def results(client: AsyncAnthropic, batch: MessageBatch) -> dict[str, MessageBatchIndividualResponse]:
    decoder = await client.messages.batches.results(batch.id)
    return {line.custom_id: line async for line in decoder}


async def test_from_create_to_results(client: AsyncAnthropic, clock: ManualClock, simulator: Simulator) -> None:
    created = await client.messages.batches.create(requests=requests("first", "second [poison:row-error]", "third"))
    assert created.processing_status == "in_progress"
    assert (created.request_counts.processing, created.request_counts.succeeded) == (3, 0)
    assert created.expires_at - created.created_at == created.expires_at.resolution * DAY
    with pytest.raises(anthropic.AnthropicError):
        await client.messages.batches.results(created.id)
    clock.advance(HOUR)
    ended = await client.messages.batches.retrieve(created.id)
    assert (ended.processing_status, ended.id) == ("ended", created.id)
    assert (ended.request_counts.succeeded, ended.request_counts.errored) == (2, 1)
    assert ended.results_url == f"{simulator.root}/anthropic/v1/messages/batches/{created.id}/results"
    found = await results(client, ended)
    assert sorted(found) == ["r-0", "r-1", "r-2"]
    succeeded, errored = found["r-0"].result, found["r-1"].result
    assert succeeded.type == "succeeded"
    assert succeeded.message.usage.service_tier == "batch"
    assert succeeded.message.content[0].type == "text"
    assert "first" in succeeded.message.content[0].text
    assert errored.type == "errored"
    assert errored.error.error.type == "invalid_request_error"


async def test_a_cancel(client: AsyncAnthropic, clock: ManualClock) -> None:
    batch = await client.messages.batches.create(requests=requests("a", "b", "c", "d"))
    clock.advance(6 * MINUTE)
    cancelled = await client.messages.batches.cancel(batch.id)
    assert cancelled.processing_status == "canceling"
    assert cancelled.cancel_initiated_at is not None
    clock.advance(MINUTE)
    assert (await client.messages.batches.retrieve(batch.id)).request_counts.canceled == 2
    found = await results(client, batch)
    assert sorted(line.result.type for line in found.values()) == ["canceled"] * 2 + ["succeeded"] * 2


async def test_results_that_are_archived(client: AsyncAnthropic, clock: ManualClock) -> None:
    batch = await client.messages.batches.create(requests=requests("a"))
    clock.advance(30 * DAY)
    shown = await client.messages.batches.retrieve(batch.id)
    assert shown.archived_at is not None
    assert shown.results_url is None
    with pytest.raises(anthropic.AnthropicError):
        await client.messages.batches.results(batch.id)


async def test_a_list(client: AsyncAnthropic) -> None:
    made = [(await client.messages.batches.create(requests=requests("a"))).id for _ in range(5)][::-1]
    assert [batch.id async for batch in client.messages.batches.list(limit=2)] == made
    page = await client.messages.batches.list(limit=2, before_id=made[3])
    assert [batch.id for batch in page.data] == made[1:3]
    assert [batch.id async for batch in client.messages.batches.list(limit=2, before_id=made[4])] == [
        *made[2:4],
        *made[:2],
    ]


async def test_a_delete(client: AsyncAnthropic, clock: ManualClock) -> None:
    batch = await client.messages.batches.create(requests=requests("a"))
    with pytest.raises(anthropic.BadRequestError):
        await client.messages.batches.delete(batch.id)
    clock.advance(HOUR)
    deleted = await client.messages.batches.delete(batch.id)
    assert (deleted.id, deleted.type) == (batch.id, "message_batch_deleted")
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.batches.retrieve(batch.id)


async def test_a_custom_id_that_is_none(client: AsyncAnthropic) -> None:
    [request] = requests("a")
    with pytest.raises(anthropic.BadRequestError) as raised:
        await client.messages.batches.create(requests=[{**request, "custom_id": "a.b"}])
    assert "custom_id" in str(raised.value)


async def test_a_lost_reply_leaves_a_batch_that_the_listing_shows(client: AsyncAnthropic, books: Books) -> None:
    books.faults.add_next(read_faults([{"site": "create", "kind": "reply_lost"}]))
    with pytest.raises(anthropic.APIConnectionError):
        await client.messages.batches.create(requests=requests("a", "b"))
    [found] = [batch async for batch in client.messages.batches.list()]
    assert found.request_counts.processing == 2


async def test_a_client_left_to_its_own_retries_pays_twice(
    client: AsyncAnthropic, books: Books, clock: ManualClock
) -> None:
    books.faults.add_next(read_faults([{"site": "create", "kind": "reply_lost"}]))
    await client.with_options(max_retries=1).messages.batches.create(requests=requests("a", "b"))
    clock.advance(HOUR)
    assert len(list(books.charges(clock.now()))) == 4


async def test_a_404_that_passes(client: AsyncAnthropic, books: Books) -> None:
    batch = await client.messages.batches.create(requests=requests("a"))
    books.faults.add_next(read_faults([{"site": "retrieve", "kind": "error", "status": 404}]))
    with pytest.raises(anthropic.NotFoundError):
        await client.messages.batches.retrieve(batch.id)
    assert (await client.messages.batches.retrieve(batch.id)).id == batch.id


async def test_results_that_are_cut(client: AsyncAnthropic, books: Books, clock: ManualClock) -> None:
    batch = await client.messages.batches.create(requests=requests(*"abcdefgh"))
    clock.advance(HOUR)
    books.faults.add_next(read_faults([{"site": "download", "kind": "cut"}]))
    with pytest.raises(Exception):  # noqa: B017 - which of several it is depends on where the line is cut
        await results(client, batch)
    assert len(await results(client, batch)) == 8


async def test_the_blocking_client(blocking: Anthropic, clock: ManualClock) -> None:
    def create() -> str:
        return blocking.messages.batches.create(requests=requests("a", "b")).id

    def read(identifier: str) -> list[str]:
        return sorted(line.custom_id for line in blocking.messages.batches.results(identifier))

    with blocking:
        identifier = await asyncio.to_thread(create)
        clock.advance(HOUR)
        assert await asyncio.to_thread(read, identifier) == ["r-0", "r-1"]

"""The client's verbs, in this process and at a gateway with a URL: the same."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import bide
from tests.client.place import INSTANT, MODEL, Beside, beside
from tests.gateway.place import place

WAYS = ("in this process", "at a URL")


@asynccontextmanager
async def reaching(way: str, home: Path, *settings: str) -> AsyncGenerator[bide.AsyncClient]:
    """A client that reaches bide in one of the ways."""
    if way == "at a URL":
        async with place(home, *settings, script=INSTANT) as at, bide.AsyncClient(base_url=f"{at.url}/v1") as found:
            yield found
    else:
        async with beside(home, *settings) as here, bide.AsyncClient(**here.options) as found:
            yield found


@pytest_asyncio.fixture(params=WAYS)
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[bide.AsyncClient]:
    async with reaching(request.param, tmp_path) as found:
        yield found


async def test_one_request_is_handed_in_and_waited_for(client: bide.AsyncClient) -> None:
    handle = await client.submit("hello", model=MODEL, within="15m")
    assert handle.id.startswith("req_")
    assert handle.deadline is not None
    answer = await client.wait(handle)
    assert (answer.id, answer.ok, answer.lane, answer.status) == (handle.id, True, "batch", 200)
    assert answer.text == answer.body["choices"][0]["message"]["content"]
    assert answer.cost is not None
    assert answer.cost > 0


async def test_an_id_is_enough(client: bide.AsyncClient) -> None:
    handle = await client.submit({"messages": [{"role": "user", "content": "hello"}]}, model=MODEL)
    found = await client.find(handle.id)
    assert found == handle
    assert (await client.wait(handle.id)).text == (await client.wait(found)).text


async def test_answers_come_in_the_order_of_the_requests(client: bide.AsyncClient) -> None:
    prompts = [f"question {number}" for number in range(70)]
    seen: list[tuple[int, int]] = []
    answers = [
        answer
        async for answer in client.map(
            prompts, model=MODEL, within="30m", progress=lambda settled, total: seen.append((settled, total))
        )
    ]
    assert [answer.index for answer in answers] == list(range(70))
    for prompt, answer in zip(prompts, answers, strict=True):
        assert f"{prompt} " in f"{answer.text} "
    assert (seen[0], seen[-1]) == ((0, 70), (70, 70))


async def test_an_iterable_may_be_asynchronous(client: bide.AsyncClient) -> None:
    async def prompts() -> AsyncIterator[str]:
        for word in ("one", "two"):
            await asyncio.sleep(0)
            yield word

    assert [answer.ok async for answer in client.map(prompts(), model=MODEL, within="15m")] == [True, True]


async def test_answers_as_they_come_have_the_places_of_their_requests(client: bide.AsyncClient) -> None:
    handles = await client.submit(["a", "b", "c"], model=MODEL, within="15m")
    found = {answer.index: answer.id async for answer in client.as_completed(handles)}
    assert found == {handle.index: handle.id for handle in handles}


async def test_one_of_many_that_cannot_be_used_does_not_stop_the_others(client: bide.AsyncClient) -> None:
    handles = await client.submit(["a", {"messages": []}, {"input": "b"}, "c"], model=MODEL, within="15m")
    answers = await client.wait(handles)
    assert [answer.ok for answer in answers] == [True, False, False, True]
    assert isinstance(answers[1].error, bide.InvalidRequestError)
    assert answers[1].error.param == "messages"
    with pytest.raises(bide.InvalidRequestError, match="endpoint"):
        _ = answers[2].text
    receipt = await client.receipt(handles)
    assert (receipt.requests, receipt.succeeded, receipt.failed) == (4, 2, 2)


async def test_one_that_cannot_be_used_is_an_error(client: bide.AsyncClient) -> None:
    with pytest.raises(bide.InvalidRequestError, match="none of the accounts") as refused:
        await client.submit("hello", model="nobody")
    assert (refused.value.status, refused.value.code, refused.value.param) == (404, "model_not_found", "model")


async def test_a_request_that_may_cost_more_than_it_may_is_not_sent(client: bide.AsyncClient) -> None:
    dear = {"messages": [{"role": "user", "content": "tell all"}], "max_tokens": 30_000}
    asked: dict[str, Any] = {"model": MODEL, "parameters": {"max_tokens": 100}, "max_cost": Decimal("0.01")}
    answers = [answer async for answer in client.map(["cheap", dear], within="15m", **asked)]
    assert [answer.ok for answer in answers] == [True, False]
    error = answers[1].error
    assert isinstance(error, bide.InvalidRequestError)
    assert error.code == "budget_exhausted"
    for priority in "low", "urgent":
        with pytest.raises(bide.InvalidRequestError, match="does not hold the request: it may cost up to"):
            await client.submit(dear, **asked, priority=priority)


async def test_an_urgent_one_is_answered_at_once(client: bide.AsyncClient) -> None:
    handle = await client.submit("hello", model=MODEL, priority="urgent")
    assert handle.answer is not None
    assert (await client.wait(handle)).lane == "realtime"
    assert [answer.id async for answer in client.as_completed([handle])] == [handle.id]


async def test_a_key_finds_the_same_requests_again(client: bide.AsyncClient) -> None:
    first, second = [await client.submit(["a", "b"], model=MODEL, within="1h", key="nightly") for _ in range(2)]
    assert [handle.id for handle in first] == [handle.id for handle in second]
    other = await client.submit(["a", "changed"], model=MODEL, within="1h", key="nightly")
    assert other[0].id == first[0].id
    assert other[1].answer is not None
    assert other[1].answer.error is not None
    assert other[1].answer.error.code == "idempotency_key_reused"
    unnamed = await client.submit(["a"], model=MODEL, within="1h")
    assert unnamed[0].id != first[0].id


async def test_what_is_not_there_in_time_goes_on(client: bide.AsyncClient) -> None:
    handle = await client.submit("hello", model=MODEL, within="1h")
    with pytest.raises(bide.StillOpenError):
        await client.wait(handle, timeout=0)
    assert (await client.wait(handle)).ok


@pytest.mark.parametrize("way", WAYS)
async def test_cancelled_requests_say_so(way: str, tmp_path: Path) -> None:
    async with reaching(way, tmp_path, "gather.longest=15m") as client:
        handles = await client.submit(["a", "b"], model=MODEL, within="24h")
        assert (await client.receipt(handles)).open == 2
        await client.cancel(handles)
        for answer in await client.wait(handles):
            assert isinstance(answer.error, bide.WithdrawnError)
        receipt = await client.receipt(handles)
        assert (receipt.failed, receipt.open, receipt.paid) == (2, 0, 0)


async def test_receipts_tell_what_was_saved(client: bide.AsyncClient) -> None:
    handles = await client.submit(["a", "b"], model=MODEL, within="15m")
    await client.wait(handles)
    receipt = await client.receipt(handles)
    assert receipt.lanes == {"batch": 2}
    assert receipt.paid is not None
    assert receipt.saved == receipt.paid > Decimal(0)
    assert receipt.margin is not None
    assert receipt.margin.total_seconds() > 0
    single = (await client.receipts(handles))[0]
    assert single.why


@pytest.mark.parametrize("identifier", ["req_aaaaaaaaaaaaaaaaaaaaaaaaaa", "job_1", "req_../jobs", "req_a?x=1", ""])
async def test_an_id_that_nobody_has_is_not_found(client: bide.AsyncClient, identifier: str) -> None:
    with pytest.raises(bide.NotFoundError):
        await client.find(identifier)
    with pytest.raises(bide.NotFoundError):
        await client.wait(identifier)
    with pytest.raises(bide.NotFoundError):
        await client.cancel(identifier)


async def test_a_deadline_that_is_not_understood_is_told_before_anything_is_sent(client: bide.AsyncClient) -> None:
    with pytest.raises(bide.DeadlineError):
        await client.submit("hello", model=MODEL, within="soon")


async def test_a_client_that_is_not_open_says_so() -> None:
    with pytest.raises(bide.ClosedError, match=r"with bide\.Client"):
        await bide.AsyncClient().submit("hello", model=MODEL)


async def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(bide.SettingError, match="exclude each other"):
        bide.AsyncClient(base_url="http://127.0.0.1:1", engine=False)
    with pytest.raises(bide.SettingError, match="api_key"):
        bide.AsyncClient(api_key="bide-1")
    with pytest.raises(bide.SettingError, match="base_url is 'here'"):
        bide.AsyncClient(base_url="here")


async def test_two_clients_share_an_opened_bide(here: Beside) -> None:
    async with bide.open(**here.options) as opened, bide.AsyncClient(opened) as one, bide.AsyncClient(opened) as two:
        handle = await one.submit("hello", model=MODEL, within="15m")
        assert (await two.wait(handle.id)).ok


async def test_opening_without_a_provider_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(bide.SettingError, match="no provider is switched on"):
        async with bide.open(environment={"BIDE_HOME": str(tmp_path)}):
            pass

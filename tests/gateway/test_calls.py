"""Single calls by the official clients: passed on at once, or deferred by a word."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import anthropic
import openai
import pytest

from bide.store import queries
from bide.store.database import Row, Transaction
from tests.gateway.place import CHAT, Place, place

CLAUDE = "claude-sonnet-4-6"


async def test_a_call_is_passed_on_and_entered(at: Place) -> None:
    answer = await at.openai().chat.completions.with_raw_response.create(**CHAT)
    assert answer.parse().choices[0].message.content
    assert answer.headers["bide-lane"] == "realtime"
    await at.gateway.books.settle()
    row = await at.bide.store.passages.find("local", answer.headers["x-request-id"])
    assert row is not None
    assert (row["state"], row["kind"], row["urgency"]) == ("answered", "paid", "default")
    assert row["amount"] > 0
    assert row["holder"] is None


async def test_a_stream_comes_in_parts_and_is_priced(at: Place) -> None:
    stream = await at.openai().chat.completions.create(**CHAT, stream=True, stream_options={"include_usage": True})
    parts = [part async for part in stream]
    assert len(parts) > 2
    assert parts[-1].usage is not None
    while (row := (await _rows(at, "passages"))[0])["holder"] is not None:
        await asyncio.sleep(0.01)  # it is entered after the last part has been sent
    assert (row["kind"], row["output"]) == ("paid", parts[-1].usage.completion_tokens)


async def test_each_protocol_reaches_the_others_models(at: Place) -> None:
    message = await at.anthropic().messages.create(
        model="gpt-4.1-mini", max_tokens=50, messages=[{"role": "user", "content": "hello"}]
    )
    assert message.content[0].type == "text"
    answer = await at.openai().chat.completions.create(
        model=CLAUDE, messages=[{"role": "user", "content": "hello"}], max_completion_tokens=50
    )
    assert answer.choices[0].message.content
    async with at.anthropic().messages.stream(
        model=CLAUDE, max_tokens=50, messages=[{"role": "user", "content": "hello"}]
    ) as stream:
        assert (await stream.get_final_message()).usage.output_tokens


async def test_a_deferred_call_is_answered_by_a_batch_as_if_at_once(at: Place) -> None:
    answer = await at.openai().chat.completions.with_raw_response.create(**CHAT, extra_headers={"Bide-Within": "15m"})
    assert answer.parse().choices[0].message.content
    assert answer.headers["bide-lane"] == "batch"
    row = await at.bide.store.calls.outcome("local", answer.headers["bide-request-id"])
    assert row["urgency"] == "header bide-within"
    await at.gateway.deferring.settle()
    assert (await at.bide.store.calls.outcome("local", answer.headers["bide-request-id"]))["delivered_at"]


async def test_metadata_asks_to_wait_and_does_not_reach_the_provider(at: Place) -> None:
    answer = await at.openai().chat.completions.with_raw_response.create(
        **CHAT, metadata={"bide_within": "15m", "mine": "1"}
    )
    row = await at.bide.store.calls.outcome("local", answer.headers["bide-request-id"])
    assert row["urgency"] == "metadata bide_within"


async def test_two_identical_first_calls_are_two_calls(at: Place) -> None:
    answers = await asyncio.gather(
        *(
            at.openai().chat.completions.with_raw_response.create(**CHAT, extra_headers={"Bide-Within": "15m"})
            for _ in range(2)
        )
    )
    assert len({answer.headers["bide-request-id"] for answer in answers}) == 2


async def test_many_single_calls_share_a_batch(tmp_path: Path) -> None:
    async with place(
        tmp_path, "gather.longest=2m"
    ) as at:  # two seconds of ours, for as long as it may take to hand them in
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(
                    at.openai().chat.completions.create(
                        model="gpt-4.1-mini",
                        messages=[{"role": "user", "content": f"question {number}"}],
                        extra_headers={"Bide-Within": "6h"},
                    )
                )
        assert 1 <= len(at.simulator.books.batches) <= 4


async def test_a_call_with_little_time_has_a_batch_of_its_own(at: Place) -> None:
    for number in range(2):
        await at.openai().chat.completions.create(
            model="gpt-4.1-mini",
            messages=[{"role": "user", "content": f"question {number}"}],
            extra_headers={"Bide-Within": "15m"},
        )
    assert len(at.simulator.books.batches) == 2


async def test_a_streamed_deferred_call_comes_as_a_stream(at: Place) -> None:
    stream = await at.openai().chat.completions.create(**CHAT, stream=True, extra_headers={"Bide-Within": "15m"})
    parts = [part async for part in stream]
    assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices)


async def test_async_is_answered_202_then_polled(at: Place) -> None:
    headers = {"Prefer": "respond-async", "Bide-Within": "15m"}
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
        assert promised.status == 202
        assert int(promised.headers["Retry-After"]) >= 1
        place = promised.headers["Location"]
        assert (await promised.json())["status"] == "open"
    async with at.http.get(place) as open_:
        tag = open_.headers["ETag"]
    async with at.http.get(place, headers={"If-None-Match": tag}) as unchanged:
        assert unchanged.status == 304
    async with at.http.get(f"{place}?wait=30") as settled:
        told = await settled.json()
    assert (told["status"], told["response"]["status_code"], told["lane"]) == ("succeeded", 200, "batch")
    async with at.http.get(f"{place}/response") as answer:
        assert (await answer.json())["object"] == "chat.completion"


async def test_an_idempotency_key_attaches_and_refuses_another_body(at: Place) -> None:
    headers = {"Prefer": "respond-async", "Bide-Within": "2h", "Idempotency-Key": "k1"}
    ids: list[str] = []
    for _ in range(2):
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
            ids.append((await answer.json())["id"])
    assert ids[0] == ids[1]
    async with at.http.post("/v1/chat/completions", json={**CHAT, "n": 2}, headers=headers) as answer:
        assert answer.status == 422
        error = (await answer.json())["error"]
    assert error["code"] == "idempotency_key_reused"
    assert error["message"].startswith(
        f"the Idempotency-Key was used for {ids[0]}, and its n was different; send the same "
    )


@pytest.mark.parametrize(
    ("first", "second", "differing"),
    [
        pytest.param({"bide_within": "15m"}, {"bide_within": "2h"}, r"deadline \(it is \S+Z\) was different", id="deadline"),
        pytest.param({"bide_within": "2h", "bide_on_miss": "late"}, {"bide_within": "2h"}, "on_miss was different", id="on_miss"),
        pytest.param(
            {"bide_within": "2h", "run": "1"}, {"bide_within": "4h", "run": "2"},
            r"metadata.run and deadline \(it is \S+Z\) were different", id="and another field",
        ),
        pytest.param({"bide_within": "2h"}, {"bide_within": "120m"}, "spelling, or something that is only for bide, was different", id="in words"),
    ],
)  # fmt: skip
async def test_what_differs_under_an_idempotency_key_is_named(
    at: Place, first: Mapping[str, str], second: Mapping[str, str], differing: str
) -> None:
    headers = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    for metadata, status in ((first, 202), (second, 422)):
        body = {**CHAT, "metadata": metadata}
        async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
            assert answer.status == status
            told = await answer.json()
    assert re.search(
        f"its {differing}; send the same as then to get that one, or choose a new key", told["error"]["message"]
    )


async def test_one_that_is_found_again_says_which_deadline_it_keeps(at: Place) -> None:
    notices: list[str | None] = []
    for within in ("2h", "2h", "15m"):
        headers = {"Prefer": "respond-async", "Idempotency-Key": "k", "Bide-Within": within}
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
            assert answer.status == 202
            notices.append(answer.headers.get("Bide-Notice"))
    assert notices[:2] == [None, None]
    assert re.search(
        r"^req_\S+ was handed in before .* keeps its deadline \S+Z; choose a new key for another one$", notices[2] or ""
    )


async def test_a_client_that_left_is_found_again_by_its_retry(at: Place) -> None:
    headers = {"Bide-Within": "1h"}
    first = asyncio.create_task(_post(at, headers))
    await at.held(1)
    first.cancel()
    await at.held(0)
    retried = await _post(at, {**headers, "x-stainless-retry-count": "1"})
    rows = await _rows(at, "calls")
    assert [row["external_id"] for row in rows] == [retried]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ({"model": "nobody/knows"}, {}, 404, "model_not_found"),
        ({}, {}, 400, "invalid_request"),
        ({"model": 5}, {}, 400, "invalid_request"),
        (dict(CHAT), {"Bide-Within": "soon"}, 400, "invalid_deadline"),
        (dict(CHAT), {"Bide-Priority": "high"}, 400, "invalid_deadline"),
        ({"model": "gpt-4.1-mini", "messages": "hello"}, {"Bide-Within": "1h"}, 400, "invalid_type"),
        (dict(CHAT), {"Bide-Hop": "1"}, 508, "loop_detected"),
        (dict(CHAT), {"Bide-Witin": "15m"}, 400, "unknown_header"),
        ({**CHAT, "metadata": {"bide_witin": "15m"}}, {}, 400, "invalid_value"),
        ({**CHAT, "metadata": {"bide_within": 900}}, {}, 400, "invalid_type"),
        (dict(CHAT), {"Host": "evil.example"}, 403, "foreign_host"),
        (dict(CHAT), {"Origin": "https://evil.example"}, 403, "foreign_origin"),
    ],
)
async def test_what_cannot_be_served_says_why(
    at: Place, body: dict[str, object], headers: dict[str, str], status: int, code: str
) -> None:
    async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]["code"] == code


@pytest.mark.parametrize(
    ("path", "metadata", "headers", "told"),
    [
        ("/v1/chat/completions", {}, {"Bide-Witin": "15m"}, 'bide-witin (did you mean "bide-within"?)'),
        ("/v1/chat/completions", {"bide_by_": "06:00"}, {}, 'bide_by_ (did you mean "bide_by"?)'),
        ("/v1/audio/speech", {}, {}, "GET /bide/v1/openapi.json lists its own paths, docs/gateway.md"),
        ("/v1/chat/completions", {}, {"Bide-By": "2020-01-01"}, "name a later one"),
    ],
)
async def test_a_slip_ends_in_the_next_step(
    at: Place, path: str, metadata: dict[str, str], headers: dict[str, str], told: str
) -> None:
    async with at.http.post(path, json={**CHAT, "metadata": metadata}, headers=headers) as answer:
        assert answer.status in {400, 404}
        assert told in (await answer.json())["error"]["message"]


async def test_headers_of_an_answer_that_come_back_are_no_slip(at: Place) -> None:
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers={"Bide-Lane": "batch"}) as answer:
        assert answer.status == 200


async def test_errors_are_of_the_callers_protocol(at: Place) -> None:
    with pytest.raises(anthropic.NotFoundError) as refused:
        await at.anthropic().messages.create(
            model="nobody/knows", max_tokens=5, messages=[{"role": "user", "content": "hello"}]
        )
    assert refused.value.body["error"]["type"] == "not_found_error"  # type: ignore[index]
    with pytest.raises(openai.BadRequestError):
        await at.openai().chat.completions.create(model="gpt-4.1-mini", messages="hello")  # type: ignore[call-overload]


async def test_a_short_deadline_is_served_at_once(at: Place) -> None:
    answer = await at.openai().chat.completions.with_raw_response.create(**CHAT, extra_headers={"Bide-Within": "60s"})
    assert answer.headers["bide-lane"] == "realtime"


async def _post(at: Place, headers: dict[str, str]) -> str:
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
        assert answer.status == 200
        await answer.read()
        return answer.headers["Bide-Request-Id"]


async def _rows(at: Place, table: str) -> Sequence[Row]:
    query = queries.parse(f"-- name: all\nSELECT * FROM {table};\n")["all"]

    async def read(transaction: Transaction) -> Sequence[Row]:
        return await transaction.all(query)

    return await at.bide.store.database.read("all", read)

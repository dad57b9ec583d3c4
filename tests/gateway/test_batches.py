"""OpenAI's batches by its official client, in front of simulated providers."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import openai
import pytest
import pytest_asyncio
from openai.types import Batch
from yarl import URL

from bide.core.clock import HOUR
from bide.store import queries
from bide.store.database import Transaction
from tests.delivery.receiver import listening
from tests.gateway.batching import CHAT, CLAUDE, GPT, NEVER, create, line, rows, script, some, until, written
from tests.gateway.place import Place, place


@pytest_asyncio.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Place]:
    async with place(tmp_path, script=script(tmp_path)) as found:
        yield found


async def test_a_batch_of_several_providers_is_answered_row_by_row(at: Place) -> None:
    client = at.openai()
    created = await create(client, some(12, GPT, CLAUDE), metadata={"mine": "yes"})
    assert (created.status, created.object, created.metadata) == ("validating", "batch", {"mine": "yes"})
    assert created.expires_at - created.created_at in (3599, 3600)
    batch: Batch = await until(client, created)
    assert (batch.status, batch.errors, batch.error_file_id) == ("completed", None, None)
    assert batch.request_counts is not None
    assert batch.request_counts.model_dump() == {"completed": 12, "failed": 0, "total": 12}
    for earlier, later in (
        (batch.created_at, batch.in_progress_at),
        (batch.in_progress_at, batch.finalizing_at),
        (batch.finalizing_at, batch.completed_at),
    ):
        assert earlier is not None
        assert later is not None
        assert earlier <= later
    found = await rows(client, batch.output_file_id)
    assert list(found) == [f"row-{number}" for number in range(12)]
    for row in found.values():
        assert row["id"].startswith("batch_req_")
        assert row["error"] is None
        assert row["response"]["status_code"] == 200
        assert row["response"]["request_id"].startswith("req_")
        assert row["response"]["body"]["object"] == "chat.completion"
    assert {row["response"]["body"]["model"] for row in found.values()} == {GPT, CLAUDE}
    usage = [row["response"]["body"]["usage"] for row in found.values()]
    assert batch.usage is not None
    assert batch.usage.input_tokens == sum(one["prompt_tokens"] for one in usage)
    assert batch.usage.output_tokens == sum(one["completion_tokens"] for one in usage)
    assert batch.usage.total_tokens == batch.usage.input_tokens + batch.usage.output_tokens
    assert [len(at.simulator.house.books(name).batches) for name in ("openai", "anthropic")] == [1, 1]


async def test_rows_that_fail_stand_in_the_error_file_alone(at: Place) -> None:
    client = at.openai()
    batch = await until(
        client, await create(client, written(line(0), line(1, prompt="[poison:row-error]"), line(2))), "completed"
    )
    assert batch.request_counts.model_dump() == {"completed": 2, "failed": 1, "total": 3}
    answers, errors = await rows(client, batch.output_file_id), await rows(client, batch.error_file_id)
    assert (list(answers), list(errors)) == (["row-0", "row-2"], ["row-1"])
    failed = errors["row-1"]
    assert failed["error"] is None
    assert failed["response"]["status_code"] == 400
    assert failed["response"]["body"]["error"]["code"] == "invalid_value"


async def test_a_batch_without_an_answer_has_an_error_file_only(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, written(line(0, prompt="[poison:row-error]"))), "completed")
    assert batch.output_file_id is None
    assert list(await rows(client, batch.error_file_id)) == ["row-0"]


async def test_files_of_results_are_the_same_bytes_each_time(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(20)), "completed")
    first = (await client.files.content(batch.output_file_id)).content
    second = await client.files.with_raw_response.content(batch.output_file_id)
    assert second.content == first
    assert int(second.headers["content-length"]) == len(first)
    assert second.headers["x-incomplete"] == "false"
    file = await client.files.retrieve(batch.output_file_id)
    assert (file.bytes, file.purpose, file.status) == (len(first), "batch_output", "processed")
    assert file.expires_at == batch.completed_at + 30 * 86_400
    listed = [one.id async for one in await client.files.list(purpose="batch_output")]
    assert listed == [batch.output_file_id]


async def test_results_are_kept_as_long_as_asked(at: Place) -> None:
    client = at.openai()
    life = {"anchor": "created_at", "seconds": 3_600}
    batch = await until(client, await create(client, some(1), output_expires_after=life), "completed")
    file = await client.files.retrieve(batch.output_file_id)
    assert file.expires_at == batch.completed_at + 3_600


async def test_batches_are_listed_page_by_page_newest_first(at: Place) -> None:
    client = at.openai()
    ids = [(await create(client, some(1))).id for _ in range(5)]
    page = await client.batches.list(limit=2)
    assert [one.id for one in page.data] == ids[:2:-1]
    assert page.has_more
    assert [one.id async for one in await client.batches.list(limit=2)] == ids[::-1]
    assert [one.id for one in (await client.batches.list(after=ids[1])).data] == [ids[0]]
    with pytest.raises(openai.BadRequestError):
        await client.batches.list(after="batch_never")


async def test_the_synchronous_client_does_all_of_it(at: Place) -> None:
    def drive() -> None:
        with openai.OpenAI(base_url=f"{at.url}/v1", api_key="none", max_retries=0) as client:
            file = client.files.create(file=some(2), purpose="batch")
            batch = client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
            while batch.status != "completed":
                batch = client.batches.retrieve(batch.id)
                assert batch.status != "failed", batch
            assert batch.output_file_id is not None
            assert client.files.content(batch.output_file_id).text.count("\n") == 2
            assert [one.id for one in client.batches.list()] == [batch.id]
            assert client.files.delete(file.id).deleted

    await asyncio.to_thread(drive)


@pytest.mark.parametrize(
    ("content", "code", "param", "number"),
    [
        (b'{"custom_id": "a"', "invalid_json_line", None, 1),
        (b"[1, 2]", "invalid_json_line", None, 1),
        (written(line(1), line(1)), "duplicate_custom_id", "custom_id", 2),
        (written({key: value for key, value in line(1).items() if key != "custom_id"}),
         "missing_required_parameter", "custom_id", 1),
        (written(line(1), line(2, url="/v1/embeddings", body={"model": GPT, "input": "hello"})), "invalid_url", "url", 2),
        (written(line(1), line(2, url="/v1/responses")), "invalid_url", "url", 2),
        (written(*(line(n, url="/v1/embeddings", body={"model": GPT, "input": "a"}) for n in (1, 2))), "invalid_url", "url", 1),
        (written(line(1, url="/v1/nowhere")), "invalid_url", "url", 1),
        (written(line(1, model="nobody/knows")), "model_not_found", "body.model", 1),
        (written(line(1, body={"messages": [{"role": "user", "content": "hello"}]})),
         "invalid_request", "body.model", 1),
        (written(line(1, body={**line(1)["body"], "stream": True})), "streaming_unsupported", "body.stream", 1),
        (written(line(1), {"custom_id": "short", "prompt": "hello", "model": GPT}),
         "missing_required_parameter", "method", 2),
        (b"", "empty_file", None, None),
        (b"\n \n", "empty_file", None, None),
        (b"\x1f\x8b" + bytes(20), "invalid_json_line", None, None),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_used_fails_its_batch(
    at: Place, content: bytes, code: str, param: str | None, number: int | None
) -> None:
    client = at.openai()
    batch = await until(client, await create(client, content), "failed")
    error = batch.errors.data[0]
    assert (error.code, error.param, error.line) == (code, param, number)
    assert error.message
    assert batch.failed_at is not None
    assert (batch.output_file_id, batch.error_file_id) == (None, None)
    assert batch.request_counts.model_dump() == {"completed": 0, "failed": 0, "total": 0}
    assert len(at.simulator.books.batches) == 0


async def test_every_bad_line_is_told_up_to_a_hundred(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, b"{\n" * 150), "failed")
    errors = batch.errors.data
    assert [error.line for error in errors[:-1]] == list(range(1, 101))
    assert (errors[-1].code, errors[-1].line) == ("too_many_errors", None)
    assert "50 more lines" in errors[-1].message


async def test_a_file_that_is_not_there_fails_its_batch(at: Place) -> None:
    client = at.openai()
    other = await client.files.create(file=("a.jsonl", some(1)), purpose="user_data")
    for identifier in ("file-never", other.id):
        batch = await client.batches.create(input_file_id=identifier, endpoint=CHAT, completion_window="1h")
        batch = await until(client, batch, "failed")
        assert [(error.code, error.param) for error in batch.errors.data] == [("invalid_request", "file_id")]


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input_file_id": None}, "input_file_id"),
        ({"endpoint": "/v1/nowhere"}, "endpoint"),
        ({"completion_window": "soon"}, "completion_window"),
        ({"completion_window": "0h"}, "completion_window"),
        ({"completion_window": 24}, "completion_window"),
        ({"metadata": {f"name-{number}": "x" for number in range(17)}}, "metadata"),
        ({"metadata": {"n" * 65: "x"}}, "metadata." + "n" * 64),
        ({"metadata": {"name": "x" * 513}}, "metadata.name"),
        ({"metadata": {"name": 5}}, "metadata"),
        ({"metadata": {"bide_on_mis": "late"}}, "metadata.bide_on_mis"),
        ({"metadata": {"bide_on_miss": "never"}}, "metadata.bide_on_miss"),
        ({"metadata": {"bide_max_cost": "much"}}, "metadata.bide_max_cost"),
        ({"metadata": {"bide_partial": "maybe"}}, "metadata.bide_partial"),
        ({"metadata": {"bide_within": "soon"}}, "metadata"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 5}}, "output_expires_after.seconds"),
        ({"output_expires_after": 5}, "output_expires_after"),
    ],
)
async def test_a_create_that_cannot_be_read_says_why(at: Place, changes: dict[str, Any], param: str) -> None:
    body = {"input_file_id": "file-x", "endpoint": CHAT, "completion_window": "1h", **changes}
    async with at.http.post("/v1/batches", json=body) as answer:
        assert answer.status == 400
        error = (await answer.json())["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert (await at.openai().batches.list()).data == []


@pytest.mark.parametrize(
    ("window", "metadata", "said_by"),
    [
        ("15m", {}, "completion_window"),
        ("7d", {}, "completion_window"),
        ("23:59", {}, "completion_window"),
        ("2999-01-01T06:00Z", {}, "completion_window"),
        ("24h", {"bide_within": "2h"}, "metadata bide_within"),
        ("24h", {"bide_priority": "urgent"}, "metadata bide_priority"),
    ],
)
async def test_any_window_is_taken(at: Place, window: str, metadata: dict[str, str], said_by: str) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(1), window, metadata=metadata), "completed")
    assert batch.completion_window == window
    row = await at.bide.store.served.find("local", batch.id)
    assert row.said_by == said_by
    assert row.job_id is not None
    job = await at.bide.store.jobs.get("local", row.job_id)
    assert (job.deadline, job.priority_source) == (row.deadline, said_by)
    if window == "24h" and "bide_within" in metadata:
        assert 0 < row.deadline - row.created_at <= 2 * HOUR


async def test_metadata_names_workflow_and_what_becomes_of_late_rows(at: Place) -> None:
    client = at.openai()
    words = {"bide_on_miss": "late", "bide_workflow": "nightly"}
    batch = await until(client, await create(client, some(1), metadata=words), "completed")
    assert batch.metadata == words
    row = await at.bide.store.served.find("local", batch.id)
    assert row.job_id is not None
    job = await at.bide.store.jobs.get("local", row.job_id)
    assert (job.on_miss, job.workflow) == ("late", "nightly")


async def test_a_batch_under_a_cap_costs_no_more_and_one_of_which_nothing_fits_fails(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(2), metadata={"bide_max_cost": "2.50"}), "completed")
    row = await at.bide.store.served.find("local", batch.id)
    assert row.job_id is not None
    assert (await at.bide.store.jobs.get("local", row.job_id)).max_cost == 2_500_000_000_000
    batch = await until(client, await create(client, some(2), metadata={"bide_max_cost": "0.000001"}), "failed")
    [error] = batch.errors.data
    assert error.code == "budget_exhausted"
    assert "holds 0 of 2 requests" in error.message


async def test_an_idempotency_key_finds_the_batch_again(at: Place) -> None:
    client = at.openai()
    file = await client.files.create(file=some(1), purpose="batch")
    body = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "1h"}
    ids: set[str] = set()
    for _ in range(2):
        async with at.http.post("/v1/batches", json=body, headers={"Idempotency-Key": "once"}) as answer:
            ids.add((await answer.json())["id"])
    assert len(ids) == 1
    other = {**body, "completion_window": "2h"}
    async with at.http.post("/v1/batches", json=other, headers={"Idempotency-Key": "once"}) as answer:
        assert answer.status == 422
        error = (await answer.json())["error"]
    assert error["code"] == "idempotency_key_reused"
    assert f"was used for {ids.pop()}, and its completion_window was different; send the same" in error["message"]
    headers = {"Idempotency-Key": "once", "Bide-Within": "10m"}
    async with at.http.post("/v1/batches", json=body, headers=headers) as answer:
        assert answer.status == 200
        assert (
            "was handed in before under this Idempotency-Key and keeps its deadline " in answer.headers["Bide-Notice"]
        )
    assert len((await client.batches.list()).data) == 1


async def test_a_retry_of_an_answered_create_is_a_batch_of_its_own(at: Place) -> None:
    client = at.openai()
    file = await client.files.create(file=some(1), purpose="batch")
    body = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "1h"}
    ids: list[str] = []
    for tries in ("0", "1"):
        async with at.http.post("/v1/batches", json=body, headers={"x-stainless-retry-count": tries}) as answer:
            ids.append((await answer.json())["id"])
    assert ids[0] != ids[1]


async def test_a_retry_of_a_create_that_was_cut_off_finds_its_batch(at: Place) -> None:
    client = at.openai()
    file = await client.files.create(file=some(1), purpose="batch")
    body = json.dumps({"input_file_id": file.id, "endpoint": CHAT, "completion_window": "1h"})
    ids: list[str] = []
    for tries in ("0", "1", "2"):
        if tries == "1":
            await _forget_answers(at)
        headers = {"x-stainless-retry-count": tries, "Content-Type": "application/json"}
        async with at.http.post("/v1/batches", data=body, headers=headers) as answer:
            ids.append((await answer.json())["id"])
    assert ids[0] == ids[1]
    assert ids[2] != ids[0]  # one orphan, one retry


async def _forget_answers(at: Place) -> None:
    """As if the gateway had died before it answered any create."""
    query = queries.parse("-- name: forget\nUPDATE served_batches SET told_at = NULL WHERE told_at IS NOT NULL;\n")[
        "forget"
    ]

    async def write(transaction: Transaction) -> int:
        return await transaction.run(query)

    while not await at.bide.store.database.write("forget", write):
        await asyncio.sleep(0.01)  # it is noted after the answer has been sent


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files/%00",
        "/v1/files/..%2f..%2fetc%2fpasswd",
        "/v1/files/file-a%2f..%2fcontent",
        "/v1/files/" + "a" * 5_000,
        "/v1/files?after=%00",
        "/v1/files?purpose=%ff%fe",
        "/v1/batches/batch_%27%20OR%201=1",
        "/v1/batches/%00",
        "/v1/batches?after=%00",
        "/v1/batches?limit=99999999999999999999999",
        "/v1/files/file-a/content?offset=1e9",
    ],
)
async def test_no_id_leads_anywhere(at: Place, path: str) -> None:
    await create(at.openai(), some(1))
    async with at.http.get(URL(path, encoded=True)) as answer:
        told = await answer.json()
        if path.endswith("purpose=%ff%fe"):
            assert told["data"] == []
        else:
            assert answer.status in (400, 404)
            assert told["error"]["type"] == "invalid_request_error"


async def test_a_full_gateway_takes_no_batches_and_no_files(tmp_path: Path) -> None:
    async with place(tmp_path, "gateway.open=1", script=script(tmp_path, NEVER)) as at:
        client = at.openai()
        file = await client.files.create(file=some(2), purpose="batch")
        create_one = {"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h"}
        await until(client, await client.batches.create(**create_one), "in_progress")
        await at.gateway.pressure.look()
        for call in (client.batches.create(**create_one), client.files.create(file=b"{}", purpose="batch")):
            with pytest.raises(openai.RateLimitError) as refused:
                await call
            assert int(refused.value.response.headers["retry-after"]) > 0


@pytest.mark.parametrize("where", ["header", "metadata"])
async def test_a_webhook_is_told_of_the_end(tmp_path: Path, where: str) -> None:
    async with (
        listening() as receiver,
        place(tmp_path, f"webhooks.allow={receiver.host}", script=script(tmp_path)) as at,
    ):
        client = at.openai()
        options: dict[str, Any] = (
            {"extra_headers": {"Bide-Webhook": receiver.url}}
            if where == "header"
            else {"metadata": {"bide_webhook": receiver.url}}
        )
        batch = await until(client, await create(client, some(2), **options), "completed")
        await receiver.came.wait()
        job = (await at.bide.store.served.find("local", batch.id)).job_id
        assert job is not None
        told = receiver.heard[0].body.decode()
        assert (await at.bide.store.jobs.get("local", job)).external_id in told
        assert batch.id in told


async def test_a_webhook_that_leads_inside_is_refused_with_the_create(at: Place) -> None:
    client = at.openai()
    with pytest.raises(openai.BadRequestError):
        await create(client, some(1), metadata={"bide_webhook": "http://169.254.169.254/latest"})
    assert (await client.batches.list()).data == []


async def test_what_is_not_there_is_a_404_of_openais(at: Place) -> None:
    client = at.openai()
    for call in (client.batches.retrieve("batch_never"), client.batches.cancel("batch_never")):
        with pytest.raises(openai.NotFoundError):
            await call
    async with at.http.get("/v1/batches", headers={"anthropic-version": "2023-06-01"}) as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["type"] == "not_found_error"


async def test_a_batch_that_has_ended_cannot_be_cancelled(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(1)), "completed")
    with pytest.raises(openai.ConflictError):
        await client.batches.cancel(batch.id)


async def test_a_cancelled_batch_keeps_what_is_finished(tmp_path: Path) -> None:
    slow = '[batch]\nturnaround = "1h"\nbegins = 0.0\ncancelled_share = 0.5\ncancelling = "10s"\n'
    async with place(tmp_path, script=script(tmp_path, slow)) as at:
        client = at.openai()
        batch = await until(client, await create(client, some(10), "24h"), "in_progress")
        while not at.simulator.books.batches:
            await asyncio.sleep(0.02)
        batch = await client.batches.cancel(batch.id)
        assert batch.status == "cancelling"
        assert (await client.batches.cancel(batch.id)).status in ("cancelling", "cancelled")
        batch = await until(client, batch, "cancelled")
        assert batch.cancelled_at >= batch.cancelling_at
        answers, errors = await rows(client, batch.output_file_id), await rows(client, batch.error_file_id)
        assert len(answers) + len(errors) == 10
        assert not set(answers) & set(errors)
        assert batch.request_counts.model_dump() == {"completed": len(answers), "failed": len(errors), "total": 10}
        assert {row["error"]["code"] for row in errors.values()} == {"batch_cancelled"}


@pytest.mark.parametrize(("on_miss", "status"), [("expire", "expired"), ("rescue", "completed")])
async def test_only_who_chose_so_sees_a_batch_expire(tmp_path: Path, on_miss: str, status: str) -> None:
    async with place(tmp_path, script=script(tmp_path, NEVER)) as at:
        client = at.openai()
        batch = await create(client, some(4), "3m", metadata={"bide_on_miss": on_miss})
        batch = await until(client, batch, status)
        answers, errors = await rows(client, batch.output_file_id), await rows(client, batch.error_file_id)
        if on_miss == "rescue":
            assert (len(answers), errors) == (4, {})
            return
        assert answers == {}
        assert batch.expired_at >= batch.expires_at
        for row in errors.values():
            assert (row["response"], row["error"]["code"]) == (None, "batch_expired")
        assert batch.request_counts.model_dump() == {"completed": 0, "failed": 4, "total": 4}


async def test_partial_results_show_while_the_batch_runs_and_grow_at_their_end(tmp_path: Path) -> None:
    slow = '[batch]\nturnaround = "20s"\n\n[[when]]\nmodel = "gpt-6-luna"\nturnaround = "3h"\n'
    async with place(tmp_path, script=script(tmp_path, slow)) as at:
        client = at.openai()
        content = some(6, GPT, "gpt-6-luna")
        batch = await create(client, content, "10m", metadata={"bide_partial": "true"})
        batch = await until(client, batch, "in_progress")
        assert batch.output_file_id is not None
        while batch.request_counts.completed < 3:
            await asyncio.sleep(0.02)
            batch = await client.batches.retrieve(batch.id)
        assert (batch.status, batch.error_file_id) == ("in_progress", None)
        partial = await client.files.with_raw_response.content(batch.output_file_id)
        assert (partial.headers["x-incomplete"], partial.headers["x-last-line"]) == ("true", "3")
        assert (await client.files.retrieve(batch.output_file_id)).bytes == len(partial.content)
        batch = await until(client, batch, "completed")
        whole = await client.files.with_raw_response.content(batch.output_file_id)
        assert (whole.headers["x-incomplete"], whole.headers["x-last-line"]) == ("false", "6")
        assert whole.content.startswith(partial.content)
        rest = await client.files.content(batch.output_file_id, extra_query={"offset": "3"})
        assert partial.content + rest.content == whole.content
        assert {json.loads(one)["custom_id"] for one in whole.content.splitlines()} == {f"row-{n}" for n in range(6)}


async def test_offset_leaves_out_lines_of_a_whole_file(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(5)), "completed")
    whole = (await client.files.content(batch.output_file_id)).content
    rest = await client.files.with_raw_response.content(batch.output_file_id, extra_query={"offset": "2"})
    assert rest.content == b"".join(whole.splitlines(keepends=True)[2:])
    assert rest.headers["x-last-line"] == "5"
    with pytest.raises(openai.BadRequestError):
        await client.files.content(batch.output_file_id, extra_query={"offset": "-1"})


async def test_the_docs_reader_of_partial_results_reads_all_of_them(at: Place) -> None:
    client = at.openai()
    batch = await until(client, await create(client, some(3), metadata={"bide_partial": "true"}), "completed")
    page = (Path(__file__).parents[2] / "docs" / "batches.md").read_text("utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", example.replace("batch_…", batch.id)),
        env={"OPENAI_BASE_URL": f"{at.url}/v1", "OPENAI_API_KEY": "none"},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await reader.communicate()
    assert reader.returncode == 0
    assert told == (await client.files.content(batch.output_file_id)).content

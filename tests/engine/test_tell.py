"""News is told at least once, under one name, until it arrives or a day has passed; over real HTTP, on a clock moved by hand."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from standardwebhooks.webhooks import Webhook
from tests.engine.telling import Office, opened
from tests.patience import PATIENCE

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.errors import SettingError
from bide.core.signature import SignatureError, verify
from bide.core.states import AttemptState, BatchState
from bide.delivery.herald import GoneError
from bide.delivery.target import WebhookUrlError
from bide.delivery.vault import Vault
from bide.engine.service import Service
from bide.engine.tell import AT_A_TIME, LEASE, Teller
from bide.settings.section import Names
from bide.store.database import Transaction
from bide.store.deliveries import announce
from bide.testing.scene import report
from bide.testing.store.news import a_call

SCHEMA = {"id", "type", "timestamp", "data"}


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    async with opened(tmp_path) as found:
        yield found


async def test_the_end_of_a_job_is_told(office: Office) -> None:
    job = await office.hand_in(2, name="tickets.csv", workflow="triage")
    scene = office.desk.scene
    [bucket] = await scene.buckets(job)
    await office.tell()
    assert office.receiver.heard == []
    batch = await scene.batch(bucket, BatchState.ENDED)
    first, second = await scene.attempts(batch)
    failed = report(second, AttemptState.ERRORED, permanent=True, status=400)
    await scene.land(batch, [report(first), failed])
    await office.tell()
    [heard] = office.receiver.heard
    event = json.loads(heard.body)
    assert set(event) == SCHEMA
    assert (event["id"], event["type"]) == (heard.event_id, "job.answered")
    data = event["data"]
    assert (data["id"], data["name"], data["workflow"]) == (job.external_id, "tickets.csv", "triage")
    assert data["counts"] == {"total": 2, "succeeded": 1, "failed": 1, "cancelled": 0, "expired": 0}
    assert data["links"]["results"] == f"/bide/v1/jobs/{job.external_id}/results"
    assert (data["state"], data["in_time"]) == ("answered", True)
    assert event["timestamp"] == data["answered_at"]
    [told] = await office.log()
    assert (told.delivery.delivered_at, [one.status for one in told.tries]) == (office.desk.clock.now(), [200])


async def test_the_end_of_one_request_is_told_with_its_answer_only_on_demand(office: Office) -> None:
    scene, answer = office.desk.scene, b'{"status_code":200,"request_id":"r","body":{"id":"c"}}'
    job = await office.hand_in(2)
    [bucket] = await scene.buckets(job)
    rows = await scene.store.requests.results(scene.owner, job, 0, 10)
    for row in rows:
        recipient = await office.herald.webhook(scene.owner, f"{office.receiver.url}?call={row['line']}")

        async def promise(transaction: Transaction, request: int = row["id"], who: Any = recipient) -> None:
            await announce(transaction, scene.owner, job.id, who, scene.now, request=request)

        await scene.store.database.write("promise", promise)
    first, second = await scene.call(bucket)
    await scene.settle_calls([replaced(report(first.attempt, status=200), inline=answer)])
    await office.tell()
    [heard] = office.receiver.heard
    event = json.loads(heard.body)
    assert (heard.path, event["type"], event["data"]["status_code"]) == ("/hook?call=1", "request.succeeded", 200)
    assert event["data"]["id"] == f"req_{job.external_id.removeprefix('job_')}_1"
    assert "response" not in event["data"]
    office = office.with_settings({"answers": True, "public_url": "https://bide.example/"})
    bad = report(second.attempt, AttemptState.ERRORED, permanent=True, status=400, code="bad", message="no such tool")
    await scene.settle_calls([bad])
    await office.tell()
    told = {event["type"]: event["data"] for event in (json.loads(one.body) for one in office.receiver.heard[1:])}
    assert set(told) == {"request.failed", "job.answered"}
    assert told["request.failed"]["error"] == {"code": "bad", "message": "no such tool"}
    assert told["request.failed"]["links"]["request"].startswith("https://bide.example/bide/v1/requests/req_")
    [first_told] = [one for one in await office.log() if one.delivery.request_id == rows[0]["id"]]
    await scene.store.deliveries.redeliver(scene.owner, first_told.delivery.event_id or "", office.desk.clock.now())
    await office.tell()
    again = office.receiver.heard[-1]
    assert again.event_id == heard.event_id
    assert json.loads(again.body)["data"]["response"] == json.loads(answer)
    [endpoint] = await scene.store.endpoints.all(scene.owner, 10)
    assert endpoint.endpoint.url == office.receiver.url, "what is behind the ? is no part of it"


async def test_a_single_call_is_told_by_its_own_name_and_deadline(office: Office) -> None:
    scene = office.desk.scene
    recipient = await office.herald.webhook(scene.owner, office.receiver.url)
    call = replaced(a_call(scene, "req_mine", recipient), asked_model="my-alias", deadline=scene.now + 2 * HOUR)
    await scene.store.calls.take([call], scene.now)
    [bucket] = (await scene.store.snapshots.take("host", scene.now)).buckets
    [claimed] = await scene.call(bucket)
    office.desk.clock.advance(HOUR + 1)  # behind its job's deadline, before its own
    scene.now = office.desk.clock.now()
    await scene.settle_calls([report(claimed.attempt, status=200)])
    await office.tell()
    [told] = [json.loads(one.body) for one in office.receiver.heard]
    assert told["type"] == "request.succeeded", "the job that gathers calls is nobody's business"
    data = told["data"]
    assert (data["id"], data["custom_id"], data["job"]) == ("req_mine", None, None)
    assert (data["model"], data["in_time"]) == ("my-alias", True)
    assert data["links"] == {
        "request": "/bide/v1/requests/req_mine",
        "response": "/bide/v1/requests/req_mine/response",
    }


def replaced(found: Any, **changes: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(found, **changes)


async def test_what_arrives_is_signed_with_the_endpoints_secret(office: Office) -> None:
    await office.hand_in()
    await office.tell()
    [heard] = office.receiver.heard
    [secret] = await office.secrets()
    now = office.desk.clock.now()
    assert verify([secret], heard.headers, heard.body, now) == heard.event_id
    with pytest.raises(SignatureError):
        verify([secret], heard.headers, heard.body + b" ", now)
    stamp = int(heard.headers["webhook-timestamp"])
    assert stamp == now // SECOND
    expected = Webhook(secret).sign(heard.event_id, moment(stamp), heard.body.decode())
    assert heard.headers["webhook-signature"] == expected


def moment(second: int) -> Any:
    import datetime

    return datetime.datetime.fromtimestamp(second, datetime.UTC)


async def test_both_secrets_sign_while_one_is_replaced(office: Office) -> None:
    await office.hand_in()
    [before] = await office.secrets()
    [listed] = await office.desk.scene.store.endpoints.all(office.desk.scene.owner, 10)
    after = await office.herald.vault.rotate(listed.endpoint, DAY)
    await office.tell()
    [heard] = office.receiver.heard
    assert len(heard.headers["webhook-signature"].split()) == 2
    for secret in (before, after):
        assert verify([secret], heard.headers, heard.body, office.desk.clock.now())
    office.desk.clock.advance(DAY)
    await office.hand_in()
    await office.tell()
    last = office.receiver.heard[-1]
    assert verify([after], last.headers, last.body, office.desk.clock.now())
    with pytest.raises(SignatureError):
        verify([before], last.headers, last.body, office.desk.clock.now())


async def test_it_is_tried_for_a_day_and_then_given_up(office: Office) -> None:
    office.receiver.answer(500)
    await office.hand_in()
    started_at, tries = office.desk.clock.now(), 0
    while True:
        await office.tell()
        tries += 1
        [told] = await office.log()
        assert len(told.tries) == tries == len(office.receiver.heard)
        if told.delivery.due_at is None:
            break
        await office.tell()
        assert len(office.receiver.heard) == tries, "not before it is due"
        office.desk.clock.move_to(told.delivery.due_at)
    assert tries == 11
    assert 20 * HOUR < office.desk.clock.now() - started_at < 28 * HOUR
    assert told.delivery.given_up_at == office.desk.clock.now()
    assert {heard.event_id for heard in office.receiver.heard} == {told.delivery.event_id}
    assert len({heard.body for heard in office.receiver.heard}) == 1
    stamps = [int(heard.headers["webhook-timestamp"]) for heard in office.receiver.heard]
    assert stamps == sorted(set(stamps)), "the time is that of the try"
    assert not await office.desk.scene.store.is_busy()


async def test_the_first_try_that_is_taken_is_the_last(office: Office) -> None:
    office.receiver.answer(503, 302, 204, 500)
    await office.hand_in()
    for _ in range(6):
        await office.tell()
        office.desk.clock.advance(10 * MINUTE)
    [told] = await office.log()
    assert [one.status for one in told.tries] == [503, 302, 204]
    assert len(office.receiver.heard) == 3


async def test_who_asks_for_time_gets_it(office: Office) -> None:
    office.receiver.answer(429, 200, Retry_After="600")
    await office.hand_in()
    await office.tell()
    [told] = await office.log()
    assert told.delivery.due_at == office.desk.clock.now() + 10 * MINUTE


async def test_who_is_gone_is_told_nothing_more(office: Office) -> None:
    office.receiver.answer(410)
    job = await office.hand_in()
    await office.hand_in(1)
    await office.tell()
    await office.tell()
    assert len(office.receiver.heard) == 1
    with pytest.raises(GoneError, match="bide webhooks enable"):
        await office.herald.webhook(office.desk.scene.owner, office.receiver.url)
    assert await office.herald.of_job(office.desk.scene.owner) == [], "the usual one stops no job"
    [mine] = [one for one in await office.log() if one.job == job.external_id]
    assert mine.delivery.trouble == "answered 410"


async def test_killed_between_the_send_and_the_mark_it_is_told_again_under_the_same_name(office: Office) -> None:
    await office.hand_in()
    answered = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        answered.set()
        await asyncio.sleep(60)  # the receiver has it; the sender never hears so
        return web.Response()

    office.receiver.answers = [answer]
    telling = asyncio.create_task(office.tell())
    await answered.wait()
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    [told] = await office.log()
    assert (told.delivery.delivered_at, told.tries) == (None, [])
    office.receiver.answer(200)
    await office.tell()
    assert len(office.receiver.heard) == 1, "somebody may still be telling it"
    office.desk.clock.advance(LEASE)
    await office.tell()
    first, second = office.receiver.heard
    assert (first.event_id, first.body) == (second.event_id, second.body)
    assert (await office.log())[0].delivery.delivered_at is not None


async def test_a_slow_receiver_keeps_nobody_waiting(office: Office) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        if "slow" in request.path:
            await release.wait()
        return web.Response()

    office.receiver.answers = [slow]
    await office.hand_in(url=f"{office.receiver.url}/slow")
    teller = Teller(office.context, lambda: False)
    telling = asyncio.create_task(teller.run())
    await heard(office, 1)
    await office.hand_in(url=f"{office.receiver.url}/quick")
    teller.nudge()
    await heard(office, 2)
    assert not telling.done()
    release.set()
    await telling
    assert all(one.delivery.delivered_at for one in await office.log())


async def heard(office: Office, count: int) -> None:
    """Wait until so many have come."""
    while len(office.receiver.heard) < count:
        office.receiver.came.clear()
        async with asyncio.timeout(PATIENCE):
            await office.receiver.came.wait()


async def test_many_are_told_at_a_time_and_no_more_than_so_many(office: Office) -> None:
    under_way = most = 0

    async def counting(request: web.Request) -> web.StreamResponse:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return web.Response()

    office.receiver.answers = [counting]
    for _ in range(2 * AT_A_TIME):
        await office.hand_in()
    await office.tell()
    assert len(office.receiver.heard) == 2 * AT_A_TIME
    assert len({one.event_id for one in office.receiver.heard}) == 2 * AT_A_TIME
    assert 1 < most <= AT_A_TIME


async def test_who_stops_starts_nothing_more(office: Office) -> None:
    await office.hand_in()
    await Teller(office.context, lambda: True).run()
    assert office.receiver.heard == []


async def test_the_service_tells_what_is_due_and_then_rests(office: Office) -> None:
    await office.hand_in()
    service = Service(office.context)
    working = asyncio.create_task(service.run())
    await heard(office, 1)
    service.stop()
    office.desk.clock.advance(MINUTE)
    await working
    assert (await office.log())[0].delivery.delivered_at is not None


async def test_what_nobody_foresaw_is_a_failed_try(office: Office) -> None:
    faults: list[BaseException] = []
    await office.hand_in()

    async def broken(delivery: object) -> None:
        raise RuntimeError("nobody foresaw it: hunter2")

    office.herald.tell = broken  # type: ignore[method-assign,assignment]
    await Teller(replace(office.context, on_fault=faults.append), lambda: False).run()
    [told] = await office.log()
    assert len(faults) == 1
    assert "RuntimeError" in (told.delivery.trouble or "")
    assert "hunter2" not in (told.delivery.trouble or "")


async def test_a_url_that_cannot_be_told_is_refused_before_anything_is_accepted(office: Office) -> None:
    for url in ("http://169.254.169.254/", "https://user:secret@example.com/", "nonsense"):
        with pytest.raises(WebhookUrlError):
            await office.herald.of_job("local", url)
    assert await office.desk.scene.store.endpoints.all("local", 10) == []


async def test_secrets_lie_in_the_database_under_the_key_only(office: Office, tmp_path: Path) -> None:
    await office.hand_in()
    [secret] = await office.secrets()
    kept = written(tmp_path)
    assert b"webhook_secrets" in kept
    assert secret.removeprefix("whsec_").encode() not in kept
    assert b"whsec_" not in kept


def written(folder: Path) -> bytes:
    """All that a store has written."""
    return b"".join(path.read_bytes() for path in folder.rglob("bide.db*") if path.is_file())


async def test_another_key_file_is_not_started_unnoticed(office: Office, tmp_path: Path) -> None:
    await office.hand_in()
    desk = office.desk
    elsewhere = tmp_path / "elsewhere" / "secrets.key"
    with pytest.raises(SettingError, match="there is no key file"):
        await Vault(desk.scene.store, elsewhere, desk.clock, office.context.entropy).keyfile()
    assert not elsewhere.exists()
    own = tmp_path / "secrets.key"
    own.write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n")
    with pytest.raises(SettingError, match="has not the key of this database"):
        await Vault(desk.scene.store, own, desk.clock, office.context.entropy).keyfile()


async def test_a_morning_email_waits_for_the_morning(office: Office) -> None:
    """Told at 07:30 where the reader is: the first try is then, and it is no failure."""
    office = office.with_settings(
        {"url": None},
        {"to": Names(["ops@example.com"]), "at": "07:30", "timezone": "Europe/Berlin", "port": 1, "security": "none"},
    )
    await office.hand_in()
    await office.tell()
    [told] = await office.log()
    assert (told.delivery.kind, told.delivery.failures, told.tries) == ("email", 0, [])
    assert told.delivery.due_at is not None
    assert moment(told.delivery.due_at // SECOND).strftime("%H:%M") == "06:30"
    office.desk.clock.move_to(told.delivery.due_at)
    await office.tell()
    [told] = await office.log()
    assert (told.delivery.failures, len(told.tries)) == (1, 1)
    assert "cannot be reached" in (told.delivery.trouble or "")


async def test_an_email_that_cannot_be_sent_is_refused_before_anything_is_accepted(office: Office) -> None:
    to = Names(["ops@example.com"])
    for email in (
        {"to": to, "at": "soon"},
        {"to": to, "timezone": "Mars", "at": "07:30"},
        {"to": to, "password_env": "X"},
    ):
        with pytest.raises(SettingError):
            await office.with_settings({"url": None}, email).herald.of_job("local")

"""Providers' webhooks: genuine and new ones make their batch due, all others change nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.engine.desk import Desk

from bide.core.batch import Batch
from bide.core.clock import HOUR, MINUTE
from bide.core.errors import SettingError
from bide.core.signature import SignatureError, new_secret, sign
from bide.core.states import BatchState
from bide.engine.context import Context
from bide.engine.notice import NoticeError, ReplayedError, UnknownAccountError, batch_named, notice, secrets_of
from bide.settings import ProviderSettings
from bide.testing.scene import held


async def a_batch(desk: Desk) -> Batch:
    """A batch that is at the provider, to be polled in an hour."""
    handed = await desk.scene.hand_in(1)
    batch = await desk.scene.batch(handed.bucket, BatchState.SUBMITTED)
    await desk.scene.store.batches.observed(
        held(batch),
        total=1,
        completed=0,
        failed=0,
        started_at=None,
        expires_at=None,
        cancel_asked=False,
        due_at=desk.clock.now() + HOUR,
    )
    return await desk.again(batch)


def listening(desk: Desk, *secrets: str) -> Context:
    return replace(desk.context, listening={desk.scene.account: secrets})


def openai_event(batch_id: str | None, kind: str = "batch.completed") -> bytes:
    """An event as OpenAI sends it."""
    event = {"object": "event", "id": "evt_1", "type": kind, "created_at": 1_795_010_000, "data": {"id": batch_id}}
    return json.dumps(event).encode()


def gemini_event(batch_id: str) -> bytes:
    """An event as the Gemini API sends it."""
    return json.dumps({"type": "batch.succeeded", "data": {"id": batch_id, "output_file_uri": "files/1"}}).encode()


@pytest.mark.parametrize("kind", ["batch.completed", "batch.failed", "batch.expired", "batch.cancelled"])
async def test_a_batch_that_is_said_to_have_ended_is_looked_at_now(desk: Desk, kind: str) -> None:
    batch, secret = await a_batch(desk), new_secret(desk.context.entropy)
    body = openai_event(batch.provider_id, kind)
    await notice(listening(desk, secret), desk.scene.account, sign([secret], "wh_1", desk.clock.now(), body), body)
    assert (await desk.again(batch)).due_at == desk.clock.now()


async def test_google_says_it_its_own_way(desk: Desk) -> None:
    batch, secret = await a_batch(desk), new_secret(desk.context.entropy)
    assert batch.provider_id is not None
    body = gemini_event(batch.provider_id)
    await notice(listening(desk, secret), desk.scene.account, sign([secret], "wh_1", desk.clock.now(), body), body)
    assert (await desk.again(batch)).due_at == desk.clock.now()


async def test_what_is_heard_twice_is_told_and_changes_nothing(desk: Desk) -> None:
    batch, secret = await a_batch(desk), new_secret(desk.context.entropy)
    context, body = listening(desk, secret), openai_event(batch.provider_id)
    headers = sign([secret], "wh_1", desk.clock.now(), body)
    await notice(context, desk.scene.account, headers, openai_event(batch.provider_id))
    before = await desk.again(batch)
    desk.clock.advance(MINUTE)
    for again in (headers, sign([secret], "wh_1", desk.clock.now(), body)):
        with pytest.raises(ReplayedError):
            await notice(context, desk.scene.account, again, body)
    assert await desk.again(batch) == before


async def test_forged_and_old_ones_are_refused(desk: Desk) -> None:
    batch, secret = await a_batch(desk), new_secret(desk.context.entropy)
    context, body = listening(desk, secret), openai_event(batch.provider_id)
    headers, now = sign([secret], "wh_1", desk.clock.now(), body), desk.clock.now()
    forged: list[tuple[dict[str, str], bytes]] = [
        (sign([new_secret(desk.context.entropy)], "wh_1", now, body), body),
        (headers, openai_event("batch_other")),
        (headers | {"webhook-id": "wh_2"}, body),
        (sign([secret], "wh_1", now - 6 * MINUTE, body), body),
        ({}, body),
    ]
    for given, sent in forged:
        with pytest.raises(SignatureError):
            await notice(context, desk.scene.account, given, sent)
    assert (await desk.again(batch)).due_at == now + HOUR
    await notice(context, desk.scene.account, headers, body)  # a forged one did not use up its name


async def test_one_accounts_secret_is_not_anothers(desk: Desk) -> None:
    batch, secret = await a_batch(desk), new_secret(desk.context.entropy)
    body = openai_event(batch.provider_id)
    headers = sign([secret], "wh_1", desk.clock.now(), body)
    with pytest.raises(UnknownAccountError, match=r"providers\.nobody\.webhook_secret"):
        await notice(listening(desk, secret), "nobody", headers, body)
    other = replace(desk.context, listening={desk.scene.account: ("whsec_AAAA",), "other": (secret,)})
    await notice(other, "other", headers, body)
    assert (await desk.again(batch)).due_at == desk.clock.now() + HOUR


async def test_while_a_secret_is_replaced_both_are_known(desk: Desk) -> None:
    batch = await a_batch(desk)
    old, new = (new_secret(desk.context.entropy) for _ in range(2))
    body = openai_event(batch.provider_id)
    context = listening(desk, new, old)
    await notice(context, desk.scene.account, sign([old], "wh_1", desk.clock.now(), body), body)
    await notice(context, desk.scene.account, sign([new], "wh_2", desk.clock.now(), body), body)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(openai_event("batch_1"), ("batch_1", "batches/batch_1"), id="OpenAI"),
        pytest.param(gemini_event("batches/abc"), ("batches/abc",), id="Google, with its collection"),
        pytest.param(gemini_event("abc"), ("abc", "batches/abc"), id="Google, without"),
        pytest.param(openai_event("resp_1", "response.completed"), (), id="something else"),
        pytest.param(openai_event(""), (), id="no id"),
        pytest.param(b'{"type":"batch.completed"}', (), id="no data"),
    ],
)
def test_which_batch_is_meant(body: bytes, named: tuple[str, ...]) -> None:
    assert batch_named(body) == named


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"type":1}', b'{"data":{}}', b"\xff", b"[" * 5_000, openai_event(None)]
)
async def test_what_is_signed_and_no_event_is_told(desk: Desk, body: bytes) -> None:
    secret = new_secret(desk.context.entropy)
    headers = sign([secret], "wh_1", desk.clock.now(), body)
    with pytest.raises(NoticeError):
        await notice(listening(desk, secret), desk.scene.account, headers, body)


async def test_names_and_bodies_without_end_are_told(desk: Desk) -> None:
    secret = new_secret(desk.context.entropy)
    body = openai_event("batch_1")
    long = sign([secret], "w" * 256, desk.clock.now(), body)
    with pytest.raises(NoticeError, match="255"):
        await notice(listening(desk, secret), desk.scene.account, long, body)
    with pytest.raises(NoticeError, match="longer"):
        await notice(listening(desk, secret), desk.scene.account, {}, b" " * (1 << 20) + body)


@pytest.mark.parametrize(
    ("accounts", "environment", "found"),
    [
        pytest.param({}, {}, {}, id="none"),
        pytest.param({}, {"OPENAI_WEBHOOK_SECRET": "whsec_AA=="}, {"openai": ("whsec_AA==",)}, id="the usual variable"),
        pytest.param({}, {"GEMINI_WEBHOOK_SECRET": "a, b"}, {"gemini": ("a", "b")}, id="two of them"),
        pytest.param({"mine": {"webhook_secret": "x"}}, {}, {"mine": ("x",)}, id="set"),
        pytest.param({"mine": {"webhook_secret_env": "V"}}, {"V": "x"}, {"mine": ("x",)}, id="by a variable's name"),
        pytest.param(
            {"openai": {"webhook_secret": "x"}},
            {"OPENAI_WEBHOOK_SECRET": "y"},
            {"openai": ("x",)},
            id="set before usual",
        ),
    ],
)
def test_where_secrets_come_from(
    accounts: dict[str, dict[str, Any]], environment: dict[str, str], found: dict[str, tuple[str, ...]]
) -> None:
    assert secrets_of({name: ProviderSettings(**one) for name, one in accounts.items()}, environment) == found


@pytest.mark.parametrize("fields", [{"webhook_secret_env": "UNSET"}, {"webhook_secret": "whsec_no base64"}])
def test_a_secret_that_is_none_is_told(fields: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="webhook_secret"):
        secrets_of({"mine": ProviderSettings(**fields)}, {})  # type: ignore[arg-type]

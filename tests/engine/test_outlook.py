from dataclasses import replace
from typing import Any

import pytest
from tests.engine.desk import Desk
from tests.lanes.given import CAPABILITIES, LIMITS, NOW, a_bucket

from bide.core.clock import HOUR
from bide.core.quota import Resource, Source
from bide.engine.outlook import capacity, hours_of, outlook_of
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.quota import Bound, Quota
from bide.lanes.hours.hours import ANY_TIME, Hours, WindowEnd
from bide.lanes.hours.window import parse_window
from bide.settings import ProviderSettings, RealtimeSettings, Settings
from bide.store.limits import Created, Enqueued, Known, Stored
from bide.store.snapshot import Snapshot

KEY = ("openai", "gpt-6-luna")

EMPTY: dict[str, Any] = {
    "buckets": [],
    "live": [],
    "limits": {},
    "enqueued": {},
    "created": {},
    "next_batch": {},
    "next_delivery": None,
    "next_lease": None,
}


def seen(**fields: Any) -> Snapshot:
    return Snapshot(**(EMPTY | fields))


def learned(**values: int) -> dict[tuple[str, str, str], Known]:
    return {(*KEY, name): Known(value, "header", NOW) for name, value in values.items()}


def refused(**values: int) -> dict[tuple[str, str, str], Known]:
    return {(*KEY, name): Known(value, Source.GUESSED, NOW) for name, value in values.items()}


@pytest.mark.parametrize(
    ("configured", "known", "expected"),
    [
        pytest.param({}, {}, Capacity(60, None, known=False), id="nobody knows: assumed"),
        pytest.param({}, {"requests_per_minute": 500}, Capacity(500, None, known=True), id="learned"),
        pytest.param({"requests_per_minute": 300}, {"requests_per_minute": 500}, Capacity(300, None, known=True), id="configured goes first"),
        pytest.param({}, {"tokens_per_minute": 9_000}, Capacity(60, 9_000, known=False), id="tokens alone do not tell the requests"),
        pytest.param({"tokens_per_minute": 8_000}, {"requests_per_minute": 500, "tokens_per_minute": 9_000}, Capacity(500, 8_000, known=True), id="each limit by itself"),
    ],
)  # fmt: skip
async def test_the_capacity(desk: Desk, configured: dict[str, Any], known: dict[str, int], expected: Capacity) -> None:
    context = desk.with_settings(Settings(providers={"openai": ProviderSettings(**configured)}))

    assert capacity(context, seen(limits=learned(**known)), KEY) == expected


async def test_the_hours(desk: Desk) -> None:
    said = ProviderSettings(window="night UTC", on_window_end=WindowEnd.WAIT, blackout="sat UTC", blackout_strict=True)
    context = desk.with_settings(Settings(providers={"openai": said}))

    outlook = outlook_of(context, seen(buckets=[a_bucket(waiting=1), a_bucket(2, waiting=1, account="other")]))

    hours = Hours(parse_window("night UTC"), WindowEnd.WAIT, parse_window("sat UTC"), strict=True)
    assert outlook.hours == {KEY: hours, ("other", KEY[1]): Hours()}


@pytest.mark.parametrize(
    ("configured", "window"),
    [
        pytest.param({}, "16:30-00:30 UTC", id="from the price"),
        pytest.param({"window": "night UTC"}, "night UTC", id="a window goes first"),
        pytest.param({"window": "always"}, "always", id="no waiting for a price"),
    ],
)
async def test_work_waits_for_the_cheap_hours(desk: Desk, configured: dict[str, Any], window: str) -> None:
    desk.provider.catalogue = "deepseek"
    desk.provider.capabilities = replace(CAPABILITIES, batch=False)
    context = desk.with_settings(Settings(providers={desk.scene.account: ProviderSettings(**configured)}))

    found = hours_of(context, (desk.scene.account, "deepseek-chat"))

    assert found.window is not None
    assert (found.window.text, found.cheap, found.on_end) == (
        (window, True, WindowEnd.WAIT) if not configured else (window, False, WindowEnd.CONTINUE)
    )


async def test_what_is_assumed_is_a_setting(desk: Desk) -> None:
    context = desk.with_settings(Settings(realtime=RealtimeSettings(assumed_requests_per_minute=7)))

    assert capacity(context, seen(), KEY) == Capacity(7, None, known=False)


@pytest.mark.parametrize(
    ("configured", "fields", "expected"),
    [
        pytest.param({}, {}, Quota(None, 0, 0, 0), id="nothing there and nothing known"),
        pytest.param({}, {"limits": learned(enqueued_tokens=5)}, Quota(5, 0, 0, 0, changes_at=NOW + 6 * HOUR), id="learned"),
        pytest.param({"enqueued_tokens": 9}, {"limits": learned(enqueued_tokens=5)}, Quota(9, 0, 0, 0), id="configured goes first"),
        pytest.param({"enqueued_tokens": 9}, {"limits": refused(enqueued_tokens=5)}, Quota(5, 0, 0, 0, NOW, changes_at=NOW + HOUR), id="a refusal shows that it is less"),
        pytest.param({}, {"enqueued": {KEY: Enqueued(100, 3, 7, 2)}, "created": {"openai": Created(4, NOW, 1)}}, Quota(None, 100, 3, 6, frees_at=NOW + HOUR, created_lately=3), id="what is about to be created counts"),
        pytest.param({"live_batches": 4}, {"enqueued": {KEY: Enqueued(100, 3), ("openai", "other"): Enqueued(1, 2)}}, Quota(None, 100, 3, 0, bounds=(Bound(Resource.LIVE_BATCHES, 4, 3),)), id="batches of the model"),
        pytest.param({"files": 4, "stored_bytes": 9}, {"stored": {"openai": Stored(3, 8), "other": Stored(1, 1)}}, Quota(None, 0, 0, 0, bounds=(Bound(Resource.FILES, 4, 3, True), Bound(Resource.STORED_BYTES, 9, 8, True))), id="files of the account"),
        pytest.param({}, {"enqueued": {KEY: Enqueued(100, 3)}, "created": {"openai": Created(4)}}, Quota(None, 100, 3, 4), id="what lies there, and what was made"),
        pytest.param({}, {"enqueued": {("other", "gpt-6-luna"): Enqueued(100, 3)}, "created": {"other": Created(4, NOW, 4)}}, Quota(None, 0, 0, 0), id="another account's"),
    ],
)  # fmt: skip
async def test_the_quota(desk: Desk, configured: dict[str, Any], fields: dict[str, Any], expected: Quota) -> None:
    context = desk.with_settings(Settings(providers={"openai": ProviderSettings(**configured)}))

    outlook = outlook_of(context, seen(buckets=[a_bucket(waiting=1)], **fields))

    assert outlook.quotas == {KEY: expected}


async def test_an_outlook_has_every_account_and_every_model_once(desk: Desk) -> None:
    buckets = [a_bucket(1, waiting=1), a_bucket(2, batched=1), a_bucket(3, model="gpt-6-sol", waiting=1)]

    outlook = outlook_of(desk.context, seen(buckets=buckets))

    assert set(outlook.capacities) == set(outlook.quotas) == {KEY, ("openai", "gpt-6-sol")}
    assert [bucket.id for bucket in outlook.buckets] == [1, 2, 3]
    account = outlook.accounts[desk.scene.account]
    assert (account.limits, account.capabilities) == (LIMITS, CAPABILITIES)


async def test_a_look_at_the_store(desk: Desk) -> None:
    handed = await desk.scene.hand_in(2, 1)
    await desk.scene.batch(handed.bucket if len(handed.buckets) == 1 else handed.buckets[0])

    outlook = outlook_of(desk.context, await desk.scene.store.snapshots.take("host", desk.clock.now()))

    assert sorted(bucket.open.requests for bucket in outlook.buckets) == [1, 2]
    assert [dict(one.shares) for one in outlook.live] == [{handed.buckets[0].id: 2}]


async def test_who_has_no_hours_is_served_at_any_time(desk: Desk) -> None:
    assert hours_of(desk.context, (desk.scene.account, desk.scene.model)) is ANY_TIME

"""What is expected of an account, as it is shown."""

from dataclasses import replace
from typing import cast

import pytest
from tests.engine.desk import Desk
from tests.engine.test_learn import harvested, running

from bide.core.clock import HOUR, MINUTE
from bide.core.states import BatchOutcome
from bide.engine.expectation import believed, expected, view_of
from bide.lanes.forecast.prior import Prior
from bide.lanes.forecast.turnaround import MEDIAN
from bide.lanes.outcome.lesson import of_refusal
from bide.store.store import Store


async def test_what_was_seen_and_what_runs_is_shown_by_model(desk: Desk) -> None:
    scene, account = desk.scene, desk.scene.account
    await harvested(desk, await running(desk, 1), [HOUR], BatchOutcome.COMPLETED, HOUR)
    scene.now += 2 * HOUR
    batch = await running(desk, 1)
    await scene.store.forecasts.add(of_refusal(account, scene.model, scene.now), scene.now)
    now = scene.now + 30 * MINUTE
    snapshot = await scene.store.snapshots.take("host", now)

    view = await view_of(scene.store, account, Prior(MEDIAN), snapshot, now)
    [model] = expected(account, view, snapshot)

    [row] = model["batches"]
    assert (model["model"], row["requests"]) == (scene.model, "1")
    assert row["weight"] == pytest.approx(1, abs=0.1)
    assert row["p50"] > 420
    assert [one["given"] for one in model["calibration"]] == [50, 80, 95]
    assert all(one["batches"] > 0 for one in model["calibration"])
    assert model["flex_refused"] > 0.05
    [one] = model["running"]
    assert (one["batch"], one["age"], one["requests"]) == (batch.external_id, 1800, 1)
    assert 0.9 < one["chance"] < 1


async def test_accounts_are_shown_by_themselves(desk: Desk) -> None:
    await harvested(desk, await running(desk, 1), [HOUR], BatchOutcome.COMPLETED, HOUR)
    snapshot = await desk.scene.store.snapshots.take("host", desk.scene.now)
    view = await view_of(desk.scene.store, "another", Prior(MEDIAN), replace(snapshot, live=[]), desk.scene.now)

    [model] = expected("another", view, snapshot)

    assert (model["model"], model["batches"][0]["p50"], model["batches"][0]["weight"]) == ("any model", 420, 0)


async def test_what_this_process_knows_anyway_is_not_read_again(desk: Desk) -> None:
    context, now = desk.context, desk.scene.now
    snapshot = await context.store.snapshots.take("host", now)
    unread = cast(Store, None)
    with pytest.raises(AttributeError):
        await believed(context, unread, snapshot, now)

    await context.memory.refresh(context.store, now)
    view = await believed(context, unread, snapshot, now + MINUTE)
    assert view.now == now + MINUTE
    with pytest.raises(AttributeError):
        await believed(context, unread, snapshot, now + HOUR)

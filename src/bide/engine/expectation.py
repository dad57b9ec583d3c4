"""What is expected of an account's lanes, for people and programs: times, shares, how much stands behind them, and whether such words were
kept before. Times in seconds, null where a day is not enough; shares between 0 and 1."""

from collections.abc import Mapping, Sequence
from typing import Any

from bide.core.batch import LiveBatch
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.engine.context import Context
from bide.engine.memory import running_of
from bide.lanes.arrival.weighing import Weighing
from bide.lanes.forecast.calibration import SHOWN
from bide.lanes.forecast.cell import BATCH, FLEX, REALTIME, SIZES, Kind, size_of
from bide.lanes.forecast.evidence import EDGES
from bide.lanes.forecast.forecast import Forecast, View
from bide.lanes.forecast.prior import LONGEST_CANCEL, Prior, prior_of
from bide.lanes.forecast.turnaround import NEVER, Turnaround
from bide.store.snapshot import Snapshot
from bide.store.store import Store

QUANTILES = (10, 50, 80, 95)
WITHIN = {"15m": 15 * MINUTE, "1h": HOUR, "24h": DAY}

SAMPLE = 1_000
"""Output tokens of the call whose bound is shown."""

ANY = "any model"
"""Where nothing was seen of any."""


async def view_of(store: Store, account: str, prior: Prior, snapshot: Snapshot, now: int) -> View:
    """What is expected of an account, from what is on record."""
    forecast = Forecast({account: prior})
    forecast.replace(await store.forecasts.changed(0))
    return forecast.view(now, running_of(snapshot.live))


async def believed(context: Context, store: Store, snapshot: Snapshot, now: int) -> View:
    """What is expected of every account that is switched on, from what is on record: read only where this process does not know it
    anyway, as there may be hundreds of thousands of counts."""
    if context.memory.is_fresh(now):
        return context.memory.look(snapshot.live, now)
    forecast = Forecast({name: prior_of(provider.catalogue) for name, provider in context.providers.items()})
    forecast.replace(await store.forecasts.changed(0))
    return forecast.view(now, running_of(snapshot.live))


async def weighings(store: Store, now: int) -> Mapping[tuple[str, str], Weighing]:
    """By account and model, how many tokens requests turn out to have beside their size, as far as anything was seen."""
    forecast = Forecast()
    forecast.replace(await store.forecasts.of_kind(Kind.TOKENS))
    view = forecast.view(now)
    return {(cell.account, cell.model): view.weighing(cell.account, cell.model) for cell in forecast.cells()}


def expected(account: str, view: View, snapshot: Snapshot) -> list[dict[str, Any]]:
    """By model, as JSON: what is known to have run there, or runs."""
    seen = [cell for cell in view.forecast.cells() if cell.account == account and cell.kind is not Kind.TOKENS]
    live = [one for one in snapshot.live if one.batch.account == account]
    models = {cell.model for cell in seen} | {one.batch.model for one in live}
    found: list[dict[str, Any]] = []
    for model in sorted(models) or [ANY]:
        sizes = {cell.size for cell in seen if cell.model == model and cell.kind is Kind.TURNAROUND}
        sizes |= {size_of(one.batch.requests) for one in live if one.batch.model == model}
        lanes = {cell.lane for cell in seen if cell.model == model}
        found.append(
            {
                "model": model,
                "batches": [_batches(view, account, model, size) for size in sorted(sizes or {0})],
                "cancel": _cancel(view, account, model),
                "calibration": _calibration(view, account, model),
                "running": _running(view, [one for one in live if one.batch.model == model], snapshot),
                "flex_refused": round(view.refusal(account, model), 3) if FLEX in lanes else None,
                "calls": [_calls(view, account, model, lane) for lane in (REALTIME, FLEX) if lane in lanes],
            }
        )
    return found


def _batches(view: View, account: str, model: str, size: int) -> dict[str, Any]:
    """Batches of a size class."""
    turnaround = view.batch(account, model, _largest(size))
    return {
        "lane": BATCH,
        "requests": _range(size),
        "weight": round(view.weight(account, model, size), 1),
        **{f"p{share}": _seconds(turnaround.quantile(share / 100)) for share in QUANTILES},
        "within": {name: round(turnaround.finished(time), 3) for name, time in WITHIN.items()},
        "curve": [[edge // SECOND, round(turnaround.finished(edge), 4)] for edge in EDGES],
    }


def _cancel(view: View, account: str, model: str) -> dict[str, Any]:
    cancel = view.cancel(account, model)
    shown = {f"p{share}": _seconds(min(LONGEST_CANCEL, cancel.quantile(share / 100))) for share in (50, 95)}
    return {"weight": round(cancel.weight, 1), **shown}


def _calibration(view: View, account: str, model: str) -> list[dict[str, Any]]:
    kept = view.calibration(account, model)
    found = [kept.kept(level) for level in SHOWN]
    return [
        {"given": one.level, "made": round(100 * one.made, 1), "batches": round(one.batches, 1)}
        for one in found
        if one.batches > 0
    ]


def _running(view: View, live: Sequence[LiveBatch], snapshot: Snapshot) -> list[dict[str, Any]]:
    """Batches that run, with the chance that they end before the first of their deadlines."""
    deadlines = {bucket.id: bucket.deadline for bucket in snapshot.buckets}
    found: list[dict[str, Any]] = []
    for one in live:
        batch = one.batch
        if batch.submitted_at is None or batch.provider_id is None:
            continue
        turnaround: Turnaround = view.batch(batch.account, batch.model, batch.requests)
        age = max(0, view.now - batch.submitted_at)
        deadline = min((deadlines.get(bucket, FAR_FUTURE) for bucket in one.shares), default=FAR_FUTURE)
        is_known = deadline < FAR_FUTURE
        found.append(
            {
                "batch": batch.external_id,
                "requests": batch.requests,
                "age": age // SECOND,
                "left": max(0, deadline - view.now) // SECOND if is_known else None,
                "chance": round(turnaround.chance(age, deadline - view.now), 3) if is_known else None,
            }
        )
    return found


def _calls(view: View, account: str, model: str, lane: str) -> dict[str, Any]:
    latency = view.latency(account, model, lane)
    return {
        "lane": lane,
        "weight": round(latency.evidence.weight, 1),
        "bound": {"output_tokens": SAMPLE, "seconds": _seconds(latency.bound(SAMPLE))},
    }


def _seconds(duration: int) -> int | None:
    return None if duration >= NEVER else round(duration / SECOND)


def _largest(size: int) -> int:
    return SIZES[size] if size < len(SIZES) else SIZES[-1] + 1


def _range(size: int) -> str:
    """The size class in words: ``1``, ``2 to 100``."""
    if size >= len(SIZES):
        return f"more than {SIZES[-1]:,}"
    least = SIZES[size - 1] + 1 if size else 1
    return f"{least:,}" if least == SIZES[size] else f"{least:,} to {SIZES[size]:,}"

"""Schedules: listed, with what came of their last instants. They are made on the command line, beside the files that they read."""

import msgspec

from bide.core.clock import SECOND
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.base import seconds
from bide.gateway.api.shape.schedule import Schedule, ScheduleRun, Schedules
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.store import schedules as store

RUNS = 5
"""Instants of a schedule that are told."""


async def list_schedules(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The caller's schedules, by name."""
    fields(exchange, ())
    kept = gateway.context.store.schedules
    found = [_told(one, await kept.runs(one, RUNS)) for one in await kept.all(caller.owner)]
    await exchange.respond(200, msgspec.json.encode(Schedules(data=found)))


def _told(schedule: store.Schedule, runs: list[store.Run]) -> Schedule:
    return Schedule(
        id=schedule.external_id,
        name=schedule.name,
        cron=schedule.cron,
        timezone=schedule.timezone,
        missed=schedule.missed,
        created_at=schedule.created_at // SECOND,
        next_at=seconds(schedule.due_at),
        runs=[
            ScheduleRun(
                due_at=run.due_at // SECOND,
                at=run.at // SECOND,
                job_id=run.job,
                code=run.code,
                message=run.message,
            )
            for run in runs
        ],
    )

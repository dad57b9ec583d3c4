"""`bide worker`: look after open jobs until nothing is open."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli.options import Assignments, ConfigFile, Database
from bide.cli.record import keeping
from bide.cli.session import configured, run_async
from bide.cli.terminal import say

if TYPE_CHECKING:
    from bide.config import Config

IDLE_LOOK = 1.0
"""Seconds between looks at whether anything is open still."""


def worker(
    database: Database = None,
    assignments: Assignments = None,
    config: ConfigFile = None,
    stay: Annotated[bool, typer.Option("--stay", help="Keep waiting for new jobs when nothing is open.")] = False,
) -> None:
    """Look after open jobs; ends when nothing is open.

    `bide submit` and a detached `bide run` leave one behind. Any number may run at a time, on one machine over SQLite
    or on several over PostgreSQL.
    """
    run_async(_work(configured(database, assignments, config), stay))


async def _work(config: "Config", stay: bool) -> None:
    import asyncio
    import signal

    from bide.core.errors import StoreError
    from bide.engine.service import Service

    async with keeping(config) as bide:
        service = Service(bide.context)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, service.stop)
        working = asyncio.create_task(service.run())
        while not working.done():
            await asyncio.wait([working], timeout=IDLE_LOOK)
            try:
                idle = not stay and not await bide.store.is_busy()
            except StoreError:  # the service waits for the store to come back, and so does this
                continue
            if idle:
                service.stop()
        await working
    say("bide: nothing is open any more")

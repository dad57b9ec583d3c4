"""`bide serve`: the gateway."""

import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli.options import Assignments, ConfigFile, Database
from bide.cli.record import absent
from bide.cli.session import configured
from bide.cli.terminal import is_watched, say

if TYPE_CHECKING:
    from bide.config import Config
    from bide.gateway.gateway import Gateway
    from bide.store.keys import Keys

log = logging.getLogger("bide.gateway")

WITHOUT_KEYS = "this machine, without keys"


COLLECT_AFTER = 20_000
"""Objects that may be made before the collector looks at the youngest."""


NEEDED_SOON = ("bide.providers.http", "bide.delivery.post")
"""Modules that commands import when they have something to send, and a gateway before it is called: no call waits for them."""


def serve(
    host: Annotated[
        str | None, typer.Option(help="Where to listen: this machine by default. Anything else requires keys.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="8080 by default; 0 is any free port.")] = None,
    engine: Annotated[
        bool, typer.Option("--engine/--no-engine", help="Whether to do the engine's work too, or leave it to workers.")
    ] = True,
    access_log: Annotated[bool, typer.Option("--access-log", help="Log each call: path, status and time.")] = False,
    database: Database = None,
    assignments: Assignments = None,
    config: ConfigFile = None,
) -> None:
    """Serve OpenAI's and Anthropic's clients on one port.

    What cannot wait is passed on at once. What can says so (a header `Bide-Within: 15m`, say) and costs half.
    The first line on standard output is the base URL.

    Examples:

        bide serve                                this machine, port 8080

        bide serve --port 0                       any free port

        bide serve --host 0.0.0.0                 others too; make keys first: bide keys create

        bide serve --no-engine --db postgresql://… one of several, with `bide worker` beside it
    """
    import uvloop

    uvloop.run(_serve(configured(database, assignments, config), host, port, engine, access_log))


async def _serve(config: "Config", host: str | None, port: int | None, engine: bool, access_log: bool) -> None:
    from bide.gateway.journal import install, note

    install(sys.stderr, for_people=is_watched(), access=access_log)
    from bide.embedded import opened
    from bide.gateway.server import beside_urgent, heed, serving

    config = beside_urgent(config)
    settings, made = config.settings.gateway, absent(config)
    async with AsyncExitStack() as stack:
        bide = await stack.enter_async_context(opened(config))
        told = heed()  # before anybody can come: whoever has come is not cut off
        gateway, url = await stack.enter_async_context(
            serving(
                bide,
                host=settings.host if host is None else host,
                port=settings.port if port is None else port,
                engine=engine,
            )
        )
        print(url, flush=True)
        accounts = ", ".join(sorted(gateway.context.providers))
        who = await served(bide.store.keys)
        if made is not None:
            note(log, "new_database", path=made)
        if not is_watched():
            note(log, "start", url=url, accounts=accounts, served=who, engine=engine, pid=os.getpid())
        else:
            say(f"bide serves {who}: {accounts}.\nexport OPENAI_BASE_URL={url}/v1\nexport ANTHROPIC_BASE_URL={url}")
            say(f"# what batches would save: {url}/calculator")
            if who == WITHOUT_KEYS:
                say("# clients want a key all the same: export OPENAI_API_KEY=none ANTHROPIC_API_KEY=none")
        for model, name, why in lost(gateway):
            note(log, "failover", logging.WARNING, model=model, name=name, why=why)
        settle_memory()
        await told.wait()
    note(log, "stop", pid=os.getpid())


def settle_memory() -> None:
    """Spare the collector what is here for good, and let it run seldom: a call leaves next to nothing behind in circles, and
    looking for it after every few hundred objects took a tenth of a call's time."""
    for name in NEEDED_SOON:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


async def served(keys: "Keys") -> str:
    """Who may call, in words."""
    if await keys.exist():
        return "whoever has a key"
    if await keys.were_made():
        return "nobody, because every key is revoked (`bide keys create` makes one)"
    return WITHOUT_KEYS


def lost(gateway: "Gateway") -> Iterator[tuple[str, str, str]]:
    """The models whose failover has a name that no account serves here, each with that name and why: another gateway may have
    the account, so it is said and no more."""
    from bide.lanes.arrival.route import NoRouteError

    for model, names in gateway.context.settings.gateway.failover.items():
        for name in names:
            try:
                gateway.routing.to(name)
            except NoRouteError as error:
                yield model, name, str(error)

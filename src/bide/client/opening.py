"""bide opened in this process: store, engine and gateway, without a port."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TypedDict

from bide.client.inprocess import InProcess
from bide.config import from_process, load
from bide.core.errors import StoreError
from bide.embedded import Embedded, opened
from bide.gateway.app import application
from bide.gateway.gateway import build

log = logging.getLogger("bide.client")


class Options(TypedDict, total=False):
    """How bide is opened in this process; whatever is left out is as on the command line.

    `config` is the path of a `bide.toml`, `database` a URL (``sqlite:///path``, ``postgresql://host/name``), `settings` are
    single ones by their dotted names, as in ``{"engine.poll_interval": "5s"}``, `environment` stands for this process's.
    `engine=False` leaves the engine's work to others: to `bide worker`, say, over the same database.
    """

    config: str | PathLike[str] | None
    database: str | None
    settings: Mapping[str, object] | None
    environment: Mapping[str, str] | None
    engine: bool


@dataclass(frozen=True)
class Opened:
    """An opened bide, to make clients of: `bide.AsyncClient(opened)`, `bide.transport(opened)`."""

    embedded: Embedded
    inside: InProcess


@asynccontextmanager
async def open(  # noqa: A001 - it is read as bide.open
    *,
    config: str | PathLike[str] | None = None,
    database: str | None = None,
    settings: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    engine: bool = True,
) -> AsyncGenerator[Opened]:
    """Open bide in this process, for as long as the context lasts; see `Options` for what may be said.

    What was accepted is on the disk: it goes on when bide is opened again, or in any other bide over the same database.
    Work that is still open at the end is told in the log, for nobody keeps its deadline until then.

    Raises:
        SettingError: the configuration cannot be used, or no provider is switched on.
        StoreError: the database cannot be opened.
    """
    from bide.gateway.server import beside_urgent  # brings a server along, which only whoever opens bide is to wait for

    found = load(
        from_process() if environment is None else environment,
        assignments=[f"{name}={value}" for name, value in (settings or {}).items()],
        file=None if config is None else fspath(config),
        database=database,
    )
    async with opened(beside_urgent(found)) as embedded:
        gateway = build(embedded, engine=engine)
        await gateway.start()
        inside = InProcess(application(gateway))
        try:
            yield Opened(embedded, inside)
        finally:
            gateway.is_draining = True
            await inside.close()
            await gateway.stop()
            with suppress(StoreError):
                await _tell_what_is_open(embedded)


async def _tell_what_is_open(embedded: Embedded) -> None:
    store = embedded.store
    if await store.is_busy() and not await store.database.others_present(embedded.context.holder):
        log.warning("work is still open and nobody keeps its deadlines; open bide again, or run `bide worker`")

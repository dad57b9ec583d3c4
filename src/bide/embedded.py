"""bide without a server: the store, the providers and the engine's world, opened together in this process."""

import os
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bide import accounts
from bide.buckets.process import check_objects
from bide.config import Config
from bide.core.clock import Clock, clock_from
from bide.core.entropy import Entropy, SystemEntropy
from bide.core.errors import SettingError
from bide.core.identifiers import base36, new_tag
from bide.delivery import file
from bide.delivery.herald import Herald
from bide.delivery.vault import Vault
from bide.engine import notice
from bide.engine.context import Context
from bide.engine.pricing import Pricing
from bide.intake import scheduled
from bide.ledger.edition import catalogue_of
from bide.ledger.prices import Prices
from bide.providers.pool import CallTransport
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.store.keyfile import FILE
from bide.store.objects import LocalObjects
from bide.store.store import Store

LOCAL_OWNER = "local"
"""Whose work it is when nobody has to say who they are."""


@dataclass(frozen=True)
class Embedded:
    """An opened bide."""

    config: Config
    store: Store
    context: Context
    herald: Herald


@asynccontextmanager
async def opened(config: Config) -> AsyncGenerator[Embedded]:
    """Open what a configuration names, and close it again.

    Raises:
        SettingError: the configuration cannot be used.
        StoreError: the database or the objects cannot be opened.
    """
    clock, entropy, transport = clock_from(config.environment), SystemEntropy(), CallTransport()
    store = await open_store(config, entropy)
    herald = herald_of(store, config, clock, entropy)
    try:
        host = socket.gethostname()
        context = Context(
            store=store,
            providers=accounts.build(config.settings.providers, config.environment, tools_for(transport, config)),
            clock=clock,
            entropy=entropy,
            pricing=Pricing(store, Prices(config.settings.prices, catalogue=catalogue_of(config.home))),
            settings=config.settings,
            holder=f"{host}-{os.getpid()}-{base36(int.from_bytes(entropy.random_bytes(5)))}",
            host=host,
            tag=await store.agree("tag", new_tag(entropy)),
            deliver=file.deliver,
            hand_in=scheduled.hand_in,
            herald=herald,
            listening=notice.secrets_of(config.settings.providers, config.environment),
        )
        yield Embedded(config, store, context, herald)
    finally:
        await store.close()
        await transport.close()
        await herald.close()


def herald_of(store: Store, config: Config, clock: Clock, entropy: Entropy) -> Herald:
    """Whoever tells others what happens; its key file lies at home, and is opened when it is needed."""
    vault = Vault(store, config.home / FILE, clock, entropy)
    return Herald(store, vault, config.settings, config.environment, clock, entropy)


def tools_for(transport: Transport, config: Config) -> Tools:
    """What the adapters share; object stores are opened where an account's files lie in one.

    Raises:
        SettingError: the driver of object stores is not installed.
    """
    states = accounts.states(config.settings.providers, config.environment)
    bucket = next((state.setup.bucket for state in states if state.setup and state.setup.bucket), None)
    if bucket is None:
        return Tools(transport)
    check_objects(bucket)
    from bide.buckets.cloud import CloudBuckets

    return Tools(transport, CloudBuckets(config.environment))


async def open_store(config: Config, entropy: Entropy) -> Store:
    """The database that the configuration names, and the folder of its objects. A file that is not there is made.

    Raises:
        SettingError: the URL is of no kind bide knows, or its driver is not installed.
        StoreError: the database or the folder cannot be used.
    """
    url, path = config.database, config.database_file
    if path is not None:
        from bide.store.sqlite.database import SqliteDatabase

        return Store(SqliteDatabase(path), LocalObjects(path.with_name(f"{path.name}-objects")))
    scheme, separator, _ = url.partition("://")
    if scheme in ("postgresql", "postgres"):
        return await _open_postgres(url, config.home / "objects", entropy)
    kind = f" ({scheme}://…)" if separator else ""  # no more of it: the rest may hold a password
    raise SettingError(f"the database is of no kind bide knows{kind}; write sqlite:///path or postgresql://host/name")


async def _open_postgres(url: str, folder: Path, entropy: Entropy) -> Store:
    try:
        from bide.store.postgres.database import PostgresDatabase
    except ImportError as error:
        raise SettingError("PostgreSQL needs a driver; install it with: pip install 'bide[postgres]'") from error
    from bide.store.shared_folder import recognise

    store = Store(await PostgresDatabase.open(url), LocalObjects(folder))
    try:
        await recognise(store, folder, new_tag(entropy))
    except BaseException:
        await store.close()
        raise
    return store

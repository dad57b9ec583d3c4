"""The record that a command works on, where state lives: who only looks makes none, and who makes one says where."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bide.cli.terminal import say
from bide.core.errors import SettingError

if TYPE_CHECKING:
    from bide.config import Config
    from bide.embedded import Embedded

MAKES = "`bide run FILE` or `bide submit FILE` makes a new one"


@contextmanager
def on_record(config: "Config") -> Generator["Config"]:
    """For whoever looks for what is on record: the configuration, whose database is there.

    One that somebody named and that is not there is an error: an empty one in the place of a mistyped name would answer that there is
    nothing. bide's own, at home, is as good as empty until there is something to keep.

    Raises:
        SettingError: the database was named, and is not there.
    """
    path = absent(config)
    if path is not None and (named_by := config.sources.get("database")):
        raise SettingError(f"there is no database {path}, named by {named_by}; name one that is there. {MAKES}")
    with _in_its_place(config, path) as there:
        yield there


@contextmanager
def if_on_record(config: "Config") -> Generator["Config"]:
    """For whoever only reckons better by what is on record: the configuration, whose database is empty where none is there."""
    with _in_its_place(config, absent(config)) as there:
        yield there


@asynccontextmanager
async def looking(config: "Config") -> AsyncGenerator["Embedded"]:
    """bide over what is on record; see `on_record`. Raises what `bide.embedded.opened` does."""
    from bide.embedded import opened

    with on_record(config) as there:
        async with opened(there) as bide:
            yield bide


@asynccontextmanager
async def reckoning(config: "Config") -> AsyncGenerator["Embedded"]:
    """bide over what is on record, if anything is; see `if_on_record`. Raises what `bide.embedded.opened` does."""
    from bide.embedded import opened

    with if_on_record(config) as there:
        async with opened(there) as bide:
            yield bide


@asynccontextmanager
async def keeping(config: "Config") -> AsyncGenerator["Embedded"]:
    """bide for whoever has something to keep: a database that was not there is made. Raises what `bide.embedded.opened` does."""
    from bide.embedded import opened

    made = absent(config)
    async with opened(config) as bide:
        say_made(made)
        yield bide


def say_made(path: Path | None) -> None:
    """Where a database is new, if one is: a mistyped name is seen by it."""
    if path is not None:
        say(f"bide: state is kept in a new database, {path}")


def absent(config: "Config") -> Path | None:
    """The file of the database, where it is one and not there."""
    path = config.database_file
    return None if path is None or path.exists() else path


@contextmanager
def _in_its_place(config: "Config", path: Path | None) -> Generator["Config"]:
    """The configuration with an empty database, gone again at the end, in the place of one that is not there."""
    if path is None:
        yield config
        return
    named_by = config.sources.get("database") or config.sources.get("home")
    said = f", named by {named_by}" if named_by else ""
    say(f"bide: nothing is on record: there is no database {path}{said}. {MAKES}")
    with TemporaryDirectory(prefix="bide-") as folder:
        yield replace(config, database=f"sqlite:///{Path(folder) / path.name}")

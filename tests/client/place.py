"""A simulated provider, and what opens a bide beside it in this process, on a clock that runs sixty times as fast."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bide.client.opening import Options
from bide.core.clock import clock_from
from bide.simulator.server import Simulator, running_simulator
from tests.gateway.place import SETTINGS, environment, hurried
from tests.store.migrated import laid

MODEL = "gpt-4.1-mini"

INSTANT = str(Path(__file__).with_name("instant.toml"))
"""A provider that answers batches and calls at once."""


@dataclass(frozen=True)
class Beside:
    """What to open bide with, as often as wanted: all of them share their state."""

    environment: Mapping[str, str]
    settings: Mapping[str, str]
    simulator: Simulator

    @property
    def options(self) -> Options:
        return Options(environment=self.environment, settings=self.settings)


@asynccontextmanager
async def beside(home: Path, *settings: str, script: str = INSTANT) -> AsyncGenerator[Beside]:
    """A simulator for as long as the context is open."""
    told = hurried()
    laid(home / "bide.db")
    async with running_simulator(script, clock=clock_from({"BIDE_CLOCK": told})) as simulator:
        given = {name: value for name, _, value in (text.partition("=") for text in (*SETTINGS, *settings))}
        yield Beside(environment(home, simulator, told), given, simulator)

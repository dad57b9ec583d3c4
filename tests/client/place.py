"""A simulated provider, and what opens a bide beside it in this process, on a clock that runs sixty times as fast."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bide.client.opening import Options
from bide.core.clock import clock_from
from bide.simulator.server import Simulator, running_simulator
from tests.gateway.place import SETTINGS, environment, hurried

MODEL = "gpt-4.1-mini"


@dataclass(frozen=True)
class Beside:
    """What to open bide with, as often as wanted: all of them share their state."""

    options: Options
    simulator: Simulator


@asynccontextmanager
async def beside(home: Path, script: str = "fast") -> AsyncGenerator[Beside]:
    """A simulator for as long as the context is open."""
    told = hurried()
    async with running_simulator(script, clock=clock_from({"BIDE_CLOCK": told})) as simulator:
        settings = {name: value for name, _, value in (text.partition("=") for text in SETTINGS)}
        yield Beside(Options(environment=environment(home, simulator, told), settings=settings), simulator)

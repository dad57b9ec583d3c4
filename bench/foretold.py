"""The provider of a compressed day: the simulator, behaving in every batch and call as `bide.whatif` foretells.

``python -m bench.foretold SCENARIO SEED START`` serves one on the clock of BIDE_CLOCK; its URL is the first line. A body says
in its `user` which request of the log it is, and how many tokens that and its answer have.
"""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bide.core.clock import clock_from
from bide.core.usage import Usage
from bide.simulator.answers import TINY
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Spread
from bide.simulator.fate import Body, Course
from bide.simulator.limits import Limit
from bide.simulator.script import Script
from bide.simulator.server import running_simulator
from bide.whatif.arrival import Arrival
from bide.whatif.scenario import SCENARIOS, latency
from bide.whatif.weather import Weather

DAYS = 3
"""For how long the weather is known."""

NAMED = re.compile(rb'"user":"(\d+)/(\d+)/(\d+)"')


def name(number: int, arrival: Arrival) -> str:
    """What a request says of itself."""
    return f"{number}/{arrival.input_tokens}/{arrival.output_tokens}"


def told(body: Body) -> tuple[int, int, int]:
    """Its place in the log, its input and its output tokens."""
    found = NAMED.search(bytes(body))
    assert found is not None, bytes(body)
    number, given, written = map(int, found.groups())
    return number, given, written


class Foretold:
    """What happens to batches and calls, as the weather has it."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self._before: Counter[int] = Counter()

    def batch(self, bodies: Sequence[Body], now: int) -> Course:
        """By the first request, how many batches held it first before, and when it is created."""
        first = told(bodies[0])[0]
        serial = self._before[first]
        self._before[first] += 1
        takes = self._weather.finishes_at(first, serial, len(bodies), now) - now
        begins = self._weather.begins(first, serial) if len(bodies) > 1 else 1.0
        return Course(takes, begins, self._weather.cancel_takes(first, serial))

    def call(self, body: Body) -> int:
        """By the request."""
        number, _, written = told(body)
        return latency(written, self._weather.noise(number))

    def usage(self, body: Body, drawn: Usage) -> Usage:
        """As the log says."""
        _, given, written = told(body)
        return Usage(input=given, output=written)


def script(weather: Weather) -> Script:
    """A provider that has no chance of its own, and works on with what is under way as long as a cancel takes."""
    scenario = weather.scenario
    at_once = Spread(1)
    behaviour = Behaviour(
        validation=at_once, finalizing=at_once, window=scenario.window, in_flight=scenario.cancel_longest
    )
    limit = Limit(requests=scenario.requests_per_minute, enqueued_tokens=scenario.enqueued_tokens)
    answers = replace(TINY, output_tokens=Spread(1))
    return Script(batch=behaviour, limit=(limit,), answers=answers, fate=Foretold(weather))


async def main(scenario: str, seed: int, start: int) -> None:
    """Serve until told to stop."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    weather = Weather(SCENARIOS[scenario], seed, start, DAYS)
    async with running_simulator(script(weather), clock=clock_from(os.environ)) as simulator:
        print(simulator.url, flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

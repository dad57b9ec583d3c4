"""A day of the main trace inside the engine, on a clock that is 60 times faster, against the same day in `bide whatif`.

Real processes: PostgreSQL, `bide serve --no-engine`, two `bide worker`, and a provider that treats every batch and call as the
made-up world of `bide.whatif` does, draw by draw. Both worlds have the same requests, settings and luck, so what differs is
what the engine's own time costs: a second of that is a minute of the day.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from urllib.request import urlopen

from bench.callers import MODEL, Replies, replay
from bench.engine import DATABASE, Engine, engine, environment_of, postgres, provider
from bench.foretold import DAYS
from bench.measure import Figure
from bench.reckoning import reckon, still_open
from bide.config import load
from bide.core.clock import HOUR, MINUTE, SECOND, ScaledClock, SystemClock
from bide.whatif import clairvoyant
from bide.whatif.arrival import Arrival, Mix, with_deadlines
from bide.whatif.contender import policy
from bide.whatif.logs.reading import read_log
from bide.whatif.ours import Play
from bide.whatif.outcome import Book, Prices, Sums, by_kind, sums
from bide.whatif.scenario import SCENARIOS
from bide.whatif.weather import Weather

TRACE = Path("traces") / "servegen_mix_days0-3.csv.gz"

REQUESTS, SPEED = 7_000, 60.0
"""They come within 19 hours, and the last is answered some hours later."""

SCENARIO, SEED = "measured", 1

WARM_UP = 20
"""Real seconds until the day begins: every process is there by then."""

LOOK = 2.0
"""Real seconds between looks at what is open still."""

NEAR, MET, BOOKED = 1.02, 99.9, 0.01

SETTINGS = f"""
# A second of this machine is a minute of the day: whatever takes computing takes 60 times as long as it would.
[engine]
lease = "10m"
steps = 48
shortest_turn = "2s"

[deadline]
safety = "2m"

[realtime]
kept_for_urgent = 0.5
call_lease = "2h"

[providers.openai]
requests_per_minute = {SCENARIOS[SCENARIO].requests_per_minute}
flex = false

[prices."openai/{MODEL}"]
input = "1"
output = "8"
batch = "0.5"
"""

PRICES = Prices(input=1.0, output=8.0, batch=0.5)
"""The same."""


@dataclass(frozen=True, slots=True)
class Day:
    """What came of it: in the engine, in the simulation, and for whoever knows the future. `billed` is what the provider says,
    in the unit of the prices."""

    engine: Book
    simulated: Book
    known: Book
    replies: Replies
    billed: float
    seconds: float
    cpu: float


def figures(requests: int = REQUESTS, speed: float = SPEED) -> list[Figure]:
    """How far the engine's cost is from the simulated one, and which deadlines it met."""
    path = Path(os.environ.get("BIDE_SHARED", Path(__file__).parent.parent.parent / "shared")) / TRACE
    if not path.exists():
        print(f"day: skipped, there is no {path}; set BIDE_SHARED to the folder that has it", file=sys.stderr)
        return []
    day = live(path, requests, speed)
    for line in table(day):
        print(line, file=sys.stderr)
    found, simulated, known = sums(day.engine), sums(day.simulated), sums(day.known)
    name = f"{requests:,} requests of a day at {speed:g}x"
    shares = f"{found.cost:.4f} of all in real time, simulated {simulated.cost:.4f}, known ahead {known.cost:.4f}"
    pace = f"{day.seconds:.0f} s, {day.cpu:.0f} s of CPU; sent at most {day.replies.latest / SECOND:.1f} s late"
    twice = f"paid twice {100 * found.wasted:.2f} %, simulated {100 * simulated.wasted:.2f} %"
    off = 100 * abs(day.billed / (found.cost * _full(day.engine)) - 1)
    return [
        Figure(f"{name}: cost / simulated", found.cost / simulated.cost, NEAR, detail=shares),
        Figure(f"{name}: simulated / cost", simulated.cost / found.cost, NEAR, detail=pace),
        Figure(f"{name}: deadlines met", 100 * found.met_share, MET, "%", at_most=False),
        Figure(f"{name}: unanswered", found.unanswered, 0, detail=twice),
        Figure(f"{name}: billed apart from booked", off, BOOKED, "%"),
    ]


def live(trace: Path, requests: int, speed: float) -> Day:
    """Live the day, then play it."""
    began, cpu = time.perf_counter(), _cpu()
    clock = ScaledClock(SystemClock().now(), speed)
    start = clock.now() + int(WARM_UP * speed) * SECOND
    arrivals = log(trace, requests, start)
    with tempfile.TemporaryDirectory() as name, postgres() as server:
        config = Path(name) / "bide.toml"
        config.write_text(SETTINGS, encoding="utf-8")
        database = server.url(DATABASE)
        environment = environment_of(Path(name), clock, database)
        with (
            provider(environment, SCENARIO, SEED, start) as url,
            engine({**environment, "OPENAI_BASE_URL": url}, config) as running,
        ):
            replies = asyncio.run(replay(arrivals, f"{running.url}/v1", clock, running.check))
            last = max(arrival.deadline for arrival in arrivals)
            asyncio.run(_drained(database, clock, last + HOUR, running))
            book = asyncio.run(reckon(arrivals, PRICES, replies, database))
            billed = _billed(url)
        settings = load(environment, file=str(config)).settings
    seconds, cpu = time.perf_counter() - began, _cpu() - cpu
    weather = Weather(SCENARIOS[SCENARIO], SEED, start, DAYS)
    simulated = Play(arrivals, PRICES, weather, policy(settings)).run()
    known = clairvoyant.single(arrivals, PRICES, weather)
    return Day(book, simulated, known, replies, billed, seconds, cpu)


def log(trace: Path, requests: int, start: int) -> list[Arrival]:
    """The first requests of the trace, from `start` on, with their deadlines."""
    read = read_log(str(trace), {})
    moved = [replace(arrival, at=start + arrival.at - read.start) for arrival in read.arrivals[:requests]]
    return with_deadlines(moved, Mix(), SEED)


async def _drained(database: str, clock: ScaledClock, until: int, running: Engine) -> None:
    """Wait until everything is answered."""
    while await still_open(database) and clock.now() < until:
        running.check()
        await asyncio.sleep(LOOK)


def _billed(url: str) -> float:
    total = 0.0
    with urlopen(f"{url.removesuffix('/v1')}/sim/charges") as lines:
        for line in lines:
            charge = json.loads(line)
            full = charge["input"] * PRICES.input + charge["output"] * PRICES.output
            total += full * (PRICES.batch if charge["mode"] == "batch" else 1.0)
    return total


def _full(book: Book) -> float:
    """What calling everything would have cost."""
    return sum(book.prices.call(arrival) for arrival in book.arrivals)


def _cpu() -> float:
    """Seconds of CPU that this process and those it has seen end have used."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def table(day: Day) -> Generator[str]:
    """By class, both worlds."""
    for world, book in (("engine", day.engine), ("simulated", day.simulated), ("known ahead", day.known)):
        yield f"{world}: {book.batches:,} batches, {book.calls:,} calls"
        for kind, found in {"all": sums(book), **by_kind(book)}.items():
            yield f"  {kind:<9} {_row(found)}"
    for number, why in islice(day.replies.refused.items(), 5):
        yield f"  asked to come back: request {number}: {why}"


def _row(found: Sums) -> str:
    return (
        f"{found.requests:>6,} requests, cost {found.cost:.4f}, paid twice {100 * found.wasted:.3f} %,"
        f" met {100 * found.met_share:.2f} %, unanswered {found.unanswered}, p99 late {found.lateness_p99 / MINUTE:.1f} min"
    )

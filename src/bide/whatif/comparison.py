"""Several policies on one log, in several scenarios and with several seeds: who meets which weather, and what comes of it.

Every contender meets the same: deadlines are drawn once a seed, and the fate of a batch goes by the request in it and its instant.
Cases are independent of each other, so they are played in processes of their own.
"""

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from bide.core.errors import InputError
from bide.whatif.arrival import Arrival, Mix, with_deadlines
from bide.whatif.contender import Contender, played
from bide.whatif.logs.columns import UNDATED
from bide.whatif.outcome import Prices, Sums, by_day, by_kind, sums
from bide.whatif.scenario import Scenario
from bide.whatif.weather import Weather

SMALL = 5_000
"""Plays of a request that are not worth the start of a process, some 0.3 s each."""


@dataclass(frozen=True, slots=True)
class World:
    """What all contenders have in common: a log, what is drawn where it says nothing, prices. `start` is a midnight."""

    arrivals: Sequence[Arrival]
    mix: Mix
    prices: Prices
    start: int
    days: int


@dataclass(frozen=True, slots=True)
class Case:
    """One contender in one realisation of a scenario."""

    contender: Contender
    scenario: Scenario
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case. `seconds` is how long it took to find out."""

    policy: str
    scenario: str
    seed: int
    total: Sums
    kinds: Mapping[str, Sums]
    days: Mapping[int, Sums]
    batches: int
    calls: int
    kept: Mapping[int, float]
    seconds: float
    flexed: int = 0
    turned_away: int = 0


def dated(arrivals: Sequence[Arrival], mix: Mix, seed: int) -> list[Arrival]:
    """The same requests, with deadlines from the mix for those that name none."""
    drawn = iter(with_deadlines([arrival for arrival in arrivals if arrival.kind == UNDATED], mix, seed))
    return [next(drawn) if arrival.kind == UNDATED else arrival for arrival in arrivals]


def result(world: World, case: Case) -> Result:
    """Play a case."""
    began = time.process_time()
    arrivals = dated(world.arrivals, world.mix, case.seed)
    weather = Weather(case.scenario, case.seed, world.start, world.days)
    found = played(case.contender, arrivals, world.prices, weather)
    book = found.book
    return Result(
        case.contender.name,
        case.scenario.name,
        case.seed,
        sums(book),
        by_kind(book),
        by_day(book, world.start),
        book.batches,
        book.calls,
        found.kept,
        time.process_time() - began,
        book.flexed,
        book.turned_away,
    )


def compare(
    world: World,
    contenders: Sequence[Contender],
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    processes: int = 1,
    tell: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Every contender in every scenario with every seed, in this order; `tell` hears of each as soon as it is there.

    Raises:
        InputError: a process was ended from outside.
    """
    cases = [Case(one, scenario, seed) for scenario in scenarios for one in contenders for seed in seeds]
    if processes < 2 or len(cases) * len(world.arrivals) < SMALL:
        return list(_told((result(world, case) for case in cases), tell))
    # "spawn", because a fork of a process with threads may hang, and because it is the same everywhere
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(cases)), context, initializer=_enter, initargs=(world,)) as pool:
        try:
            return list(_told(pool.map(_in_world, cases), tell))
        except BrokenProcessPool:
            raise InputError(
                "a process ended in the middle of it, perhaps for want of memory; try --processes 1"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _told(results: Iterator[Result], tell: Callable[[Result], None]) -> Iterator[Result]:
    for one in results:
        tell(one)
        yield one


_worlds: list[World] = []
"""The world of this process, where it is one of a pool: it is sent once, not with every case."""


def _enter(world: World) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a terminal interrupts all of them, and one traceback is enough
    _worlds[:] = [world]


def _in_world(case: Case) -> Result:
    return result(_worlds[0], case)

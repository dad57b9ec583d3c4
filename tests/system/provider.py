"""The provider that the drills talk to: the simulator in a thread of this process, over real HTTP.

`tests/simulator/test_command.py` starts it as people do, by `bide sim`. A process for each drill would first import what is here already,
which takes it longer than most drills.
"""

import argparse
import asyncio
import contextlib
import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from importlib.util import find_spec
from pathlib import Path

from bide.core.clock import clock_from
from bide.simulator.bucket import Bucket, SharedBucket
from bide.simulator.script import Script, load_script
from bide.simulator.server import running_simulator

OPTIONS = argparse.ArgumentParser(prog="bide sim")
OPTIONS.add_argument("--script", default="fast")
OPTIONS.add_argument("--seed", type=int, default=0)
OPTIONS.add_argument("--fast", action="store_true")


@contextlib.contextmanager
def provider(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> Generator[str]:
    """A provider as `bide sim` with these arguments, in this folder and environment, would be; its base URL."""
    asked = OPTIONS.parse_args(arguments)
    place = folder / asked.script
    script = load_script(str(place) if place.is_file() else asked.script)
    with _listening(script.hurried() if asked.fast else script, asked.seed, environment) as url:
        yield url


@contextlib.contextmanager
def _listening(script: Script, seed: int, environment: Mapping[str, str]) -> Generator[str]:
    address: Future[str] = Future()
    ends: Future[None] = Future()

    async def serve() -> None:
        clock, bucket = clock_from(environment), _bucket(environment)
        async with running_simulator(script, seed=seed, clock=clock, bucket=bucket) as simulator:
            address.set_result(simulator.url)
            await asyncio.wrap_future(ends)

    def live() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if address.done():
                raise
            address.set_exception(error)

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield address.result()
    finally:
        ends.set_result(None)
        thread.join()


def _bucket(environment: Mapping[str, str]) -> Bucket | None:
    """Where batches lie that lie in buckets: wherever the environment leads, and so where bide writes them."""
    if find_spec("obstore") is None:
        return None
    from bide.buckets.cloud import CloudBuckets

    return SharedBucket(CloudBuckets(environment))

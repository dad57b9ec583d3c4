"""`bide sim`: a provider on this machine, to rehearse on."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from bide.core.clock import SCALE_LIMIT, Clock, ScaledClock, SystemClock, clock_from, to_datetime
from bide.core.errors import SettingError

if TYPE_CHECKING:
    from bide.simulator.bucket import Bucket
    from bide.simulator.script import Script
    from bide.simulator.server import Simulator


SCRIPT_HELP = (
    "How the provider behaves: a TOML file, or one of bimodal, congested, expire-half, fast, hang, measured, outage, "
    "regime, rough, slow and tight-rpm."
)


def sim(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen on this machine; 0 is any free port.")
    ] = 9000,
    script: Annotated[str, typer.Option(help=SCRIPT_HELP)] = "fast",
    speed: Annotated[float, typer.Option(help="How many times faster than real time its clock runs.")] = 1.0,
    seed: Annotated[int, typer.Option(help="What its chance depends on; the same seed gives the same run.")] = 0,
    fast: Annotated[bool, typer.Option("--fast", help="Batches and calls take no time, answers are tiny.")] = False,
    providers: Annotated[
        list[str] | None,
        typer.Option("--provider", metavar="NAME", help="Say what to export for this provider too; may be repeated."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Say what to export for every provider.")] = False,
) -> None:
    """Run a provider that speaks the real protocols, costs nothing and misbehaves as scripted.

    Any key is taken but the word "invalid". The first line on standard output is the base URL of OpenAI's protocol; the
    others are under their names, as in /anthropic.

    Examples:

        bide sim                                  a good day on port 9000

        bide sim --script outage --speed 60       an hour in a minute

        bide sim --script my.toml --seed 7        your own script

        bide sim --provider anthropic             what leads bide to Anthropic's protocol as well

        curl -s 127.0.0.1:9000/sim/books          what it billed so far
    """
    from bide.cli.exports import exports, spoken
    from bide.simulator.script import load_script

    names = spoken() if everyone else list(dict.fromkeys(providers or []))
    for name in names:
        exports(name, "")  # what cannot be served is said before anything is
    loaded = load_script(script)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how it is meant to end
        asyncio.run(_serve(loaded.hurried() if fast else loaded, seed, port, _clock(speed), names))
    print("The simulator has stopped.", file=sys.stderr)


async def _serve(script: "Script", seed: int, port: int, clock: Clock, names: Sequence[str]) -> None:
    from bide.simulator.server import HOST, running_simulator

    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    try:
        async with running_simulator(script, seed=seed, port=port, clock=clock, bucket=_bucket()) as simulator:
            print(simulator.url, flush=True)
            print(_directions(simulator, clock, names), file=sys.stderr, flush=True)
            await stopped.wait()
    except OSError as error:
        raise SettingError(
            f"{HOST}:{port} cannot be listened on ({error.strerror}); choose another --port, or 0"
        ) from error


def _bucket() -> "Bucket | None":
    """Where batches lie that lie in buckets: wherever the environment leads, and so where bide writes them. None without
    the driver, which bide would lack as well."""
    from bide.simulator.bucket import SharedBucket

    if find_spec("obstore") is None:
        return None
    from bide.buckets.process import process_buckets

    return SharedBucket(process_buckets())


def _clock(speed: float) -> Clock:
    """The clock that is asked for: by --speed, else by BIDE_CLOCK, else the system's."""
    if speed == 1:
        return clock_from(os.environ)
    if speed <= 0:
        raise SettingError(f"--speed is {speed:g}; it has to be above 0")
    if os.environ.get("BIDE_CLOCK"):
        raise SettingError("BIDE_CLOCK and --speed contradict each other; leave one of them out")
    return ScaledClock(SystemClock().now(), speed)


def _directions(simulator: "Simulator", clock: Clock, names: Sequence[str]) -> str:
    """What to type next, in the shell that is to use the simulator: for OpenAI, and for the providers of these names."""
    from bide.cli.exports import exports

    lines = [f"export OPENAI_BASE_URL={simulator.url}", "export OPENAI_API_KEY=simulated"]
    for name in names:
        if name != "openai":  # it is at the root too
            lines += [f"export {variable}={value}" for variable, value in exports(name, simulator.root).items()]
    if any("BUCKET" in line for line in lines):
        lines.append(
            "# Buckets are not simulated: AWS_ENDPOINT_URL and STORAGE_EMULATOR_HOST, set for both, lead to an emulator."
        )
    if isinstance(clock, ScaledClock):
        if 1 <= clock.speed <= SCALE_LIMIT:
            lines.append(f"export BIDE_CLOCK='{to_datetime(clock.origin).isoformat()}*{clock.speed:g}'")
        else:
            lines.append(
                f"# bide's own clock cannot follow {clock.speed:g} times real time (1 to {SCALE_LIMIT:g} work): its deadlines\n"
                "# stay in real time, and the times that the provider names do not."
            )
    watch = f"{simulator.root}/sim/books"
    return "\n".join([*lines, f"# {watch} shows what it received and billed. Ctrl-C stops it."])

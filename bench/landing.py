"""Landing results: a result file parsed, priced, settled and entered, on SQLite; rows a second.

``python -m bench.landing`` measures in this process and prints JSON.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from bench import data
from bench.measure import Figure

ROWS = 50_000


async def land(folder: Path) -> float:
    """Seconds from the first byte of the result file to the last settled row."""
    from bide.config import load
    from bide.core.clock import DAY
    from bide.core.deadline import OnMiss
    from bide.embedded import opened
    from bide.engine.harvest import harvest
    from bide.engine.service import Service
    from bide.intake.defaults import Defaults
    from bide.intake.hand_in import FileRequest, hand_in
    from bide.simulator.script import load_script
    from bide.simulator.server import running_simulator

    spent = 0.0

    async def timed(context: object, batch: object) -> object:
        nonlocal spent
        began = time.perf_counter()
        found = await harvest(context, batch)  # type: ignore[reportArgumentType]
        spent += time.perf_counter() - began
        return found

    from bide.core.states import BatchState
    from bide.engine import steps

    steps.STEPS = {**steps.STEPS, BatchState.ENDED: timed}  # type: ignore[reportAttributeAccessIssue]
    source = data.small_bodies(folder / "rows.jsonl", ROWS)
    async with running_simulator(load_script("fast")) as simulator:
        environment = {"BIDE_HOME": str(folder / "home"), "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": simulator.url}
        async with opened(load(environment, assignments=["engine.poll_interval=0.1s"])) as bide:
            now = bide.context.clock.now()
            request = FileRequest(
                owner="local",
                source=str(source),
                defaults=Defaults(),
                deadline=now + DAY,
                on_miss=OnMiss.RESCUE,
                priority_source="within",
            )
            handed = await hand_in(bide.context, request, lambda findings, opened: None)
            service = Service(bide.context)
            working = asyncio.create_task(service.run())
            while (await bide.store.jobs.get("local", handed.job.id)).answered_at is None:
                await asyncio.sleep(0.05)
            service.stop()
            await working
    return spent


def figures(found: dict[str, float]) -> list[Figure]:
    """Rows a second."""
    return [Figure("landing results on SQLite", ROWS / found["seconds"], 50_000, "rows/s", at_most=False)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"seconds": asyncio.run(land(Path(folder)))}))

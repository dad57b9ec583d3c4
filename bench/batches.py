"""The 103 MB file through the gateway's Batch API, against the same at the provider itself.

``python -m bench.batches FILE URL OUT`` drives one of them with the official SDK and prints JSON.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from bench import data
from bench.measure import Figure, fresh, simulator

ROUNDS = 3
POLL = "0.1s"
ASIDE = 0.05
"""Seconds between two calls that somebody else makes meanwhile."""


def figures() -> list[Figure]:
    """Seconds of upload, create and download together, and what the gateway needs of memory and patience for it."""
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        source, answers = data.large(folder / "large.jsonl"), folder / "answers.jsonl"
        for number in range(ROUNDS):
            theirs.append(fresh("bench.batches", str(source), url, str(answers)))
            with gateway(folder / f"home-{number}", url) as (pid, served):
                idle = _peak(pid)
                found = fresh("bench.batches", str(source), f"{served}/v1", str(answers))
                ours.append({**found, "peak": _peak(pid) - idle})
    bide, direct = _median(ours), _median(theirs)
    detail = "; ".join(
        f"{who} " + ", ".join(f"{part} {found[part]:.2f} s" for part in ("upload", "create", "download", "whole"))
        for who, found in (("bide", bide), ("direct", direct))
    )
    return [
        Figure("103 MB: upload + create + download / direct", _calls(bide) / _calls(direct), 1.5, detail=detail),
        Figure("103 MB: memory of the gateway above idle", bide["peak"], 100, "MiB"),
        Figure("103 MB: the longest that another call waited", bide["aside"] * 1e3, 250, "ms"),
    ]


@contextlib.contextmanager
def gateway(home: Path, provider: str) -> Generator[tuple[int, str]]:
    """`bide serve` in front of a provider: its process and its URL."""
    environment = {"BIDE_HOME": str(home), "OPENAI_API_KEY": "simulated", "BIDE_OPENAI_BASE_URL": provider}
    process = subprocess.Popen(
        [sys.executable, "-m", "bide", "serve", "--port", "0", "--set", f"engine.poll_interval={POLL}"],
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.pid, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def drive(source: Path, url: str, answers: Path) -> dict[str, float]:
    """Upload, create, wait, download; the seconds of each, of all of it, and of the slowest other call meanwhile."""
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="simulated")
    found: dict[str, float] = {}

    def timed(part: str, call: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = call()
        found[part] = time.perf_counter() - began
        return result

    def download(file: str) -> None:
        with client.files.with_streaming_response.content(file) as response:
            response.stream_to_file(answers)

    client.models.list()
    began, over = time.perf_counter(), threading.Event()
    aside: list[float] = []
    watching = threading.Thread(target=_aside, args=(url, over, aside))
    watching.start()
    file = timed("upload", lambda: client.files.create(file=source, purpose="batch"))
    create = client.batches.create
    batch = timed(
        "create",
        lambda: create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"),
    )
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        time.sleep(0.1)  # noqa: TID251
        batch = client.batches.retrieve(batch.id)
    output = batch.output_file_id
    assert output is not None
    timed("download", lambda: download(output))
    found["whole"] = time.perf_counter() - began
    over.set()
    watching.join()
    found["aside"] = max(aside)
    with answers.open("rb") as lines:
        assert sum(1 for _ in lines) == 50_000
    return found


def _aside(url: str, over: threading.Event, found: list[float]) -> None:
    """Somebody else's small calls: how long each takes."""
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="simulated")
    while not over.wait(ASIDE):
        began = time.perf_counter()
        client.batches.list(limit=1)
        found.append(time.perf_counter() - began)


def _calls(found: dict[str, float]) -> float:
    return found["upload"] + found["create"] + found["download"]


def _peak(pid: int) -> float:
    """The most memory that a process has had, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell")


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {part: sorted(one[part] for one in rounds)[len(rounds) // 2] for part in rounds[0]}


if __name__ == "__main__":
    print(json.dumps(drive(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))

"""`bide serve` between a caller and a provider: what it costs beside nginx and a bare pass-through, in one run."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.ports import free_port

from bench.measure import Figure
from bench.upstream import EVENTS

REQUESTS, WARM = 6_000, 1_000
STREAMS = 32
DEFERRED = 12_000

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A process that listens."""

    url: str
    pid: int
    headers: tuple[str, ...] = ()
    """What its callers send, as the load takes it."""

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> float:
        """MiB that it has in memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True, slots=True)
class Load:
    """What callers saw, and the server's CPU a request in microseconds."""

    cpu: float
    p50: float
    rate: float


def figures() -> list[Figure]:
    """CPU a request and a stream event, added latency, memory, and how fast deferred calls are accepted."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        upstream = stack.enter_context(_process([sys.executable, "-m", "bench.upstream"]))
        bide = stack.enter_context(_bide(folder, upstream.url))
        idle = bide.memory()
        bare = stack.enter_context(_bare(upstream.url))
        nginx = stack.enter_context(_nginx(folder, upstream.url))
        found = {"bide": bide, "bare": bare, **({"nginx": nginx} if nginx else {})}
        sixteen = {who: _load(server, 16) for who, server in found.items()}
        sixty_four = _load(bide, 64)
        one = {who: _load(server, 1, REQUESTS // 4) for who, server in (*found.items(), ("direct", upstream))}
        events = {who: _streams(server) for who, server in found.items()}
        deferred = _load(bide, 64, DEFERRED, "Prefer:respond-async", "Bide-Within:24h")
    others = ", ".join(f"{who} {load.cpu:.0f}" for who, load in sixteen.items() if who != "bide")
    added = (one["bide"].p50 - one["direct"].p50) * 1e3
    latency = ", ".join(
        f"{who} {(load.p50 - one['direct'].p50) * 1e3:.2f}" for who, load in one.items() if who != "bide"
    )
    streams = ", ".join(f"{who} {event:.0f}" for who, event in events.items() if who != "bide")
    return [
        Figure("gateway: CPU a request at 16 connections", sixteen["bide"].cpu, 250, "us", detail=others),
        Figure("gateway: CPU a request at 64 connections / at 16", sixty_four.cpu / sixteen["bide"].cpu, 1.1),
        Figure("gateway: added latency p50 at one connection", added, 0.6, "ms", detail=latency),
        Figure("gateway: CPU a stream event", events["bide"], 80, "us", detail=streams),
        Figure("gateway: idle memory", idle, 120, "MiB"),
        Figure("gateway: CPU a deferred call accepted", deferred.cpu, 200, "us"),
        Figure("gateway: deferred calls accepted", deferred.rate, 4_000, "/s", at_most=False),
    ]


def _load(server: Served, connections: int, requests: int = REQUESTS, *extra: str) -> Load:
    extra = (*server.headers, *extra)
    _call(server.url, connections, min(WARM, requests), *extra)
    before = server.cpu()
    told = _call(server.url, connections, requests, *extra)
    return Load((server.cpu() - before) / told["answers"] * 1e6, told["p50"], told["answers"] / told["seconds"])


def _streams(server: Served) -> float:
    """CPU of one event of many streams, in microseconds."""
    before = server.cpu()
    told = _call(server.url, STREAMS, STREAMS, "stream", *server.headers)
    return (server.cpu() - before) / (told["answers"] * (EVENTS + 1)) * 1e6


def _call(url: str, connections: int, requests: int, *extra: str) -> Any:
    told = json.loads(
        subprocess.check_output([sys.executable, "-m", "bench.load", url, str(connections), str(requests), *extra])
    )
    if told["wrong"] or told["answers"] != requests:
        raise RuntimeError(f"{url} answered {told}")
    return told


@contextlib.contextmanager
def _process(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Generator[Served]:
    """A server whose first line is its URL."""
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    assert process.stdout is not None
    try:
        yield Served(process.stdout.readline().strip(), process.pid)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@contextlib.contextmanager
def _bide(folder: Path, upstream: str) -> Generator[Served]:
    """The gateway, on its own database, with a key. Its engine stays out of it: nothing is due for hours."""
    environment = {"BIDE_HOME": str(folder / "home"), "OPENAI_API_KEY": "simulated", "BIDE_OPENAI_BASE_URL": upstream}
    with _process(
        [sys.executable, "-m", "bide", "serve", "--port", "0", "--set", "gather.requests=1000000"], environment
    ) as served:
        told = subprocess.check_output(
            [sys.executable, "-m", "bide", "keys", "create", "--name", "bench", "--output", "json"],
            env={**os.environ, **environment},
        )
        yield Served(f"{served.url}/v1", served.pid, (f"authorization:Bearer {json.loads(told)['secret']}",))


@contextlib.contextmanager
def _bare(upstream: str) -> Generator[Served]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.passthrough", upstream, str(port)])
    try:
        _wait_for(port)
        yield Served(f"http://127.0.0.1:{port}/v1", process.pid)
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _nginx(folder: Path, upstream: str) -> Generator[Served | None]:
    """nginx with one worker, where it is installed."""
    program = shutil.which("nginx")
    if program is None:
        print("nginx is not installed; its column is left out", file=sys.stderr)
        yield None
        return
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"""daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream provider {{ server {urlsplit(upstream).netloc}; keepalive 128; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}"""
    )
    process = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Served(f"http://127.0.0.1:{port}/v1", process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)  # noqa: TID251
    raise RuntimeError(f"nothing listens on port {port}")

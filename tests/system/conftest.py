"""A provider for each module (its `SCRIPT`), and for each test a fresh machine that talks to it."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.buckets.servers import Server, start_moto
from tests.system.harness import Machine, clock_now, simulator

GOOD_DAY = """
[batch]
turnaround = "15s"
validation = "2s"
finalizing = "2s"
[answers]
output_tokens = 60
"""


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    """An object store for S3's and for Google's clients."""
    server = start_moto()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The provider's base URL, and the clock that it shares with whoever talks to it."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "script.toml").write_text(getattr(request.node.obj, "SCRIPT", GOOD_DAY), encoding="utf-8")
    clock = clock_now()
    with simulator(folder, "--script", "script.toml", "--seed", "7", clock=clock) as url:
        yield url, clock


@pytest.fixture
def here(provider: tuple[str, str], tmp_path: Path) -> Iterator[Machine]:
    """A machine on which nothing has happened yet, and a provider with empty books."""
    url, clock = provider
    with urllib.request.urlopen(urllib.request.Request(url.removesuffix("/v1") + "/sim/reset", method="POST")):
        pass
    machine = Machine(tmp_path, url, clock)
    yield machine
    machine.end_workers()

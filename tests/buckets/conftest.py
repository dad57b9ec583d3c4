"""One stand-in of each cloud for each process of the test run, and an empty folder in it for each test."""

import itertools
from collections.abc import Generator

import pytest

from tests.buckets.servers import Server, start_azurite, start_moto

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def moto() -> Generator[Server]:
    server = start_moto()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def azurite() -> Generator[Server]:
    server = start_azurite()
    yield server
    server.stop()


@pytest.fixture
def folder_name() -> str:
    return f"case-{next(NUMBERS)}"

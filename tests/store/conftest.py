"""One PostgreSQL server for each process of the test run, and an empty place in it for each test."""

import itertools
from collections.abc import Generator

import pytest

from tests.store.postgres_server import PostgresServer, remove_server, start_server

NUMBERS = itertools.count()

SHARED = "postgres"
"""The database whose schemas most tests have one of: made in a third of the time that a database takes."""


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresServer]:
    server = start_server()
    yield server
    remove_server(server)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Generator[str]:
    """An empty schema of a database."""
    name = f"bide_{next(NUMBERS)}"
    postgres_server.query(f"CREATE SCHEMA {name}", SHARED)
    yield f"{postgres_server.url(SHARED)}&search_path={name}"
    postgres_server.query(f"SET client_min_messages = warning; DROP SCHEMA {name} CASCADE", SHARED)


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Generator[str]:
    """An empty database, for tests that leave sessions behind."""
    name = f"bide_{next(NUMBERS)}"
    postgres_server.query(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.query(f"DROP DATABASE {name} WITH (FORCE)")

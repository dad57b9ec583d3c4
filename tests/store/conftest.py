"""One PostgreSQL server for each process of the test run, and an empty place in it for each test."""

from collections.abc import Generator

import pytest

from tests.store.postgres_schema import Schemas, drop, new_name
from tests.store.postgres_server import PostgresServer, remove_server, start_server

SHARED = "postgres"
"""The database whose schemas most tests have one of."""


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresServer]:
    server = start_server()
    yield server
    remove_server(server)


@pytest.fixture(scope="session")
def postgres_schemas(postgres_server: PostgresServer) -> Generator[Schemas]:
    schemas = Schemas(postgres_server, SHARED)
    yield schemas
    schemas.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_schemas: Schemas) -> Generator[str]:
    """A schema of a database without a row, in which bide's tables may be already."""
    name = postgres_schemas.take()
    yield f"{postgres_server.url(SHARED)}&search_path={name}"
    postgres_schemas.give_back(name)


@pytest.fixture
def bare_url(postgres_server: PostgresServer) -> Generator[str]:
    """A schema of a database with nothing in it, for tests of how bide's tables come there."""
    name = new_name()
    postgres_server.query(f"CREATE SCHEMA {name}", SHARED)
    yield f"{postgres_server.url(SHARED)}&search_path={name}"
    postgres_server.query(drop(name), SHARED)


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Generator[str]:
    """An empty database, for tests that leave sessions behind."""
    name = new_name()
    postgres_server.query(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.query(f"DROP DATABASE {name} WITH (FORCE)")

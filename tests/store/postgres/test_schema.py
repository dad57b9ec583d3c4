"""What a test at PostgreSQL is lent: nothing of those before it is in it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.store import Store
from bide.testing.scene import Scene
from tests.store.postgres_schema import Schemas
from tests.store.postgres_server import PostgresServer

DATABASE = "postgres"


@pytest.fixture
def schemas(postgres_server: PostgresServer) -> Generator[Schemas]:
    made = Schemas(postgres_server, DATABASE)
    yield made
    made.close()


async def first_job(server: PostgresServer, schema: str, folder: Path) -> int:
    """Open bide there, hand a job in, leave; the job's number."""
    store = Store(await PostgresDatabase.open(f"{server.url(DATABASE)}&search_path={schema}"), LocalObjects(folder))
    await store.agree("word", "said")
    handed = await Scene(store).hand_in(3)
    await store.close()
    return handed.job.id


async def test_rows_and_numbers_begin_anew_under_another_name(
    schemas: Schemas, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    one = schemas.take()
    assert await first_job(postgres_server, one, tmp_path / "one") == 1
    schemas.give_back(one)
    assert postgres_server.query(f"SELECT to_regnamespace('{one}')", DATABASE) == ""

    two = schemas.take()
    assert postgres_server.query(f"SELECT count(*) FROM {two}.requests", DATABASE) == "0"
    assert postgres_server.query(f"SELECT name FROM {two}.settings", DATABASE) == "schema"
    assert await first_job(postgres_server, two, tmp_path / "two") == 1
    postgres_server.query(f"SET client_min_messages = warning; DROP SCHEMA {two} CASCADE", DATABASE)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("CREATE TABLE {0}.more (id INTEGER)", id="a table"),
        pytest.param("ALTER TABLE {0}.jobs ADD COLUMN more TEXT", id="a column"),
        pytest.param("CREATE INDEX more ON {0}.jobs (owner)", id="an index"),
        pytest.param("UPDATE {0}.settings SET value = '1'", id="an older schema"),
    ],
)
async def test_what_is_not_as_bide_makes_it_is_lent_to_nobody(
    schemas: Schemas, postgres_server: PostgresServer, tmp_path: Path, change: str
) -> None:
    whole = schemas.take()
    await first_job(postgres_server, whole, tmp_path / "whole")
    schemas.give_back(whole)
    changed = schemas.take()
    postgres_server.query(change.format(changed), DATABASE)
    schemas.give_back(changed)

    assert postgres_server.query(f"SELECT to_regnamespace('{changed}')", DATABASE) == ""
    assert postgres_server.query(f"SELECT count(*) FROM pg_namespace WHERE nspname = '{whole}'", DATABASE) == "0"

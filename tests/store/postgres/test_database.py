"""The PostgreSQL driver does what every driver has to do."""

from pathlib import Path

import pytest

from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.store import Store
from bide.testing.store_conformance import OpenStore, StoreConformance


class TestPostgres(StoreConformance):
    @pytest.fixture
    def open_store(self, tmp_path: Path, postgres_url: str) -> OpenStore:
        async def open_store() -> Store:
            return Store(await PostgresDatabase.open(postgres_url), LocalObjects(tmp_path / "objects"))

        return open_store

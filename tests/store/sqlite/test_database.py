"""The SQLite driver does what every driver has to do."""

from pathlib import Path

import pytest

from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.store_conformance import OpenStore, StoreConformance
from tests.store.migrated import laid


class TestSqlite(StoreConformance):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> OpenStore:
        async def open_store() -> Store:
            return Store(SqliteDatabase(laid(tmp_path / "bide.db")), LocalObjects(tmp_path / "objects"))

        return open_store

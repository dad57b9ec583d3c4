"""A store with one account's work in it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from tests.delivery.answered import open_store

from bide.testing.scene import Scene


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Scene]:
    store = open_store(tmp_path)
    yield Scene(store)
    await store.close()

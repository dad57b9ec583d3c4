"""A gateway for a test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from tests.gateway.place import Place, place


@pytest_asyncio.fixture
async def at(tmp_path: Path) -> AsyncGenerator[Place]:
    async with place(tmp_path) as found:
        yield found

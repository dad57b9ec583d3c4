"""What bide is opened with in a test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio

from tests.client.place import Beside, beside


@pytest_asyncio.fixture
async def here(tmp_path: Path) -> AsyncGenerator[Beside]:
    async with beside(tmp_path) as found:
        yield found

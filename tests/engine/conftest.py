"""A desk to work at."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from tests.engine.desk import Desk, opened


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with opened(tmp_path) as found:
        yield found

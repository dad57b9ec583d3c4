"""What every case starts from: a store on an empty database, audited when the case ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import Scene

OpenStore = Callable[[], Awaitable[Store]]
"""Opens the case's database: empty the first time, and again as another process would. Whoever opens closes."""


class StoreCase:
    """Base of the cases. A driver's suite overrides `open_store`."""

    @pytest.fixture
    def open_store(self) -> OpenStore:
        raise NotImplementedError("override the fixture `open_store` in your subclass of StoreConformance")

    @pytest.fixture
    async def store(self, open_store: OpenStore) -> AsyncGenerator[Store]:
        """A store that has to agree with itself when the case is over."""
        store = await open_store()
        yield store
        problems = await audit(store)
        await store.close()
        assert problems == []

    @pytest.fixture
    def scene(self, store: Store) -> Scene:
        return Scene(store)

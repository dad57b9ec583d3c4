"""The store's conformance suite: what every driver of `bide.store.database` has to do.

Subclass it in a test module of your own and say how a store is opened::

    class TestMine(StoreConformance):
        @pytest.fixture
        def open_store(self, tmp_path):
            async def open_store():
                return Store(MyDatabase(tmp_path / "db"), LocalObjects(tmp_path / "objects"))
            return open_store

Each case begins with an empty database and ends with an audit of everything that is in it.
"""

from bide.testing.store.batches import BatchCases
from bide.testing.store.budgets import BudgetCases
from bide.testing.store.cache import CacheCases
from bide.testing.store.calls import CallCases
from bide.testing.store.caps import CapCases
from bide.testing.store.case import OpenStore
from bide.testing.store.consumed import ConsumedCases
from bide.testing.store.copies import CopyCases
from bide.testing.store.costs import CostCases
from bide.testing.store.decisions import DecisionCases
from bide.testing.store.failures import FailureCases
from bide.testing.store.fences import FenceCases
from bide.testing.store.files import FileCases
from bide.testing.store.forecasts import ForecastCases
from bide.testing.store.history import HistoryCases
from bide.testing.store.jobs import JobCases
from bide.testing.store.keys import KeyCases
from bide.testing.store.landing import LandingCases
from bide.testing.store.message_batches import MessageBatchCases
from bide.testing.store.news import NewsCases
from bide.testing.store.queues import QueueCases
from bide.testing.store.requests import RequestCases
from bide.testing.store.responses import ResponseCases
from bide.testing.store.retention import RetentionCases
from bide.testing.store.retries import RetryCases
from bide.testing.store.schedules import ScheduleCases
from bide.testing.store.served import ServedCases
from bide.testing.store.single_calls import SingleCallCases

__all__ = ["OpenStore", "StoreConformance"]


class StoreConformance(
    JobCases,
    RequestCases,
    RetryCases,
    BatchCases,
    FenceCases,
    ForecastCases,
    HistoryCases,
    ConsumedCases,
    CallCases,
    CacheCases,
    LandingCases,
    CopyCases,
    FailureCases,
    KeyCases,
    BudgetCases,
    CapCases,
    CostCases,
    SingleCallCases,
    NewsCases,
    MessageBatchCases,
    FileCases,
    ServedCases,
    ResponseCases,
    RetentionCases,
    DecisionCases,
    QueueCases,
    ScheduleCases,
):
    """Every case. Override the fixture `open_store`."""

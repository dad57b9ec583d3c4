"""The provider's conformance suite: what every adapter of `bide.providers.port` has to do.

It runs against the provider simulator, in this process and without sockets. Subclass it, and say how your adapter is made::

    class TestMine(ProviderConformance):
        @pytest.fixture
        def connect(self):
            return lambda transport, key: MyProvider("mine", Credentials("http://simulated/v1", key), transport)

Nothing is retried by an adapter, so each case also counts what arrived at the provider.
"""

from bide.testing.provider.batches import BatchCases
from bide.testing.provider.calls import CallCases
from bide.testing.provider.case import Connect
from bide.testing.provider.facts import FactCases
from bide.testing.provider.results import ResultCases

__all__ = ["Connect", "ProviderConformance"]


class ProviderConformance(FactCases, CallCases, BatchCases, ResultCases):
    """Every case. Override the fixture `connect`."""

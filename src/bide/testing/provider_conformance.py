"""The provider's conformance suite: what every adapter of `bide.providers.port` has to do.

It runs against the provider simulator, in this process and without sockets. Subclass it, and say how your adapter is made::

    class TestMine(ProviderConformance):
        @pytest.fixture
        def connect(self):
            return lambda transport, key: MyProvider(setup_for(MINE, "http://simulated/mine", key), transport)

Nothing is retried by an adapter, so each case also counts what arrived at the provider.
"""

from typing import Any

from bide.providers.setup import Kind, Setup
from bide.testing.provider.batches import BatchCases
from bide.testing.provider.calls import CallCases
from bide.testing.provider.case import Connect
from bide.testing.provider.early import EarlyCases
from bide.testing.provider.facts import FactCases
from bide.testing.provider.results import ResultCases

__all__ = ["Connect", "ProviderConformance", "setup_for"]


def setup_for(kind: Kind, base_url: str, key: str, **more: Any) -> Setup:
    """An account of a kind, as it is opened without any settings of its own."""
    return Setup(
        account=kind.name,
        catalogue=kind.catalogue or kind.name,
        base_url=base_url,
        api_key=key,
        limits=kind.limits,
        capabilities=kind.capabilities,
        serves=kind.models,
        **more,
    )


class ProviderConformance(FactCases, CallCases, BatchCases, ResultCases, EarlyCases):
    """Every case. Override the fixture `connect`."""

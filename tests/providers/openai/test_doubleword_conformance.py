"""The adapter does what every adapter has to do, at Doubleword and at a server of one's own."""

from dataclasses import replace
from typing import Any

import pytest

from bide.core.clock import HOUR
from bide.providers.failures import BusyError, RejectedError
from bide.providers.openai.doubleword import DOUBLEWORD
from bide.providers.openai.kinds import COMPATIBLE
from bide.providers.port import EarlyResults, Provider
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.simulator.doubleword import protocol
from bide.testing.provider.case import Account, OpenAccount, ProviderCase
from bide.testing.provider.early import EarlyCases
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def doubleword(transport: Transport, key: str, **more: Any) -> Provider:
    setup = setup_for(DOUBLEWORD, "http://simulated.invalid/doubleword/v1", key, **more)
    return DOUBLEWORD.connect(setup, Tools(transport))


class TestDoubleword(ProviderConformance):
    protocol = protocol.DOUBLEWORD
    quota_statuses = (429,)
    full_queue = BusyError
    grows = True

    @pytest.fixture
    def connect(self) -> Connect:
        return doubleword

    async def test_a_batch_that_fails_in_validation_names_the_line(self, account: Account) -> None:
        """It is refused with its upload."""
        with pytest.raises(RejectedError) as caught:
            await account.submit("a", "[poison:validation]", "c")
        assert [error.line for error in caught.value.errors] == [2]

    async def test_late_work_goes_on(self, open_account: OpenAccount) -> None:
        account = open_account(more='[[when]]\nnth = 1\nturnaround = "30h"')
        created = await account.submit("a")
        account.clock.advance(25 * HOUR)
        assert (await account.provider.poll(created.provider_id)).outcome is None


class TestTheShortWindow(ProviderCase):
    protocol = protocol.DOUBLEWORD

    @pytest.fixture
    def connect(self) -> Connect:
        return lambda transport, key: doubleword(transport, key, completion_window="1h")

    async def test_a_batch_has_an_hour(self, account: Account) -> None:
        created = await account.submit("a")
        assert created.expires_at == account.clock.now() + HOUR


class TestCompatible(ProviderConformance):
    @pytest.fixture
    def connect(self) -> Connect:
        return lambda transport, key: COMPATIBLE.connect(
            setup_for(COMPATIBLE, "http://simulated.invalid/v1", key), Tools(transport)
        )


class TestCompatibleWithEarlyResults(EarlyCases):
    """A batch server of one's own that reads no parameter of ours: all of its file comes each time."""

    protocol = protocol.DOUBLEWORD
    grows = True

    @pytest.fixture
    def connect(self) -> Connect:
        capabilities = replace(COMPATIBLE.capabilities, early_results=EarlyResults.WHOLE)

        def connected(transport: Transport, key: str) -> Provider:
            setup = setup_for(COMPATIBLE, "http://simulated.invalid/doubleword/v1", key)
            return COMPATIBLE.connect(replace(setup, capabilities=capabilities), Tools(transport))

        return connected

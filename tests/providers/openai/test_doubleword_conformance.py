"""The adapter does what every adapter has to do, at Doubleword and at a server of one's own."""

from typing import Any

import pytest

from bide.core.clock import HOUR, MINUTE
from bide.core.states import BatchOutcome
from bide.providers.failures import BusyError, RejectedError
from bide.providers.openai.doubleword import DOUBLEWORD
from bide.providers.openai.kinds import COMPATIBLE
from bide.providers.port import Provider
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.simulator.doubleword import protocol
from bide.testing.provider.case import Account, OpenAccount, ProviderCase
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def doubleword(transport: Transport, key: str, **more: Any) -> Provider:
    setup = setup_for(DOUBLEWORD, "http://simulated.invalid/doubleword/v1", key, **more)
    return DOUBLEWORD.connect(setup, Tools(transport))


class TestDoubleword(ProviderConformance):
    protocol = protocol.DOUBLEWORD
    quota_statuses = (429,)
    full_queue = BusyError

    @pytest.fixture
    def connect(self) -> Connect:
        return doubleword

    async def test_a_batch_that_fails_in_validation_names_the_line(self, account: Account) -> None:
        """It is refused with its upload."""
        with pytest.raises(RejectedError) as caught:
            await account.submit("a", "[poison:validation]", "c")
        assert [error.line for error in caught.value.errors] == [2]

    async def test_what_is_finished_early_is_read_at_the_end(self, account: Account) -> None:
        created = await account.submit("a", "b")
        account.clock.advance(5 * MINUTE)
        running = await account.provider.poll(created.provider_id)
        assert running.output_file is not None
        assert await account.harvest(running.output_file) == []
        account.clock.advance(6 * MINUTE)
        ended = await account.provider.poll(created.provider_id)
        assert (ended.outcome, ended.output_file) == (BatchOutcome.COMPLETED, running.output_file)
        assert len(await account.rows(ended)) == 2

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

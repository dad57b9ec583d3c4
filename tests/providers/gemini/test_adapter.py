"""The Gemini adapter does what every adapter has to do."""

import pytest

from bide.core.clock import MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.providers.gemini.adapter import GeminiProvider
from bide.providers.gemini.kind import GEMINI
from bide.providers.port import Provider
from bide.providers.transport import Transport
from bide.simulator.gemini import protocol
from bide.testing.provider.case import OpenAccount
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def gemini(transport: Transport, key: str) -> Provider:
    return GeminiProvider(setup_for(GEMINI, "http://simulated.invalid/gemini", key), transport)


class TestGemini(ProviderConformance):
    protocol = protocol.GEMINI
    model = "gemini-3.8-flash"
    validates = False
    tells_rates = False
    quota_statuses = (400, 429)
    shows_cancelling = False
    apart = 10 * SECOND

    @pytest.fixture
    def connect(self) -> Connect:
        return gemini

    async def test_a_cancelled_batch_gives_what_it_finished(self, open_account: OpenAccount) -> None:
        """Google does not say what becomes of it; it is taken to be lost, as what expires is."""
        account = open_account(batch="cancelled_share = 0.25")
        created = await account.submit("a", "b", "c", "d")
        account.clock.advance(MINUTE)
        await account.provider.cancel(created.provider_id)
        account.clock.advance(account.provider.limits.cancel_bound)
        ended = await account.provider.poll(created.provider_id)
        assert (ended.outcome, ended.output_file) == (BatchOutcome.CANCELLED, None)

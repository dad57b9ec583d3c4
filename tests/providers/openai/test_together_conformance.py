"""The adapter does what every adapter has to do, at Together."""

import pytest

from bide.core.clock import HOUR
from bide.core.states import BatchOutcome
from bide.providers.openai.together import TOGETHER
from bide.providers.port import Provider, Verdict
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.simulator.together import protocol
from bide.testing.provider.case import OpenAccount
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def together(transport: Transport, key: str) -> Provider:
    return TOGETHER.connect(setup_for(TOGETHER, "http://simulated.invalid/together/v1", key), Tools(transport))


class TestTogether(ProviderConformance):
    counts = False
    names_not_run = False
    protocol = protocol.TOGETHER
    names_lines = False
    found_by_input = True
    counts_while_running = False

    @pytest.fixture
    def connect(self) -> Connect:
        return together

    async def test_rate_headers_are_read(self, open_account: OpenAccount) -> None:
        """Limits are told per second."""
        account = open_account(more="[[limit]]\nrequests = 600\ntokens = 180_000")
        rates = (await account.provider.send(account.call())).rates
        assert (rates.limit_requests, rates.limit_tokens) == (600, 180_000)

    @pytest.mark.parametrize(
        ("setting", "verdict", "permanent"),
        [
            pytest.param("refused_rows = 1.0", Verdict.ERRORED, True, id="refused"),
            pytest.param("broken_rows = 1.0", Verdict.ERRORED, False, id="broken"),
            pytest.param("busy_rows = 1.0", Verdict.ERRORED, False, id="busy"),
        ],
    )
    async def test_rows_that_fail_say_whether_trying_again_helps(
        self, open_account: OpenAccount, setting: str, verdict: Verdict, permanent: bool
    ) -> None:
        """Failed rows have neither a response nor a status, so what would have been a 429 is an error among others."""
        account = open_account(batch=setting)
        rows = await account.rows(await account.ended("a", "b"))
        assert [(row.verdict, row.permanent, row.response) for row in rows] == [(verdict, permanent, b"")] * 2
        assert all(row.code and row.message for row in rows)

    async def test_a_job_runs_on_after_its_deadline(self, open_account: OpenAccount) -> None:
        account = open_account(more='[[when]]\nnth = 1\nturnaround = "30h"')
        created = await account.submit("a")
        account.clock.advance(25 * HOUR)
        assert (await account.provider.poll(created.provider_id)).outcome is None
        account.clock.advance(6 * HOUR)
        assert (await account.provider.poll(created.provider_id)).outcome is BatchOutcome.COMPLETED

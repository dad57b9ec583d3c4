"""The Anthropic adapter does what every adapter has to do."""

import pytest

from bide.providers.anthropic.adapter import AnthropicProvider
from bide.providers.anthropic.kind import ANTHROPIC
from bide.providers.port import Provider
from bide.providers.transport import Transport
from bide.simulator.anthropic import protocol
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def anthropic(transport: Transport, key: str) -> Provider:
    return AnthropicProvider(setup_for(ANTHROPIC, "http://simulated.invalid/anthropic", key), transport)


class TestAnthropic(ProviderConformance):
    tells_created = False
    protocol = protocol.ANTHROPIC
    model = "claude-haiku-5-5"
    sites = ("create", "retrieve", "list", "cancel")
    validates = False
    counts_while_running = False
    quota_statuses = (429,)

    @pytest.fixture
    def connect(self) -> Connect:
        return anthropic

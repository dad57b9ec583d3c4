"""The OpenAI adapter does what every adapter has to do."""

import pytest

from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.kinds import OPENAI
from bide.providers.port import Provider
from bide.providers.transport import Transport
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for


def openai(transport: Transport, key: str) -> Provider:
    return OpenAIProvider(setup_for(OPENAI, "http://simulated.invalid/v1", key), transport)


class TestOpenAI(ProviderConformance):
    @pytest.fixture
    def connect(self) -> Connect:
        return openai

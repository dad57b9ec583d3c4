"""The OpenAI adapter does what every adapter has to do."""

import pytest

from bide.providers.openai import Credentials, OpenAIProvider
from bide.providers.port import Provider
from bide.providers.transport import Transport
from bide.testing.provider_conformance import Connect, ProviderConformance


def openai(transport: Transport, key: str) -> Provider:
    return OpenAIProvider("openai", Credentials("http://simulated.invalid/v1", key), transport)


class TestOpenAI(ProviderConformance):
    @pytest.fixture
    def connect(self) -> Connect:
        return openai

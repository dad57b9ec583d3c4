"""Tokens of Microsoft Entra, for Azure accounts without a key: of whatever identity the machine or the person has."""

import asyncio
from collections.abc import Callable, Mapping

from bide.providers.failures import UnauthorisedError

SCOPE = "https://cognitiveservices.azure.com/.default"

Source = Callable[[], str]
"""Gives a token that is still good; may take long, and is called in a thread."""


class Entra:
    """Implements `bide.providers.setup.Authority` with the azure-identity package, which is asked for at the first request."""

    def __init__(self, source: Source | None = None) -> None:
        self._source = source

    async def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        try:
            token = await asyncio.to_thread(self._token)
        except UnauthorisedError:
            raise
        except Exception as error:  # the package has a dozen ways to say it, and none lets the request be sent
            raise UnauthorisedError(f"no token from Microsoft Entra: {error}") from error
        return {"Authorization": f"Bearer {token}"}

    def _token(self) -> str:
        if self._source is None:
            self._source = default_source()
        return self._source()


def default_source() -> Source:
    """Tokens of the default credential chain, renewed before they run out.

    Raises:
        UnauthorisedError: the package is not installed.
    """
    try:
        from azure.identity import DefaultAzureCredential, get_bearer_token_provider
    except ImportError as error:
        raise UnauthorisedError(
            "there is no key for Azure; set AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN,"
            " or install bide[azure] to sign in with Microsoft Entra"
        ) from error
    return get_bearer_token_provider(DefaultAzureCredential(), SCOPE)

"""Which accounts at providers are switched on, and by what: their usual environment variables and the config."""

from collections.abc import Mapping
from dataclasses import replace

from bide.core.errors import SettingError
from bide.providers.openai import CAPABILITIES, LIMITS, Credentials, OpenAIProvider
from bide.providers.port import Provider
from bide.providers.transport import Transport
from bide.settings import ProviderSettings

OPENAI = "openai"

OPENAI_BASE_URL = "https://api.openai.com/v1"


def build(
    accounts: Mapping[str, ProviderSettings], environment: Mapping[str, str], transport: Transport
) -> dict[str, Provider]:
    """Every account that is switched on, by name.

    `openai` is on when ``OPENAI_API_KEY`` is set or the config names a base URL or key for it; another account is on
    when the config names its base URL.

    Raises:
        SettingError: an account has no base URL, or its key's variable is not set.
    """
    found: dict[str, Provider] = {}
    names = {*accounts, OPENAI} if environment.get("OPENAI_API_KEY") else set(accounts)
    for name in sorted(names):
        settings = accounts.get(name, ProviderSettings())
        found[name] = OpenAIProvider(
            name,
            _credentials(name, settings, environment),
            transport,
            catalogue=settings.catalogue,
            limits=replace(
                LIMITS,
                max_requests=min(settings.max_requests or LIMITS.max_requests, LIMITS.max_requests),
                max_bytes=min(settings.max_bytes or LIMITS.max_bytes, LIMITS.max_bytes),
            ),
            capabilities=replace(CAPABILITIES, batch=settings.batch),
        )
    return found


def _credentials(name: str, settings: ProviderSettings, environment: Mapping[str, str]) -> Credentials:
    variable = settings.api_key_env or ("OPENAI_API_KEY" if name == OPENAI else None)
    key = settings.api_key or (environment.get(variable) if variable else None)
    if key is None and settings.api_key_env:
        raise SettingError(f"providers.{name}.api_key_env names {variable}, which is not set in the environment")
    base_url = settings.base_url
    if name == OPENAI:
        # The applications' variable goes last: it may point at bide itself. BIDE_OPENAI_BASE_URL is in the settings.
        base_url = base_url or environment.get("OPENAI_BASE_URL") or OPENAI_BASE_URL
    if not base_url:
        raise SettingError(
            f"the account {name} has no address; set providers.{name}.base_url, as in http://127.0.0.1:8000/v1"
        )
    return Credentials(
        base_url,
        key or "",
        settings.organisation or (environment.get("OPENAI_ORG_ID") if name == OPENAI else None),
        settings.project or (environment.get("OPENAI_PROJECT_ID") if name == OPENAI else None),
    )

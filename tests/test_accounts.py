"""Which accounts are switched on, where they are asked and with which key."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bide.config import Config, load
from bide.core.errors import SettingError
from bide.providers.registry import build
from bide.providers.transport import NotSentError, Reply


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_data_dir", nowhere)


def nowhere(*_: object, **__: object) -> str:
    return "nowhere"


class Unreachable:
    """Notes where requests would go, and with which headers."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Any = None, idle_timeout: float = 0.0
    ) -> AbstractAsyncContextManager[Reply]:
        self.urls.append(url)
        self.headers.append(headers)
        raise NotSentError

    async def close(self) -> None:
        """Nothing is open."""


async def asked(config: Config) -> tuple[str, Mapping[str, str]]:
    """The base URL that the account `openai` asks, and the headers."""
    transport = Unreachable()
    provider = build(config.settings.providers, config.environment, transport)["openai"]
    with pytest.raises(NotSentError):
        await provider.poll("batch-1")
    return transport.urls[0].removesuffix("/batches/batch-1"), transport.headers[0]


BIDE, OPENAI, FILE = "http://bide-variable/v1", "http://openai-variable/v1", "http://config/v1"


@pytest.mark.parametrize(
    ("environment", "assignments", "url"),
    [
        pytest.param({}, [], "https://api.openai.com/v1", id="the provider's own"),
        pytest.param({"OPENAI_BASE_URL": OPENAI}, [], OPENAI, id="as other programs have it"),
        pytest.param({"OPENAI_BASE_URL": OPENAI}, [FILE], FILE, id="the config goes over it: it may point at bide"),
        pytest.param({"OPENAI_BASE_URL": OPENAI, "BIDE_OPENAI_BASE_URL": BIDE}, [], BIDE, id="bide's own goes first"),
        pytest.param({"BIDE_OPENAI_BASE_URL": BIDE}, [FILE], BIDE, id="also over the config"),
    ],
)
async def test_where_openai_is(environment: dict[str, str], assignments: list[str], url: str) -> None:
    names = [f"providers.openai.base_url={text}" for text in assignments]

    found, headers = await asked(load(environment | {"OPENAI_API_KEY": "sk-1"}, assignments=names))

    assert found == url
    assert headers["Authorization"] == "Bearer sk-1"


async def test_a_key_of_another_variable() -> None:
    environment = {"OPENAI_API_KEY": "sk-1", "TEAM_KEY": "sk-2"}

    _, headers = await asked(load(environment, assignments=["providers.openai.api_key_env=TEAM_KEY"]))

    assert headers["Authorization"] == "Bearer sk-2"


def test_without_a_key_nothing_is_switched_on() -> None:
    config = load({})

    assert build(config.settings.providers, config.environment, Unreachable()) == {}


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("providers.mine.batch=false", r"the account mine has no address; set providers\.mine\.base_url, as in http"),
        ("providers.openai.api_key_env=TEAM_KEY", r"providers\.openai\.api_key_env names TEAM_KEY, which is not set"),
    ],
)
def test_an_account_that_cannot_be_opened_says_which_setting_is_missing(assignment: str, message: str) -> None:
    config = load({}, assignments=[assignment])

    with pytest.raises(SettingError, match=message):
        build(config.settings.providers, config.environment, Unreachable())

"""Which accounts are switched on, and where each of them points."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bide.accounts import build, setup_of
from bide.config import load
from bide.core.clock import ManualClock
from bide.core.errors import SettingError
from bide.ledger.prices import Prices
from bide.providers.failures import UnauthorisedError
from bide.providers.kinds import KINDS
from bide.providers.openai.kinds import LIMITS, OPENAI
from bide.providers.port import Call, EarlyResults, Provider
from bide.providers.setup import Tools
from bide.settings import ProviderSettings
from bide.simulator.books import Books
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script

SCRIPT = '[realtime]\nlatency = "0s"\ntokens_per_second = 0'


class Listening(InProcessTransport):
    """A transport that keeps where it was pointed and with which headers."""

    def __init__(self) -> None:
        clock = ManualClock()
        super().__init__(Books(parse_script(SCRIPT), 1, clock.now()), clock)
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def exchange(self, method: str, url: str, *, headers: Mapping[str, str], **more: object):  # type: ignore[no-untyped-def]
        self.asked.append((url, headers))
        return super().exchange(method, url, headers=headers, **more)  # type: ignore[reportArgumentType]


async def asked(environment: Mapping[str, str], **accounts: ProviderSettings) -> tuple[str, Mapping[str, str]]:
    """Where the only account's first call goes, and its headers."""
    transport = Listening()
    [provider] = build(accounts, environment, Tools(transport)).values()
    with suppress(UnauthorisedError):
        await provider.send(Call("/v1/chat/completions", b'{"model":"m","messages":["x"]}', "attempt-7"))
    [found] = transport.asked
    return found


def built(environment: Mapping[str, str], **accounts: ProviderSettings) -> dict[str, Provider]:
    return build(accounts, environment, Tools(Listening()))


A, B, C = "http://a/v1", "http://b/v1", "http://c/v1"


def test_nothing_is_on_by_itself() -> None:
    assert built({}) == {}


def test_saying_how_an_account_is_used_does_not_switch_it_on() -> None:
    used = ProviderSettings(flex=False, requests_per_minute=500)
    assert built({"OPENAI_BASE_URL": A}, openai=used) == {}
    assert list(built({"OPENAI_API_KEY": "k"}, openai=used)) == ["openai"]
    assert list(built({}, openai=msgspec.structs.replace(used, base_url=A))) == ["openai"]


async def test_a_key_in_the_environment_switches_openai_on() -> None:
    url, headers = await asked({"OPENAI_API_KEY": "secret", "OPENAI_ORG_ID": "org", "OPENAI_PROJECT_ID": "proj"})
    assert url == "https://api.openai.com/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert (headers["OpenAI-Organization"], headers["OpenAI-Project"]) == ("org", "proj")
    assert headers["X-Client-Request-Id"] == "attempt-7"
    assert headers["Bide-Hop"] == "1"


@pytest.mark.parametrize(
    ("environment", "file", "flag", "url"),
    [
        pytest.param({}, None, None, "https://api.openai.com/v1", id="the provider's own"),
        pytest.param({"OPENAI_BASE_URL": A}, None, None, A, id="as other programs have it"),
        pytest.param({"OPENAI_BASE_URL": A}, "http://b/v1/", None, B, id="the file goes over it: it may point at bide"),
        pytest.param({"OPENAI_BASE_URL": A}, None, "http://b/v1/", B, id="and so does --set"),
        pytest.param({"OPENAI_BASE_URL": A, "BIDE_OPENAI_BASE_URL": C}, None, None, C, id="bide's own goes over it"),
        pytest.param({"BIDE_OPENAI_BASE_URL": C}, B, None, C, id="also over the file"),
        pytest.param({"BIDE_OPENAI_BASE_URL": C}, A, B, B, id="--set goes first"),
        pytest.param({"BIDE_OPENAI_BASE_URL": ""}, B, None, B, id="an empty variable says nothing"),
    ],
)
async def test_where_openai_is(
    tmp_path: Path, environment: Mapping[str, str], file: str | None, flag: str | None, url: str
) -> None:
    if file:
        (tmp_path / "bide.toml").write_text(f'providers.openai.base_url = "{file}"\n', encoding="utf-8")
    assignments = [f"providers.openai.base_url={flag}"] if flag else []
    config = load({"OPENAI_API_KEY": "k", "BIDE_HOME": str(tmp_path), **environment}, assignments=assignments)
    found, _ = await asked(config.environment, **config.settings.providers)
    assert found == f"{url}/chat/completions"


async def test_another_account_has_the_address_and_key_of_its_own() -> None:
    settings = ProviderSettings(base_url="http://gpu/v1", api_key_env="GPU_KEY")
    url, headers = await asked({"GPU_KEY": "mine"}, gpu=settings)
    assert (url, headers["Authorization"]) == ("http://gpu/v1/chat/completions", "Bearer mine")


async def test_a_server_without_a_key_is_sent_none() -> None:
    _, headers = await asked({}, gpu=ProviderSettings(base_url="http://gpu/v1"))
    assert "Authorization" not in headers


async def test_an_account_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"OPENAI_API_KEY": "sk-1", "TEAM_KEY": "sk-2", "BIDE_HOME": str(tmp_path)}
    config = load(environment, assignments=["providers.openai.api_key_env=TEAM_KEY"])
    _, headers = await asked(config.environment, **config.settings.providers)
    assert headers["Authorization"] == "Bearer sk-2"


def test_an_account_without_an_address_is_refused() -> None:
    with pytest.raises(SettingError, match=r"gpu has no address; set providers\.gpu\.base_url"):
        built({}, gpu=ProviderSettings())


def test_a_key_that_is_not_there_is_refused() -> None:
    settings = ProviderSettings(base_url="http://gpu/v1", api_key_env="GPU_KEY")
    with pytest.raises(SettingError, match=r"providers\.gpu\.api_key_env names GPU_KEY, which is not set"):
        built({}, gpu=settings)


def test_limits_may_be_lowered_and_not_raised() -> None:
    low = ProviderSettings(base_url="http://gpu/v1", max_requests=10, max_bytes=1_000)
    high = ProviderSettings(base_url="http://gpu/v1", max_requests=10**9, max_bytes=10**12)
    found = built({}, low=low, high=high)
    assert (found["low"].limits.max_requests, found["low"].limits.max_bytes) == (10, 1_000)
    assert found["high"].limits == replace(LIMITS, quotas=()), "OpenAI's quotas are not those of your own server"


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        pytest.param("doubleword", None, EarlyResults.SKIP, id="as the provider does it"),
        pytest.param("doubleword", "off", None, id="not wanted"),
        pytest.param("compatible", None, None, id="off at a server of one's own"),
        pytest.param("compatible", "offset", EarlyResults.OFFSET, id="which may have them"),
        pytest.param("openai", None, None, id="a provider that has none"),
        pytest.param("openai", "off", None, id="off where there are none"),
    ],
)
def test_where_answers_are_had_from_running_batches(kind: str, said: Any, found: EarlyResults | None) -> None:
    settings = ProviderSettings(base_url="http://127.0.0.1:8000/v1", early_results=said)
    assert setup_of("mine", KINDS[kind], settings, {}).capabilities.early_results is found


def test_early_results_of_a_provider_that_shows_none_are_refused() -> None:
    settings = ProviderSettings(api_key="key", early_results="skip")
    with pytest.raises(SettingError, match=r"providers.anthropic.early_results is 'skip'; Anthropic .* leave it out"):
        setup_of("anthropic", KINDS["anthropic"], settings, {})


@pytest.mark.parametrize(
    ("kind", "said", "has_flex"),
    [
        pytest.param("openai", None, True, id="documented"),
        pytest.param("openai", False, False, id="not wanted"),
        pytest.param("azure", None, False, id="a preview"),
        pytest.param("azure", True, True, id="a preview that is wanted"),
        pytest.param("compatible", None, False, id="nobody knows"),
        pytest.param("anthropic", None, False, id="none"),
    ],
)
def test_who_uses_a_flex_tier(kind: str, said: bool | None, has_flex: bool) -> None:
    settings = ProviderSettings(base_url="http://127.0.0.1:8000/v1", api_key="key", flex=said)
    assert (setup_of("mine", KINDS[kind], settings, {}).capabilities.flex is not None) is has_flex


def test_a_flex_tier_that_there_is_not_is_refused() -> None:
    with pytest.raises(
        SettingError, match=r"providers.anthropic.flex is true; Anthropic has no flex tier: leave it out"
    ):
        setup_of("anthropic", KINDS["anthropic"], ProviderSettings(api_key="key", flex=True), {})


def test_a_server_may_have_no_batches() -> None:
    found = built({}, gpu=ProviderSettings(base_url="http://gpu/v1", batch=False))
    assert not found["gpu"].capabilities.batch
    assert found["gpu"].capabilities.realtime


@pytest.mark.parametrize(
    ("name", "settings", "has_batches"),
    [
        ("vertex", ProviderSettings(project="p", token="t"), False),
        ("vertex", ProviderSettings(project="p", token="t", bucket="gs://a/b"), True),
        ("bedrock", ProviderSettings(region="r", api_key="k", bucket="s3://a/b"), False),
        ("bedrock", ProviderSettings(region="r", api_key="k", bucket="s3://a/b", role="arn"), True),
        ("bedrock", ProviderSettings(region="r", api_key="k", bucket="s3://a/b", role="arn", batch=False), False),
    ],
)
def test_what_batches_need(name: str, settings: ProviderSettings, has_batches: bool) -> None:
    assert built({}, **{name: settings})[name].capabilities.batch is has_batches


def test_an_account_is_priced_by_its_own_name_or_as_it_says() -> None:
    local, second = ProviderSettings(base_url=A), ProviderSettings(base_url=B, catalogue="openai")
    found = built({"OPENAI_API_KEY": "k"}, local=local, second=second)
    assert {name: provider.catalogue for name, provider in found.items()} == {
        "openai": "openai",
        "local": "local",
        "second": "openai",
    }


@pytest.mark.parametrize(
    ("prices", "source"),
    [
        pytest.param({}, None, id="OpenAI's price is not that of another server: unknown, and not nothing"),
        pytest.param({"local/gpt-4o": {"input": "0", "output": "0"}}, "user", id="a price of the user's own"),
    ],
)
def test_a_server_of_one_s_own_has_prices_of_one_s_own(
    prices: Mapping[str, Mapping[str, str]], source: str | None
) -> None:
    [provider] = built({}, local=ProviderSettings(base_url=A)).values()
    card = Prices(prices).card(provider.catalogue, "gpt-4o", "standard", "2026-11-21")
    assert (card.source if card else None) == source


def test_a_key_does_not_show() -> None:
    assert "secret" not in repr(setup_of("openai", OPENAI, ProviderSettings(api_key="secret"), {}))

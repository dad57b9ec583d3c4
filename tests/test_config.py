"""Where a setting's value comes from, and what is said about one that cannot be used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bide.config import Config, load
from bide.core.clock import MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.errors import SettingError
from bide.ledger.prices import Prices
from bide.settings import Settings
from bide.settings.section import Section


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder and a home without a configuration."""
    (tmp_path / "here").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def configured(home: Path, environment: dict[str, str] | None = None, **arguments: Any) -> Config:
    return load({"BIDE_HOME": str(home)} | (environment or {}), **arguments)


def shown(config: Config) -> dict[str, tuple[str, str]]:
    """By name, the value and where it came from."""
    return {value.name: (value.value, value.source) for value in config.values()}


# Who is heard

HERE, AT_HOME, NAMED = "1s", "2s", "3s"

NAME = "engine.poll_interval"


@pytest.mark.parametrize(
    ("files", "environment", "assignments", "value", "source"),
    [
        pytest.param([], {}, [], "15s", "default", id="the default"),
        pytest.param(["home"], {}, [], AT_HOME, "home/bide.toml", id="a file at home"),
        pytest.param(["home", "here"], {}, [], HERE, "bide.toml", id="a file here hides the one at home"),
        pytest.param(["home", "here"], {"BIDE_CONFIG": "../named.toml"}, [], NAMED, "../named.toml", id="a file that the environment names hides both"),
        pytest.param(["here"], {"BIDE_ENGINE_POLL_INTERVAL": "4s"}, [], "4s", "environment (BIDE_ENGINE_POLL_INTERVAL)", id="the environment goes over any file"),
        pytest.param(["here"], {"BIDE_ENGINE_POLL_INTERVAL": "4s"}, ["engine.poll_interval=5s"], "5s", "--set", id="--set goes over the environment"),
        pytest.param([], {}, ["engine.poll_interval=5s", " engine.poll_interval = 6s "], "6s", "--set", id="the last of two is heard, blanks are not"),
    ],
)  # fmt: skip
def test_which_value_is_taken(
    home: Path, files: list[str], environment: dict[str, str], assignments: list[str], value: str, source: str
) -> None:
    for name, text in (("home", AT_HOME), ("here", HERE)):
        if name in files:
            (home.parent / name / "bide.toml").write_text(f'[engine]\npoll_interval = "{text}"\n')
    (home.parent / "named.toml").write_text(f'[engine]\npoll_interval = "{NAMED}"\n')

    config = configured(home, environment, assignments=assignments)

    found, told = shown(config)[NAME]
    assert (found, told.removeprefix(f"{home.parent}/")) == (value, source)
    assert config.settings.engine.poll_interval == int(value.removesuffix("s")) * SECOND


def test_a_named_file_goes_over_the_one_the_environment_names(home: Path) -> None:
    for name in ("a", "b"):
        (home / f"{name}.toml").write_text(f'[input]\nmodel = "{name}"\n')

    config = configured(home, {"BIDE_CONFIG": str(home / "b.toml")}, file=str(home / "a.toml"))

    assert (config.settings.input.model, config.file) == ("a", home / "a.toml")


def test_files_do_not_mix_but_everything_else_does(home: Path) -> None:
    (home / "bide.toml").write_text('[input]\nmodel = "m"\n[engine]\nsteps = 2\n')

    config = configured(home, {"BIDE_ENGINE_LEASE": "2m"}, assignments=["deadline.on_miss=late"])

    settings = config.settings
    assert (settings.input.model, settings.engine.steps, settings.engine.lease) == ("m", 2, 2 * MINUTE)
    assert settings.deadline.on_miss is OnMiss.LATE


@pytest.mark.parametrize(
    ("environment", "flag", "database", "source"),
    [
        pytest.param({}, None, "sqlite:///{home}/bide.db", "default", id="a file at home"),
        pytest.param({"BIDE_DB": "sqlite:///env.db"}, None, "sqlite:///env.db", "environment (BIDE_DB)", id="the environment"),
        pytest.param({"BIDE_DB": "sqlite:///env.db"}, "sqlite:///flag.db", "sqlite:///flag.db", "--db", id="--db goes over it"),
    ],
)  # fmt: skip
def test_which_database_is_used(
    home: Path, environment: dict[str, str], flag: str | None, database: str, source: str
) -> None:
    config = configured(home, environment, database=flag)

    assert shown(config)["database"] == (database.format(home=home), source)


def test_a_home_may_be_written_with_a_tilde(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))

    assert load({"BIDE_HOME": "~/state"}).home == home / "state"


def test_without_a_home_there_is_one_of_the_platform() -> None:
    config = load({})

    assert config.home.is_absolute()
    assert config.home.name == "bide"
    assert shown(config)["home"][1] == "default"


# What is shown


def test_every_setting_is_shown(home: Path) -> None:
    """A setting without a value is not, until it has one."""
    names = [name for name in shown(configured(home)) if name not in ("home", "database")]

    assert names == [name for name, value in _settings("", Settings()) if value is not None]
    assert "input.model" in shown(configured(home, assignments=["input.model=m"]))


def _settings(prefix: str, section: Section) -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, Section):
            yield from _settings(f"{prefix}{field.name}.", value)
        elif not isinstance(value, dict):
            yield f"{prefix}{field.name}", value


def test_what_is_shown_may_be_set_again(home: Path) -> None:
    config = configured(home, assignments=["engine.shortest_turn=0.1s", "deadline.head_room=0.4", "input.model=m"])
    again = [f"{name}={value}" for name, (value, _) in shown(config).items() if name not in ("home", "database")]

    assert configured(home, assignments=again).settings == config.settings


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("postgresql://me:s3cret@host/db", "s3cret"),
        ("postgresql://me:s3c@ret@host/db", "s3c"),
        ("postgresql://host/db?user=me&password=s3cret", "s3cret"),
        ("postgresql://host/db?sslpassword=s3cret&x=1", "s3cret"),
    ],
)
def test_passwords_are_not_shown(home: Path, url: str, secret: str) -> None:
    config = configured(home, database=url)

    value, _ = shown(config)["database"]
    assert config.database == url
    assert "host/db" in value
    assert secret not in value


def test_keys_are_not_shown(home: Path) -> None:
    config = configured(home, assignments=["providers.openai.api_key=sk-1"])

    assert config.settings.providers["openai"].api_key == "sk-1"
    assert shown(config)["providers.openai.api_key"] == ("…", "--set")


# Names of the user's own


def test_a_models_own_dots_belong_to_its_name(home: Path) -> None:
    config = configured(home, assignments=["prices.openai/gpt-4.1.input=2.00"])

    assert config.settings.prices == {"openai/gpt-4.1": {"input": "2.00"}}


def test_an_account_has_names_for_models(home: Path) -> None:
    (home / "bide.toml").write_text('[providers.gpu]\naliases = {small = "qwen-2.5", "a.b" = "c"}\n')

    config = configured(home, assignments=["providers.azure.deployments.gpt-4.1=mine", "providers.gpu.aliases.a.b=d"])

    providers = config.settings.providers
    assert providers["gpu"].aliases == {"small": "qwen-2.5", "a.b": "d"}
    assert providers["azure"].deployments == {"gpt-4.1": "mine"}
    assert shown(config)["providers.gpu.aliases.small"] == ("qwen-2.5", str(home / "bide.toml"))
    assert shown(config)["providers.azure.deployments.gpt-4.1"] == ("mine", "--set")


def test_prices_in_a_file_keep_their_digits(home: Path) -> None:
    (home / "bide.toml").write_text('[prices."openai/gpt-4.1"]\ninput = 0.10\n')

    assert configured(home).settings.prices == {"openai/gpt-4.1": {"input": "0.10"}}


LLAMA = '[prices."together/my/llama-3.1"]\ninput = "0.2"\noutput = "0.3"\n'


@pytest.mark.parametrize(
    ("text", "assignments"),
    [
        pytest.param(
            f'{LLAMA}[prices."together/my/llama-3.1".batch]\ninput = "0.05"\noutput = "0.07"\n', [], id="a table"
        ),
        pytest.param(f'{LLAMA}batch = {{input = "0.05", output = "0.07"}}\n', [], id="on one line"),
        pytest.param(
            LLAMA,
            ["prices.together/my/llama-3.1.batch.input=0.05", "prices.together/my/llama-3.1.batch.output=0.07"],
            id="--set",
        ),
        pytest.param(
            f'{LLAMA}batch = "0.5"\n',
            ["prices.together/my/llama-3.1.batch.input=0.05", "prices.together/my/llama-3.1.batch.output=0.07"],
            id="instead of a multiplier",
        ),
    ],
)
def test_a_mode_may_have_prices_of_its_own(home: Path, text: str, assignments: list[str]) -> None:
    (home / "bide.toml").write_text(text)

    config = configured(home, assignments=assignments)
    prices = Prices(config.settings.prices)

    found = [prices.card("together", "my/llama-3.1", mode, "2026-11-21") for mode in ("standard", "batch")]
    assert [card.tiers[0][1].input for card in found if card is not None] == [200_000_000, 50_000_000]
    again = [f"{name}={value}" for name, (value, _) in shown(config).items() if name.startswith("prices.")]
    (home / "bide.toml").unlink()
    assert configured(home, assignments=again).settings.prices == config.settings.prices


def test_a_multiplier_goes_over_prices_of_the_mode(home: Path) -> None:
    (home / "bide.toml").write_text(f'{LLAMA}batch = {{input = "0.05", output = "0.07"}}\n')

    config = configured(home, assignments=["prices.together/my/llama-3.1.batch=0.5"])

    assert config.settings.prices["together/my/llama-3.1"]["batch"] == "0.5"


def test_a_mode_that_there_is_not(home: Path) -> None:
    (home / "bide.toml").write_text(f'{LLAMA}[prices."together/my/llama-3.1".bach]\ninput = "0.05"\n')

    with pytest.raises(SettingError, match="did you mean batch"):
        Prices(configured(home).settings.prices)


def test_variables_name_no_accounts(home: Path) -> None:
    """A name of the user's could not be told from a setting's: accounts are for the file and for --set."""
    config = configured(home, {"BIDE_PROVIDERS_OPENAI_BASE_URL": "http://x"})

    assert config.settings.providers == {}


def test_what_is_kept_for_ever_is_kept_never_to_be_purged(home: Path) -> None:
    config = configured(home, assignments=["retention.jobs=Never", "retention.events=36h"])
    shown = {value.name: value.value for value in config.values()}
    assert (shown["retention.jobs"], shown["retention.events"]) == ("never", "1d 12h")
    assert (shown["retention.passages"], shown["retention.ledger"]) == ("90d", "never")
    horizon = config.settings.retention.horizon(1_800_000_000 * SECOND)
    assert (horizon.jobs, horizon.ledger) == (0, 0)
    assert horizon.events > 0


# What cannot be used: the message names the setting and says what to do


@pytest.mark.parametrize(
    ("assignment", "parts"),
    [
        pytest.param("engine.pol_interval=5s", ["engine.pol_interval", "did you mean engine.poll_interval?", "bide config show"], id="a slip of the pen"),
        pytest.param("engin.steps=5", ["engin.steps", "did you mean engine.steps?"], id="a slip in the group"),
        pytest.param("gatway.held=5", ["did you mean gateway.held?"], id="a slip in the group, and all of what follows"),
        pytest.param("engin.nothing=5", ["did you mean engine?"], id="nothing like it in the group that is meant"),
        pytest.param("nonsense=5", ["there is no setting nonsense", "bide config show"], id="nothing like it"),
        pytest.param("providers.openai.base=x", ["providers.openai.base", "did you mean providers.openai.base_url?"], id="of an account"),
        pytest.param("engine=5", ["engine is a group", "--set engine.steps=4"], id="a group"),
        pytest.param("providers.openai=5", ["providers.openai is a group"], id="an account is a group"),
        pytest.param("prices.x=5", ["prices.x is a group"], id="a model is a group"),
        pytest.param("engine.steps.x=5", ["there is no setting engine.steps.x"], id="below a setting is nothing"),
        pytest.param("engine.steps", ["--set engine.steps has no value", "--set name=value"], id="no value"),
        pytest.param("engine.steps=0", ["engine.steps", ">= 1"], id="too few"),
        pytest.param("engine.steps=many", ["engine.steps", "int"], id="no number"),
        pytest.param("engine.lease=soon", ["engine.lease", "soon"], id="no duration"),
        pytest.param("engine.lease=never", ["engine.lease", "never"], id="a duration that is not for ever"),
        pytest.param("retention.jobs=soon", ["retention.jobs", "soon"], id="neither a duration nor never"),
        pytest.param("deadline.head_room=1.5", ["deadline.head_room", "<= 1"], id="more than there is"),
        pytest.param("deadline.on_miss=panic", ["deadline.on_miss", "panic"], id="none of the words"),
        pytest.param("input.on_bad_line=maybe", ["input.on_bad_line", "maybe"], id="none of two words"),
        pytest.param("providers.openai.requests_per_minute=0", ["requests_per_minute", ">= 1"], id="a limit of nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_refused_by_name(home: Path, assignment: str, parts: list[str]) -> None:
    with pytest.raises(SettingError) as refused:
        configured(home, assignments=[assignment])

    assert [part for part in parts if part not in str(refused.value)] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param('[classes.b]\nwithin = "8 hourz"', "bide.toml: the setting classes.b cannot be used: within: the deadline '8 hourz' is not understood; write 15m", id="a deadline"),
        pytest.param('[classes.b]\nwithin = "8h"\npriority = "low"', "bide.toml: the setting classes.b cannot be used: it has both within and priority", id="two deadlines"),
        pytest.param('[classes.b]\npriority = "urgentt"', "classes.b.priority cannot be used: Invalid enum value 'urgentt'; write one of urgent, standard, low", id="a word in an entry"),
        pytest.param('[classes.b]\nmultiple = "two"', "classes.b.multiple cannot be used", id="a number in an entry"),
        pytest.param('[classes.b]\nmetadata = {team = 1}', "classes.b.metadata", id="a table in an entry"),
        pytest.param('[gateway]\nflex = "soon"', "gateway.flex cannot be used: Invalid enum value 'soon'; write one of urgent, standard, low", id="a word"),
        pytest.param('[email]\nsecurity = "ssl"', "email.security cannot be used: Invalid enum value 'ssl'; write one of starttls, tls, none", id="a literal"),
        pytest.param('[gateway.failover]\n"gpt-4.1" = "claude"', "bide.toml: the setting gateway.failover.gpt-4.1 cannot be used", id="a name below a section"),
        pytest.param('[gateway]\nfailover = "claude"', "the setting gateway.failover cannot be used: Expected `object`", id="no table"),
        pytest.param('[providers.b]\nwindow = "tonight"', "bide.toml: the setting providers.b cannot be used: window: the window 'tonight' is not understood: 'tonight' is neither", id="a window"),
        pytest.param('[providers.b]\nblackout = "always"', "providers.b cannot be used: blackout: 'always' never ends; leave the account out", id="a blackout without an end"),
        pytest.param('[providers.b]\non_window_end = "stop"', "providers.b.on_window_end cannot be used: Invalid enum value 'stop'; write one of continue, wait", id="the end of a window"),
        pytest.param('[deadline]\nlow = "tonight"', "bide.toml: the setting deadline cannot be used: low: the window 'tonight' is not understood", id="the priority low"),
        pytest.param('[providers.b]\nrequests_per_minute = 0', "providers.b.requests_per_minute cannot be used", id="an account"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_by_its_whole_name(home: Path, text: str, told: str) -> None:
    (home / "bide.toml").write_text(
        '[classes.a]\nwithin = "1h"\n[providers.a]\nbase_url = "http://127.0.0.1:1"\n' + text
    )
    with pytest.raises(SettingError) as refused:
        configured(home)
    assert told in str(refused.value)
    assert "[...]" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param('preset = "premium"', ("5m", None, 2.0), id="five minutes, at twice the price of a batch"),
        pytest.param('preset = "hour"', ("1h", None, None), id="an hour"),
        pytest.param('preset = "day"', ("24h", None, None), id="a day"),
        pytest.param('preset = "premium"\nmultiple = 3', ("5m", None, 3.0), id="its own multiple"),
        pytest.param('preset = "premium"\nwithin = "2m"', ("2m", None, 2.0), id="its own time"),
        pytest.param('preset = "hour"\npriority = "low"', (None, "low", None), id="its own priority"),
    ],
)
def test_a_class_may_be_a_service_level(
    home: Path, text: str, rule: tuple[str | None, str | None, float | None]
) -> None:
    (home / "bide.toml").write_text(f"[classes.a]\n{text}\n")

    [found] = configured(home).settings.urgency_rules

    assert (found.within, found.priority, found.multiple) == rule


def test_the_classic_queue_is_a_preset(home: Path) -> None:
    ours = configured(home).settings
    assert (ours.gather.time_share, ours.rules.grouping.share) == (60, 0.5)

    (home / "bide.toml").write_text('[gather]\npreset = "classic"\n')
    classic = configured(home).settings

    assert (classic.gather.time_share, classic.gather.longest, classic.gather.requests) == (2, 15 * MINUTE, 1_000)
    assert classic.rules.grouping.share == 0


def test_a_wrong_name_in_a_file_is_told_with_the_file(home: Path) -> None:
    (home / "bide.toml").write_text("[engine]\nstep = 2\n")

    with pytest.raises(
        SettingError, match=r"home/bide\.toml: there is no setting engine\.step; did you mean engine\.steps"
    ):
        configured(home)


def test_a_wrong_variable_is_told_with_its_name(home: Path) -> None:
    with pytest.raises(SettingError, match=r"BIDE_ENGINE_STEP.*did you mean engine\.steps"):
        configured(home, {"BIDE_ENGINE_STEP": "2"})


def test_a_duration_in_a_file_is_text(home: Path) -> None:
    (home / "bide.toml").write_text("[engine]\nlease = 60\n")

    with pytest.raises(SettingError, match=r'engine\.lease.*write a duration as text, as in "15m"'):
        configured(home)


def test_a_file_that_is_no_toml(home: Path) -> None:
    (home / "bide.toml").write_text("[engine\n")

    with pytest.raises(SettingError, match=r"bide\.toml: .*line 1"):
        configured(home)


def test_a_named_file_that_is_not_there(home: Path) -> None:
    with pytest.raises(SettingError, match=r"there is no configuration file nowhere\.toml"):
        configured(home, file="nowhere.toml")


@pytest.mark.parametrize(
    ("text", "names"),
    [("127.0.0.1:9000", ("127.0.0.1:9000",)), (" a , b,", ("a", "b")), ("", ())],
)
def test_several_names_are_written_with_commas(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    found = load({"BIDE_HOME": str(tmp_path), "BIDE_WEBHOOKS_ALLOW": text} if text else {"BIDE_HOME": str(tmp_path)})
    assert found.settings.webhooks.allow == names
    shown = {value.name: value.value for value in found.values()}["webhooks.allow"]
    again = load({"BIDE_HOME": str(tmp_path)}, assignments=[f"webhooks.allow={shown}"])
    assert again.settings.webhooks.allow == names, "what is shown may be set again"


def test_several_names_are_a_list_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "bide.toml"
    file.write_text('[email]\nto = ["a@example.com", "b@example.com"]\n')
    assert load({"BIDE_HOME": str(tmp_path)}).settings.email.to == ("a@example.com", "b@example.com")
    file.write_text("[email]\nto = [1]\n")
    with pytest.raises(SettingError, match=r"email\.to"):
        load({"BIDE_HOME": str(tmp_path)})


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    environment = {"BIDE_HOME": str(tmp_path), "BIDE_EMAIL_PASSWORD": "hunter2"}
    found = load(environment, assignments=["providers.openai.webhook_secret=hunter2"])
    shown = {value.name: value.value for value in found.values()}
    assert shown["email.password"] == shown["providers.openai.webhook_secret"] == "…"
    assert "hunter2" not in "".join(shown.values())

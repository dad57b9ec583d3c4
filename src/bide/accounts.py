"""Which accounts at providers are switched on, and by what: their usual environment variables and the config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bide.core.duration import parse_duration
from bide.core.errors import SettingError
from bide.providers.foreign import speaking
from bide.providers.kinds import KINDS
from bide.providers.openai.kinds import COMPATIBLE
from bide.providers.port import EarlyResults, Flex, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools
from bide.settings import ProviderSettings

USUAL_WINDOW = "24h"

FIELDS = (
    "base_url",
    "runtime_url",
    "api_key",
    "token",
    "organisation",
    "project",
    "region",
    "bucket",
    "role",
    "api_version",
)
"""Fields of `Setup` that settings and environment variables may give."""


def build(
    accounts: Mapping[str, ProviderSettings], environment: Mapping[str, str], tools: Tools
) -> dict[str, Provider]:
    """Every account that is switched on, by name.

    Raises:
        SettingError: an account that the config names lacks something, or its key's variable is not set.
    """
    found: dict[str, Provider] = {}
    for state in states(accounts, environment):
        if state.setup is not None:
            found[state.account] = speaking(state.kind.connect(state.setup, tools))
        elif state.named:
            raise SettingError(state.lacks)
    return found


@dataclass(frozen=True, slots=True)
class State:
    """An account that is on, or could be: `setup` is None where it is off, and then `lacks` says what would switch it on.

    It is `named` where the config speaks of it; `switch` is the variable that switched it on.
    """

    account: str
    kind: Kind
    setup: Setup | None
    lacks: str = ""
    named: bool = False
    switch: str | None = None


def states(accounts: Mapping[str, ProviderSettings], environment: Mapping[str, str]) -> Sequence[State]:
    """Every account that the config names, and of every other kind the one of its own name, in that order.

    One that the environment alone speaks of stays off while it lacks something: a variable may be there for others. One of
    which the config says only how it is used, as its limits, is on where its kind's variable is set: or a limit for OpenAI would
    make an account without a key, and models would be looked for there.

    Raises:
        SettingError: an account is of no kind that there is.
    """
    found: list[State] = []
    for name in [*sorted(accounts), *(name for name in KINDS if name not in accounts)]:
        settings = accounts.get(name, ProviderSettings())
        kind = kind_of(name, settings)
        switch = next((variable for variable in kind.switches if environment.get(variable)), None)
        switch = switch if name == kind.name else None
        named = name in accounts and _is_account(name, kind, settings)
        if not named and switch is None:
            found.append(State(name, kind, None, _off(kind)))
            continue
        try:
            found.append(State(name, kind, setup_of(name, kind, settings, environment), "", named, switch))
        except SettingError as error:
            found.append(State(name, kind, None, str(error), named, switch))
    return found


def _is_account(name: str, kind: Kind, settings: ProviderSettings) -> bool:
    """Whether the settings say where an account is or who asks there."""
    says = settings.kind or settings.api_key_env or any(getattr(settings, field) for field in FIELDS)
    return bool(says) or name != kind.name or not kind.switches


def _off(kind: Kind) -> str:
    if not kind.switches:
        return f'name an account with kind = "{kind.name}" and its base_url under [providers] in bide.toml'
    return f"set {' or '.join(kind.switches)}"


def kind_of(name: str, settings: ProviderSettings) -> Kind:
    """The kind of an account: the one that is set, else the one of its name, else whatever speaks OpenAI's protocol.

    Raises:
        SettingError: there is no such kind.
    """
    kind = settings.kind or (name if name in KINDS else COMPATIBLE.name)
    if kind not in KINDS:
        raise SettingError(f"providers.{name}.kind is {kind!r}; there are: {', '.join(sorted(KINDS))}")
    return KINDS[kind]


def setup_of(name: str, kind: Kind, settings: ProviderSettings, environment: Mapping[str, str]) -> Setup:
    """What an account's adapter is made of.

    Raises:
        SettingError: something is missing; the message says how to give it.
    """
    own = name == kind.name
    given = {field: _given(field, kind if own else None, settings, environment) for field in FIELDS}
    if given["api_key"] is None and settings.api_key_env:
        given["api_key"] = environment.get(settings.api_key_env)
        if given["api_key"] is None:
            raise SettingError(
                f"providers.{name}.api_key_env names {settings.api_key_env}, which is not set in the environment"
            )
    base_url = given["base_url"] or kind.base_url
    for field in kind.required:
        if not (given[field] or (field == "base_url" and base_url)):
            raise SettingError(_missing(name, kind, field))
    has_batches = settings.batch and all(given[field] for field in kind.batch_needs)
    return Setup(
        account=name,
        catalogue=settings.catalogue or (kind.catalogue if settings.kind or own else None) or name,
        base_url=(base_url or "").format_map(_Given(given)),
        runtime_url=settings.runtime_url or settings.base_url or given["runtime_url"],
        api_key=given["api_key"] or "",
        token=given["token"],
        organisation=given["organisation"],
        project=given["project"],
        region=given["region"],
        bucket=given["bucket"],
        role=given["role"],
        api_version=given["api_version"],
        completion_window=_window(name, kind, settings),
        limits=_lowered(kind.limits, settings),
        capabilities=replace(
            kind.capabilities,
            batch=kind.capabilities.batch and has_batches,
            early_results=_early_results(name, kind, settings),
            flex=_flex(name, kind, settings),
        ),
        deployments=settings.deployments,
        batch_deployments=settings.batch_deployments,
        serves=kind.models,
    )


def _given(field: str, kind: Kind | None, settings: ProviderSettings, environment: Mapping[str, str]) -> str | None:
    """What the settings say, else the first of the kind's variables that is set. Only an account of the kind's own name
    reads the kind's variables: they are those of one account."""
    said: str | None = getattr(settings, field)
    if said or (field == "api_key" and settings.api_key_env):
        return said
    names = kind.variables.get(field, ()) if kind else ()
    return next((value for name in names if (value := environment.get(name))), None)


def _early_results(name: str, kind: Kind, settings: ProviderSettings) -> EarlyResults | None:
    """How answers are had from running batches.

    Raises:
        SettingError: the provider shows none.
    """
    said = settings.early_results
    if said is None:
        return kind.capabilities.early_results
    if said == "off":
        return None
    if not kind.early_by_setting:
        raise SettingError(
            f"providers.{name}.early_results is {said!r}; {kind.title} shows no results before a batch ends: leave it out"
        )
    return EarlyResults(said)


def _flex(name: str, kind: Kind, settings: ProviderSettings) -> Flex | None:
    """The flex tier that an account uses.

    Raises:
        SettingError: the provider has none.
    """
    tier = kind.capabilities.flex
    if settings.flex and tier is None:
        raise SettingError(f"providers.{name}.flex is true; {kind.title} has no flex tier: leave it out")
    wanted = settings.flex if settings.flex is not None else tier is not None and tier.documented
    return tier if wanted else None


def _duration(window: str | None) -> int | None:
    try:
        return parse_duration(window) if window else None
    except ValueError:
        return None  # a word of the provider's own


class _Given(dict[str, str | None]):
    """Fills an address that contains, for instance, ``{region}``; what is braces otherwise stays."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _missing(name: str, kind: Kind, field: str) -> str:
    variables = " or ".join(kind.variables.get(field, ()))
    otherwise = f", or the environment variable {variables}" if variables and name == kind.name else ""
    if field == "base_url":
        example = "" if otherwise else ", as in http://127.0.0.1:8000/v1"
        return f"the account {name} has no address; set providers.{name}.base_url{otherwise}{example}"
    return f"the account {name} ({kind.title}) needs a {field}; set providers.{name}.{field}{otherwise}"


def _window(name: str, kind: Kind, settings: ProviderSettings) -> str:
    windows, window = kind.windows, settings.completion_window
    if window is None:
        return windows[0] if windows else USUAL_WINDOW
    if windows is not None and window not in windows:
        raise SettingError(
            f"providers.{name}.completion_window is {window!r}; {kind.title} has {' and '.join(windows)}"
        )
    return window


def _lowered(limits: Limits, settings: ProviderSettings) -> Limits:
    return replace(
        limits,
        window=_duration(settings.completion_window) or limits.window,
        max_requests=min(settings.max_requests or limits.max_requests, limits.max_requests),
        max_bytes=min(settings.max_bytes or limits.max_bytes, limits.max_bytes),
        min_requests=settings.min_requests or limits.min_requests,
        batches_per_hour=settings.batches_per_hour or limits.batches_per_hour,
        inline_requests=limits.inline_requests if settings.inline else 0,
    )

"""Configuration: defaults, then ``bide.toml``, then the environment, then ``--set``; read once, into frozen values.

Every value knows where it came from (`bide config show`), and a name that nobody knows is refused with the name that
was probably meant.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from bide.core.clock import FAR_FUTURE
from bide.core.duration import exact_duration
from bide.core.errors import SettingError
from bide.ledger.overrides import OTHER_MODES
from bide.providers.kinds import KINDS
from bide.settings import ClassSettings, HardwareSettings, ProviderSettings, Settings
from bide.settings.misfit import fit, misfit
from bide.settings.section import NEVER, Duration, Kept, Names, Section

FILE = "bide.toml"

SECRETS = frozenset({"api_key", "token", "password", "webhook_secret"})

HIDDEN = "…"

_IN_URL = (
    re.compile(r"(?<=://)([^:/@]*:).+(?=@)"),  # up to the last "@": rather too much hidden than too little
    re.compile(r"([?&]\w*password=)[^&]*"),
)
"""Where URLs keep passwords: in front of the host, and in the parameters of libpq."""

FREE_TABLES: Mapping[str, type[Section] | None] = {
    "providers": ProviderSettings,
    "prices": None,
    "classes": ClassSettings,
    "hardware": HardwareSettings,
}
"""Tables whose keys are names of the user's; None: their values are checked by whoever reads them."""

NAME_TABLES = frozenset(
    field.name for field in msgspec.structs.fields(ProviderSettings) if field.type == dict[str, str]
)
"""Tables of an account whose keys are names of models."""

OPEN_TABLES: Mapping[str, Collection[str]] = {
    "providers": NAME_TABLES,
    "classes": ("metadata",),
    "gateway": ("failover",),
    "placement": ("accounts",),
}
"""Tables inside the free ones, whose keys are names too."""

VARIABLES = {f"BIDE_{name.upper()}_BASE_URL": f"providers.{name}.base_url" for name in KINDS}
"""Variables with a setting in a free table."""

PRICE_DEPTHS = (3, 4)
"""Keys of a price: that of a model, ``prices`` / model / ``input``, and that of one of its modes, with ``batch`` before the last."""

DEFAULT = "default"

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A setting as `bide config show` tells it."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Config:
    """Everything that was configured. `home` is where the embedded state lives, `database` a URL."""

    settings: Settings
    home: Path
    database: str
    environment: Mapping[str, str]
    sources: Mapping[str, str]
    file: Path | None

    @property
    def database_file(self) -> Path | None:
        """The file that the database is; None where it is none. As everywhere: three slashes before a relative path, four before an
        absolute one."""
        scheme, _, rest = self.database.partition("://")
        return Path(rest.removeprefix("/")) if scheme == "sqlite" else None

    def values(self) -> Iterator[Value]:
        """Every setting with its value and where it came from, in the order of the documentation."""
        yield Value("home", str(self.home), self.sources.get("home", DEFAULT))
        yield Value("database", _show(self.database), self.sources.get("database", DEFAULT))
        yield from self._section("", self.settings)

    def _section(self, prefix: str, section: Any) -> Iterator[Value]:
        for name, value in _fields(section):
            dotted = f"{prefix}{name}"
            if isinstance(value, dict | Section):
                yield from self._section(f"{dotted}.", value)
            elif value is not None or dotted in self.sources:
                shown = HIDDEN if name in SECRETS and value else _show(value)
                yield Value(dotted, shown, self.sources.get(dotted, DEFAULT))


def load(
    environment: Mapping[str, str],
    *,
    assignments: Sequence[str] = (),
    file: str | None = None,
    database: str | None = None,
) -> Config:
    """Read the configuration. `assignments` are ``name=value`` texts, `file` and `database` what the caller named.

    Raises:
        SettingError: a file cannot be read, a name is unknown, a value does not fit.
    """
    sources: dict[str, str] = {}
    home = _home(environment, sources)
    raw: dict[str, Any] = {}
    path = _find(file or environment.get("BIDE_CONFIG"), home)
    if path is not None:
        _merge(raw, _read(path), str(path), sources)
    for variable, name in _from_environment(environment):
        _assign(raw, _split(name), environment[variable], f"environment ({variable})", sources)
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError(
                f"--set {text} has no value; write --set name=value, as in --set engine.poll_interval=5s"
            )
        _assign(raw, _split(name.strip()), value.strip(), "--set", sources)
    settings = _convert(raw, sources)
    chosen = database or environment.get("BIDE_DB")
    if chosen:
        sources["database"] = "--db" if database else "environment (BIDE_DB)"
    return Config(settings, home, chosen or f"sqlite:///{home / 'bide.db'}", environment, sources, path)


def _home(environment: Mapping[str, str], sources: dict[str, str]) -> Path:
    if text := environment.get("BIDE_HOME"):
        sources["home"] = "environment (BIDE_HOME)"
        return Path(text).expanduser().absolute()
    return Path(platformdirs.user_data_dir("bide", appauthor=False))


def _find(named: str | None, home: Path) -> Path | None:
    if named is not None:
        path = Path(named)
        if not path.is_file():
            raise SettingError(f"there is no configuration file {named}")
        return path
    return next((path for path in (Path(FILE), home / FILE) if path.is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path}: {error}") from error
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror}") from error


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables such as ``BIDE_ENGINE_POLL_INTERVAL``, each with its setting."""
    yield from ((variable, name) for variable, name in VARIABLES.items() if environment.get(variable))
    for variable in sorted(environment):
        for section in msgspec.structs.fields(Settings):
            prefix = f"BIDE_{section.name.upper()}_"
            if section.name not in FREE_TABLES and variable.startswith(prefix):
                yield variable, f"{section.name}.{variable.removeprefix(prefix).lower()}"


def _merge(raw: dict[str, Any], table: Mapping[str, Any], source: str, sources: dict[str, str]) -> None:
    for keys, value in _flat((), table):
        _assign(raw, keys, value, source, sources)


def _flat(above: Keys, table: Mapping[str, Any]) -> Iterator[tuple[Keys, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat((*above, name), value)  # type: ignore[reportUnknownArgumentType]
        else:
            yield (*above, name), value


def _assign(raw: dict[str, Any], keys: Keys, value: Any, source: str, sources: dict[str, str]) -> None:
    """Put one setting into the nested tables. Raises `SettingError` for a name nobody knows, or a group's."""
    _check(keys, source)
    table = raw
    for key in keys[:-1]:
        if not isinstance(table.get(key), dict):
            table[key] = {}  # a mode's multiplier gives way to prices of its own
        table = table[key]
    table[keys[-1]] = str(value) if isinstance(value, Decimal) else value
    sources[".".join(keys)] = source


def _split(name: str) -> Keys:
    """The keys of a dotted name; a model's own dots, as in ``prices.openai/gpt-4.1.input``, belong to the second key."""
    first, _, rest = name.partition(".")
    if first not in FREE_TABLES or not rest:
        return tuple(name.split("."))
    if first == "providers" and (names := re.search(rf"\.({'|'.join(sorted(NAME_TABLES))})\.", rest)):
        return first, rest[: names.start()], names[1], rest[names.end() :]
    middle, _, last = rest.rpartition(".")
    model, _, mode = middle.rpartition(".")
    if first == "prices" and model and mode in OTHER_MODES:
        return first, model, mode, last
    return (first, middle, last) if middle else (first, rest)


def _check(keys: Keys, source: str) -> None:
    name = ".".join(keys)
    group, names = keys[0], keys[1:-1]
    if group in OPEN_TABLES and names and names[-1] in OPEN_TABLES[group]:
        return
    section: type[Section] | None = Settings
    for depth, key in enumerate(keys):
        if depth == 1 and keys[0] in FREE_TABLES:
            section = FREE_TABLES[keys[0]]
            if section is None and len(keys) in PRICE_DEPTHS:
                return
            continue
        known = {field.name: field.type for field in msgspec.structs.fields(section)} if section else {}
        if key not in known:
            meant = _meant(keys, depth, known)
            hint = f"; did you mean {meant}?" if meant else ""
            raise SettingError(f"{source}: there is no setting {name}{hint} (`bide config show` lists them all)")
        section = _section_of(known[key])
    if section is not None or (keys[0] in FREE_TABLES and len(keys) < 3):
        raise SettingError(f"{source}: {name} is a group of settings; set one of them, as in --set engine.steps=4")


def _meant(keys: Keys, depth: int, known: Mapping[str, Any]) -> str | None:
    """The name that a misspelt one is close to, from the key at `depth` on; below a group that is guessed as far as what
    follows is close to something of it, too. None where nothing is close."""
    found, section = list(keys[:depth]), known
    for key in keys[depth:]:
        guess = difflib.get_close_matches(key, section, n=1)
        if not guess:
            break
        found.append(guess[0])
        below = _section_of(section[guess[0]])
        section = {field.name: field.type for field in msgspec.structs.fields(below)} if below else {}
    return ".".join(found) if len(found) > depth else None


def _section_of(annotation: Any) -> type[Section] | None:
    """The section that a field is, if it is one."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def _convert(raw: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    try:
        return fit(raw)
    except msgspec.ValidationError as error:
        raise SettingError(misfit(raw, error, sources)) from error


def _fields(section: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(section, dict):
        yield from section.items()  # type: ignore[reportUnknownVariableType]
        return
    for name in section.__struct_fields__:
        yield name, getattr(section, name)


def _show(value: object) -> str:
    """A value as it may be shown, and may be set again unless it holds a password."""
    if isinstance(value, Kept) and value == FAR_FUTURE:
        return NEVER
    if isinstance(value, Duration):
        return exact_duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    text = ",".join(value) if isinstance(value, Names) else str(value)
    for password in _IN_URL:
        text = password.sub(rf"\1{HIDDEN}", text)
    return text


def from_process() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ

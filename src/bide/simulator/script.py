"""A script: what a simulated provider is like, read from TOML into frozen values.

Presets are scripts too, in `presets/`; each table here is described by the dataclass that it becomes.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, cast

from bide.core.errors import SettingError
from bide.simulator import notation as written
from bide.simulator.answers import TINY, AnswerSettings
from bide.simulator.behaviour import Behaviour, Rule, read_rule
from bide.simulator.calls import INSTANT, CallSettings
from bide.simulator.chance import Spread
from bide.simulator.fate import Fate
from bide.simulator.faults import FaultRule, read_fault_rule
from bide.simulator.files import FileSettings
from bide.simulator.limits import Limit
from bide.simulator.notation import read_table, refuse_unknown
from bide.simulator.outages import Outage


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """`[account]` of a script. Without `models` every name is one; `batches_per_hour` bounds the creates.

    `cancel_ended` is the status that cancelling an ended batch is answered with (what the real service does is not
    documented), 200 to show the batch.
    """

    models: Annotated[tuple[str, ...], written.texts] = ()
    batches_per_hour: Annotated[int, written.whole] = 2000
    cancel_ended: Annotated[int, written.whole] = 409


@dataclass(frozen=True, kw_only=True)
class Script:
    """Everything that a simulated provider does, but for the seed."""

    batch: Behaviour = field(default_factory=Behaviour)
    when: Sequence[Rule] = ()
    fault: Sequence[FaultRule] = ()
    outage: Sequence[Outage] = ()
    limit: Sequence[Limit] = ()
    realtime: CallSettings = field(default_factory=CallSettings)
    answers: AnswerSettings = field(default_factory=AnswerSettings)
    files: FileSettings = field(default_factory=FileSettings)
    account: AccountSettings = field(default_factory=AccountSettings)
    fate: Fate | None = None
    """Says what batches and calls take, in the place of chance; no file has one."""

    def hurried(self) -> "Script":
        """The same, at full speed: no turnaround, no latency, tiny answers. For measuring what is in front of it."""
        at_once = Spread(0)
        batch = replace(self.batch, turnaround=at_once, validation=at_once, finalizing=at_once, cancelling=at_once)
        return replace(self, batch=batch, realtime=INSTANT, answers=TINY)


@dataclass(frozen=True, kw_only=True)
class Speed:
    """`[speed]` of a script."""

    fast: Annotated[bool, written.flag] = False


SECTIONS: Mapping[str, type[object]] = {
    "batch": Behaviour,
    "realtime": CallSettings,
    "answers": AnswerSettings,
    "files": FileSettings,
    "account": AccountSettings,
    "speed": Speed,
}
"""Tables that a script has at most one of."""

LISTS: Mapping[str, Callable[[object, str], object]] = {
    "when": read_rule,
    "fault": read_fault_rule,
    "outage": partial(read_table, Outage),
    "limit": partial(read_table, Limit),
}
"""Tables that a script may have many of, with their readers."""


def presets() -> list[str]:
    """The names of the scripts that come with bide."""
    folder = resources.files("bide.simulator").joinpath("presets")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_script(name: str) -> Script:
    """The script in a file, or a preset by its name.

    Raises:
        SettingError: there is none of this name, or it cannot be understood; the message names the file and the line.
    """
    if name in presets():
        text = resources.files("bide.simulator").joinpath("presets", f"{name}.toml").read_text("utf-8")
        return parse_script(text, name)
    path = Path(name)
    if not path.is_file():
        raise SettingError(f"there is no script {name!r}; name a TOML file or one of {', '.join(presets())}")
    return parse_script(path.read_text("utf-8"), name)


def parse_script(text: str, name: str = "script") -> Script:
    """The script in a TOML text. Raises as `load_script` does."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{name}: {error}") from error
    refuse_unknown(tables, {**SECTIONS, **LISTS}, name)
    values: dict[str, Any] = {}
    for key, table in tables.items():
        if key in SECTIONS:
            values[key] = read_table(SECTIONS[key], table, f"{name}, [{key}]{_line(text, key)}")
        elif not isinstance(table, list):
            raise SettingError(f"{name}: {key} is a list of tables; write [[{key}]]")
        else:
            values[key] = tuple(
                LISTS[key](entry, f"{name}, [[{key}]]{_line(text, key, number)}")
                for number, entry in enumerate(cast(list[object], table))
            )
    speed = values.pop("speed", None)
    script = Script(**values)
    return script.hurried() if isinstance(speed, Speed) and speed.fast else script


def _line(text: str, key: str, number: int = 0) -> str:
    """`` (line 3)``: where a table begins, for messages; nothing for one without a header of its own."""
    heads = list(re.finditer(rf"^[ \t]*\[{{1,2}}[ \t]*{re.escape(key)}[ \t]*\]", text, re.MULTILINE))
    return f" (line {1 + text.count(chr(10), 0, heads[number].start())})" if number < len(heads) else ""

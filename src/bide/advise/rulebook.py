"""The rules, presets, articles and contradictions, as data: `rulebook.toml`. The file's head explains its columns."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from bide.advise.condition import Condition
from bide.core.duration import parse_duration

Mode = Literal["realtime", "queue", "batch", "hybrid", "self-hosted"]
Action = Literal[
    "flush",
    "wait",
    "serverless",
    "batch_spot",
    "migrate_deferrable_to_batch_or_serverless",
    "increase_frequency_or_capacity",
    "add_capacity",
    "reclassify",
]
PresetName = Literal["deadline", "volume", "latency", "patience"]

OWN: PresetName = "deadline"
"""The preset that is bide's own."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place in an article."""

    article: str
    section: str


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something published that gives advice."""

    title: str
    publisher: str


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds that go together; those that it does not name are bide's own. `article` is None for bide's own."""

    title: str
    article: str | None = None
    thresholds: Mapping[str, float | str]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """If the condition holds, this is advised; the first rule of a preset that fits decides."""

    id: str
    presets: tuple[PresetName, ...] = ()
    when: Condition
    mode: Mode
    action: Action | None = None
    weak: bool = False
    schedule: Literal["nightly"] | None = None
    says: str
    reason: str
    sources: tuple[Part, ...] = ()

    def speaks_in(self, preset: str) -> bool:
        """Whether the rule is one of a preset's."""
        return not self.presets or preset in self.presets


class Conflict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A contradiction between the articles, or within one, and how bide resolves it. It is named wherever one of the conditions
    holds."""

    id: str
    topic: str
    claims: tuple[str, ...]
    resolution: str
    when: tuple[Condition, ...]


class Rulebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of it."""

    articles: Mapping[str, Article]
    presets: Mapping[PresetName, Preset]
    rule: Sequence[Rule]
    conflict: Sequence[Conflict]

    def thresholds(self, preset: PresetName, own: Mapping[str, float] | None = None) -> dict[str, float]:
        """A preset's thresholds over bide's own, and those of the config over both; times in microseconds."""
        told = {**self.presets[OWN].thresholds, **self.presets[preset].thresholds}
        return {name: _value(value) for name, value in told.items()} | dict(own or {})

    def rules(self, preset: PresetName) -> Sequence[Rule]:
        """Those of a preset, in their order."""
        return [rule for rule in self.rule if rule.speaks_in(preset)]


def _value(value: float | str) -> float:
    return float(parse_duration(value)) if isinstance(value, str) else float(value)


@cache
def bundled_rulebook() -> Rulebook:
    """The one that comes with bide."""
    text = resources.files("bide.advise").joinpath("rulebook.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Rulebook)

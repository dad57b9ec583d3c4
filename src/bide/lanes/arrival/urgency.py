"""By when a call that comes over HTTP is wanted, and who said so.

In this order: a rule that pins; the headers; the same names in the body's metadata; a stream, which somebody watches; the
words of the caller's own protocol; the first rule that fits; the key's default; else at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import msgspec

from bide.core.deadline import OnMiss, Priority, parse_deadline
from bide.core.errors import DeadlineError
from bide.lanes.arrival.patience import A_DAY, deadline_of


class Said(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a call says about itself. Of `headers` and `metadata` only the names that are bide's, in lower case:
    ``bide-within`` and ``bide_within``."""

    path: str
    model: str
    headers: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    metadata: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    stream: bool = False
    service_tier: str | None = None
    background: bool = False
    workflow: str | None = None
    key: str | None = None
    key_priority: Priority | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What calls of a kind are: a class of their own, with their time. What is None or empty fits every call.

    `pinned` stands above what the call says itself. `multiple` is how many times the batch price a call may cost at most:
    where real time costs more, it is not rescued.
    """

    name: str
    workflow: str | None = None
    key: str | None = None
    model: str | None = None
    path: str | None = None
    stream: bool | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    within: str | None = None
    priority: Priority | None = None
    pinned: bool = False
    multiple: float | None = None

    def fits(self, said: Said) -> bool:
        """Whether the call is of this kind. Names may be patterns."""
        return (
            _fits(self.workflow, said.workflow)
            and _fits(self.key, said.key)
            and _fits(self.model, said.model)
            and _fits(self.path, said.path)
            and (self.stream is None or self.stream is said.stream)
            and all(_fits(pattern, said.metadata.get(name)) for name, pattern in self.metadata.items())
        )


class Urgency(msgspec.Struct, frozen=True, gc=False):
    """By when. `deadline` is None for at once, `source` who said so; `explicit` where the call itself did."""

    deadline: int | None
    source: str
    on_miss: OnMiss = OnMiss.RESCUE
    explicit: bool = False
    multiple: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of the served protocols mean, where nothing more precise is said."""

    flex: Priority = Priority.STANDARD
    background: Priority = Priority.STANDARD
    on_miss: OnMiss = OnMiss.RESCUE
    """What happens to a call that a batch would answer too late."""
    low: str = A_DAY
    """What the priority `low` means: a duration, or a window (`bide.lanes.arrival.patience`)."""


def urgency(said: Said, rules: Sequence[Rule], words: Words, now: int) -> Urgency:
    """By when a call is wanted.

    Raises:
        DeadlineError: a deadline or a priority is not understood; the message begins with where it stands.
    """
    rule = next((rule for rule in rules if rule.fits(said)), None)
    if rule is not None and rule.pinned:
        return _by_rule(rule, words, now)
    on_miss = _on_miss(said, words.on_miss)
    for source, given in (("header", said.headers), ("metadata", said.metadata)):
        separator = "-" if source == "header" else "_"
        if f"bide{separator}by" in given and f"bide{separator}within" in given:
            raise DeadlineError(f"{source} bide{separator}by and bide{separator}within both say when; give one of them")
        for word in ("by", "within", "priority"):
            name = f"bide{separator}{word}"
            if name in given:
                deadline = _deadline(word, given[name], words, now, f"{source} {name}")
                return Urgency(deadline, f"{source} {name}", on_miss, explicit=True)
    if said.stream:
        return Urgency(None, "stream")
    if said.service_tier in ("priority", "fast"):
        return Urgency(None, f"service_tier {said.service_tier}")
    if said.background:
        return _by_priority(words.background, "background", on_miss, words, now)
    if said.service_tier == "flex":
        return _by_priority(words.flex, "service_tier flex", on_miss, words, now)
    if "bide-webhook" in said.headers:  # whoever wants to be told does not wait
        return _by_priority(Priority.STANDARD, "header bide-webhook", on_miss, words, now)
    if rule is not None:
        return msgspec.structs.replace(_by_rule(rule, words, now), on_miss=on_miss)
    if said.key_priority is not None:
        return _by_priority(said.key_priority, "key", on_miss, words, now)
    return Urgency(None, "default")


def _fits(pattern: str | None, value: str | None) -> bool:
    return pattern is None or (value is not None and fnmatchcase(value, pattern))


def _by_rule(rule: Rule, words: Words, now: int) -> Urgency:
    source = f"class {rule.name}"
    if rule.within is not None:
        return Urgency(_deadline("within", rule.within, words, now, source), source, multiple=rule.multiple)
    priority = rule.priority or Priority.URGENT
    deadline = None if priority is Priority.URGENT else deadline_of(priority, words.low, now)
    return Urgency(deadline, source, multiple=rule.multiple)


def _by_priority(priority: Priority, source: str, on_miss: OnMiss, words: Words, now: int) -> Urgency:
    deadline = None if priority is Priority.URGENT else deadline_of(priority, words.low, now)
    return Urgency(deadline, source, on_miss)


def _deadline(word: str, text: str, words: Words, now: int, where: str) -> int | None:
    if word != "priority":
        try:
            return parse_deadline(text, now)
        except DeadlineError as error:
            raise DeadlineError(f"{where}: {error}") from None
    try:
        priority = Priority(text.strip().lower())
    except ValueError:
        names = ", ".join(Priority)
        raise DeadlineError(f"{where}: there is no priority {text!r}; write one of {names}") from None
    return None if priority is Priority.URGENT else deadline_of(priority, words.low, now)


def _on_miss(said: Said, otherwise: OnMiss) -> OnMiss:
    text = said.headers.get("bide-on-miss") or said.metadata.get("bide_on_miss")
    if text is None:
        return otherwise
    try:
        return OnMiss(text.strip().lower())
    except ValueError:
        raise DeadlineError(f"Bide-On-Miss: {text!r} is none of {', '.join(OnMiss)}") from None

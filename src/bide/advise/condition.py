"""Whether what is known of a workload fits the condition of a rule.

A condition is a table: a fact's name, and what it has to be. That is true or false, a word, or a comparison with a threshold
by name (``">= batch_from"``), a number (``"> 0.5"``) or a time (``"< 5m"``); ``"~word"`` is a text that has the word in it; several
in a list stand for all of them. All have to hold, for every value that a range may have; what is unknown fits nothing.
"""

import re
from collections.abc import Mapping

from bide.advise.facts import Fact, Facts, Thresholds
from bide.advise.span import Span
from bide.core.duration import parse_duration

Condition = Mapping[str, bool | str | tuple[str, ...]]

_COMPARISON = re.compile(r"(<=|>=|<|>)\s*(\S+)")


def fits(condition: Condition, facts: Facts, thresholds: Thresholds) -> bool:
    """Whether all of it holds."""
    return all(
        _holds(facts.get(name), one, thresholds) for name, wanted in condition.items() for one in _several(wanted)
    )


def named(condition: Condition) -> tuple[str, ...]:
    """The thresholds that a condition names, in its order."""
    texts = [one for wanted in condition.values() for one in _several(wanted) if isinstance(one, str)]
    found = [_COMPARISON.fullmatch(one) for one in texts]
    return tuple(one[2] for one in found if one is not None and re.fullmatch(r"[a-z_]+", one[2]))


def _several(wanted: bool | str | tuple[str, ...]) -> tuple[bool | str, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _holds(fact: Fact, wanted: bool | str, thresholds: Thresholds) -> bool:
    if fact is None:
        return False
    if isinstance(wanted, bool):
        return fact is wanted
    if wanted.startswith("~"):
        return isinstance(fact, str) and wanted[1:] in fact.lower()
    comparison = _COMPARISON.fullmatch(wanted)
    if comparison is None:
        return fact == wanted
    if not isinstance(fact, Span):
        return False
    limit = _limit(comparison[2], thresholds)
    match comparison[1]:
        case "<":
            return fact.below(limit)
        case "<=":
            return fact.within(limit)
        case ">":
            return fact.above(limit)
        case _:
            return fact.reaches(limit)


def _limit(text: str, thresholds: Thresholds) -> float:
    if text in thresholds:
        return thresholds[text]
    try:
        return float(text)
    except ValueError:
        return float(parse_duration(text))

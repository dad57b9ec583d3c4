"""Whether a catalogue's entry *names* a model, or merely matches it.

The catalogue finds entries generously: "starts with gpt-5-nano-", "contains moderation", "ends with gemini-2.0-flash".
That is right for snapshots of a known model and wrong for somebody's own model with a similar name, whose price nobody
knows. So a match counts only when nothing but a prefix of Bedrock's and a version is left of the name.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import MatchLogic

PREFIX = re.compile(r"(?:(?:us|us-gov|eu|apac|au|jp|in|ca|sa|global)\.)?(?:anthropic\.)?")
"""What Bedrock's inference profiles put before a model: a geography, a vendor."""

VERSION = re.compile(
    # The rest of a date that the entry has begun: "gpt-4o-2024-" goes on "08-06", "gpt-5-nano-" goes on "2025-08-07".
    r"(?:\d+(?:-\d{2}){0,2})?"
    # -2024-08-06, -09-2025, -05-20, -20250929, -0613, -001, @20250929, -v1:0, :200k, -latest. Not -70: that is a size.
    r"(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{2}-\d{2}(?:\d{2})?|\d{3,8}|v\d{1,2}|latest|default|preview|exp|experimental)|:\d+k?)*"
)

FINE_TUNE = re.compile(VERSION.pattern + r"(?::[\w.-]*){1,4}")
"""ft:MODEL:organisation:suffix:id, with any of the three empty."""

DATED_RUN = 3
"""Digits that run on across the entry's end are a date or a revision (2025|0514, 0|01); two would be a version number
of another model (claude-opus-4-1|0)."""


def names(clause: "MatchLogic", model: str) -> bool:
    """Whether a clause of the catalogue that matches `model` (lower case) names it."""
    # Imported on use: loading the library takes a third of a second, and most commands price nothing.
    from genai_prices import types

    match clause:
        case types.ClauseEquals():
            return clause.equals.lower() == model
        case types.ClauseOr():
            return any(names(part, model) for part in clause.or_)
        case types.ClauseAnd():
            return clause.is_match(model) and any(names(part, model) for part in clause.and_)
        case types.ClauseRegex():
            found = re.search(clause.regex, model)
            return found is not None and _is_decoration(model, found.start(), found.end())
        case types.ClauseStartsWith(starts_with=literal):
            return model.startswith(literal.lower()) and _is_decoration(model, 0, len(literal))
        case types.ClauseEndsWith(ends_with=literal):
            return model.endswith(literal.lower()) and _is_decoration(model, len(model) - len(literal), len(model))
        case types.ClauseContains(contains=literal):
            start = model.find(literal.lower())
            return start >= 0 and _is_decoration(model, start, start + len(literal))


def _is_decoration(model: str, start: int, end: int) -> bool:
    """Whether only a prefix and a version stand around ``model[start:end]``, which must not be empty."""
    found, rest = model[start:end], model[end:]
    if not found or not PREFIX.fullmatch(model, 0, start):
        return False
    if found.endswith(".ft-"):
        # Azure's fine-tunes: the base model, then a hash.
        return rest.isalnum()
    digits = len(found) - len(found.rstrip("0123456789")), len(rest) - len(rest.lstrip("0123456789"))
    if all(digits) and sum(digits) < DATED_RUN:
        return False
    if digits[1] and not digits[0] and not found.endswith("-"):
        return False
    return (FINE_TUNE if found.startswith("ft:") else VERSION).fullmatch(rest) is not None

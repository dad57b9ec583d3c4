"""What to do with a batch that failed validation: throw the named line out, or divide until the culprit is alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bide.providers.port import BATCH_REFUSED, PROVIDER_FAILED, TOO_FEW, RowError

MOST_EJECTIONS = 3
"""Failed validations with a named line before a batch is halved: one bad line is found at once, many by division."""

WHOLE_MODEL = frozenset({"model_not_found", "model_not_supported", "endpoint_not_supported", TOO_FEW, BATCH_REFUSED})
"""Codes that condemn every line of the file: the provider has no batch lane for the model, or none that these requests
could take."""

UNREAD = frozenset({"input_file_unavailable"})
"""Codes of files that the provider has lost: uploaded again, they are as good as before."""

PASSING = frozenset({PROVIDER_FAILED})
"""Codes for which no line is to blame: throwing lines out would fail requests that nobody has looked at."""

QUOTA = frozenset({"token_limit_exceeded", "enqueued_token_limit_exceeded", "enqueued_tokens_exceeded"})


@dataclass(frozen=True, slots=True)
class Wait:
    """The quota was full: nothing is wrong with the requests. `limit` is the quota in tokens, where it was named."""

    limit: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """No batch lane for these requests: all that wait beside them are called instead."""

    error: RowError


@dataclass(frozen=True, slots=True)
class Divide:
    """Throw out these lines (counted from 1) with their errors, and put the rest into `parts` new batches."""

    ejected: tuple[RowError, ...]
    parts: int


def after_failure(
    errors: Sequence[RowError], requests: int, failed_validations: int, least: int = 1
) -> Wait | Bar | Divide:
    """The next step for the requests of a batch that failed before anything of it ran.

    `failed_validations` counts the failures of the batches these requests were in before. No part is made of fewer than
    `least`, the smallest batch that the provider takes: what is left after the culprits are thrown out is planned
    anew, and where the culprit is among too few to divide, all of them are called, where it fails alone.
    """
    first = errors[0] if errors else RowError("unknown", "the provider named no reason")
    if first.code in QUOTA:
        return Wait(first.limit)
    if first.code in WHOLE_MODEL:
        return Bar(first)
    if first.code in PASSING:
        return Divide((), 1) if failed_validations < MOST_EJECTIONS else Bar(first)
    if first.code in UNREAD and failed_validations < MOST_EJECTIONS:
        return Divide((), 1)
    named = tuple(error for error in errors if error.line is not None and 1 <= error.line <= requests)
    left = requests - len({error.line for error in named})
    whole = 1 if left >= least else 0
    can_halve = requests // 2 - (requests - left) >= least
    if named and (failed_validations < MOST_EJECTIONS or (least > 1 and not can_halve)):
        return Divide(named, min(whole, left))
    if requests == 1:
        return Divide((RowError(first.code, first.message, 1, first.param),), 0)
    if least > 1 and not can_halve:
        return Bar(first)
    return Divide(named, min(2, left))


_NOTE = re.compile(r"line (\d+): (.*)", re.DOTALL)


def as_note(error: RowError) -> str:
    """What is kept with a batch that was refused before it had a name at the provider: the message, and which line it is about."""
    return error.message if error.line is None else f"line {error.line}: {error.message}"


def from_note(code: str | None, note: str | None) -> RowError:
    """The error behind what is kept with a batch."""
    text = note or "the provider named no reason"
    found = _NOTE.fullmatch(text)
    return RowError(code or "unknown", found[2], int(found[1])) if found else RowError(code or "unknown", text)

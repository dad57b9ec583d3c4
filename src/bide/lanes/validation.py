"""What to do with a batch that failed validation: throw the named line out, or divide until the culprit is alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.providers.port import RowError

MOST_EJECTIONS = 3
"""Failed validations with a named line before a batch is halved: one bad line is found at once, many by division."""

WHOLE_MODEL = frozenset({"model_not_found", "model_not_supported", "endpoint_not_supported"})
"""Codes that condemn every line of the file: the provider has no batch lane for the model."""

QUOTA = frozenset({"token_limit_exceeded", "enqueued_token_limit_exceeded", "enqueued_tokens_exceeded"})


@dataclass(frozen=True, slots=True)
class Wait:
    """The quota was full: nothing is wrong with the requests. `limit` is the quota in tokens, where it was named."""

    limit: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """No batch lane for this model."""

    error: RowError


@dataclass(frozen=True, slots=True)
class Divide:
    """Throw out these lines (counted from 1) with their errors, and put the rest into `parts` new batches."""

    ejected: tuple[RowError, ...]
    parts: int


def after_failure(errors: Sequence[RowError], requests: int, failed_validations: int) -> Wait | Bar | Divide:
    """The next step for the requests of a batch that failed before anything of it ran.

    `failed_validations` counts the failures of the batches these requests were in before.
    """
    first = errors[0] if errors else RowError("unknown", "the provider named no reason")
    if first.code in QUOTA:
        return Wait(first.limit)
    if first.code in WHOLE_MODEL:
        return Bar(first)
    named = tuple(error for error in errors if error.line is not None and 1 <= error.line <= requests)
    left = requests - len({error.line for error in named})
    if named and failed_validations < MOST_EJECTIONS:
        return Divide(named, min(1, left))
    if requests == 1:
        return Divide((RowError(first.code, first.message, 1, first.param),), 0)
    return Divide(named, min(2, left))

"""Azure's words for what goes wrong."""

import re
from dataclasses import replace

from bide.simulator.refusal import Failure
from bide.simulator.rows import Problem

CODES = {
    "invalid_url": "url_mismatch",
    "mismatched_model": "model_mismatch",
    "missing_required_parameter": "invalid_request",
    "streaming_unsupported": "invalid_request",
    "invalid_method": "invalid_request",
}

FULL = "token_limit_exceeded"

NO_BATCHES = Problem("invalid_request", "The deployment's SKU is not a batch SKU.")

_LIMIT = re.compile(r"Limit: ([\d,]+)")


def problem_in_azures_words(problem: Problem, model: str) -> Problem:
    """Why a batch failed. Lines are named, parameters are not."""
    message = full(problem.message, model) if problem.code == FULL else problem.message
    return replace(problem, code=CODES.get(problem.code, problem.code), message=message, param=None)


def failure_in_azures_words(failure: Failure, model: str) -> Failure:
    """Why a create was refused: at once, where the region fails fast."""
    return replace(failure, status=400, message=full(failure.message, model)) if failure.code == FULL else failure


def full(message: str, model: str) -> str:
    """What a full queue says, as OpenAI or as Azure does."""
    found = _LIMIT.search(message)
    limit = int(found[1].replace(",", "")) if found else 0
    return (
        f"The number of enqueued tokens has surpassed the configured limit of {_short(limit)} for the deployment"
        f" '{model}'. Please either increase the limit or try again once the current jobs have finished."
    )


def _short(number: int) -> str:
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if number >= size and number % size == 0:
            return f"{number // size}{unit}"
    return str(number)

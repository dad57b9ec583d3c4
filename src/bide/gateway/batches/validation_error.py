"""What is wrong with the file of a batch, in OpenAI's words: the entries of ``errors.data``."""

from collections.abc import Mapping, Sequence

import msgspec

from bide.intake.findings import Findings
from bide.intake.problem import Code, Problem

SHOWN = 100
"""Entries of the list; OpenAI's has one. A last one says how many more there are."""

OPENAI_CODES: Mapping[Code, str] = {
    Code.INVALID_ENCODING: "invalid_json_line",
    Code.LINE_TOO_LARGE: "invalid_json_line",
    Code.UNSUPPORTED_URL: "invalid_url",
    Code.MODEL_NOT_ROUTABLE: "model_not_found",
    Code.MISSING_MODEL: "invalid_request",
}
"""Where OpenAI has another word than bide; what it has no word for keeps bide's."""


class ValidationError(msgspec.Struct, frozen=True):
    """One thing that is wrong. `line` counts from 1; None is the file as a whole."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None


def of_problem(problem: Problem) -> ValidationError:
    """A line that cannot be used."""
    code = OPENAI_CODES.get(problem.code, str(problem.code))
    if problem.code is Code.INVALID_TYPE and problem.field is None:
        code = "invalid_json_line"  # a line that is JSON, but no object
    return ValidationError(code, f"{problem.message}; {problem.remedy}", problem.field, problem.line)


def of_findings(findings: Findings) -> Sequence[ValidationError]:
    """The lines that cannot be used."""
    shown = [of_problem(problem) for problem in findings.problems[:SHOWN]]
    if findings.refused > len(shown):
        more = f"{findings.refused - len(shown):,} more lines cannot be used; `bide files validate` lists them all"
        shown.append(ValidationError("too_many_errors", more))
    return shown


def unknown_file(identifier: str) -> ValidationError:
    """There is no such file, or it is somebody else's."""
    return ValidationError("invalid_request", f"No such File object: {identifier}", "file_id")


def wrong_purpose(purpose: str) -> ValidationError:
    """The file was uploaded for something else."""
    return ValidationError(
        "invalid_request", f"the file was uploaded for {purpose!r}; upload it with the purpose 'batch'", "file_id"
    )


def encode(errors: Sequence[ValidationError]) -> str:
    """As the store keeps them and clients get them."""
    return msgspec.json.encode(errors).decode()

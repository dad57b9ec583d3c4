"""What can be wrong with one line of input, as values: the good lines around it go on.

The codes are stable and for programs; where OpenAI's batch validation has a word for it, the word is OpenAI's.
"""

import difflib
import enum
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Code(enum.StrEnum):
    """Why a line is refused."""

    INVALID_JSON_LINE = "invalid_json_line"
    INVALID_CSV_ROW = "invalid_csv_row"
    INVALID_ENCODING = "invalid_encoding"
    LINE_TOO_LARGE = "line_too_large"
    WRONG_NUMBER_OF_COLUMNS = "wrong_number_of_columns"
    UNKNOWN_COLUMN = "unknown_column"
    MISSING_REQUIRED_PARAMETER = "missing_required_parameter"
    INVALID_TYPE = "invalid_type"
    INVALID_VALUE = "invalid_value"
    INVALID_CUSTOM_ID = "invalid_custom_id"
    DUPLICATE_CUSTOM_ID = "duplicate_custom_id"
    INVALID_METHOD = "invalid_method"
    UNSUPPORTED_URL = "unsupported_url"
    STREAMING_UNSUPPORTED = "streaming_unsupported"
    MISSING_MODEL = "missing_model"
    MODEL_NOT_ROUTABLE = "model_not_routable"
    UNSUPPORTED_PARAMETER = "unsupported_parameter"
    MISSING_PROMPT = "missing_prompt"
    CONTEXT_WINDOW_EXCEEDED = "context_window_exceeded"
    EMPTY_FILE = "empty_file"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code in one sentence, and what its reader can usually do."""

    sentence: str
    remedy: str


CODES: Mapping[Code, Meaning] = {
    Code.INVALID_JSON_LINE: Meaning(
        "The line is not one JSON document.",
        "write each request as one JSON object on one line; `jq -c` makes such lines",
    ),
    Code.INVALID_CSV_ROW: Meaning(
        "The record breaks the rules of CSV quoting.",
        'put cells with commas, quotes or line breaks between double quotes and write a quote inside as ""',
    ),
    Code.INVALID_ENCODING: Meaning(
        "The line is not UTF-8 text.",
        "save the file as UTF-8, for instance with `iconv -t UTF-8`",
    ),
    Code.LINE_TOO_LARGE: Meaning(
        "The line or cell is longer than a request can be.",
        "split the request, or hand images over by URL instead of inside the line",
    ),
    Code.WRONG_NUMBER_OF_COLUMNS: Meaning(
        "The record has more or fewer cells than the header has columns.",
        "quote cells that contain the separator",
    ),
    Code.UNKNOWN_COLUMN: Meaning(
        "The prompt template names a column that the row does not have.",
        "correct the name in the template or give it as a variable",
    ),
    Code.MISSING_REQUIRED_PARAMETER: Meaning(
        "A field without which the request cannot be sent is missing.",
        "fill it in",
    ),
    Code.INVALID_TYPE: Meaning(
        "A field holds another kind of value than it must.",
        "change the value's type",
    ),
    Code.INVALID_VALUE: Meaning(
        "A field holds a value it does not allow.",
        "change the value",
    ),
    Code.INVALID_CUSTOM_ID: Meaning(
        "The custom_id is empty, longer than 512 characters or contains a NUL.",
        "give each request an id of 1 to 512 characters",
    ),
    Code.DUPLICATE_CUSTOM_ID: Meaning(
        "Another line of the file has the same custom_id.",
        "make the ids unique: answers are matched by them",
    ),
    Code.INVALID_METHOD: Meaning(
        "The method is not POST.",
        'write "method": "POST"',
    ),
    Code.UNSUPPORTED_URL: Meaning(
        "The url is not one that requests can be sent to.",
        "use /v1/chat/completions, /v1/responses or /v1/embeddings",
    ),
    Code.STREAMING_UNSUPPORTED: Meaning(
        "The request asks for a streamed answer, and nobody is there to watch it.",
        "remove `stream` or set it to false",
    ),
    Code.MISSING_MODEL: Meaning(
        "No model is named, neither on the line nor as a default.",
        "add `model` to the line, or name one for all lines with --model",
    ),
    Code.MODEL_NOT_ROUTABLE: Meaning(
        "No account that is switched on serves the model, or more than one does.",
        "write the model as account/model; `bide providers` lists the accounts",
    ),
    Code.UNSUPPORTED_PARAMETER: Meaning(
        "A field says something that the model's provider cannot express.",
        "leave it out, or send the request to a provider that knows it",
    ),
    Code.MISSING_PROMPT: Meaning(
        "There is nothing to ask: the prompt, the messages or the input are missing or empty.",
        "give the line a `prompt`, `messages` or `input`, or make one of its columns with --prompt",
    ),
    Code.CONTEXT_WINDOW_EXCEEDED: Meaning(
        "Input and output together do not fit the model's context window.",
        "shorten the input, lower the maximum of output tokens or choose a model with a larger window",
    ),
    Code.EMPTY_FILE: Meaning(
        "The file contains no request.",
        "check the path; if a program writes the file, wait until it has finished",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused line.

    `line` counts from 1: the physical line, for CSV the one where the record starts (or the one inside it that is no
    text), for Parquet the row. `message` says what is wrong, `remedy` what to do; both are without a full stop, to be
    joined into a sentence. `field` is the path of the field or column at fault, such as ``body.model``.
    """

    line: int
    code: Code
    message: str
    remedy: str
    field: str | None = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.message} ({self.code}); {self.remedy}"


class LineError(Exception):
    """Ends the reading of one line with its problem. A reader catches it and goes on; it never leaves the package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def report(line: int, code: Code, message: str, *, field: str | None = None, remedy: str | None = None) -> Problem:
    """A problem, with its code's usual remedy unless a better one is known."""
    return Problem(line, code, message, remedy or CODES[code].remedy, field)


def refuse(line: int, code: Code, message: str, *, field: str | None = None, remedy: str | None = None) -> LineError:
    """The error that carries such a problem, to be raised."""
    return LineError(report(line, code, message, field=field, remedy=remedy))


def duplicate_custom_id(line: int, custom_id: str, first_line: int) -> Problem:
    """The problem of a `custom_id` that `first_line` has already; whoever keeps the index of ids finds it."""
    message = f"custom_id {excerpt(custom_id)} stands on line {first_line} already"
    return report(line, Code.DUPLICATE_CUSTOM_ID, message, field="custom_id")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` (did you mean "text"?)`` where a known name is close, else nothing."""
    return _closest(name, tuple(known))


@functools.lru_cache(maxsize=1024)
def _closest(name: str, known: tuple[str, ...]) -> str:
    # Remembered because a file often has the same mistake on each of its lines.
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {excerpt(close[0])}?)" if close else ""


def excerpt(text: str, length: int = 60) -> str:
    """A user's text in quotes, shortened and with control characters escaped: safe on a terminal."""
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return '"' + "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown) + '"'


def codes_as_markdown() -> str:
    """The table of codes for the documentation."""
    rows = "".join(f"| `{code}` | {meaning.sentence} | {meaning.remedy} |\n" for code, meaning in CODES.items())
    return "| code | what is wrong | what to do |\n| --- | --- | --- |\n" + rows

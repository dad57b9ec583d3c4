"""One row of a table (CSV, TSV, Parquet): a template makes its prompt, and its columns are kept for the output."""

from collections.abc import Mapping, Sequence

from bide.core.errors import InputError
from bide.intake.body import Question, build_body
from bide.intake.defaults import ID_COLUMNS, Defaults
from bide.intake.endpoint import CHAT, EMBEDDINGS
from bide.intake.entry import Entry
from bide.intake.problem import Code, did_you_mean, excerpt, refuse
from bide.intake.template import Template
from bide.intake.validator import Validator, missing
from bide.intake.value import encode, text_of

PROMPT_COLUMN = "prompt"
"""The column that is sent as it is where no template says what to ask."""


class TableRows:
    """Reads rows with these columns under one set of defaults.

    Raises:
        InputError: no row could be read: no model is named, the template names a column that there is not, or
            nothing says what to ask.
    """

    def __init__(self, name: str, columns: Sequence[str], defaults: Defaults, validator: Validator) -> None:
        self._validator = validator
        self._endpoint = defaults.chosen_endpoint() or CHAT
        self._system = None if self._endpoint is EMBEDDINGS else defaults.system
        self._parameters = defaults.encoded_parameters()
        self._id_column = _id_column(columns, defaults.id_column)
        if defaults.model is None:
            raise InputError(f"nothing says which model is to answer the rows of {name}; name one with --model")
        self._model = defaults.model
        self._template = defaults.parsed_prompt() or _prompt_column(name, columns)
        self._template.check(columns)

    def read(self, line: int, row: int, values: Mapping[str, object]) -> Entry:
        """The entry of row number `row` (from 1), which is reported as `line`.

        Raises:
            LineError: the first thing that is wrong with it.
        """
        custom_id = f"row-{row}"
        if self._id_column is not None:
            value = values[self._id_column]
            if value is None:
                raise missing(line, self._id_column, "it is the custom_id")
            custom_id = text_of(value)

        def text(name: str) -> str:
            value = values[name]
            if value is None:
                raise missing(line, name, "the prompt template needs it")
            if isinstance(value, bytes):
                message = f"column {excerpt(name)} is binary, not text"
                raise refuse(line, Code.INVALID_ENCODING, message, field=name, remedy="name a column of text")
            return text_of(value)

        prompt = self._template.render(text)
        if not prompt.strip():
            remedy = "fill in the columns that the prompt is made of, or leave the row out"
            raise refuse(line, Code.MISSING_PROMPT, "the prompt is empty", field="prompt", remedy=remedy)
        question = Question("prompt", prompt, self._model, self._system, self._parameters)
        body = build_body(self._endpoint, question)
        return self._validator.admit(line, custom_id, self._endpoint, body, encode(values), "parameters.")


def check_columns(name: str, columns: Sequence[str]) -> None:
    """Whether each column can be told from the others.

    Raises:
        InputError: a column has no name, or two have the same.
    """
    for number, column in enumerate(columns, 1):
        if not column:
            raise InputError(f"column {number} of {name} has no name; the first row must name every column")
        if column in columns[: number - 1]:
            raise InputError(f"{name} has two columns {excerpt(column)}; rename one of them")


def _id_column(columns: Sequence[str], wanted: str | None) -> str | None:
    if wanted is None:
        return next((column for column in ID_COLUMNS if column in columns), None)
    if wanted and wanted not in columns:
        raise InputError(
            f"there is no column {excerpt(wanted)} for the custom_id{did_you_mean(wanted, columns)};"
            f" there are: {', '.join(columns)}"
        )
    return wanted or None


def _prompt_column(name: str, columns: Sequence[str]) -> Template:
    if PROMPT_COLUMN in columns:
        return Template(f"{{{PROMPT_COLUMN}}}")
    example = next((column for column in columns if column not in ID_COLUMNS), columns[0])
    raise InputError(
        f"nothing says what to ask about the rows of {name}; write a prompt template such as"
        f' --prompt "… {{{example}}}" (columns: {", ".join(columns)})'
    )

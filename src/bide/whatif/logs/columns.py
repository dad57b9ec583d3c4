"""Which column of a log says what: as the user names them, else by the names that such columns usually have."""

from collections.abc import Collection, Mapping
from typing import Any

from bide.core.clock import DAY, MINUTE
from bide.core.errors import InputError
from bide.logs.columns import guessed, has
from bide.logs.moment import instant, span
from bide.whatif.arrival import EXPLICIT, LOW, STANDARD, URGENT, URGENT_WITHIN, Arrival, limit_of

USUAL: Mapping[str, tuple[str, ...]] = {
    "at": ("at", "t_s", "timestamp", "created", "created_at", "time", "arrival", "arrived_at", "ts", "date", "datetime"),
    "input": (
        "input", "in_tokens", "input_tokens", "prompt_tokens", "input_length", "context_tokens", "contexttokens", "usage.prompt_tokens",
        "usage.input_tokens", "tokens_in", "n_context_tokens_total",
    ),
    "output": (
        "output", "out_tokens", "output_tokens", "completion_tokens", "output_length", "generated_tokens", "generatedtokens",
        "usage.completion_tokens", "usage.output_tokens", "tokens_out", "n_generated_tokens_total",
    ),
    "limit": ("limit", "max_tokens", "max_output_tokens", "max_completion_tokens"),
    "deadline": ("deadline", "due", "due_at", "by"),
    "within": ("within", "completion_window", "patience"),
    "priority": ("priority", "urgency"),
    "class": ("class", "workflow", "kind"),
}  # fmt: skip
"""By what is wanted, the names under which it is looked for, in lower case; the first that is there."""

NEEDED = ("at", "input", "output")

WHEN = ("deadline", "within", "priority")
"""What says by when a request was wanted. A column that was named for one of them is none of the others, whatever it is called."""

PRIORITIES = {URGENT: URGENT_WITHIN, STANDARD: 15 * MINUTE, LOW: DAY}

UNDATED = ""
"""The class of a request that says nothing of when it is wanted."""


class Columns:
    """The columns of one log. `name` is the log's, `there` are its columns, `asked` maps what is wanted to a column's name.

    Raises:
        InputError: one that is needed is not there.
    """

    def __init__(self, name: str, there: Collection[str], asked: Mapping[str, str]) -> None:
        self.used = guessed(name, there, asked, USUAL)
        named = {asked[wanted] for wanted in WHEN if wanted in asked}
        for wanted in WHEN:
            if wanted not in asked and self.used.get(wanted) in named:
                del self.used[wanted]
        missing = [wanted for wanted in NEEDED if wanted not in self.used]
        if missing:
            raise InputError(
                f"{name} has no column for {' and '.join(map(_meaning, missing))} that can be told by its name; say which it is, "
                f"as in --column {missing[0]}=NAME. {has(there)}"
            )

    def arrival(self, values: Mapping[str, Any]) -> Arrival:
        """A row as a request; its deadline is its arrival and its kind empty where the row says nothing of it.

        Raises:
            ValueError: a value cannot be used, with a sentence that names its column.
        """
        at = self._read(values, "at", instant)
        output = self._read(values, "output", _tokens)
        limit = self._read(values, "limit", _tokens) if self._has(values, "limit") else 0
        within, kind = self._wanted(values, at)
        own = self._has(values, "class") and within is not None
        return Arrival(
            at,
            at if within is None else at + within,
            self._read(values, "input", _tokens),
            output,
            str(values[self.used["class"]]) if own else kind,
            max(output, limit) if limit else limit_of(output),
            kind == URGENT,
        )

    def _wanted(self, values: Mapping[str, Any], at: int) -> tuple[int | None, str]:
        """How long it may take, and its class by that; None where nothing says so."""
        if self._has(values, "priority"):
            word = str(values[self.used["priority"]]).strip().lower()
            if word not in PRIORITIES:
                raise ValueError(f"{self.used['priority']}: {word!r} is no priority; write {', '.join(PRIORITIES)}")
            within, kind = PRIORITIES[word], word
        else:
            within, kind = None, UNDATED
        if self._has(values, "within"):
            within = self._read(values, "within", span)
        if self._has(values, "deadline"):
            within = self._read(values, "deadline", instant) - at
            if within < 0:
                raise ValueError(f"{self.used['deadline']}: it is before the request came")
        if within is not None and kind == UNDATED:
            kind = URGENT if within <= URGENT_WITHIN else LOW if within >= DAY else EXPLICIT
        return within, kind

    def _has(self, values: Mapping[str, Any], wanted: str) -> bool:
        return wanted in self.used and values.get(self.used[wanted]) not in (None, "")

    def _read(self, values: Mapping[str, Any], wanted: str, read: Any) -> int:
        column = self.used[wanted]
        if not self._has(values, wanted):
            raise ValueError(f"{column}: there is no value")
        try:
            return read(values[column])
        except ValueError as error:
            raise ValueError(f"{column}: {error}") from None


def _tokens(value: Any) -> int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no number of tokens") from None
    if not 0 <= number < 1e9 or number != int(number):
        raise ValueError(f"{value!r} is no number of tokens")
    return int(number)


def _meaning(wanted: str) -> str:
    return {"at": "when a request came", "input": "its input tokens", "output": "its output tokens"}[wanted]

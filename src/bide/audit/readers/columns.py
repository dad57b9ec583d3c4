"""Any table or JSON Lines with a request or a sum of requests a row: which column says what, as the user names them, else by the names that
such columns usually have. The traces that others have published are read so."""

import datetime
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from bide.audit.readers import cell, prompt
from bide.audit.readers.provider import maker, parted, provider
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.core.clock import DAY, MILLISECOND, SECOND
from bide.core.errors import InputError
from bide.ledger.rates import MODES, STANDARD, Mode
from bide.logs.columns import guessed, has
from bide.logs.flat import flat
from bide.logs.moment import is_midnight, is_since_beginning

USUAL: Mapping[str, tuple[str, ...]] = {
    "at": (
        "at", "t_s", "timestamp", "created", "created_at", "time", "arrival", "arrived_at", "start", "start_time", "started_at", "starttime",
        "ts", "datetime", "date", "day",
    ),
    "end": ("end", "end_time", "ended_at", "endtime", "finished_at", "completed_at"),
    "requests": ("requests", "num_requests", "request_count", "n_requests", "num_model_requests", "calls"),
    "input": (
        "input", "in_tokens", "input_tokens", "prompt_tokens", "input_length", "context_tokens", "contexttokens", "usage.prompt_tokens",
        "usage.input_tokens", "tokens_in", "n_context_tokens_total", "prompt tokens", "input tokens", "num_input_tokens",
    ),
    "cached": (
        "cached", "cached_tokens", "cached_input_tokens", "input_cached_tokens", "cache_read_input_tokens", "cache_read_tokens",
        "usage.prompt_tokens_details.cached_tokens", "usage.input_tokens_details.cached_tokens", "usage.cache_read_input_tokens",
    ),
    "cache_write": (
        "cache_write", "cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens", "usage.cache_creation_input_tokens",
    ),
    "output": (
        "output", "out_tokens", "output_tokens", "completion_tokens", "output_length", "generated_tokens", "generatedtokens",
        "usage.completion_tokens", "usage.output_tokens", "tokens_out", "n_generated_tokens_total", "completion tokens", "output tokens",
        "num_output_tokens",
    ),
    "reasoning": (
        "reasoning", "reasoning_tokens", "usage.completion_tokens_details.reasoning_tokens",
        "usage.output_tokens_details.reasoning_tokens", "reasoning tokens",
    ),
    "seen_before": ("seen_before", "prefix_hit_tokens"),
    "provider": ("provider", "provider_name", "vendor", "gen_ai.provider.name"),
    "model": ("model", "model_name", "model_id", "slug", "request.model", "response.model"),
    "workflow": (
        "workflow", "workflow_name", "feature", "use_case", "task", "task_name", "task_type", "job", "job_name", "class", "kind", "endpoint_name",
        "tag", "application", "app", "app_name", "project", "project_name", "team",
    ),
    "caller": ("caller", "client", "client_id", "service", "service_name", "api_key_name", "api_key", "api_key_id", "key", "project_id"),
    "session": (
        "session", "session_id", "conversation", "conversation_id", "thread_id", "trace_id", "run_id", "user", "user_id", "end_user",
    ),
    "lane": ("lane", "mode", "service_tier", "tier", "batch"),
    "cost": ("cost", "cost_usd", "total_cost", "total_cost_usd", "spend", "amount_usd", "usd", "response_cost", "price"),
    "latency": (
        "latency", "latency_s", "latency_ms", "duration", "duration_s", "duration_ms", "response_time", "response_time_ms",
        "completion_time_ms", "elapsed_ms",
    ),
    "streamed": ("streamed", "stream", "streaming", "is_streaming"),
    "succeeded": ("succeeded", "success", "ok", "status", "status_code", "http_status"),
    "from_cache": ("from_cache", "cache_hit"),
    "prompt": ("prompt", "prompt_text", "messages", "request.messages", "body", "request.body", "request"),
    "instructions": ("instructions", "system", "system_prompt"),
}  # fmt: skip
"""By what is wanted, the names under which it is looked for, in lower case; the first that is there."""

LANES: Mapping[str, Mode] = {
    **{mode: mode for mode in MODES},
    "default": STANDARD, "realtime": STANDARD, "real-time": STANDARD, "online": STANDARD, "on_demand": STANDARD, "ondemand": STANDARD,
    "false": STANDARD, "true": "batch",
}  # fmt: skip
"""Tiers as they are written. The others, among them OpenAI's ``auto``, do not say what was sold."""

UNITS = (("_ms", MILLISECOND), ("_us", 1), ("_ns", 1 / 1_000))
"""What a duration counts, by the end of its column's name; seconds otherwise."""

NUMBERS = ("requests", "input", "cached", "cache_write", "output", "reasoning", "seen_before")


class Columns:
    """The columns of one log. `name` is the log's, `rows` are its first ones, `asked` maps what is wanted to a column's name.

    Raises:
        InputError: one that is needed is not there.
    """

    def __init__(self, name: str, rows: Collection[Values], asked: Mapping[str, str]) -> None:
        rows = list(map(flat, rows))
        there = {column: None for row in rows for column in row}
        self.used = guessed(name, there, asked, USUAL)
        if "at" not in self.used or not {"input", "output", "cost"} & set(self.used):
            missing, example = (
                ("when a request came", "at") if "at" not in self.used else ("its tokens or its cost", "input")
            )
            raise InputError(
                f"{name} has no column for {missing} that can be told by its name; say which it is, as in"
                f" --column {example}=NAME. {has(there)}"
            )
        self._dated = not any(is_since_beginning(row.get(self.used["at"])) for row in rows)
        self._by_day = self._dated and len(rows) > 1 and all(is_midnight(row.get(self.used["at"])) for row in rows)
        self._counts = [(wanted, self.used[wanted]) for wanted in NUMBERS if wanted in self.used]
        others: dict[str, Callable[[Values, str], Any]] = {
            "cost": cell.money, "latency": _duration, "streamed": cell.flag, "succeeded": _succeeded, "from_cache": cell.flag, "lane": _lane,
            "session": cell.text, "caller": cell.text,
        }  # fmt: skip
        self._others = [(wanted, self.used[wanted], read) for wanted, read in others.items() if wanted in self.used]

    def record(self, values: Values) -> Record | Skipped:
        """A row as a record. Raises `ValueError` that names the column."""
        values = flat(values)
        used = self.used
        at = cell.needed(cell.moment(values, used["at"]), used["at"])
        found: dict[str, Any] = {}
        for wanted, column in self._counts:
            if (number := cell.tokens(values, column)) is not None:
                found[wanted] = number
        for wanted, column, read in self._others:
            if (value := read(values, column)) is not None:
                found[wanted] = value
        self._last(values, at, found)
        self._whose(values, found)
        if "prompt" in used:
            self._sent(values, found)
        return Record(at=at, dated=self._dated, **found)

    def _last(self, values: Values, at: int, found: dict[str, Any]) -> None:
        """How long it took; or the period where a row is a sum, or says no more than its day."""
        end = cell.moment(values, self.used["end"]) if "end" in self.used else None
        written = values[self.used["at"]]
        is_day = (
            (self._by_day and at % DAY == 0)
            or type(written) is datetime.date
            or (isinstance(written, str) and len(written.strip()) <= len("2026-11-21") and "-" in written)
        )
        if "requests" in self.used:
            found["period"] = max(0, end - at) if end is not None else DAY if is_day else 0
            found.setdefault("requests", None)
        elif is_day:
            found["period"] = DAY  # that all of them came at midnight would be taken for a schedule
        elif end is not None and "latency" not in found:
            found["latency"] = max(0, end - at)

    def _whose(self, values: Values, found: dict[str, Any]) -> None:
        """Provider, model and workflow."""
        used = self.used
        seller = provider(cell.text(values, used["provider"])) if "provider" in used else NOT_NAMED
        model = (cell.text(values, used["model"]) or NOT_NAMED) if "model" in used else NOT_NAMED
        seller, model = parted(model, seller)
        found["provider"], found["model"] = seller or maker(model), model
        if "workflow" in used and (named := cell.text(values, used["workflow"])) is not None:
            found["workflow"], found["named_by"] = named, used["workflow"]
        elif "caller" in found:
            column, caller = used["caller"], found["caller"]
            # A number alone tells nobody anything.
            found["workflow"] = f"{column} {caller}" if caller.isdigit() else caller
            found["named_by"] = f"caller: {column}"

    def _sent(self, values: Values, found: dict[str, Any]) -> None:
        """The fingerprints of the prompt."""
        column, read = self.used["prompt"], found.get("input")
        sent = cell.structure(values, column)
        if isinstance(sent, list):
            sent = {"messages": cast(list[Any], sent)}
        told = cell.text(values, self.used["instructions"]) if "instructions" in self.used else None
        if sent is not None:
            body = cast(dict[str, Any], sent)
            found["prompt"], found["prefix"] = prompt.of_body({**body, "system": told} if told else body, read)
        elif (text := cell.text(values, column)) is not None:
            found["prompt"], found["prefix"] = prompt.of_text(text, told, read)

    def notes(self) -> tuple[str, ...]:
        """What was taken for what, where that is no matter of course, and what had to be assumed."""
        taken = ", ".join(f"{wanted} is {column}" for wanted, column in self.used.items() if wanted != column)
        said = (taken,) if taken else ()
        if "model" in self.used and "provider" not in self.used:
            said += ("nothing names the provider: models are taken to be bought from their makers",)
        if self._by_day:
            said += (
                "all of its first times are midnight, so these are taken for days of which nobody knows the hours",
            )
        if not self._dated:
            said += ("its times count from its beginning, so nobody knows which hours are nights",)
        return said


def reader(name: str, rows: Collection[Values], asked: Mapping[str, str]) -> Reader:
    """The reader of a log by its first rows. Raises `InputError`."""
    columns = Columns(name, rows, asked)
    return Reader("a log of requests", lambda values: True, columns.record, notes=columns.notes())


def _lane(values: Values, name: str) -> Mode | None:
    return LANES.get(str(values.get(name, "")).strip().lower())


def _duration(values: Values, name: str) -> int | None:
    value = cell.text(values, name)
    if value is None:
        return None
    unit = next((unit for ending, unit in UNITS if name.lower().endswith(ending)), SECOND)
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{name}: {value!r} is no duration") from None
    if not 0 <= number < 1e12:
        raise ValueError(f"{name}: {value!r} is no duration")
    return int(number * unit)


def _succeeded(values: Values, name: str) -> bool | None:
    """By a word or by HTTP's status; None where it says neither."""
    word = str(values.get(name, "")).strip().lower()
    if word.isdigit() and len(word) == len("200"):
        return word < "400"
    if word in {"success", "succeeded", "ok", "completed", *cell.YES}:
        return True
    return False if word in {"failure", "failed", "error", *cell.NO} else None

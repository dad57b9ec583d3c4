"""The shapes of results: OpenAI's batch output, or the caller's own columns with the answer beside them.

A shape turns a page of results into bytes. `Columns` shapes add four columns: `answer`, `error`, `lane` and `cost` (USD).
"""

import csv
import enum
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from bide.core.identifiers import request_identifier
from bide.core.job import Job
from bide.core.money import to_decimal
from bide.core.states import RequestState
from bide.delivery.answer import answer_text
from bide.delivery.results import Result

ADDED = ("answer", "error", "lane", "cost")

CRLF = "\r\n"

NEVER_RUN = {
    RequestState.CANCELLED: ("batch_cancelled", "This request was not executed because the job was cancelled."),
    RequestState.EXPIRED: ("batch_expired", "This request could not be executed before its deadline."),
    RequestState.OPEN: ("not_finished", "This request has not been answered yet."),
}
"""Codes and sentences of requests without a response; the codes are OpenAI's where it has them."""


class Format(enum.StrEnum):
    """How results are written."""

    BATCH = "batch"
    """JSON lines as OpenAI's batch output."""
    JSONL = "jsonl"
    """JSON lines: the input's columns and the answer."""
    CSV = "csv"
    PARQUET = "parquet"


class Shape(Protocol):
    """Results as bytes, in pieces."""

    def head(self) -> bytes: ...

    def page(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> bytes:
        """A page of results, with the columns of each; columns are empty where the shape does not use them."""
        ...


class BatchShape:
    """``{"id", "custom_id", "response", "error"}`` a line, `response` exactly as the provider sent it."""

    def __init__(self, job: Job) -> None:
        self._job = job.external_id

    def head(self) -> bytes:
        return b""

    def page(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> bytes:
        return b"".join([self._line(result) for result in results])

    def _line(self, result: Result) -> bytes:
        identifier = request_identifier(self._job, result.line).encode()
        custom_id = msgspec.json.encode(result.custom_id)
        error = (
            b"null"
            if result.response
            else msgspec.json.encode(dict(zip(("code", "message"), _error(result), strict=True)))
        )
        response = result.response or b"null"
        return b"".join(
            (
                b'{"id":"',
                identifier,
                b'","custom_id":',
                custom_id,
                b',"response":',
                response,
                b',"error":',
                error,
                b"}\n",
            )
        )


class JsonlShape:
    """The input's columns and the added ones, as one JSON object a line."""

    def head(self) -> bytes:
        return b""

    def page(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> bytes:
        encode = msgspec.json.encode
        return b"".join(
            [
                encode({"custom_id": result.custom_id, **own, **added(result)}) + b"\n"
                for result, own in zip(results, columns, strict=True)
            ]
        )


class CsvShape:
    """The input's columns in their order, and the added ones."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(name for name in names if name not in ADDED)

    def head(self) -> bytes:
        return _csv([(*self._names, *ADDED)])

    def page(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> bytes:
        return _csv(
            [
                (*(_cell(own.get(name)) for name in self._names), *added(result).values())
                for result, own in zip(results, columns, strict=True)
            ]
        )


def added(result: Result) -> dict[str, str | None]:
    """The columns that results add. `cost` is in USD, exact; empty where nothing was billed or the price is unknown."""
    succeeded = result.state is RequestState.SUCCEEDED
    return {
        "answer": answer_text(result.response) if succeeded and result.response else None,
        "error": None if succeeded else ": ".join(part for part in _error(result) if part),
        "lane": result.lane,
        "cost": format(to_decimal(result.amount).normalize(), "f") if result.amount is not None else None,
    }


def _error(result: Result) -> tuple[str, str]:
    """The code and the message of a request without an answer."""
    if result.state in NEVER_RUN:
        return NEVER_RUN[result.state]
    return result.code or "unknown", result.message or ""


def _cell(value: object) -> str:
    """A value of the input's as text; what is not text is JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class _Records(list[str]):
    """Takes records from a writer that ends them with `CRLF`, and gives their end a line feed.

    Python before 3.13 quotes a carriage return only if it is part of the line's end.
    """

    def write(self, record: str) -> None:
        self.append(record.removesuffix(CRLF) + "\n")


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    records = _Records()
    csv.writer(records, lineterminator=CRLF).writerows(rows)
    return "".join(records).encode()

"""The tables: what becomes of every field of every wire towards every other."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tests.providers.translate.fields import (
    chat,
    converse,
    gemini,
    messages,
    responses,
    to_converse,
    to_gemini,
    to_responses,
)
from tests.providers.translate.fields.case import Case, Json, Refused

from bide.providers.translate import Wire

COLUMNS = {Wire.RESPONSES: to_responses, Wire.GEMINI: to_gemini, Wire.CONVERSE: to_converse}


def _with(cases: Iterable[Case], columns: Mapping[Wire, Mapping[str, Json | Refused]]) -> list[Case]:
    """The cases with what they become towards these targets as well, where that is said."""
    return [
        replace(
            case,
            expected={
                **case.expected,
                **{wire: column[case.id] for wire, column in columns.items() if case.id in column},
            },
        )
        for case in cases
    ]


TABLES = {
    Wire.CHAT: _with(chat.CASES, {wire: column.CHAT for wire, column in COLUMNS.items()}),
    Wire.RESPONSES: responses.CASES,
    Wire.MESSAGES: _with(messages.CASES, {wire: column.MESSAGES for wire, column in COLUMNS.items()}),
    Wire.GEMINI: gemini.CASES,
    Wire.CONVERSE: converse.CASES,
}

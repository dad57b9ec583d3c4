"""The hand-in of a schedule: the options that it keeps, and the job that is made of them at an instant."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec

from bide.buckets.uri import is_uri
from bide.core.clock import to_datetime
from bide.core.errors import InputError
from bide.core.job import Job
from bide.engine.context import Context
from bide.engine.scheduled import occasion_key
from bide.intake.asked import Asked, file_request
from bide.intake.findings import BadLinesError
from bide.intake.hand_in import FileRequest
from bide.intake.hand_in import hand_in as hand_in_file
from bide.intake.source import STANDARD_INPUT
from bide.lanes.hours.window import zone_named
from bide.settings import Settings
from bide.store.schedules import Schedule

PLACES = ("{date}", "{time}")
"""What stands in file names for the day and the time of the instant, by the schedule's clocks."""


def encode(asked: Asked) -> str:
    """Options as a schedule keeps them."""
    return msgspec.json.encode(asked).decode()


def decode(text: str) -> Asked:
    """What `encode` wrote."""
    return msgspec.json.decode(text, type=Asked)


def kept(asked: Asked, folder: Path) -> Asked:
    """Options that mean the same wherever they are read: paths begin at `folder`.

    Raises:
        InputError: the input is standard input, which is there once only.
    """
    if asked.source == STANDARD_INPUT:
        raise InputError("a schedule reads its file each time anew, and standard input is there once; name a file")
    variables = [
        f"{name}=@{_absolute(value[1:], folder)}" if value.startswith("@") else text
        for text in asked.variables
        for name, _, value in [text.partition("=")]
    ]
    out = None if asked.out in (None, "-") else _absolute(asked.out or "", folder)
    return replace(asked, source=_absolute(asked.source, folder), out=out, variables=variables)


def is_local(asked: Asked) -> bool:
    """Whether one machine alone can reach all of its files."""
    files = [asked.source, *([asked.out] if asked.out else [])]
    return any(not is_uri(file) for file in files) or any("=@" in text for text in asked.variables)


def request_of(
    asked: Asked, settings: Settings, owner: str, name: str, zone: str, instant: int, base: int
) -> FileRequest:
    """What is handed in for an instant. Deadlines are reckoned from `base`, by the clocks of `zone`.

    Raises:
        BideError: something cannot be used.
    """
    clocks = zone_named(zone)
    local = to_datetime(instant).astimezone(clocks)
    written = {"{date}": f"{local:%Y-%m-%d}", "{time}": f"{local:%H%M}"}
    source, out = (_filled(text, written) for text in (asked.source, asked.out))
    asked = replace(asked, source=source or "", out=out, new=True)
    request = file_request(asked, settings, owner, base, clocks)
    return replace(request, workflow=request.workflow or name, idempotency_key=occasion_key(name, instant))


async def hand_in(context: Context, schedule: Schedule, instant: int, base: int) -> Job:
    """Make a job of a schedule's file, as `bide submit` would.

    Raises:
        BideError: the file, its lines or the options cannot be used.
    """
    asked = decode(schedule.asked)
    request = request_of(asked, context.settings, schedule.owner, schedule.name, schedule.timezone, instant, base)
    try:
        return (await hand_in_file(context, request, lambda findings, opened: None)).job
    except BadLinesError as error:
        lines = "; ".join(f"line {one.line}: {one.code}: {one.message}" for one in error.findings.problems[:3])
        raise InputError(f"{error}: {lines}" if lines else str(error)) from error


def _absolute(text: str, folder: Path) -> str:
    return text if is_uri(text) else os.path.normpath(folder / text)


def _filled(text: str | None, written: dict[str, str]) -> str | None:
    for place, value in written.items():
        text = text.replace(place, value) if text else text
    return text

"""Schedules and what came of their instants."""

from typing import Literal

from bide.gateway.api.shape.base import Shape


class ScheduleRun(Shape, kw_only=True):
    """What came of an instant: a job or, where there is none, a code and a message that say why."""

    due_at: int
    at: int
    job_id: str | None
    code: str | None
    """`skipped` where nobody ran; else why the file could not be handed in."""
    message: str | None


class Schedule(Shape, kw_only=True):
    """A file that is handed in again and again."""

    id: str
    name: str
    cron: str
    timezone: str
    missed: str
    """`run-once` or `skip`."""
    created_at: int
    next_at: int | None
    runs: list[ScheduleRun]
    """The last five, the newest first."""


class Schedules(Shape, kw_only=True):
    """All of them, by name."""

    object: Literal["list"] = "list"
    data: list[Schedule]

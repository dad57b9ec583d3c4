"""What can go wrong, in bide's own words.

A class's docstring is its default message and ends in what to do next. `code` is stable and for programs.
Errors of a provider are in `bide.providers.port`; errors of an input line are values, in `bide.intake.problem`.
"""


class BideError(Exception):
    """Something went wrong inside bide; please report it with the text above."""

    code = "internal_error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class SettingError(BideError):
    """A setting cannot be used; `bide config show` lists every setting and where its value came from."""

    code = "invalid_setting"


class InputError(BideError):
    """The input cannot be read; `bide files validate FILE` lists every problem."""

    code = "invalid_input"


class DeadlineError(BideError):
    """The deadline cannot be understood or has passed; write 15m, 8h, 06:00, tomorrow 06:00 or ISO 8601."""

    code = "invalid_deadline"


class RefusedError(BideError):
    """The job was refused before anything was spent."""

    code = "refused"


class NotFoundError(BideError):
    """There is no such job; `bide status` lists the jobs."""

    code = "not_found"


class ConflictError(BideError):
    """The request contradicts an open job; `bide status` shows it."""

    code = "conflict"


class StoreError(BideError):
    """The store cannot be used; see the message above."""

    code = "store_error"


class DamagedError(StoreError):
    """What was kept is not what was written: the disk has changed it. Hand the request in again."""

    code = "damaged"


class LeaseLostError(BideError):
    """Another worker has taken over; this one stops touching the work."""

    code = "lease_lost"

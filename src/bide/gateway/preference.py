"""Whether a caller waits for a deferred answer, and how long: ``Prefer`` (RFC 7240), and a webhook."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

WEBHOOK = "bide-webhook"
"""Where to tell that a call is settled. Whoever gives one does not wait on the connection."""

WAIT = re.compile("[0-9]{1,6}")
"""Seconds that somebody may want to wait; what is no such number is no preference."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What ``Prefer`` asks for: an answer without the result, after waiting for so many seconds."""

    respond_async: bool = False
    wait: int | None = None

    @classmethod
    def read(cls, text: str | None) -> "Preference":
        """The preferences that are known here; others are none of ours."""
        respond_async, wait = False, None
        for part in (text or "").split(","):
            name, _, value = part.strip().partition("=")
            if name.lower() == "respond-async":
                respond_async = True
            elif name.lower() == "wait" and WAIT.fullmatch(value.strip('" ')):
                wait = int(value.strip('" '))
        return cls(respond_async, wait)


def holds(headers: Mapping[str, str]) -> bool:
    """Whether the caller waits on the connection."""
    return WEBHOOK not in headers and not Preference.read(headers.get("prefer")).respond_async

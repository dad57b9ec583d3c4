"""What a gateway says about itself: one JSON line an event on standard error, or words where a person looks.

Never bodies, headers, keys or query strings: an event has a name and the few fields it is given, and what looks like a secret is
struck out of what other libraries say.
"""

import datetime
import json
import logging
import re
from typing import IO, Any

SECRET = re.compile(
    r"\b(?:bide-[a-z2-7]{20,}|sk-[\w-]{16,}|(?:Bearer|Basic)\s+[\w.~+/=-]{8,}|AKIA[A-Z0-9]{12,})", re.IGNORECASE
)
STRUCK = "[secret]"

USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
"""A name and a password in a URL."""

ACCESS = logging.getLogger("bide.access")
"""One event for each answered call; off unless asked for."""

MEANT = (
    "ASGI callable returned without completing response.",  # a body that is broken off: `bide.gateway.surface` says why
    "Cancel %s running task(s), timeout graceful shutdown exceeded",  # the end of the drain: the server says it
)
"""What uvicorn takes for faults and is none."""


def note(log: logging.Logger, event: str, level: int = logging.INFO, /, **fields: object) -> None:
    """Say that something has happened."""
    if log.isEnabledFor(level):
        log.log(level, event, extra={"fields": fields})


def install(stream: IO[str], *, for_people: bool, access: bool = False) -> None:
    """Send everything that is logged to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Words() if for_people else Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bide").setLevel(logging.INFO)
    ACCESS.setLevel(logging.INFO if access else logging.WARNING)


def silence() -> None:
    """Have uvicorn keep to itself what is no fault here."""
    log = logging.getLogger("uvicorn.error")
    log.setLevel(logging.WARNING)
    if not any(isinstance(one, Meant) for one in log.filters):
        log.addFilter(Meant())


class Meant(logging.Filter):
    """Keeps back what is meant to be so."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in MEANT


class Lines(logging.Formatter):
    """An event as one line of JSON: ``at``, ``level``, ``event``, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        told: dict[str, Any] = {
            "at": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if fields is None:
            told |= {"event": "log", "logger": record.name, "message": record.getMessage()}
        else:
            told |= {"event": record.msg, **fields}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return strike(json.dumps(told, ensure_ascii=True, default=str))


class Words(logging.Formatter):
    """An event for a person: its name, and its fields as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", None) or {}
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC).astimezone()
        level = "" if record.levelno <= logging.INFO else f" {record.levelname.lower()}:"
        told = " ".join(f"{name}={_shown(value)}" for name, value in fields.items() if value is not None)
        text = f"{moment:%H:%M:%S}{level} {_shown(record.getMessage())} {told}".rstrip()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return strike(text)


def strike(text: str) -> str:
    """The text without what looks like a secret."""
    return USERINFO.sub("", SECRET.sub(STRUCK, text))


def _shown(value: object) -> str:
    """A value without anything that a terminal would obey."""
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in str(value))

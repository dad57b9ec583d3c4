"""The simulator's own endpoints under ``/sim/``: for tests and people, not part of any provider's protocol."""

from typing import Protocol

import msgspec

from bide.core.errors import SettingError
from bide.simulator.books import Books
from bide.simulator.exchange import Content, Reply, Request
from bide.simulator.faults import read_faults
from bide.simulator.wire import encode

PREFIX = "/sim/"

ENDPOINTS = (
    "GET /sim/healthz",
    "GET /sim/books",
    "GET /sim/charges (JSON Lines)",
    'POST /sim/faults [{"site": "create", "nth": 1, "kind": "reply_lost"}], where nth counts from now',
    "POST /sim/reset",
)


class Controlled(Protocol):
    """What can be looked into and begun anew."""

    books: Books

    def reset(self) -> None:
        """Put empty books in the place of the present ones."""
        ...


def control(simulator: Controlled, request: Request, now: int) -> Reply:
    """The reply to a request under ``/sim/``."""
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "healthz":
            return _show({"status": "ok", "now": now})
        case "GET", "books":
            return _show(simulator.books.summary(now))
        case "GET", "charges":
            lines = b"".join(encode(charge.as_table()) + b"\n" for charge in simulator.books.charges(now))
            return Reply(200, lines, "application/jsonl")
        case "POST", "faults":
            return _add_faults(simulator.books, request.body)
        case "POST", "reset":
            simulator.reset()
            return _show({"status": "ok"})
        case _:
            return _show({"error": f"There is no {request.method} {request.path}.", "endpoints": ENDPOINTS}, 404)


def _add_faults(books: Books, body: Content) -> Reply:
    try:
        faults = read_faults(msgspec.json.decode(body, type=list[object]))
    except (msgspec.DecodeError, UnicodeDecodeError, SettingError) as error:
        return _show({"error": str(error), "endpoints": ENDPOINTS}, 400)
    return _show({"faults": [fault.as_table() for fault in books.faults.add_next(faults)]})


def _show(value: object, status: int = 200) -> Reply:
    return Reply(status, encode(value))

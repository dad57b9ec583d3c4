"""The simulator's own endpoints under ``/sim/``: for tests and people, not part of any provider's protocol."""

from typing import Protocol

import msgspec

from bide.core.errors import SettingError
from bide.simulator.bell import Bell, Registered
from bide.simulator.books import Books
from bide.simulator.exchange import Content, Reply, Request, encode, show
from bide.simulator.faults import read_faults
from bide.simulator.house import House

PREFIX = "/sim/"

EVERY = "all"

ENDPOINTS = (
    "GET /sim/healthz",
    "GET /sim/books?provider=NAME (openai unless named, or all)",
    "GET /sim/charges?provider=NAME (JSON Lines)",
    'POST /sim/faults?provider=NAME [{"site": "create", "nth": 1, "kind": "reply_lost"}], where nth counts from now',
    'POST /sim/webhooks {"url": "http://127.0.0.1:9000/hook", "secret": "whsec_…"}, told when a batch at OpenAI has ended',
    "POST /sim/reset",
)


class Controlled(Protocol):
    """What can be looked into and begun anew."""

    house: House
    bell: Bell

    def reset(self) -> None:
        """Put empty books in the place of the present ones."""
        ...


def control(simulator: Controlled, request: Request, now: int) -> Reply:
    """The reply to a request under ``/sim/``."""
    provider = request.query.get("provider", "openai")
    try:
        match request.method, request.path.removeprefix(PREFIX):
            case "GET", "healthz":
                return show({"status": "ok", "now": now})
            case "GET", "books" if provider == EVERY:
                return show({name: books.summary(now) for name, books in simulator.house.opened().items()})
            case "GET", "books":
                return show(simulator.house.books(provider).summary(now))
            case "GET", "charges":
                charges = simulator.house.books(provider).charges(now)
                return Reply(
                    200, b"".join(encode(charge.as_table()) + b"\n" for charge in charges), "application/jsonl"
                )
            case "POST", "faults":
                return _add_faults(simulator.house.books(provider), request.body)
            case "POST", "webhooks":
                return _register(simulator.bell, request.body)
            case "POST", "reset":
                simulator.reset()
                return show({"status": "ok"})
            case _:
                return show({"error": f"There is no {request.method} {request.path}.", "endpoints": ENDPOINTS}, 404)
    except SettingError as error:
        return show({"error": str(error), "endpoints": ENDPOINTS}, 400)


def _register(bell: Bell, body: Content) -> Reply:
    try:
        bell.registered.append(msgspec.json.decode(body, type=Registered))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return show({"error": str(error), "endpoints": ENDPOINTS}, 400)
    return show({"status": "ok"})


def _add_faults(books: Books, body: Content) -> Reply:
    try:
        faults = read_faults(msgspec.json.decode(body, type=list[object]))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return show({"error": str(error), "endpoints": ENDPOINTS}, 400)
    return show({"faults": [fault.as_table() for fault in books.faults.add_next(faults)]})

"""A provider as a function: the books, a request and an instant give a reply, or the loss of it."""

from bide.simulator.books import Books
from bide.simulator.exchange import Lost, Reply, Request
from bide.simulator.faults import Fault, Kind
from bide.simulator.protocol import Route
from bide.simulator.refusal import Failure, Refusal, busy, scripted


def respond(books: Books, request: Request, now: int) -> Reply | Lost:
    """The reply to a request that arrives now, with the fault that it meets, if any."""
    protocol = books.protocol
    route = protocol.find_route(request.method, request.path)
    if route is None:
        failure = Failure(404, f"Invalid URL ({request.method} {request.path})")
        return protocol.refuse(Refusal(failure), books.chance.identifier("", "unknown", now))
    fault = books.faults.strike(route[0], now - books.started_at)
    key = books.reply_key(route[0])
    if fault is None:
        outcome = _act(books, request, route, key, now)
    else:
        outcome = _meet(books, request, route, key, fault, now)
    if isinstance(outcome, Reply):
        protocol.stamp(outcome, key)
    return outcome


def _meet(books: Books, request: Request, route: Route, key: str, fault: Fault, now: int) -> Reply | Lost:
    """What becomes of a request that meets a fault."""
    refuse = books.protocol.refuse
    match fault.kind:
        case Kind.NOT_SENT:
            return Lost(sent=False)
        case Kind.REQUEST_LOST:
            return Lost()
        case Kind.BUSY:
            return refuse(busy("The server is busy, by the script.", fault.delay), key)
        case Kind.HANG | Kind.ERROR if not fault.processed:
            failure = Refusal(scripted(fault.status))
            return Lost(after=fault.delay) if fault.kind is Kind.HANG else refuse(failure, key)
        case _:
            pass
    reply = _act(books, request, route, key, now)
    match fault.kind:
        case Kind.REPLY_LOST:
            return Lost(after=reply.delay)
        case Kind.HANG:
            return Lost(after=fault.delay)
        case Kind.ERROR:
            return refuse(Refusal(scripted(fault.status)), key)
        case Kind.CUT:
            reply.cut = int(reply.size * fault.share)
        case _:
            reply.delay += fault.delay
    return reply


def _act(books: Books, request: Request, route: Route, key: str, now: int) -> Reply:
    """Do what a request asks for, or refuse it."""
    site, subject = route
    try:
        books.protocol.authenticate(request)
        if failure := books.outages.refusal(site, now):
            raise Refusal(failure)
        books.received[site] += 1
        return books.protocol.do(books, request, site, subject, now)
    except Refusal as refusal:
        return books.protocol.refuse(refusal, key)

"""Going on with an earlier response: where its account keeps it, or with what bide has kept of it."""

from bide.core.errors import NotFoundError
from bide.engine.context import Context
from bide.gateway.asked import Asked
from bide.gateway.caller import Caller
from bide.gateway.outcome import outcome_of
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.conversation import PREVIOUS, put_together
from bide.gateway.responses.kept import Kept
from bide.gateway.responses.names import call_id
from bide.intake.endpoint import RESPONSES, Endpoint
from bide.intake.routing import Routing
from bide.store.database import Row

PATH = "/responses"


class GoingOn:
    """Knows which earlier response a call may go on with, and what it has to say for that."""

    def __init__(self, context: Context, routing: Routing, kept: Kept) -> None:
        self._context = context
        self._routing = routing
        self._kept = kept

    async def body(self, caller: Caller, endpoint: Endpoint, asked: Asked, body: bytes) -> bytes:
        """The body of a call. One that goes on with a response that bide keeps gets everything that was said so far; one that
        lives at an account has to be the caller's, and go there.

        Raises:
            RefusalError: it cannot be gone on with.
            NoRouteError
        """
        identifier = asked.previous_response_id
        if identifier is None:
            return body
        await self._kept.settle()
        row = await self._context.store.responses.find(caller.owner, identifier)
        if row is not None and row["account"] is not None and row["deleted_at"] is None:
            account = self._routing.to(asked.model).route.account
            if account != row["account"]:
                raise _refused(f"{identifier} lives at {row['account']}, and {asked.model} is served by {account}", 400)
            return body
        if row is None and endpoint is RESPONSES:
            call = await self._deferred(caller, identifier)
            if call is not None:
                return await self._together(call, identifier, asked, body)
        if caller.key is not None or row is not None:  # without keys everybody here is the same person
            raise _refused(f"there is no response {identifier}", 404)
        return body

    async def _deferred(self, caller: Caller, identifier: str) -> Row | None:
        """The deferred call that a response is; None where there is none of the caller's."""
        call = call_id(identifier)
        try:
            row = None if call is None else await self._context.store.calls.outcome(caller.owner, call)
        except NotFoundError:
            return None
        return row if row is not None and row["path"].endswith(PATH) else None

    async def _together(self, row: Row, identifier: str, asked: Asked, body: bytes) -> bytes:
        store = self._context.store
        outcome = await outcome_of(store, row)
        if outcome is None:
            raise _refused(f"{identifier} is not answered yet", 400, "go on with it when it is completed")
        if not outcome.is_success:
            raise _refused(f"{identifier} ended as {row['state']} and has no answer to go on with", 400)
        account = self._routing.to(asked.model).route.account
        span, _ = await store.responses.asked(row["owner"], row["external_id"])
        said = await store.bodies.read(span)
        return put_together(said, outcome.body, body, keeps_seals=account == row["account"])


def _refused(why: str, status: int, remedy: str = "send what was said so far in input") -> RefusalError:
    return RefusalError(status, "previous_response_not_found", f"{PREVIOUS}: {why}; {remedy}", param=PREVIOUS)

"""Responses that are kept: shown, cancelled and deleted by their id; those in the background take a while."""

from dataclasses import dataclass, replace

import msgspec

from bide.core.clock import MINUTE, SECOND
from bide.simulator.account import Account
from bide.simulator.exchange import Reply, encode, show
from bide.simulator.openai.responses import Response
from bide.simulator.refusal import Failure, Refusal, invalid

WAIT, RUN = MINUTE, MINUTE
"""How long a response in the background is queued, and then in progress."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A response with its answer, and when it came; `cancelled` before it was there."""

    response: Response
    created_at: int
    cancelled: bool = False

    def shown(self, now: int) -> Response:
        """As it stands now."""
        found = self.response
        if not found.background:
            return found
        unfinished = msgspec.structs.replace(found, output=[], usage=None, completed_at=None, incomplete_details=None)
        if self.cancelled:
            return msgspec.structs.replace(unfinished, status="cancelled")
        age = now - self.created_at
        if age < WAIT + RUN:
            return msgspec.structs.replace(unfinished, status="queued" if age < WAIT else "in_progress")
        if found.completed_at is None:
            return found
        return msgspec.structs.replace(found, completed_at=(self.created_at + WAIT + RUN) // SECOND)


class _Deleted(msgspec.Struct):
    id: str
    object: str = "response"
    deleted: bool = True


def keep(account: Account, response: Response, now: int) -> Response:
    """Keep a response, unless that was not wanted; as it stands at first."""
    stored = Stored(response, now)
    if response.store:
        account.kept[response.id] = stored
    return stored.shown(now)


def show_response(account: Account, identifier: str, now: int) -> Reply:
    """A response as it stands."""
    return Reply(200, encode(_get(account, identifier).shown(now)))


def cancel_response(account: Account, identifier: str, now: int) -> Reply:
    """Stop a response in the background; twice is as good as once."""
    stored = _get(account, identifier)
    if not stored.response.background:
        raise invalid("Cannot cancel a synchronous response.")
    if stored.shown(now).status not in ("queued", "in_progress", "cancelled"):
        raise invalid("Cannot cancel a completed response.")
    stopped = account.kept[identifier] = replace(stored, cancelled=True)
    return Reply(200, encode(stopped.shown(now)))


def delete_response(account: Account, identifier: str) -> Reply:
    """Forget a response."""
    _get(account, identifier)
    del account.kept[identifier]
    return show(_Deleted(identifier))


def _get(account: Account, identifier: str) -> Stored:
    stored = account.kept.get(identifier)
    if not isinstance(stored, Stored):
        raise Refusal(Failure(404, f"Response with id '{identifier}' not found."))
    return stored

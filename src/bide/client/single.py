"""One request by its id."""

from bide.client.errors import RequestError
from bide.client.patience import patiently
from bide.client.told import Told, read_told
from bide.client.wire import Wire
from bide.core.errors import NotFoundError

MISSING = 404


async def told_of(wire: Wire, identifier: str) -> Told:
    """A request as it stands. Raises `NotFoundError`, and what `patiently` raises."""
    return await _ask(wire, "GET", identifier, "")


async def cancelled(wire: Wire, identifier: str) -> Told:
    """A request after it was said that it is not wanted any more. Raises `NotFoundError`, and what `patiently` raises."""
    return await _ask(wire, "POST", identifier, "/cancel")


async def _ask(wire: Wire, method: str, identifier: str, what: str) -> Told:
    if not identifier.startswith("req_") or not identifier.replace("_", "").isalnum() or not identifier.isascii():
        raise NotFoundError(f"{identifier!r} is no id of a request; a handle's `id` is one, and looks like req_kq3…")
    try:
        response = await patiently(wire, method, f"/bide/v1/requests/{identifier}{what}", {})
    except RequestError as error:
        if error.status == MISSING:
            raise NotFoundError(str(error)) from None
        raise
    return read_told(response.body)

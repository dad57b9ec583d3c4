"""Asking again where that is safe: a gateway that restarts, or one that asks to come back, is no reason to give up."""

import asyncio
from collections.abc import Mapping

from bide.client.errors import BrokenOffError, UnreachableError, request_error
from bide.client.told import read_failure
from bide.client.wire import Response, Wire

PATIENCE = 60.0
"""Seconds for which a gateway may be away or busy."""

FIRST, LONGEST = 0.2, 5.0
"""Seconds between two tries; each pause is twice the one before."""

BUSY = (429, 503)

SUCCESS = 300

EXHAUSTED = "budget_exhausted"
"""A limit that waiting does not lift."""


async def patiently(
    wire: Wire, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, again: bool = True
) -> Response:
    """Exchange until there is an answer. `again`: it may be sent again although it may have arrived.

    Raises:
        RequestError: the answer is an error, or the gateway stayed busy.
        UnreachableError, BrokenOffError: it stayed away.
        ClosedError: the way is closed.
    """
    left, pause = PATIENCE, FIRST
    while True:
        wait = pause
        try:
            response = await wire.send(method, path, headers, body)
        except (UnreachableError, BrokenOffError) as error:
            if left <= 0 or (isinstance(error, BrokenOffError) and not again):
                raise
        else:
            if response.status < SUCCESS:
                return response
            asked = _seconds(response.headers.get("retry-after"))
            failure = read_failure(response.body)
            if asked is None or response.status not in BUSY or failure.code == EXHAUSTED or asked > left:
                raise request_error(
                    response.status,
                    failure.code or failure.type,
                    failure.message,
                    param=failure.param,
                    body=response.body,
                    retry_after=asked,
                )
            wait = max(pause, asked)
        await asyncio.sleep(wait)
        left, pause = left - wait, min(2 * pause, LONGEST)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdigit() else None

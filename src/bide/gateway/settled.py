"""Waiting for many deferred requests with one call: which of them are settled?"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from bide.core.states import RequestState
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError

MOST = 1_000
"""Requests that one poll may ask about."""

LONGEST = 60
"""Seconds that a poll may wait."""

LARGEST = 128 << 10
"""Bytes of such a poll: an id has thirty."""


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """Up to 1,000 requests by their ids; ``wait`` up to 60 seconds for the first of them, where none is settled yet."""

    ids: Annotated[list[str], msgspec.Meta(max_length=MOST)]
    wait: Annotated[float, msgspec.Meta(ge=0, le=LONGEST)] = 0


class Settled(msgspec.Struct):
    """Those that are settled, in the order of the question, and those that nobody knows."""

    settled: list[str]
    unknown: list[str]


async def settled(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Of some deferred requests, those that are settled; waits for one of them if asked to."""
    body = await exchange.body(LARGEST)
    try:
        asked = msgspec.json.decode(body, type=Asked)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusalError(400, "invalid_request", f'{error}; write {{"ids": ["req_…"], "wait": 30}}') from None
    found, waited = await _look(gateway, caller, asked.ids)
    if waited and not found.settled and not found.unknown and asked.wait:
        await gateway.waiters.wait_for_any(waited, asked.wait)
        found, _ = await _look(gateway, caller, asked.ids)
    await exchange.respond(200, msgspec.json.encode(found))


async def _look(gateway: Gateway, caller: Caller, ids: Sequence[str]) -> tuple[Settled, list[tuple[int, str]]]:
    """How they stand, and the open ones with their jobs."""
    states = await gateway.context.store.calls.states(caller.owner, ids)
    found, waited = Settled([], []), list[tuple[int, str]]()
    for external_id in ids:
        if external_id not in states:
            found.unknown.append(external_id)
            continue
        job, state = states[external_id]
        if state is RequestState.OPEN:
            waited.append((job, external_id))
        else:
            found.settled.append(external_id)
    return found, waited

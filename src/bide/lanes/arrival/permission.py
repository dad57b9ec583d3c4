"""What the lanes that a key may use make of a call: deferred, passed on, or refused with what to do instead."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from bide.core.clock import SECOND
from bide.core.errors import BideError
from bide.core.states import Lane
from bide.lanes.arrival.urgency import Urgency


class LaneNotAllowedError(BideError):
    """The key may not be served in this lane; say how long the call may wait, or ask for a key that may."""

    code = "lane_not_allowed"


class ModelNotAllowedError(BideError):
    """The key may not ask for this model; ask for another, or use a key that may."""

    code = "model_not_allowed"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a call could be served, whoever asks.

    `at_once` is its lane if it is passed on, `batches` says whether a batch of its provider may hold it and no other, and
    less slack than `minimum` microseconds is too little for any batch. `is_short`: it would be passed on for want of time.
    """

    at_once: Lane
    batches: bool
    minimum: int
    is_short: bool


def permitted(found: Urgency, key: str, allowed: Collection[Lane] | None, ways: Ways, now: int) -> Urgency:
    """How a call is served that may use these lanes only; None: every one. `key` is the key's name, for the message.

    Without `batch` it is passed on, however long it could wait. Without `realtime` it is never rescued, and has to say how long
    it may wait.

    Raises:
        LaneNotAllowedError: there is no way left.
    """
    if allowed is None:
        return found
    if found.deadline is None or Lane.BATCH not in allowed:
        _check_call(key, allowed, ways.at_once)
        return msgspec.structs.replace(found, deadline=None)
    if Lane.REALTIME in allowed:
        if ways.is_short:
            _check_call(key, allowed, ways.at_once)
        return found
    if not ways.batches:
        raise LaneNotAllowedError(
            f"the key {key} may use batches only, and a call of this model cannot wait for one: its provider has none for"
            " it, or none so small; ask for another model, or use a key that may call in real time"
        )
    if found.deadline - now < ways.minimum:
        raise LaneNotAllowedError(
            f"the key {key} may use batches only, and none comes back within {(found.deadline - now) // SECOND} s; allow"
            f" at least {ways.minimum // SECOND} s, as in Bide-Within: 1h, or use a key that may call in real time"
        )
    return msgspec.structs.replace(found, on_miss=found.on_miss.without_calls)


def _check_call(key: str, allowed: Collection[Lane], lane: Lane) -> None:
    if lane in allowed:
        return
    if Lane.BATCH in allowed:
        helps = "say how long the call may wait, as in the header Bide-Within: 1h, or use a key that may"
    elif lane is Lane.FLEX and Lane.REALTIME in allowed:
        helps = "leave service_tier out, or use a key that may"
    elif Lane.FLEX in allowed:
        helps = "ask for service_tier flex, or use a key that may"
    else:
        helps = "use a key that may"
    raise LaneNotAllowedError(f"the key {key} may not use the lane {lane}; {helps}")

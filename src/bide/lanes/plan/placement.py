"""Which of several accounts serves a model: at intake the cheapest that has room and time, later whichever is well.

A request that names its account is bound to it. One that came by a name with several places (`placement.accounts` in the settings) is put at
one of them when it is accepted, and counts against that account's rate limit. Its batches and calls are made there as long as the
account is well. While it is not, they are made at another place: what waits, what its batches bring back, and what is called
at its last safe moment. Whether what it was promised can be kept there is judged anew with every decision. A request has one live attempt
of a kind all the same, wherever that is, so nothing is paid twice.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bide.core.bucket import Bucket
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.rescue.rescue import Start
from bide.providers.port import Capabilities

ALIKE = 0.02
"""Chances that differ by no more than this are equal: the work is spread, so that luck is not shared."""

FAILURES = 3
"""Calls about a batch that failed in a row after which its account is unwell."""


@dataclass(frozen=True, slots=True)
class Place:
    """An account that could serve a request. `odds`: the chance that a batch is back by the last safe moment. `price` is that of a
    batch in any unit, None: unknown. `fits`: its real-time capacity could still rescue the request."""

    account: str
    odds: float
    price: int | None
    has_room: bool = True
    fits: bool = True
    is_well: bool = True


def best(places: Sequence[Place], draw: float) -> Place:
    """Where to put a request: of the places that are well, could rescue it and have room in their queue the cheapest, of these the one
    that is likeliest back in time, of equals any. `draw` in [0, 1) says which. Where none has all of that, the one that lacks least."""
    sound = [place for place in places if place.is_well] or list(places)
    safe = [place for place in sound if place.fits] or sound
    able = [place for place in safe if place.has_room] or safe
    known = [place.price for place in able if place.price is not None]
    cheapest = [place for place in able if not known or place.price == min(known)]
    top = max(place.odds for place in cheapest)
    alike = [place for place in cheapest if place.odds >= top - ALIKE]
    return alike[int(draw * len(alike))]


def are_alike(one: Capabilities, other: Capabilities, endpoint: str) -> bool:
    """Whether what one account was found to take may go to the other unseen: both take it as it is, or translate it alike."""
    if endpoint not in one.endpoints or endpoint not in other.endpoints:
        return False
    as_is = all(can.native is None or endpoint in can.native for can in (one, other))
    return as_is or one.native == other.native


def served(
    bucket: Bucket,
    places: Mapping[str, Sequence[str]],
    can: Mapping[str, Capabilities],
    unwell: Collection[str],
    capacities: Mapping[str, Capacity],
) -> Bucket:
    """The bucket as it is planned now: with the account that is to serve it. `can` and `capacities` are those of the accounts here, by
    name; of the places that are well the one with the largest rate limit takes over."""
    own = can.get(bucket.account)
    if not bucket.spread or own is None or bucket.account not in unwell:
        return bucket
    others = [
        name
        for name in places.get(bucket.model, ())
        if name != bucket.account and name not in unwell and name in can and are_alike(own, can[name], bucket.endpoint)
    ]
    if not others:
        return bucket
    chosen = max(others, key=lambda name: capacities[name].requests_per_minute)
    return replace(bucket, account=chosen, moved_from=bucket.account)


def is_kept(start: Start, work: int, head_room: float, now: int) -> bool:
    """Whether what was promised at one account can be kept at the one that serves it now: calls that begin at this instant, at all of
    its rate limit, have ended in time. `work` in microseconds is that of the start and of what shares that limit and has to be called
    first; a part of it, `head_room`, is what it is reckoned with."""
    work = math.ceil(work * head_room)
    begun = now if start.allowed is None else start.allowed.opens_at(now)
    done = begun + work if start.allowed is None else start.allowed.later(begun, work)
    return done <= start.after(start.requests)

"""What a look comes to: batches to open, requests to call, batches to cancel, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE
from bide.core.states import Lane, RequestState
from bide.lanes.capacity.quota import Held
from bide.lanes.plan.assemble import Opening
from bide.lanes.rescue.carrier import Carrier
from bide.lanes.rescue.rescue import Start


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many calls for a bucket now: of its `waiting` requests first, then of the batches in this order, then of what is in
    flight in the flex tier where `flexing` says so. In the lane flex they are asked for in that tier."""

    bucket: Bucket
    calls: int
    carriers: Sequence[Carrier]
    why: str
    lane: Lane = Lane.REALTIME
    waiting: bool = True
    flexing: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Requests of a bucket that get a final state without an answer."""

    bucket: Bucket
    state: RequestState
    phase: Phase


@dataclass(slots=True)
class Decisions:
    """What to do now. `next_at` is when time alone will change the answer."""

    openings: list[Opening] = field(default_factory=list[Opening])
    held: list[Held] = field(default_factory=list[Held])
    wanted: list[Wanted] = field(default_factory=list[Wanted])
    cancels: dict[int, str] = field(default_factory=dict[int, str])
    looks: dict[int, int] = field(default_factory=dict[int, int])
    """By batch, when to poll it at the latest."""
    copies: dict[int, float] = field(default_factory=dict[int, float])
    """Batches that get a second copy, with the chance that it comes back in time though the first does not."""
    given_up: list[GiveUp] = field(default_factory=list[GiveUp])
    protected: list[Bucket] = field(default_factory=list[Bucket])
    sought: list[Bucket] = field(default_factory=list[Bucket])
    """Buckets with requests to look up among the answers that are kept, before anything else is planned for them."""
    starts: dict[int, Start] = field(default_factory=dict[int, Start])
    """The last safe moment of every bucket that is rescued, on which the others rest."""
    next_at: int = FAR_FUTURE

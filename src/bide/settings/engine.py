"""The engine's rhythm, and calls in real time."""

from typing import Annotated

import msgspec

from bide.core.clock import MINUTE, SECOND
from bide.lanes.capacity.capacity import ASSUMED_REQUESTS_PER_MINUTE
from bide.settings.section import Count, Duration, Section


class EngineSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The engine's rhythm."""

    poll_interval: Duration = Duration(15 * SECOND)
    """How soon a new batch is polled; the interval grows with the age of the batch."""
    poll_longest: Duration = Duration(2 * MINUTE)
    """The longest interval between polls."""
    lease: Duration = Duration(MINUTE)
    """How long a worker that died without a trace keeps its work."""
    steps: Count = 8
    """Batches that are worked on at a time; one of each account, whatever the others do."""
    shortest_turn: Duration = Duration(20_000)
    """The least time between two looks at everything that is open."""
    listing_delay: Duration = Duration(0)
    """After which a batch that a provider does not list was never created; 0: as the provider's facts say (3 m for OpenAI)."""
    fill_chunk: Count = 10_000
    """Requests put into a batch in one transaction."""
    landing_chunk: Count = 8_000
    """Rows of a result file settled in one transaction."""
    landing_bytes: Count = 1 << 20
    """Bytes of responses kept in memory before they go to the disk, into an object of their own."""
    linger: Duration = Duration(10 * SECOND)
    """How long `bide run` waits, once every answer is there, for batches that are still ending."""


class RealtimeSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls in real time."""

    assumed_requests_per_minute: Count = ASSUMED_REQUESTS_PER_MINUTE
    """The rate limit reckoned with until an account's own is known."""
    assumed_output_tokens: Count = 1_024
    """The most output reckoned with for a request that sets no limit of its own."""
    typical_output_tokens: Count = 256
    """The output expected of a request when its cost is estimated."""
    kept_for_urgent: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    """The part of every rate limit that deferred work and rescues leave to urgent calls. `bide serve` keeps half where nothing
    is set; set it for workers that share accounts with a gateway."""
    call_lease: Duration = Duration(20 * MINUTE)
    """How long a call without a living caller counts as in flight."""


class PlacementSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Models that several accounts serve, as docs/placement.md explains."""

    accounts: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    """By the bare name of a model, the accounts that serve it: deferred work goes to the cheapest that has room and time, an urgent
    call to the first, and where that surely did nothing to the next. What they call it is in their `deployments`."""

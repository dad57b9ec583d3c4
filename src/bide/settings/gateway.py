"""`bide serve`, and the classes of its calls."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from bide.core.clock import MINUTE, SECOND
from bide.core.deadline import Priority, parse_deadline
from bide.core.errors import DeadlineError
from bide.lanes.arrival.urgency import Rule
from bide.settings.section import Count, Duration, Section


class GatewaySettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bide serve`."""

    host: str = "127.0.0.1"
    """Where it listens; anything but this machine requires keys."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    """0 is any free one."""
    held: Count = 4_000
    """Connections that may be held for deferred answers at a time; more are asked to come back."""
    under_way: Count = 2_000
    """Calls that may be passed on at a time; more are asked to come back."""
    open: Count = 1_000_000
    """Deferred requests that may be open at a time; more are asked to come back."""
    free_disk: Count = 1 << 30
    """Bytes that the disk keeps free: below them nothing more is deferred."""
    largest_body: Count = 64 << 20
    """Bytes a single call may have."""
    bodies: Count = 1 << 30
    """Bytes that the large bodies of calls may have together, from the first of them until their answers; more are asked to come
    back. Those below 64 KiB are not counted."""
    largest_file: Count = 512 << 20
    """Bytes an uploaded file may have."""
    connections: Count = 10_000
    """Connections that may be open at a time, as far as the process may have so many files. When there is no room the one goes
    that has been silent longest in the middle of a request or between two."""
    patience: Duration = Duration(MINUTE)
    """How long a client may take for the head of a request, or be silent in its body. Calls that wait for their answers are not
    meant."""
    stall: Duration = Duration(10 * MINUTE)
    """How long a client may read nothing of what it is sent."""
    drain: Duration = Duration(30 * SECOND)
    """How long open connections may go on when it is told to stop; deferred work needs none of it."""
    slow: Duration = Duration(MINUTE)
    """After how long without an answer a call is noted as slow, whoever is to blame."""
    failover: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    """By the name of a model, the names to try in this order where an urgent call was surely not run: other accounts, other
    regions. What waits goes to the first."""
    flex: Priority = Priority.STANDARD
    """What `service_tier: flex` means where nothing more precise is said."""
    background: Priority = Priority.STANDARD
    """The same for `background: true` of a response."""
    ask_usage: bool = True
    """Whether bide asks the provider what a streamed chat completion consumed where its caller does not, so that it can be
    booked. The caller gets nothing of it. Turn it off for a server that does not know `stream_options`."""


class ClassSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of calls, in `[classes.NAME]`: the first one that fits says how long a call may wait that does not say so itself.

    `workflow`, `key`, `model`, `path` and the values of `metadata` may be patterns, as in ``nightly-*``.
    """

    workflow: str | None = None
    key: str | None = None
    model: str | None = None
    path: str | None = None
    stream: bool | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    preset: Literal["premium", "hour", "day"] | None = None
    """A service level: premium is five minutes at no more than twice the batch price, hour and day are an hour and 24 at
    whatever it takes. What `within` and `multiple` say stands above it."""
    within: str | None = None
    """The time its calls have, as in ``5m``."""
    priority: Priority | None = None
    pinned: bool = False
    """Whether it stands above what the call itself says: a checkout, an agent that waits for its next step."""
    multiple: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """The most that a call may cost, in batch prices: where real time costs more, it waits for a batch instead."""

    def __post_init__(self) -> None:
        """See that every call of the class can be told by when it is wanted. Raises `ValueError`."""
        if self.within is not None and self.priority is not None:
            raise ValueError("it has both within and priority; leave one of them out")
        if self.within is not None:
            try:
                parse_deadline(self.within, 0)
            except DeadlineError as error:
                raise ValueError(f"within: {error}") from None

    def rule(self, name: str) -> Rule:
        """The class as decisions know it."""
        values = msgspec.structs.asdict(self)
        level = LEVELS.get(values.pop("preset"), {})
        if self.priority is not None:
            level = {word: value for word, value in level.items() if word != "within"}
        return Rule(name=name, **{**values, **{word: value for word, value in level.items() if values[word] is None}})


LEVELS: Mapping[str | None, Mapping[str, Any]] = {
    "premium": {"within": "5m", "multiple": 2.0},
    "hour": {"within": "1h"},
    "day": {"within": "24h"},
}
"""What the service levels stand for, until a class says otherwise."""

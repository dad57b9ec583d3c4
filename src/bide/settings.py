"""Every setting, its default and what it does. `config` reads them; `bide config show` prints them.

Durations are written ``0.2s``, ``15m`` and are microseconds inside.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from bide.advise_settings import AdviseSettings
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss, Priority, parse_deadline
from bide.core.errors import DeadlineError, SettingError
from bide.lanes.capacity import ASSUMED_REQUESTS_PER_MINUTE
from bide.lanes.flex import FlexRules
from bide.lanes.gather import CLASSIC_SHARE, SHARE
from bide.lanes.group import Grouping
from bide.lanes.outlook import Rules
from bide.lanes.patience import A_DAY, parse_low
from bide.lanes.plan import Thresholds
from bide.lanes.rescue import Margins
from bide.lanes.retention import Horizon, horizon
from bide.lanes.urgency import Rule
from bide.provider_settings import ProviderSettings
from bide.section import Count, Duration, Kept, Names, Section


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


class DeadlineSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The safety net."""

    safety: Duration = Duration(30 * SECOND)
    """Spare time kept before every deadline, beyond the latency bound of the last call."""
    head_room: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    """The part of the real-time rate limit that rescues count on; 0.4 beside urgent traffic."""
    batch_minimum: Duration = Duration(75 * SECOND)
    """Less slack than this and a new request goes to real time at once."""
    rebatch_minimum: Duration = Duration(15 * MINUTE)
    """The same for requests that come back from a batch unanswered."""
    promote_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """Requests beyond the capacity at intake are protected once they fit into what follows this part of the time left."""
    flex_below: Duration = Duration(30 * MINUTE)
    """What has less slack than this goes to the flex tier rather than into a batch, where the account has one; 0: nothing does."""
    flex_last_stage: Duration = Duration(8 * MINUTE)
    """So long before its last safe moment what lies in a batch is asked for in the flex tier; 0: never."""
    flex_minimum: Duration = Duration(45 * SECOND)
    """With less slack than this nothing is asked for in the flex tier: the answer would probably come too late."""
    copies: bool = False
    """Whether a batch of one that is unlikely to be back in time gets a second copy, where the first answer counts and the other
    batch is cancelled. In days that were played it made everything about 1.5 % cheaper, for about 1 % of the cost paid twice; where
    slowness is shared by all batches it gains nothing, which is noticed, and the copies stop."""
    default: str = "24h"
    """The deadline of a job that names none."""
    on_miss: OnMiss = OnMiss.RESCUE
    """What to do with a request that batches will not answer in time: rescue, late or expire."""
    low: str = A_DAY
    """What the priority low means: a duration, or a window by whose next end the answers are due, as in night Europe/Berlin."""

    def __post_init__(self) -> None:
        """See that the priority low is a deadline. Raises `ValueError`."""
        try:
            parse_low(self.low)
        except SettingError as error:
            raise ValueError(f"low: {error}") from None


class GatherSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls that come one at a time, and share batches."""

    preset: Literal["deadline", "classic"] = "deadline"
    """deadline: a call waits for others only as long as its deadline makes that cheap; classic: 1,000 requests or 15 minutes,
    whichever comes first, and no batches of one."""
    longest: Duration = Duration(15 * MINUTE)
    """The longest that a call waits for others; it never gives more than a sixtieth of its time to that, or half of it where the
    preset is classic."""
    requests: Count = 1_000
    """So many are enough for a batch, even before that time is over."""
    single_below: Duration = Duration(2 * HOUR)
    """Calls with less time than this get batches of their own, as long as the provider allows as many."""
    single_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """The part of the batches that a provider allows in an hour which may be batches of one; 0 for none."""

    @property
    def time_share(self) -> int:
        """Which part of its time a call gives to gathering at most."""
        return CLASSIC_SHARE if self.preset == "classic" else SHARE

    @property
    def grouping(self) -> Grouping:
        """Which calls get batches of their own."""
        return Grouping(self.single_below, 0.0 if self.preset == "classic" else self.single_share)


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


class InputSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reading input."""

    model: str | None = None
    """The model of lines that name none."""
    on_bad_line: Literal["stop", "skip"] = "stop"
    """stop: refuse the whole input before anything is spent; skip: go on with the good lines."""


class WebhookSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Telling others what happens, as docs/webhooks.md explains."""

    url: str | None = None
    """Where the end of every job is told; a call names its own with the header Bide-Webhook."""
    allow: Names = Names()
    """Hosts of your own network that may be told, as in 127.0.0.1:9000 or hooks.internal; all others need public addresses."""
    http: bool = False
    """Whether addresses with http:// are taken too; those in `allow` always may be."""
    timeout: Duration = Duration(15 * SECOND)
    """How long the other side may take to answer; at most a minute."""
    overlap: Duration = Duration(DAY)
    """How long a secret that was replaced goes on signing beside the new one."""
    answers: bool = False
    """Whether news of a single request carries its answer, up to 256 KiB; else it says where the answer is."""
    public_url: str = ""
    """What links begin with, as in https://bide.example; without it they begin with the path."""


class EmailSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """E-mails: one a job, when it is answered."""

    to: Names = Names()
    """Who gets them; nobody by default."""
    sender: str | None = None
    """The address they are from; by default the first of `to`."""
    host: str = "localhost"
    """The mail server."""
    port: Count | None = None
    """By default 587; 465 with `security = "tls"`, 25 with `"none"`."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    """Better kept in the environment variable that `password_env` names."""
    password_env: str | None = None
    at: str | None = None
    """The time of day at which they are sent, as in 07:30; by default at once."""
    timezone: str | None = None
    """Whose time of day, as in Europe/Berlin; by default the machine's."""
    timeout: Duration = Duration(30 * SECOND)


class RetentionSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long what is over is kept, as docs/operation.md explains; `never` purges nothing of it. Nothing of the present month that
    carries money goes in any case."""

    jobs: Kept = Kept(30 * DAY)
    """Jobs and deferred calls, once they are done: their requests, bodies, answers and receipts, and what they were decided by."""
    events: Kept = Kept(90 * DAY)
    """The event log, but for what is not over."""
    passages: Kept = Kept(90 * DAY)
    """What is on record of calls that were passed on, their cost included, and where responses live."""
    ledger: Kept = Kept(FAR_FUTURE)
    """The ledger's entries of jobs that are gone, and what keys spent: never, until you say otherwise."""

    def horizon(self, now: int) -> Horizon:
        """What may go now."""
        return horizon(self.jobs, self.events, self.passages, self.ledger, now)


class PlacementSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Models that several accounts serve, as docs/placement.md explains."""

    accounts: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    """By the bare name of a model, the accounts that serve it: deferred work goes to the cheapest that has room and time, an urgent
    call to the first, and where that surely did nothing to the next. What they call it is in their `deployments`."""


class Settings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them."""

    engine: EngineSettings = EngineSettings()
    deadline: DeadlineSettings = DeadlineSettings()
    realtime: RealtimeSettings = RealtimeSettings()
    gather: GatherSettings = GatherSettings()
    input: InputSettings = InputSettings()
    gateway: GatewaySettings = GatewaySettings()
    classes: dict[str, ClassSettings] = msgspec.field(default_factory=dict[str, ClassSettings])
    placement: PlacementSettings = PlacementSettings()
    webhooks: WebhookSettings = WebhookSettings()
    email: EmailSettings = EmailSettings()
    retention: RetentionSettings = RetentionSettings()
    advise: AdviseSettings = AdviseSettings()
    providers: dict[str, ProviderSettings] = msgspec.field(default_factory=dict[str, ProviderSettings])
    prices: dict[str, dict[str, str | dict[str, str]]] = msgspec.field(
        default_factory=dict[str, dict[str, str | dict[str, str]]]
    )
    """Prices of your own by provider/model, in USD per million tokens; those of a mode in a table of the mode's name."""

    @property
    def urgency_rules(self) -> tuple[Rule, ...]:
        """What calls are that do not say how long they may wait, in the order of the file."""
        return tuple(one.rule(name) for name, one in self.classes.items())

    @property
    def rules(self) -> Rules:
        """What decisions depend on."""
        deadline = self.deadline
        return Rules(
            Margins(deadline.head_room, deadline.safety),
            Thresholds(deadline.batch_minimum, deadline.rebatch_minimum, gathered=self.gather.requests),
            deadline.promote_share,
            self.gather.grouping,
            deadline.copies,
            flex=FlexRules(deadline.flex_below, deadline.flex_last_stage, deadline.flex_minimum),
        )

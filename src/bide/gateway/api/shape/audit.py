"""An audit, as `bide audit --output json` tells it. Numbers are exact text, money USD a month, instants text in UTC."""

from typing import Literal

from bide.gateway.api.shape.base import Shape
from bide.gateway.api.shape.calculation import Number, Step


class BadLine(Shape, kw_only=True):
    """A row that cannot be used, and why."""

    line: int
    says: str


class AuditSource(Shape, kw_only=True):
    """What was read. `bad` rows cannot be used, and `bad_rows` has the first of them; `skipped` ones are not about tokens; `notes` say what
    was assumed."""

    name: str
    reader: str
    rows: int
    bad: int
    bad_rows: list[BadLine]
    skipped: int
    skipped_because: dict[str, int]
    notes: list[str]


class AuditMonth(Shape, kw_only=True):
    """The sums of a month."""

    now: Number | None
    left: Number | None
    saved_for_certain: Number | None
    captured: Number | None
    by_wait: dict[str, Number]


class PlanStep(Shape, kw_only=True):
    """What to do: first (`do`), after asking (`ask`), or as a trial (`try`)."""

    verdict: str
    workflow: str
    lever: str
    models: list[str]
    saves: Number | None
    evidence: str
    ease: str
    says: str
    do: str
    assumes: list[str]


class Clue(Shape, kw_only=True):
    """What says how long work can wait."""

    says: str
    seconds: float
    evidence: str


class Waits(Shape, kw_only=True):
    """How long work can wait, and on what evidence; null is unknown."""

    horizon: str
    seconds: float | None
    evidence: str
    clues: list[Clue]


class Finding(Shape, kw_only=True):
    """A lever at a part, with its arithmetic. `saves_alone` and `adds` (beside those before it) are null where nobody knows."""

    lever: str
    verdict: str
    evidence: str
    saves_alone: Number | None
    adds: Number | None
    says: str
    do: str
    assumes: list[str]
    steps: list[Step]


class Recurring(Shape, kw_only=True):
    """Of so many that were seen, those that came again."""

    seen: int
    again: int
    is_estimate: bool


class Counted(Shape, kw_only=True):
    """How many different ones; `more` says that there were more than were counted."""

    count: int
    more: bool


class AuditSchedule(Shape, kw_only=True):
    """Bursts that begin at the same time."""

    every: str
    minute: int
    bursts: int
    share: str


class AuditRhythm(Shape, kw_only=True):
    """When work comes."""

    night_share: str
    weekend_share: str
    working_hours_share: str
    schedule: AuditSchedule | None


class AuditPart(Shape, kw_only=True):
    """The work of a workflow at one provider, model and lane: what was counted in the time of the log, and what it costs a month."""

    provider: str
    model: str
    lane: str
    lane_known_by: str
    rows: int
    requests: int
    tokens: dict[str, int]
    days: dict[str, int]
    requests_by_hour_of_week: list[int]
    streamed: int
    failed: int
    repeats: Recurring
    shared_beginnings: Recurring
    callers: Counted
    sessions: Counted
    missing: dict[str, int]
    listed: Number | None
    billed: Number | None
    left: Number | None
    waits: Waits
    rhythm: AuditRhythm | None
    findings: list[Finding]


class AuditWorkflow(Shape, kw_only=True):
    """A workflow; `guessed_by` says how its name was found where the log has none."""

    workflow: str
    guessed_by: str | None
    now: Number | None
    left: Number | None
    waits: Waits
    parts: list[AuditPart]


class Bill(Shape, kw_only=True):
    """What a provider billed, beside what the usage costs by its price list."""

    provider: str
    billed: Number
    listed: Number | None


class AuditGap(Shape, kw_only=True):
    """What rows do not say, what follows from that, and what would make it known."""

    field: str
    rows: int
    of: int
    says: str
    follows: str
    do: str


class Assumed(Shape, kw_only=True):
    """What no log can tell, as it was assumed."""

    cheaper_share: Number
    shorter_share: Number
    response_cache_seconds: float
    hours_from_utc: float


class AuditPrice(Shape, kw_only=True):
    """USD per million tokens of each kind; null where there is no such price."""

    model: str
    lane: str
    input: Number | None
    cached: Number | None
    cache_write: Number | None
    output: Number | None
    source: str
    confidence: str
    checked_on: str | None
    stale: bool


class Audit(Shape, kw_only=True):
    """What a month costs, what of it need not be paid, in which order to go about it, and what nobody can tell."""

    object: Literal["bide.audit"]
    currency: Literal["USD"]
    first: str
    end: str
    covered_seconds: float
    month_is_times: str
    prices_of: str
    rows: int
    sources: list[AuditSource]
    a_month: AuditMonth
    plan: list[PlanStep]
    workflows: list[AuditWorkflow]
    bills: list[Bill]
    unknown: list[AuditGap]
    assumptions: Assumed
    prices: list[AuditPrice]
    notes: list[str]

"""What is advised, as it is shown: on a terminal, as JSON and over HTTP. Money is decimal text in USD, times are seconds."""

from typing import Literal

import msgspec

from bide.advise.rulebook import Action, Mode

Benefit = Literal["strong", "medium", "low to medium", "low", "none", "unknown"]


class AdviceSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule is from: an article by its title, or bide itself."""

    title: str
    publisher: str
    section: str | None = None


class UsedThreshold(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold that the rule was decided by; times in seconds."""

    name: str
    value: float


class OtherAdvice(msgspec.Struct, frozen=True, kw_only=True):
    """What another preset advises, where it is something else."""

    preset: str
    title: str
    mode: Mode
    action: Action | None
    rule: str
    says: str


class NamedConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction of the articles that touches the workload, and how it is resolved."""

    id: str
    topic: str
    claims: tuple[str, ...]
    resolution: str


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """Why the advice may not work as it stands."""

    code: str
    says: str


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """What else would save. `usd_per_month` is null where a price or a share is unknown; levers multiply, they do not add up."""

    lever: str
    says: str
    usd_per_month: str | None


class MonthlyCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a month of 30 days costs in each lane; null is unknown. `input_only`: no output was named, so all of it is less than it
    will be."""

    currency: Literal["USD"] = "USD"
    days: Literal[30] = 30
    input_only: bool
    realtime: str | None
    batch: str | None
    flex: str | None
    saving: str | None
    """Of batch against real time."""


class OwnCost(msgspec.Struct, frozen=True, kw_only=True):
    """What hardware of one's own costs a month, in USD, from `low` to `high`."""

    low: str
    high: str
    source: str


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with a workload, and by which rule."""

    workload: str
    preset: str
    mode: Mode
    action: Action | None
    weak: bool
    benefit: Benefit
    rule: str
    says: str
    reason: str
    next_step: str
    """How the advice is taken with bide."""
    sources: tuple[AdviceSource, ...]
    thresholds: tuple[UsedThreshold, ...]
    max_wait: float | None
    """How long a request may lie in the queue before it is to be called."""
    schedule: Literal["nightly"] | None
    cost: MonthlyCost | None
    own_cost: OwnCost | None
    warnings: tuple[Caution, ...]
    others: tuple[OtherAdvice, ...]
    conflicts: tuple[NamedConflict, ...]
    levers: tuple[Lever, ...]


class Advices(msgspec.Struct, frozen=True, kw_only=True):
    """The advice on several workloads, in their order."""

    object: Literal["bide.advice"] = "bide.advice"
    data: tuple[Advice, ...]

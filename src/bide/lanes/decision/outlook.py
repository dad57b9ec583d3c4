"""What a decision rests on: everything that is open at an instant, what is known of the accounts, and the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pressure import Load
from bide.lanes.capacity.quota import Quota
from bide.lanes.forecast.efficacy import Efficacy
from bide.lanes.forecast.forecast import View, nothing_seen
from bide.lanes.hours.hours import Hours
from bide.lanes.plan.copies import BUDGET, Spending
from bide.lanes.plan.flex import USUAL, FlexRules, Tier
from bide.lanes.plan.group import BY_DEFAULT, Grouping
from bide.lanes.plan.plan import Thresholds
from bide.lanes.rescue.rescue import Margins
from bide.providers.port import Capabilities, Limits

Key = tuple[str, str]
"""(account, model): what a rate limit and a quota are for."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is fixed about a provider account."""

    limits: Limits
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that is open at an instant."""

    buckets: Sequence[Bucket]
    live: Sequence[LiveBatch]
    capacities: Mapping[Key, Capacity]
    quotas: Mapping[Key, Quota]
    accounts: Mapping[str, Account]
    hours: Mapping[Key, Hours] = field(default_factory=dict[Key, Hours])
    """When deferred work may be sent; at any time where nothing is said."""
    loads: Mapping[Key, Load] = field(default_factory=dict[Key, Load])
    """What came lately; nothing where nothing is said."""
    slowness: Mapping[Key, float] = field(default_factory=dict[Key, float])
    """By what calls have been seen to exceed the time that is assumed for them."""
    efficacy: Mapping[Key, Efficacy] = field(default_factory=dict[Key, Efficacy])
    """What second copies have achieved."""
    spending: Mapping[Key, Spending] = field(default_factory=dict[Key, Spending])
    """What was spent lately, on which the number of copies depends."""
    forecast: View = field(default_factory=nothing_seen)
    """How long the lanes take. It chooses lanes and copies; no safe moment rests on it."""
    flex: Mapping[Key, Tier] = field(default_factory=dict[Key, Tier])
    """The flex tiers that there are, and what is in flight there."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decisions depend on. `promote_share`: a rest that did not fit at intake is protected
    as soon as it fits into what lies beyond this part of the time left."""

    margins: Margins
    thresholds: Thresholds
    promote_share: float
    grouping: Grouping = BY_DEFAULT
    copies: bool = False
    """Whether batches of one may get a second copy."""
    copy_budget: float = BUDGET
    """The part of what everything would cost in real time that may be paid twice while copies are made."""
    flex: FlexRules = USUAL

    def slowed(self, latency: float) -> "Rules":
        """The same where calls have been seen to take so many times as long as is assumed."""
        margins = self.margins.slowed(latency)
        return self if margins is self.margins else replace(self, margins=margins)

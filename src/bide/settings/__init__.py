"""Every setting, its default and what it does. `config` reads them; `bide config show` prints them.

Durations are written ``0.2s``, ``15m`` and are microseconds inside.
"""

import msgspec

from bide.lanes.arrival.urgency import Rule
from bide.lanes.decision.outlook import Rules
from bide.lanes.plan.flex import FlexRules
from bide.lanes.plan.plan import Thresholds
from bide.lanes.rescue.rescue import Margins
from bide.settings.advise import AdviseSettings
from bide.settings.deadline import DeadlineSettings, GatherSettings
from bide.settings.engine import EngineSettings, PlacementSettings, RealtimeSettings
from bide.settings.gateway import ClassSettings, GatewaySettings
from bide.settings.hardware import HardwareSettings
from bide.settings.keeping import CacheSettings, InputSettings, RetentionSettings
from bide.settings.news import EmailSettings, WebhookSettings
from bide.settings.provider import ProviderSettings
from bide.settings.section import Section

__all__ = [
    "AdviseSettings",
    "CacheSettings",
    "ClassSettings",
    "DeadlineSettings",
    "EmailSettings",
    "EngineSettings",
    "GatewaySettings",
    "GatherSettings",
    "HardwareSettings",
    "InputSettings",
    "PlacementSettings",
    "ProviderSettings",
    "RealtimeSettings",
    "RetentionSettings",
    "Settings",
    "WebhookSettings",
]


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
    cache: CacheSettings = CacheSettings()
    advise: AdviseSettings = AdviseSettings()
    providers: dict[str, ProviderSettings] = msgspec.field(default_factory=dict[str, ProviderSettings])
    prices: dict[str, dict[str, str | dict[str, str]]] = msgspec.field(
        default_factory=dict[str, dict[str, str | dict[str, str]]]
    )
    """Prices of your own by provider/model, in USD per million tokens; those of a mode in a table of the mode's name."""
    hardware: dict[str, HardwareSettings] = msgspec.field(default_factory=dict[str, HardwareSettings])
    """Prices of instances by their name, in the place of those that are listed."""

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
            deadline.copy_budget,
            flex=FlexRules(deadline.flex_below, deadline.flex_last_stage, deadline.flex_minimum),
        )

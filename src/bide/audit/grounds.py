"""What an audit is to rest on, as plain values that another process can be handed: prices, clocks, assumptions."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bide.audit.evidence.month import Pricing
from bide.audit.levers.assumption import Assumptions
from bide.audit.levers.judging import Basis
from bide.audit.profile.profile import Profile
from bide.core.clock import MICROSECOND, to_datetime
from bide.lanes.hours.window import zone_named
from bide.ledger.edition import catalogue_of
from bide.ledger.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """`overrides` is the config's table of prices, `home` the folder in which a newer catalogue may lie, `day` the date whose prices hold,
    `zone` the name of the time zone whose nights count; `batches` says by price list whether bide has batches there."""

    overrides: Mapping[str, object]
    home: Path
    day: str
    zone: str
    assumptions: Assumptions
    batches: Mapping[str, bool]

    def basis(self, profile: Profile) -> Basis:
        """What the profile is judged by. Raises `SettingError`: a price or the zone cannot be used."""
        prices = Prices(self.overrides, catalogue=catalogue_of(self.home))
        offset = _offset(zone_named(self.zone), (profile.first + profile.end) // 2)
        return Basis(
            pricing=Pricing(prices, self.day, prices.checked_on),
            assumptions=replace(self.assumptions, offset=offset),
            batches=self.batches.get,
        )


def _offset(zone: datetime.tzinfo, at: int) -> int:
    """How far a zone's clocks are from UTC at an instant, in microseconds."""
    offset = to_datetime(at).astimezone(zone).utcoffset() or datetime.timedelta()
    return offset // datetime.timedelta(microseconds=1) * MICROSECOND

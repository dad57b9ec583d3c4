"""The safety net, and how single calls are gathered."""

from typing import Annotated, Literal

import msgspec

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.errors import SettingError
from bide.lanes.arrival.gather import CLASSIC_SHARE, SHARE
from bide.lanes.arrival.patience import A_DAY, parse_low
from bide.lanes.plan.copies import BUDGET
from bide.lanes.plan.group import Grouping
from bide.settings.section import Count, Duration, Section


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
    batch is cancelled. In days that were played it saved less than 1 % of the cost, by the way
    the provider's luck goes; where slowness is shared by all batches it gains nothing, which is noticed, and the copies stop."""
    copy_budget: Annotated[float, msgspec.Meta(gt=0, le=1)] = BUDGET
    """The part of what the requests of the last day would have cost in real time that may be paid twice, for whatever reason, while
    copies are made; 1: no bound. Where no price is known, there are no copies below 1."""
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
    """The part of the batches that a provider allows in an hour which may be batches of one, a quarter of them within 15 minutes; 0 for
    none."""

    @property
    def time_share(self) -> int:
        """Which part of its time a call gives to gathering at most."""
        return CLASSIC_SHARE if self.preset == "classic" else SHARE

    @property
    def grouping(self) -> Grouping:
        """Which calls get batches of their own."""
        return Grouping(self.single_below, 0.0 if self.preset == "classic" else self.single_share)

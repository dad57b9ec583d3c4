"""Settings of hardware: what somebody pays for it, in the place of listed prices."""

from typing import Literal

from bide.settings.section import Section


class HardwareSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an instance, or another thing of that name, costs: USD as text, since a float is not exact; a range is written 1.10-1.40."""

    price: str | int
    """On demand, for one `per`."""
    per: Literal["hour", "GB-second", "GB-month", "GB"] | None = None
    """Left out: that of the listed thing of this name, else an hour."""
    spot: str | int | None = None
    commitment: str | int | None = None
    """By the hour. Left out: the listed part of `price`, where one is listed."""
    accelerators: str | None = None
    """How many of which it has, as in 8 L4."""

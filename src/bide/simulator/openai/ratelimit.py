"""Rate limits as the headers of OpenAI's replies tell them."""

from collections.abc import Mapping, Sequence

from bide.core.clock import SECOND
from bide.simulator.levels import Level


def limit_headers(levels: Sequence[Level]) -> Mapping[str, str]:
    """The headers that tell what is left."""
    headers: dict[str, str] = {}
    for level in levels:
        headers[f"x-ratelimit-limit-{level.name}"] = str(level.limit)
        headers[f"x-ratelimit-remaining-{level.name}"] = str(level.left)
        headers[f"x-ratelimit-reset-{level.name}"] = format_reset(level.reset)
    return headers


def format_reset(duration: int) -> str:
    """A duration as the rate-limit headers write it: ``1s``, ``6m0s``, ``500ms``, ``0s``."""
    if not duration:
        return "0s"
    if duration < SECOND:
        return f"{-(-duration // 1_000)}ms"
    seconds = -(-duration // SECOND)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"

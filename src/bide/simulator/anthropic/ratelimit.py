"""Rate limits as the headers of Anthropic's replies tell them."""

from collections.abc import Mapping, Sequence

from bide.simulator.instants import rfc3339
from bide.simulator.levels import Level


def limit_headers(levels: Sequence[Level]) -> Mapping[str, str]:
    """The headers that tell what is left, and the instant at which all of it is there again."""
    headers: dict[str, str] = {}
    for level in levels:
        # What is left of tokens is told in thousands.
        left = level.left if level.name == "requests" else round(level.left, -3)
        headers[f"anthropic-ratelimit-{level.name}-limit"] = str(level.limit)
        headers[f"anthropic-ratelimit-{level.name}-remaining"] = str(left)
        headers[f"anthropic-ratelimit-{level.name}-reset"] = rfc3339(level.at + level.reset, 0)
    return headers

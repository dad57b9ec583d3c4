"""How long a file is kept: ``expires_after`` of an upload and ``output_expires_after`` of a batch."""

from bide.core.clock import SECOND
from bide.gateway.refusal import RefusalError

SHORTEST, LONGEST = 3_600, 2_592_000
"""Seconds, as at OpenAI."""


def read_life(anchor: str | None, seconds: str | int | None, param: str = "expires_after") -> int | None:
    """How long a file is to be kept, in microseconds; None where it does not say. Raises `RefusalError`."""
    if anchor is None and seconds is None:
        return None
    if anchor != "created_at":
        raise RefusalError(400, "invalid_value", f"{param}[anchor] has to be created_at", param=f"{param}.anchor")
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 16:
        seconds = int(seconds)
    if not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
        raise RefusalError(
            400,
            "invalid_value",
            f"{param}[seconds] has to be a whole number from {SHORTEST} to {LONGEST}",
            param=f"{param}.seconds",
        )
    return seconds * SECOND

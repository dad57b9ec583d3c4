"""Exit codes, which scripts rely on."""

from typing import TYPE_CHECKING

from bide.core.bucket import ANSWERED_PHASES

if TYPE_CHECKING:
    from bide.store.jobs import Progress

ALL_ANSWERED = 0
SOME_FAILED = 1
"""Some requests have no answer."""
BAD_INPUT = 2
"""Bad usage, settings or input; nothing was sent."""
INTERRUPTED = 3
"""Interrupted; the same command, or `bide watch JOB`, goes on."""


def exit_code(progress: "Progress") -> int:
    """What a job that was attended to the end means for a script."""
    answered = sum(progress.phases.get(phase, 0) for phase in ANSWERED_PHASES)
    return ALL_ANSWERED if answered == progress.total else SOME_FAILED

"""Exit codes, which scripts rely on."""

ALL_ANSWERED = 0
SOME_FAILED = 1
"""Some requests have no answer."""
BAD_INPUT = 2
"""Bad usage, settings or input; nothing was sent."""
INTERRUPTED = 3
"""Interrupted; the same command, or `bide watch JOB`, goes on."""

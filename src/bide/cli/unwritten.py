"""A file of results that cannot be written, said alike by every command."""

from pathlib import Path

from bide.core.errors import InputError


def unwritten(file: str | Path, error: OSError) -> InputError:
    """The error to raise: which file, why, and what to name instead."""
    return InputError(
        f"{file} cannot be written: {error.strerror or error}; name one in a folder that is there and yours"
    )

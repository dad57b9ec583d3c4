"""What bide makes for itself is for its user's eyes only: prompts and answers lie in it. What exists stays as it is."""

import os
from pathlib import Path
from typing import BinaryIO

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing. Raises OSError."""
    if not folder.parent.exists():
        make_folder(folder.parent)
    folder.mkdir(FOLDER_MODE, exist_ok=True)


def opener(path: str, flags: int) -> int:
    """For `open`: a file that is made is private."""
    return os.open(path, flags, FILE_MODE)


def create(path: Path) -> BinaryIO:
    """A file to write to, emptied where it is there already. Raises OSError."""
    return open(path, "wb", buffering=0, opener=opener)

"""The folder of objects that the workers of one database share. It carries a mark, and the database remembers which.

A worker that saw another folder would look for bodies that are not there, and leave answers where nobody finds them.
"""

import os
from pathlib import Path

from bide.core.errors import StoreError
from bide.store import private
from bide.store.objects import sync_folder
from bide.store.store import Store

MARK = ".bide-objects"
"""The file in the folder that holds its mark; no object's name begins with a dot."""

SETTING = "objects"


async def recognise(store: Store, folder: Path, mark: str) -> None:
    """See that `folder` is the one this database is used with; the first worker decides. `mark` is for a folder without one.

    Raises:
        StoreError: it is another one, or cannot be used.
    """
    agreed = await store.agreed(SETTING)
    try:
        found = _read(folder)
        if found is None and agreed is None:
            found = _make(folder, mark)
    except OSError as error:
        raise StoreError(f"the folder of objects {folder} cannot be used: {error.strerror}") from error
    if agreed is None and found is not None:
        agreed = await store.agree(SETTING, found)
    if found != agreed:
        raise StoreError(
            f"{folder} is not the folder in which the other workers of this database keep their objects; mount theirs"
            " there, or set BIDE_HOME to the folder above it on every machine, then run the same command again"
        )


def _read(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _make(folder: Path, mark: str) -> str:
    """Leave a mark; the one that is there, where another worker was faster."""
    part = folder / f"{MARK}.{mark}.part"
    try:
        with open(part, "x", encoding="ascii", opener=private.opener) as file:
            file.write(f"{mark}\n")
            file.flush()
            os.fsync(file.fileno())
        (folder / MARK).hardlink_to(part)  # unlike a rename, this fails where there is one
        sync_folder(folder)
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
    return (folder / MARK).read_text(encoding="ascii").strip()

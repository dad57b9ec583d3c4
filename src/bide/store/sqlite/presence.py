"""Who uses a database file: a locked file beside it for everybody who is there, which the system unlocks when its process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from bide.store import private


class Presence:
    """This process's own, and a look at those of others. Beside the database at `path`."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent / f"{path.name}-workers"
        self._own: dict[str, IO[bytes]] = {}

    def attend(self, holder: str) -> None:
        """Be there as `holder`, until `leave` or the end of the process."""
        if holder in self._own:
            return
        path = self._path(holder)
        while True:
            file = private.create(path)
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                break
            file.close()  # somebody looked between open and lock, and took us for dead
        self._own[holder] = file

    def has(self, holder: str) -> bool:
        """Whether `holder` is there."""
        if holder in self._own:
            return True
        path = self._path(holder)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def has_others(self, holder: str) -> bool:
        """Whether anybody is there besides this process and `holder`."""
        folder = self._path(holder).parent
        names = (path.stem for path in sorted(folder.glob("*.lock")))
        return any(name != holder and name not in self._own and self.has(name) for name in names)

    def leave(self) -> None:
        """Be there no more."""
        for holder, file in self._own.items():
            self._path(holder).unlink(missing_ok=True)
            file.close()
        self._own.clear()

    def _path(self, holder: str) -> Path:
        private.make_folder(self._folder)
        return self._folder / f"{holder}.lock"

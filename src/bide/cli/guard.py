"""The guard: a process that looks after open jobs when nobody else does, and ends when nothing is open."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bide.store import private

if TYPE_CHECKING:
    from bide.config import Config

LOG = "worker.log"


@dataclass(frozen=True, slots=True)
class Guard:
    """How to start one: with the options that this command was given."""

    config: "Config"
    database: str | None
    assignments: Sequence[str]
    file: str | None

    def start(self) -> int:
        """Start `bide worker` in the background, with this process's environment; its process id."""
        command = [sys.executable, "-m", "bide", "worker"]
        environment = dict(self.config.environment)
        if self.database:
            environment["BIDE_DB"] = self.database  # not `--db`: everybody may read a command line, and passwords in it
        for assignment in self.assignments:
            command += ["--set", assignment]
        if self.file:
            command += ["--config", self.file]
        private.make_folder(self.config.home)
        with open(self.config.home / LOG, "ab", opener=private.opener) as log:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
            )
        process.returncode = 0  # it is meant to outlive us: nobody waits for it, and nothing is to warn about that
        return process.pid


def guarding(
    config: "Config", database: str | None, assignments: Sequence[str] | None, file: str | None, *, unless: bool
) -> Guard | None:
    """The guard that a command may leave behind; None: it is to leave none."""
    return None if unless else Guard(config, database, assignments or [], file)

"""Audits that are asked for over HTTP: one at a time, each in a process of its own, so that no call waits for its arithmetic.

A thread would not do: while it reckons, the event loop gets the interpreter back only some hundred times a second. A log that is more than
it looks like (packed, or Parquet) takes up that process and not the gateway.
"""

import asyncio
import pickle
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import BinaryIO

from bide.audit import errand as process
from bide.audit.errand import Errand
from bide.core.errors import InputError
from bide.gateway.exchange import Exchange, GoneError
from bide.gateway.refusal import RefusalError

LONGEST = 900.0
"""Seconds that an audit may take, from the first byte of its log: a million rows take less than one minute."""

AGAIN = "10"
"""Seconds after which whoever finds another audit under way may come back."""


class Audits:
    """The place for one audit."""

    def __init__(self) -> None:
        self._is_taken = False

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """Have the place, from before the log arrives, so that no more than one of them lies on the disk. Raises `RefusalError`: it is
        taken, or was had for too long."""
        if self._is_taken:
            why = "another audit is under way, and this gateway makes one at a time; come back later"
            raise RefusalError(429, "audit_under_way", why, headers={"retry-after": AGAIN})
        self._is_taken = True
        bound = asyncio.timeout(LONGEST)
        try:
            async with bound:
                yield
        except TimeoutError:
            if not bound.expired():
                raise
            raise RefusalError(
                413,
                "audit_too_long",
                f"the audit took longer than {LONGEST / 60:.0f} minutes; split the log, or let `bide audit` read it where it lies",
            ) from None
        finally:
            self._is_taken = False

    async def answer(self, errand: Errand, file: BinaryIO, exchange: Exchange) -> bytes:
        """The audit of what is in a file, as JSON. It is broken off when the client leaves.

        Raises:
            InputError: the log cannot be audited.
            GoneError: the client went away.
        """
        child = _begun(file.fileno())
        told = asyncio.create_task(asyncio.to_thread(child.communicate, pickle.dumps(errand)))
        gone = asyncio.ensure_future(exchange.gone())
        try:
            await asyncio.wait([told, gone], return_when=asyncio.FIRST_COMPLETED)
            if not told.done():
                raise GoneError
            return _answer(child.returncode, *told.result())
        finally:
            gone.cancel()
            child.kill()  # does nothing to one that has ended
            await asyncio.wait([told])


def _begun(number: int) -> subprocess.Popen[bytes]:
    """A process that reads what lies under a descriptor; begun as this one was, but from nowhere: no file of the folder is a module of it."""
    command, pipe = [sys.executable, "-P", "-m", process.__name__, str(number)], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=(number,))


def _answer(status: int, told: bytes, fault: bytes) -> bytes:
    """What a process left behind that ended by itself."""
    if status == 0:
        return told
    if status == process.REFUSED:
        raise InputError(told.decode())
    raise RuntimeError(f"an audit ended with status {status}: {fault.decode(errors='replace')[-4_000:]}")

"""The object store of providers whose batches lie in one: an emulator, one for all the drills of a process."""

import atexit
from collections.abc import Mapping
from functools import cache
from threading import Lock

from tests.buckets.servers import moto_environment, start_moto

_starting = Lock()


def storage() -> Mapping[str, str]:
    """The variables that lead to it, for bide and for the simulator."""
    with _starting:
        return _started()


@cache
def _started() -> Mapping[str, str]:
    server = start_moto()
    atexit.register(server.stop)
    return moto_environment(server)

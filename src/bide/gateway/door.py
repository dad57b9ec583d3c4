"""How many may come in at a time, and who has to go when there is no room: whoever has been silent longest while we wait for
them. Half a request, or a connection kept for later, costs its owner nothing; it must not keep others out."""

import resource
from typing import Protocol

OTHERS = 256
"""Descriptors for everything but calls: the store, files, the log."""

PER_CALL = 2
"""Descriptors of a call: its connection, and the one to its provider."""


class Guest(Protocol):
    """A connection."""

    @property
    def can_go(self) -> bool:
        """Whether its silence is its own doing, not ours."""
        ...

    def go(self) -> None:
        """Close it at once."""
        ...


class Door:
    """Lets connections in, `most` at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._waited_for: dict[Guest, None] = {}

    def enter(self, guest: Guest) -> bool:
        """Come in, where necessary in the place of one that is waited for. False: everybody is busy. Who has come in or not
        has to `leave` in the end."""
        self._inside += 1
        if self._inside > self._most:
            silent = next((one for one in self._waited_for if one.can_go), None)
            if silent is None:
                return False
            del self._waited_for[silent]
            silent.go()
        self._waited_for[guest] = None
        return True

    def heard(self, guest: Guest) -> None:
        """Something came from a guest that is waited for."""
        if guest in self._waited_for:
            del self._waited_for[guest]
            self._waited_for[guest] = None

    def wait(self, guest: Guest) -> None:
        """It is the guest's turn to say something."""
        self._waited_for[guest] = None

    def busy(self, guest: Guest) -> None:
        """The guest has said everything; it is our turn."""
        self._waited_for.pop(guest, None)

    def leave(self, guest: Guest) -> None:
        """The connection is closed."""
        self._inside -= 1
        self._waited_for.pop(guest, None)


def room(wanted: int) -> int:
    """How many connections this process can have of those that are wanted. Takes the descriptors for them that the machine
    allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted * PER_CALL + OTHERS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, (soft - OTHERS) // PER_CALL))

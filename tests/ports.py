"""Ports for servers that must know theirs before they listen, or come back at the one they had."""

import socket

from bide.core.entropy import SystemEntropy

FIRST, LAST = 20_000, 32_000
"""Below what Linux (32768-60999) and macOS (49152-65535) give to those who ask for any port and to outgoing connections. A port that
the system gave out, and was closed again to be handed on, is soon somebody else's: with six processes of tests each starting servers,
a test then talks to the server of another."""


def free_port() -> int:
    """A port of this machine at which nobody listens, and which nobody gets who did not ask for this one."""
    chance = SystemEntropy()
    while True:
        port = FIRST + int(chance.uniform() * (LAST - FIRST + 1))
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

"""A port that is handed on stays free until its server listens."""

import socket
from pathlib import Path
from unittest.mock import patch

import pytest

from tests import ports

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not RANGE.exists(), reason="only Linux says which ports it gives out")
def test_the_system_gives_it_to_nobody() -> None:
    first = int(RANGE.read_text().split()[0])
    assert first > ports.LAST


def test_a_taken_one_is_not_given() -> None:
    with socket.create_server(("127.0.0.1", ports.free_port())) as taken:
        port = taken.getsockname()[1]
        # Others may have some of these, but hardly all of them: then there would be none to give.
        with patch.object(ports, "FIRST", port), patch.object(ports, "LAST", port + 9):
            assert port not in {ports.free_port() for _ in range(100)}

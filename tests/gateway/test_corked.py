"""What is written between `cork` and `uncork` leaves in one piece."""

import asyncio
import socket
from collections.abc import AsyncGenerator

import pytest

from bide.gateway.corked import Corked

Pair = tuple[Corked, socket.socket]


@pytest.fixture
async def pair() -> AsyncGenerator[Pair]:
    """A corked transport, and who reads at its other end."""
    ours, theirs = socket.socketpair()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    with theirs:
        theirs.setblocking(False)
        yield Corked(transport), theirs
        transport.close()
        await asyncio.sleep(0)


async def test_a_head_waits_for_its_body(pair: Pair) -> None:
    corked, theirs = pair
    corked.cork()
    corked.write(b"head ")
    corked.write(b"body")
    with pytest.raises(BlockingIOError):
        theirs.recv(100)
    corked.uncork()
    assert theirs.recv(100) == b"head body"


async def test_what_is_written_otherwise_leaves_at_once(pair: Pair) -> None:
    corked, theirs = pair
    corked.write(b"head ")
    assert theirs.recv(100) == b"head "
    corked.uncork()
    corked.write(b"event")
    assert theirs.recv(100) == b"event"


async def test_what_was_kept_leaves_before_the_connection_is_closed(pair: Pair) -> None:
    corked, theirs = pair
    corked.cork()
    corked.write(b"head")
    corked.close()
    assert corked.is_closing()
    assert theirs.recv(100) == b"head"

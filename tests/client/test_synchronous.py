"""The client without an event loop: the same verbs, each once."""

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import bide
from bide.client.thread import LoopThread
from tests.client.place import MODEL, Beside
from tests.patience import PATIENCE


async def beside_the_loop(work: Callable[[], Any]) -> None:
    """The simulator answers in the test's own loop, so code that blocks runs in a thread."""
    await asyncio.to_thread(work)


async def test_every_verb(here: Beside) -> None:
    def work() -> None:
        with bide.Client(**here.options) as client:
            handle = client.submit("hello", model=MODEL, within="15m")
            assert client.wait(handle).ok
            assert client.find(handle.id) == handle
            handles = client.submit(["a", "b"], model=MODEL, within="15m")
            assert {answer.index for answer in client.as_completed(handles)} == {0, 1}
            assert [answer.ok for answer in client.wait(handles)] == [True, True]
            assert client.receipt(handles).requests == len(client.receipts(handles)) == 2
            client.cancel(handles)  # they are settled, and stay so
            assert [answer.index for answer in client.map(["a", "b", "c"], model=MODEL, within="15m")] == [0, 1, 2]

    await beside_the_loop(work)


async def test_several_threads_share_a_client(here: Beside) -> None:
    def work() -> None:
        with bide.Client(**here.options) as client, ThreadPoolExecutor(4) as threads:

            def ask(word: str) -> str:
                return client.wait(client.submit(word, model=MODEL, within="15m")).text

            for word, text in zip("abcd", threads.map(ask, "abcd"), strict=True):
                assert f"You said: {word}" in text

    await beside_the_loop(work)


async def test_whoever_stops_early_leaves_nothing_behind(here: Beside) -> None:
    def work() -> None:
        with bide.Client(**here.options) as client:
            for answer in client.map(["a", "b"], model=MODEL, within="15m"):
                assert answer.index == 0
                break
            assert client.submit("again", model=MODEL).id
        assert not [thread for thread in threading.enumerate() if thread.name == "bide"]

    await beside_the_loop(work)


def test_a_client_that_is_not_open_says_so() -> None:
    client = bide.Client(base_url="http://127.0.0.1:9")
    with pytest.raises(bide.ClosedError):
        client.submit("hello", model=MODEL)
    client.close()


def test_what_fails_at_opening_ends_the_thread() -> None:
    with pytest.raises(bide.SettingError):
        bide.Client(environment={"BIDE_CONFIG": "nowhere.toml"}).open()
    assert not [thread for thread in threading.enumerate() if thread.name == "bide"]


def test_an_interrupt_cancels_what_is_waited_for() -> None:
    thread, ended, caller = LoopThread(), threading.Event(), threading.get_ident()

    async def forever() -> None:
        try:
            signal.pthread_kill(caller, signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        thread.run(forever())
    assert ended.wait(PATIENCE)
    thread.stop()


def test_a_stopped_loop_says_so() -> None:
    async def late() -> None:
        return

    thread = LoopThread()
    thread.stop()
    thread.stop()
    with pytest.raises(bide.ClosedError):
        thread.run(late())

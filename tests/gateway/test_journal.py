"""What a gateway says about itself: a JSON line an event, words for people, and never a secret."""

import io
import json
import logging
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from bide.core.entropy import SystemEntropy
from bide.core.key import new_secret
from bide.gateway import journal
from bide.gateway.journal import ACCESS, note
from tests.gateway.place import CHAT, Place

SECRET = new_secret(SystemEntropy())


@pytest.fixture
def said() -> Generator[io.StringIO]:
    """Where the journal goes while a test runs."""
    root, access = logging.getLogger(), ACCESS.level
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    journal.install(stream, for_people=False, access=True)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    ACCESS.setLevel(access)
    logging.getLogger("bide").setLevel(logging.NOTSET)


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_an_event_is_one_line_whatever_is_in_it(said: io.StringIO) -> None:
    note(logging.getLogger("bide.test"), "begun", path="/a\nb\u2028c", count=3, nothing=None)
    [line] = said.getvalue().splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["path"], told["count"], told["nothing"]) == (
        "begun",
        "info",
        "/a\nb\u2028c",
        3,
        None,
    )
    assert told["at"].endswith("+00:00")


def test_what_others_log_is_told_too_with_its_trace(said: io.StringIO) -> None:
    try:
        raise ValueError(f"key {SECRET} and sk-ant-0123456789abcdef0123 in https://user:pass@host/x")
    except ValueError:
        logging.getLogger("another").exception("it failed for %s", "Bearer abcdefgh12345678")
    [told] = lines(said)
    assert (told["event"], told["logger"], told["level"]) == ("log", "another", "error")
    assert "ValueError" in told["trace"]
    for secret in (SECRET, "sk-ant-0123456789abcdef0123", "abcdefgh12345678", "user:pass"):
        assert secret not in said.getvalue()
    logging.getLogger("another").info("nobody asked")
    assert len(lines(said)) == 1


def test_people_get_words_that_no_terminal_obeys() -> None:
    record = logging.makeLogRecord({"msg": "slow", "levelno": logging.WARNING, "levelname": "WARNING"})
    record.fields = {"path": "/\x1b[2J\n", "seconds": 61.5, "none": None}
    text = journal.Words().format(record)
    assert text.endswith(r"warning: slow path=/\x1b[2J\x0a seconds=61.5")


@pytest.mark.parametrize("message", journal.MEANT)
def test_what_is_meant_to_be_so_is_no_fault(said: io.StringIO, message: str) -> None:
    journal.silence()
    journal.silence()
    log = logging.getLogger("uvicorn.error")
    log.error(message, *([3] if "%s" in message else []))
    log.info("Started server process")
    log.error("Exception in ASGI application")
    assert [line["message"] for line in lines(said)] == ["Exception in ASGI application"]


async def test_calls_are_noted_without_their_query_body_or_key(said: io.StringIO, at: Place) -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with at.http.get("/v1/models?secret=hunter2", headers=headers) as answer:
        request = answer.headers["x-request-id"]
    body = {**CHAT, "messages": [{"role": "user", "content": "hunter3"}]}
    async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 200
    async with at.http.get("/nowhere") as answer:
        assert answer.status == 404
    calls = [line for line in lines(said) if line["event"] == "call"]
    told = [(one["method"], one["path"], one["status"]) for one in calls]
    assert told == [("GET", "/v1/models", 200), ("POST", "/v1/chat/completions", 200), ("GET", "/nowhere", 404)]
    assert (calls[0]["request"], calls[0]["owner"], calls[0]["key"]) == (request, "local", None)
    assert not [word for word in ("hunter", SECRET, "Bearer") if word in said.getvalue()]


async def test_a_slow_call_is_noted(said: io.StringIO, at: Place) -> None:
    ACCESS.setLevel(logging.WARNING)
    at.gateway.settings = msgspec.structs.replace(at.gateway.settings, slow=0)
    async with at.http.get("/v1/models") as answer:
        assert answer.status == 200
    async with at.http.get("/bide/v1/jobs") as answer:
        assert answer.status == 200
    assert [(line["event"], line["path"]) for line in lines(said)] == [("slow", "/v1/models")]


async def test_a_fault_is_told_to_the_journal_and_not_to_the_caller(
    said: io.StringIO, at: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ACCESS.setLevel(logging.WARNING)

    async def fail(*_: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(at.gateway.context.store.history, "jobs", fail)
    async with at.http.get("/bide/v1/jobs") as answer:
        assert answer.status == 500
        assert "nobody thought" not in await answer.text()
    [told] = lines(said)
    assert (told["event"], told["path"]) == ("fault", "/bide/v1/jobs")
    assert "nobody thought of this" in told["trace"]

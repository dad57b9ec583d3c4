"""`bide audit` over HTTP: a log as the body, or the caller's own record."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from bide.audit.errand import Errand
from bide.cli.app import app
from bide.gateway import audits
from bide.gateway.api.shape.audit import Audit
from tests.gateway.api.ask import post
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import CHAT, Place
from tests.patience import PATIENCE

LOG = "t_s,in_tokens,out_tokens,client\n" + "".join(
    f"{hour * 3600 + call},1000,100,{call % 2}\n" for hour in range(48) for call in range(4)
)


async def send(at: Place, log: bytes | str, query: str = "", status: int = 200, **headers: str) -> Any:
    """What a log is answered with."""
    async with at.http.post(f"/bide/v1/audit{query}", data=log, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_a_log_is_audited_as_the_command_does(at: Place, tmp_path: Path) -> None:
    query = "?model=openai/gpt-4.1-mini&timezone=Europe/Berlin&assume=keep=1h&assume=smaller=50%25"
    told = await send(at, gzip.compress((LOG + "x,1,1,1\n").encode()), query)

    (tmp_path / "log.csv").write_text(LOG + "x,1,1,1\n")
    options = [
        "--model",
        "openai/gpt-4.1-mini",
        "--timezone",
        "Europe/Berlin",
        "--assume",
        "keep=1h",
        "--assume",
        "smaller=50%",
    ]
    done = await asyncio.to_thread(CliRunner().invoke, app, ["audit", str(tmp_path / "log.csv"), *options])
    said = json.loads(done.stdout)
    said["sources"][0]["name"] = "the log"
    assert told | {"prices_of": said["prices_of"]} == said
    [bad] = told["sources"][0]["bad_rows"]
    assert (bad["line"], bad["says"].partition(";")[0]) == (194, "t_s: 'x' is no instant")
    assert msgspec.to_builtins(msgspec.convert(told, Audit)) == told  # so that the description tells of every field


async def test_the_record_is_the_owners_and_nobody_elses(at: Place) -> None:
    _, ours = await make_key(at.bide, "acme")
    _, theirs = await make_key(at.bide, "mallory")
    client = at.openai(ours)
    for _ in range(2):
        await client.chat.completions.create(**CHAT)
        await asyncio.sleep(0.02)  # of the time of the gateway, more than a second
    await at.gateway.books.settle()

    async with at.http.post("/bide/v1/audit", json={"ledger": True, "days": 1}, headers=bearing(ours)) as answer:
        told = await answer.json()
        assert (answer.status, told["rows"], told["sources"][0]["name"]) == (200, 2, "bide's own record")
    async with at.http.post("/bide/v1/audit", json={"ledger": True}, headers=bearing(theirs)) as answer:
        error = (await answer.json())["error"]
        assert (answer.status, error["code"], error["param"]) == (400, "invalid_request", "ledger")


def large() -> bytes:
    """A log that takes some seconds, and little room."""
    rows = "".join(f"{second},1000,100\n" for second in range(300_000))
    return gzip.compress(f"t_s,in_tokens,out_tokens\n{rows}".encode(), 1)


async def test_what_takes_too_long_is_broken_off(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "LONGEST", 0.2)
    assert (await send(at, large(), "?model=openai/gpt-4.1", 413))["error"]["code"] == "audit_too_long"
    assert (await post(at, "/audit", {}, 400))["error"]["code"] == "invalid_request"


async def test_one_at_a_time_and_the_next_once_the_client_has_left(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, reader = asyncio.Event(), at.gateway.audits.answer

    async def answer(errand: Errand, file: Any, exchange: Any) -> bytes:
        begun.set()
        return await reader(errand, file, exchange)

    monkeypatch.setattr(at.gateway.audits, "answer", answer)
    log = large()
    first = asyncio.ensure_future(send(at, log, "?model=openai/gpt-4.1"))
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    async with at.http.post("/bide/v1/audit", data=LOG) as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (429, audits.AGAIN)
        assert (await refused.json())["error"]["code"] == "audit_under_way"
    await at.openai().chat.completions.create(**CHAT)
    assert not first.done()

    first.cancel()
    while True:  # the process is ended, long before it would have been through
        async with at.http.post("/bide/v1/audit", json={}) as answer_:
            if answer_.status == 400:
                return
        await asyncio.sleep(0.02)


WRONG: Sequence[tuple[str, str | bytes, str | None, str]] = (
    ("", b"", None, "the body is empty"),
    ("?colum=at=x", LOG, "colum", "there are: assume, column, model, timezone"),
    ("?column=at", LOG, "column", "column at names no column; write as in column=at=t_s"),
    ("?model=gpt-5", LOG, "model", "say whose it is, as in model=openai/gpt-5"),
    ("?timezone=Mars/Olympus", LOG, "timezone", "there is no time zone 'Mars/Olympus'"),
    ("?assume=keep=2d", LOG, "assume", "assume=keep=2d: how old repeats"),
    ("", '{"ledger": false}', "ledger", "write true"),
    ("", '{"days": 3}', None, "missing required field `ledger`"),
    ("", '{"ledger": true, "days": 0}', "days", ">= 1"),
    ("", '{"ledger": true, "model": "openai/x"}', None, "unknown field `model`"),
    ("", '{"ledger": true, "assume": {"keep": "2d"}}', "assume", "write one of these"),
    ("?timezone=UTC", '{"ledger": true}', "timezone", "a field of the body"),
)
"""By query and body, the field that is named and what is said."""


async def test_what_cannot_be_asked_is_named(at: Place) -> None:
    for query, body, param, says in WRONG:
        error = (await send(at, body, query, 400))["error"]
        assert error["param"] == param, error
        assert says in error["message"]


async def test_what_cannot_be_audited_is_named(at: Place) -> None:
    for query, body, param, says in (
        ("", "a,b\n1,2\n", None, "say which it is, as in column=at=NAME. There are a, b"),
        ("?column=at=when", LOG, "column", "column=at=when: the log has no column when"),
        ("", '{"t_s": "x", "in_tokens": 1}\n' * 2, None, "line 1: t_s: 'x' is no instant"),
        ("", b"PK\x03\x04 and what follows", None, "unpack it first"),
    ):
        error = (await send(at, body, query, 400))["error"]
        assert (error["param"], error["code"]) == (param, "invalid_request")
        assert says in error["message"]
    await send(at, LOG, status=400, **{"Content-Type": "multipart/form-data; boundary=x"})


async def test_a_log_may_be_as_large_as_a_file(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at.gateway, "settings", msgspec.structs.replace(at.gateway.settings, largest_file=1_000))
    assert (await send(at, LOG, status=413))["error"]["code"] == "request_too_large"
    assert (await post(at, "/audit", {"ledger": False}, 400))["error"]["param"] == "ledger"

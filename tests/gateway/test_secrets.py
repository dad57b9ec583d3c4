"""Keys between processes: `bide keys` in one, `bide serve` in another, and what either leaves behind."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bide.core.entropy import SystemEntropy
from bide.core.key import digest_of, new_secret
from tests.gateway.keyed import bearing
from tests.gateway.raw import request, statuses
from tests.gateway.upstream import listening

SOON = 2.0
"""Seconds within which a revoked key opens nothing any more."""

UPSTREAM = "the-key-of-the-provider"

MODEL = {"model": "own/any", "messages": [{"role": "user", "content": "hello"}]}


@dataclass
class Serving:
    """A gateway in a process of its own, and what it has said when it has ended."""

    url: str
    http: aiohttp.ClientSession
    said: bytes = b""


def environment(home: Path) -> Mapping[str, str]:
    """What each process is told."""
    return {"PATH": "", "BIDE_HOME": str(home), "OWN_KEY": UPSTREAM, "COLUMNS": "200"}


async def bide(home: Path, *words: str) -> bytes:
    """What a command says on standard output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bide", *words, env=environment(home), stdout=-1, stderr=-1
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return out


async def made(home: Path, *words: str) -> dict[str, Any]:
    """The key that a command has made, with its secret."""
    return json.loads((await bide(home, "keys", *words, "--output", "json")).splitlines()[-1])


@asynccontextmanager
async def serving(home: Path, accounts: Mapping[str, str]) -> AsyncGenerator[Serving]:
    """`bide serve` in front of servers of OpenAI's protocol."""
    told = ["gateway.drain=1s", "gather.longest=1s"]
    for name, url in accounts.items():
        told += [f"providers.{name}.kind=openai", f"providers.{name}.base_url={url}"]
        told += [f"providers.{name}.api_key_env=OWN_KEY", f"providers.{name}.batch=false"]
    words = [part for setting in told for part in ("--set", setting)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bide", "serve", "--port", "0", *words, env=environment(home), stdout=-1, stderr=-1
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    assert url, (await process.communicate())[1]
    async with aiohttp.ClientSession(url) as http:
        found = Serving(url, http)
        yield found
    process.send_signal(signal.SIGTERM)
    found.said = b"".join(await process.communicate())
    assert process.returncode == 0, found.said


def kept(home: Path) -> bytes:
    """Every byte that is on the disk."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


async def test_no_key_is_in_what_a_gateway_says_or_keeps(tmp_path: Path) -> None:
    home = tmp_path / "home"
    secrets = [(await made(home, "create", "--name", "app"))["secret"]]
    secrets.append((await made(home, "rotate", "app"))["secret"])
    wrong = [new_secret(SystemEntropy()), "sk-ant-api03-somebody-elses-key", "sk-proj-another-ones-key"]
    async with listening() as (upstream, heard):
        accounts = {"own": upstream, "refusing": upstream + "/refused", "gone": "http://127.0.0.1:9/v1"}
        async with serving(home, accounts) as at:
            for secret in secrets + wrong:
                for headers in (bearing(secret), {"x-api-key": secret, "cookie": secret, "x-other": secret}):
                    for account in accounts:
                        body = MODEL | {"model": f"{account}/any"}
                        for extra in ({}, {"bide-within": "80s", "prefer": "respond-async", "idempotency-key": "k"}):
                            path = f"/v1/chat/completions?key={secret}"
                            async with at.http.post(path, json=body, headers=headers | extra) as answer:
                                assert (answer.status == 401) == (secret in wrong), await answer.text()
                                assert secret not in await answer.text()
                    for path in ("/v1/nothing", "/bide/v1/requests/none", "/v1/models"):
                        async with at.http.get(path, headers=headers, params={"api_key": secret}) as answer:
                            assert secret not in await answer.text()
                    async with at.http.post("/v1/messages", data=b"{no json", headers=headers) as answer:
                        assert answer.status in (400, 401)
                odd = request("GET /v1/models HTTP/1.1", "Host : x", f"Authorization: Bearer {secret}")
                assert (await statuses(at.url, odd))[0] == [400]
            written = kept(home)  # with what SQLite folds in at the end
        assert len(heard) > 4
        assert not [one for one in heard if any(secret in str(one) for secret in secrets)]
    written += kept(home)
    for one in (*secrets, *wrong, UPSTREAM):
        assert one.encode() not in at.said
        assert one.encode() not in written
    assert at.url.encode() in at.said  # what is looked for would be found
    assert digest_of(secrets[1]) in written


async def test_a_key_that_another_process_revokes_opens_nothing_two_seconds_later(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with listening() as (upstream, _), serving(home, {"own": upstream}) as at:
        async with at.http.get("/v1/models") as answer:
            assert answer.status == 200  # nobody has a key yet
        key = await made(home, "create", "--name", "app")
        headers = bearing(key["secret"])
        async with at.http.get("/v1/models", headers=headers) as answer:
            assert answer.status == 200
        revoking = asyncio.create_task(bide(home, "keys", "revoke", "app"))
        ended_at: float | None = None
        while True:
            asked_at = time.monotonic()
            async with at.http.get("/v1/models", headers=headers) as answer:
                status = answer.status
            if status != 401:
                assert ended_at is None or asked_at - ended_at < SOON
            if revoking.done() and ended_at is None:
                await revoking
                ended_at = time.monotonic()
            if status == 401:
                break
            await asyncio.sleep(0.02)
        await revoking
        for unkeyed in ({}, headers):
            async with at.http.get("/v1/models", headers=unkeyed) as answer:
                assert answer.status == 401

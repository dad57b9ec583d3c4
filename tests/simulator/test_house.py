"""A house of providers: whom a path belongs to, and the bucket that they share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from bide.core.clock import ManualClock
from bide.core.errors import SettingError
from bide.simulator.account import Account
from bide.simulator.books import Books
from bide.simulator.bucket import MemoryBucket
from bide.simulator.exchange import Reply, Request, show
from bide.simulator.faults import Site
from bide.simulator.house import House
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.openai.protocol import OpenAI
from bide.simulator.script import Script

if TYPE_CHECKING:
    from bide.simulator.exchange import Lost

KEY = {"authorization": "Bearer simulated"}


class Echo(OpenAI):
    """Reads objects and writes one that says which there were."""

    name = "echo"

    def inputs(self, account: Account, request: Request, now: int) -> Sequence[str]:
        return ["mem://b/one", "mem://b/none", "mem://b/in/"]

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        account.outbox.append(("mem://b/out", b" ".join(bytes(part) for part in request.objects.values())))
        return show(sorted(request.objects))


def house(*, alone: Books | None = None) -> House:
    return House.of(alone) if alone else House(Script(), 7, 0)


async def get(asked: House, path: str) -> "Reply | Lost":
    return await asked.handle(Request("GET", path, {}, KEY), ManualClock())


@pytest.mark.parametrize("path", ["/v1/models", "/openai/v1/models"])
@pytest.mark.parametrize("single", [False, True])
async def test_openai_is_at_the_root_and_under_its_name(path: str, single: bool) -> None:
    reply = await get(house(alone=Books(Script(), 7, 0) if single else None), path)
    assert isinstance(reply, Reply)
    assert reply.status == 200


def test_an_account_is_made_when_it_is_first_asked_for() -> None:
    several = house()
    assert list(several.opened()) == []
    assert several.books() is several.books("openai")
    assert several.books().seed == 7
    with pytest.raises(SettingError, match="no provider 'nobody'"):
        several.books("nobody")


@pytest.mark.parametrize("path", ["/v1/models", "/echo/v1/models"])
async def test_objects_are_read_before_and_written_before_the_reply(path: str) -> None:
    bucket = MemoryBucket()
    for name in ("one", "in/a", "in/b", "other"):
        await bucket.write(f"mem://b/{name}", name.encode())
    alone = House.of(Books(Script(), 7, 0, protocol=Echo()), bucket)
    reply = await get(alone, path)
    assert isinstance(reply, Reply)
    assert bytes(reply.body) == b'["mem://b/in/a","mem://b/in/b","mem://b/one"]'
    assert bucket.objects["mem://b/out"] == b"one in/a in/b"
    await bucket.delete("mem://b/out")
    assert "mem://b/out" not in bucket.objects


async def test_each_provider_is_under_its_name_and_has_chances_of_its_own() -> None:
    several, clock = house(), ManualClock()
    transport = InProcessTransport(several, clock)
    headers = {"x-api-key": "simulated", "anthropic-version": "2026-10-21"}
    async with transport.exchange("GET", "http://here/anthropic/v1/models", headers=headers) as reply:
        assert reply.status == 200
    async with transport.exchange("GET", "http://here/v1/models", headers=KEY) as reply:
        assert reply.status == 200
    assert set(several.opened()) == {"anthropic", "openai"}
    assert several.books("anthropic").seed != several.books().seed
    assert several.books("anthropic").seed == house().books("anthropic").seed


def test_where_a_request_goes() -> None:
    books = Books(Script(), 7, 0)
    assert books.site_of("POST", "http://here/v1/batches?x=1") is Site.CREATE
    assert books.site_of("POST", "http://here/openai/v1/batches") is Site.CREATE
    assert books.site_of("POST", "http://here/nothing") is None


def test_what_is_too_large_is_refused_in_the_providers_words() -> None:
    reply = house().too_large("/anthropic/v1/messages")
    assert reply.status == 413
    assert b"request_too_large" in reply.body

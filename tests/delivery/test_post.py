"""A webhook reaches who it is for, and nobody else: over real sockets, with names that lie."""

import asyncio
import email.utils
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from tests.delivery.receiver import Receiver, listening
from tests.patience import PATIENCE
from tests.ports import free_port

from bide.core.clock import MINUTE, SECOND
from bide.delivery.post import MOST_READ, Posted, Poster
from bide.delivery.target import Policy

NOW = 1_800_000_000 * SECOND
PUBLIC = "203.0.114.7"
"""A public address that no test reaches: nothing is ever connected to there."""


@pytest_asyncio.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with listening() as found:
        yield found


@asynccontextmanager
async def poster(policy: Policy, *answers: Sequence[str], timeout: float = PATIENCE) -> AsyncGenerator[Poster]:
    """A poster for whom names lead to these addresses, one answer a look-up, the last one for ever."""
    left = list(answers)

    async def lookup(host: str, port: int) -> list[str]:
        return list(left.pop(0) if len(left) > 1 else left[0])

    made = Poster(policy, timeout, lookup) if answers else Poster(policy, timeout)
    yield made
    await made.close()


async def post(url: str, policy: Policy, *answers: Sequence[str], timeout: float = PATIENCE) -> Posted:
    async with poster(policy, *answers, timeout=timeout) as made:
        return await made.post(url, {"webhook-id": "evt_1"}, b"{}", NOW)


async def test_what_is_sent_arrives_as_it_is(receiver: Receiver) -> None:
    posted = await post(f"{receiver.url}/%2e%2e/a%20b?x=%2F", Policy(allow=(receiver.host,)))
    assert posted == Posted(200, None)
    [heard] = receiver.heard
    assert heard.path == "/hook/%2e%2e/a%20b?x=%2F"
    assert (heard.body, heard.event_id) == (b"{}", "evt_1")
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["User-Agent"].startswith("bide/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "64:ff9b::7f00:1",
    ],
)
async def test_a_name_that_leads_inwards_is_not_followed(receiver: Receiver, address: str) -> None:
    url = f"http://example.com:{receiver.port}/hook"
    posted = await post(url, Policy(http=True), [address])
    assert posted.status is None
    assert f"leads to {address}, which is no public address" in str(posted.error)
    assert receiver.heard == []


async def test_one_inward_address_among_public_ones_is_enough(receiver: Receiver) -> None:
    posted = await post(f"http://example.com:{receiver.port}/", Policy(http=True), [PUBLIC, "127.0.0.1"])
    assert "no public address" in str(posted.error)
    assert receiver.heard == []


async def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public while it is checked, loopback when it would be connected to."""
    connected: list[str] = []
    loop = asyncio.get_running_loop()

    async def connect(sock: object, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(loop, "sock_connect", connect)
    posted = await post(f"http://example.com:{receiver.port}/", Policy(http=True), [PUBLIC], ["127.0.0.1"])
    assert connected == [PUBLIC]
    assert "nobody answers there" in str(posted.error)
    assert receiver.heard == []


async def test_hosts_of_ones_own_network_need_not_be_public(receiver: Receiver) -> None:
    own = f"hooks.internal:{receiver.port}"
    async with poster(Policy(allow=(own,)), ["127.0.0.1"]) as made:
        assert (await made.post(f"http://{own}/", {}, b"", NOW)).status == 200
        other = await made.post(f"https://other.internal:{receiver.port}/", {}, b"", NOW)
    assert "no public address" in str(other.error)
    assert len(receiver.heard) == 1


async def test_numbers_that_systems_read_as_addresses_are_refused(receiver: Receiver) -> None:
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"):
        posted = await post(f"http://{host}:{receiver.port}/", Policy(http=True))
        assert posted.status is None
        assert posted.error
    assert receiver.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer(status, Location="/elsewhere")
    posted = await post(receiver.url, Policy(allow=(receiver.host,)))
    assert posted.status == status
    assert "redirects are not followed" in str(posted.error)
    assert [heard.path for heard in receiver.heard] == ["/hook"]


async def test_no_proxy_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{receiver.host}")
    posted = await post("http://example.com:8080/", Policy(http=True), ["127.0.0.1"])
    assert "no public address" in str(posted.error)
    assert receiver.heard == []


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", 2 * MINUTE),
        (email.utils.formatdate(1_800_000_060, usegmt=True), MINUTE),
        (email.utils.formatdate(1_700_000_000, usegmt=True), 0),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
    ],
)
async def test_who_asks_for_time_is_heard(receiver: Receiver, header: str, wait: int | None) -> None:
    receiver.answer(503, Retry_After=header)
    posted = await post(receiver.url, Policy(allow=(receiver.host,)))
    assert posted == Posted(503, "answered 503", wait)


async def test_an_answer_without_end_is_cut(receiver: Receiver) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            return response

    receiver.answers = [endless]
    assert await post(receiver.url, Policy(allow=(receiver.host,))) == Posted(200, None)
    assert sent < 100 * MOST_READ


async def test_who_says_nothing_is_left_after_the_time_that_is_set(receiver: Receiver) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    receiver.answers = [silent]
    posted = await post(receiver.url, Policy(allow=(receiver.host,)), timeout=0.2)
    assert posted == Posted(None, "no answer within 0.2 s")


async def test_nobody_there(receiver: Receiver) -> None:
    host = f"127.0.0.1:{free_port()}"
    posted = await post(f"http://{host}/", Policy(allow=(host,)))
    assert posted.status is None
    assert "nobody answers there" in str(posted.error)


async def test_a_url_that_is_taken_no_more_is_told(receiver: Receiver) -> None:
    posted = await post(receiver.url, Policy())
    assert posted.status is None
    assert "https://" in str(posted.error)
    assert receiver.heard == []

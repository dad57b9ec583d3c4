"""`/calculator`: the page over HTTP, who may see it, and what caches are told."""

import gzip
from pathlib import Path

import aiohttp

from bide.core.clock import to_datetime
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import Place, place

PACKED, PLAIN = {"accept-encoding": "gzip"}, {"accept-encoding": "identity"}


async def test_the_page_comes_with_its_policy_and_caches_ask_again(at: Place) -> None:
    async with aiohttp.ClientSession(at.url, auto_decompress=False) as http:
        async with http.get("/calculator", headers=PLAIN) as plain:
            page = await plain.read()
        async with http.get("/calculator", headers=PACKED) as packed:
            small = await packed.read()
        async with http.get("/calculator", headers={**PLAIN, "if-none-match": plain.headers["etag"]}) as again:
            assert (again.status, await again.read()) == (304, b"")
        async with http.get("/calculator", headers={**PLAIN, "if-none-match": packed.headers["etag"]}) as other:
            assert (other.status, await other.read()) == (200, page)

    day = to_datetime(at.gateway.context.clock.now()).date().isoformat()
    policy = plain.headers["content-security-policy"]
    assert plain.headers["content-type"] == "text/html; charset=utf-8"
    assert f'"day":"{day}"' in page.decode()
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert f'content="{policy}"' in page.decode()
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["cache-control"] == "no-cache"
    assert plain.headers["vary"] == "accept-encoding"
    assert gzip.decompress(small) == page
    assert len(small) < len(page) / 4


async def test_only_this_machine_sees_it_without_a_key(at: Place) -> None:
    for headers in ({"host": "bide.example"}, {"origin": "https://elsewhere.example"}):
        async with at.http.get("/calculator", headers=headers) as answer:
            assert answer.status == 403
    _, secret = await make_key(at.bide)
    async with at.http.get("/calculator") as answer:
        assert answer.status == 200  # a browser sends no key
    at.gateway.identities.needs_key = True  # as where others can reach the gateway
    async with at.http.get("/calculator") as answer:
        assert answer.status == 401
    async with at.http.get("/calculator", headers=bearing(secret)) as answer:
        assert answer.status == 200


async def test_ones_own_prices_are_not_shown(tmp_path: Path) -> None:
    own = ("prices.openai/gpt-4o-mini.input=123.456", "prices.openai/gpt-4o-mini.output=456.789")
    async with place(tmp_path, *own) as at, at.http.get("/calculator") as answer:
        page = await answer.text()
        card = at.gateway.context.pricing.source.card("openai", "gpt-4o-mini", "standard", "2026-11-21")

    assert card is not None  # in the gateway's own sums they are
    assert card.source == "user"
    assert "123.456" not in page
    assert '"user"' not in page

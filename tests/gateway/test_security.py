"""What a sceptic would try: other tenants' work, keys in every form, names that are not ours, requests in two minds."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bide.cli.serve import served
from bide.core.clock import DAY, MINUTE
from bide.core.key import digest_of, new_secret, prefix_of
from bide.gateway.identities import REMEMBERED
from bide.store import queries
from tests.gateway import tenants
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import CHAT, Place, place
from tests.gateway.raw import request, statuses
from tests.gateway.tenants import MARK
from tests.gateway.upstream import listening

MODELS = "/v1/models"

MADE = queries.parse("-- name: made\nSELECT external_id FROM calls ORDER BY external_id;\n")["made"]


async def ask(at: Place, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> tuple[int, str]:
    """The status and the text of an answer."""
    query = {"after": "0", "wait": "1"} if path.endswith("/events") else {}
    async with at.http.request(method, path, headers=headers, json=body, params=query) as answer:
        return answer.status, await answer.text()


async def test_a_tenant_finds_nothing_of_anothers(at: Place) -> None:
    """Every path that there is, so that a new one is tried as well; those that need a new kind of id say so."""
    _, ours = await make_key(at.bide, "acme")
    _, theirs = await make_key(at.bide, "mallory")
    ids = await tenants.everything(at, ours)
    secrets = {MARK, *ids.values()}
    tried = 0
    for method, path in tenants.routes(at):
        named = tenants.naming(path, ids)
        headers = tenants.spoken(path)
        if named is not None:
            tried += 1
            status, text = await ask(at, method, named, bearing(theirs) | headers)
            assert status == 404, (method, path, text)
            assert MARK not in text, (method, path)
            assert (await ask(at, method, named, headers))[0] == 401, (method, path)
        elif method == "GET" and "{" not in path and not path.endswith("/openapi.json"):
            tried += 1
            _, text = await ask(at, method, path, bearing(theirs) | headers)
            assert not [one for one in secrets if one in text], (method, path)
        elif method == "POST" and "{" not in path and (body := tenants.names_ids(method, path, ids)) is not None:
            tried += 1
            status, text = await ask(at, method, path, bearing(theirs) | headers, body)
            assert MARK not in text, (method, path)
            if path.endswith("/settled"):
                assert text == f'{{"settled":[],"unknown":["{ids["request_id"]}"]}}'
            elif path.endswith("/batches") and status == 200:
                await _fails(at, theirs)
            else:
                assert status in (400, 404), (method, path, text)
    assert tried > 50
    for method, path in tenants.routes(at):  # all of it is there, for those whose it is
        named = tenants.naming(path, ids)
        if named is not None and method == "GET":
            status, text = await ask(at, method, named, bearing(ours) | tenants.spoken(path))
            assert status == 200, (path, text)


async def _fails(at: Place, secret: str) -> None:
    """Wait until the newest batch has failed: its file is not there, as far as its tenant knows."""
    batch = (await at.openai(secret).batches.list()).data[0]
    while batch.status == "validating":
        await asyncio.sleep(0.02)
        batch = await at.openai(secret).batches.retrieve(batch.id)
    assert batch.status == "failed"
    assert MARK not in batch.to_json()


async def test_a_response_that_lives_at_the_provider_is_its_tenants_alone(at: Place) -> None:
    _, ours = await make_key(at.bide, "acme")
    _, theirs = await make_key(at.bide, "mallory")
    made = await at.openai(ours).responses.create(model="gpt-4.1-mini", input=MARK)
    path = f"/v1/responses/{made.id}"
    for method, place_ in (("GET", path), ("GET", f"{path}/input_items"), ("POST", f"{path}/cancel"), ("DELETE", path)):
        status, text = await ask(at, method, place_, bearing(theirs))
        assert status == 404, (method, place_, text)
        assert MARK not in text
    goes_on = {"model": "gpt-4.1-mini", "input": "go on", "previous_response_id": made.id}
    for extra in ({}, {"bide-within": "15m"}):
        status, text = await ask(at, "POST", "/v1/responses", bearing(theirs) | extra, goes_on)
        assert status in (400, 404), text
    assert (await ask(at, "GET", path, bearing(ours)))[0] == 200


async def test_two_keys_of_one_owner_see_each_others_work(at: Place) -> None:
    _, first = await make_key(at.bide, "acme")
    _, second = await make_key(at.bide, "acme")
    headers = bearing(first, prefer="respond-async", **{"bide-within": "1h"})
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
        located = promised.headers["Location"]
    assert (await ask(at, "GET", located, bearing(second)))[0] == 200


async def test_idempotency_and_retries_of_one_tenant_find_no_call_of_another(at: Place) -> None:
    secrets = [(await make_key(at.bide, owner))[1] for owner in ("acme", "acme", "mallory")]
    ids: list[str] = []
    for extra in ({"Idempotency-Key": "1"}, {"x-stainless-retry-count": "1"}):
        for secret in secrets:
            headers = bearing(secret, prefer="respond-async", **{"bide-within": "1h"}) | extra
            for _ in range(2 if "Idempotency-Key" in extra else 1):
                async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
                    assert promised.status == 202
                    ids.append((await promised.json())["id"])
    assert len(set(ids)) == 6  # each of the first three twice
    assert [ids[0], ids[2], ids[4]] == [ids[1], ids[3], ids[5]]


async def test_an_orphan_is_taken_over_by_its_own_key_alone(at: Place) -> None:
    _, ours = await make_key(at.bide, "acme")
    _, other = await make_key(at.bide, "acme")
    headers = {"bide-within": "1h"}
    waiting = asyncio.create_task(ask(at, "POST", "/v1/chat/completions", bearing(ours) | headers, dict(CHAT)))
    await at.held(1)
    waiting.cancel()
    await at.held(0)
    found: dict[str, str] = {}
    for secret in (other, ours):
        retry = bearing(secret) | headers | {"x-stainless-retry-count": "1"}
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=retry) as answer:
            found[secret] = answer.headers["bide-request-id"]
    made = await at.bide.store.database.read("made", lambda transaction: transaction.all(MADE))
    assert [row["external_id"] for row in made if row["external_id"] != found[other]] == [found[ours]]


FORMS = [
    pytest.param("Authorization: Bearer {secret}", 200, id="bearer"),
    pytest.param("authorization: bearer  {secret} ", 200, id="in small letters and with spaces"),
    pytest.param("X-Api-Key: {secret}", 200, id="as Anthropic's clients send it"),
    pytest.param("Authorization: Bearer {secret}\r\nX-Api-Key: {secret}", 200, id="both"),
    pytest.param("Accept: */*", 401, id="none"),
    pytest.param("Authorization: Bearer", 401, id="a bearer of nothing"),
    pytest.param("Authorization: Basic {secret}", 401, id="another scheme"),
    pytest.param("Authorization: {secret}", 401, id="no scheme"),
    pytest.param("Authorization: Bearer {secret}x", 401, id="longer"),
    pytest.param("Authorization: Bearer {shorter}", 401, id="shorter"),
    pytest.param("Authorization: Bearer {upper}", 401, id="in capital letters"),
    pytest.param("Authorization: Bearer {prefix}", 401, id="what the list shows"),
    pytest.param("Authorization: Bearer {digest}", 401, id="what the database keeps"),
    pytest.param("Authorization: Bearer {secret},{secret}", 401, id="a list"),
    pytest.param("Authorization: Bearer \xff{secret}", 401, id="bytes that are no text"),
    pytest.param("Authorization: Bearer ' OR 1=1 --", 401, id="SQL"),
    pytest.param("Authorization: Bearer {external_id}", 401, id="its id"),
    pytest.param("Proxy-Authorization: Bearer {secret}", 401, id="for a proxy"),
    pytest.param("Cookie: Authorization=Bearer {secret}", 401, id="a cookie"),
    pytest.param("Api-Key: {secret}", 401, id="as Azure's clients send it"),
    pytest.param("X_Api_Key: {secret}", 401, id="underscores for hyphens"),
    pytest.param("Authorization: Bearer {secret}\r\nAuthorization: Bearer other", 400, id="two, the first good"),
    pytest.param("Authorization: Bearer other\r\nAuthorization: Bearer {secret}", 400, id="two, the last good"),
    pytest.param("X-Api-Key: {secret}\r\nx-api-key: {secret}", 400, id="the same twice"),
    pytest.param("Authorization : Bearer {secret}", 400, id="a space before the colon"),
]


@pytest.mark.parametrize(("form", "status"), FORMS)
async def test_a_key_is_taken_in_two_forms_and_no_other(at: Place, form: str, status: int) -> None:
    key, secret = await make_key(at.bide)
    told = form.format(
        secret=secret,
        shorter=secret[:-1],
        upper=secret.upper(),
        prefix=key.prefix,
        digest=key.digest.hex(),
        external_id=key.external_id,
    )
    sent = request(f"GET {MODELS}?api_key={secret} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", told)
    found, said = await statuses(at.url, sent)
    assert found == [status], said
    assert secret.encode() not in said


async def test_a_key_that_expires_is_revoked_or_rotated_opens_nothing_any_more(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        store, clock = at.bide.store.keys, at.bide.context.clock
        until = clock.now() + 2 * MINUTE
        _, expiring = await make_key(at.bide, expires_at=until)
        revoked, revoking = await make_key(at.bide)
        rotated, former = await make_key(at.bide)
        for secret in (expiring, revoking, former):
            status, _ = await ask(at, "GET", MODELS, bearing(secret))
            assert status == 200 or (secret is expiring and clock.now() > until), "on a busy machine it is over already"
        await store.revoke(None, revoked.external_id, clock.now())
        secrets = [former]
        for grace in (DAY, MINUTE):
            secrets.append(new_secret(at.bide.context.entropy))
            digest, prefix = digest_of(secrets[-1]), prefix_of(secrets[-1])
            rotated_at = clock.now()
            await store.rotate(None, rotated.external_id, digest, prefix, rotated_at, grace)
        await clock.sleep_until(clock.now() + REMEMBERED)
        found = [(await ask(at, "GET", MODELS, bearing(secret)))[0] for secret in (revoking, *secrets)]
        assert found == [401, 401, 200, 200] or clock.now() > rotated_at + MINUTE
        await clock.sleep_until(max(until, rotated_at + MINUTE) + REMEMBERED)
        found = [(await ask(at, "GET", MODELS, bearing(secret)))[0] for secret in (expiring, *secrets)]
        assert found == [401, 401, 401, 200]


async def test_the_last_key_that_is_revoked_does_not_open_the_door(at: Place, tmp_path: Path) -> None:
    assert (await ask(at, "GET", MODELS, {}))[0] == 200
    assert await served(at.bide.store.keys) == "this machine, without keys"
    key, secret = await make_key(at.bide)
    assert await served(at.bide.store.keys) == "whoever has a key"
    await at.bide.context.clock.sleep_until(at.bide.context.clock.now() + REMEMBERED)
    assert (await ask(at, "GET", MODELS, {}))[0] == 401
    await at.bide.store.keys.revoke(None, key.external_id, at.bide.context.clock.now())
    assert (await served(at.bide.store.keys)).startswith("nobody, because every key is revoked")
    await at.bide.context.clock.sleep_until(at.bide.context.clock.now() + REMEMBERED)
    for headers in ({}, bearing(secret), bearing("none")):
        assert (await ask(at, "GET", MODELS, headers))[0] == 401
    async with place(tmp_path) as another:  # nor where a gateway begins that saw no key
        assert (await ask(another, "GET", MODELS, {}))[0] == 401


HOSTS = [
    pytest.param("Host: 127.0.0.1:8080", 200, id="address"),
    pytest.param("Host: localhost", 200, id="name"),
    pytest.param("Host: LocalHost:1", 200, id="name in other letters"),
    pytest.param("Host: [::1]:8080", 200, id="IPv6"),
    pytest.param("Host: localhost\r\nOrigin: http://localhost:3000", 200, id="a page of this machine"),
    pytest.param("Host: evil.example", 403, id="another name"),
    pytest.param("Host: localhost.evil.example", 403, id="beginning like ours"),
    pytest.param("Host: 127.0.0.1.evil.example", 403, id="beginning like our address"),
    pytest.param("Host: evil.localhost", 403, id="ending like ours"),
    pytest.param("Host: localhost.", 403, id="a dot at the end"),
    pytest.param("Host: 127.0.0.1.:80", 403, id="a dot after the address"),
    pytest.param("Host: localhost:80@evil.example", 403, id="ours as the user"),
    pytest.param("Host: evil.example@localhost", 403, id="another as the user"),
    pytest.param("Host: localhost:", 403, id="a colon and no port"),
    pytest.param("Host: localhost:80:80", 403, id="two ports"),
    pytest.param("Host: localhost:999999", 403, id="no port there is"),
    pytest.param("Host: localhost/evil.example", 403, id="a path"),
    pytest.param("Host: localhost#evil.example", 403, id="a fragment"),
    pytest.param("Host: localhost, evil.example", 403, id="a list"),
    pytest.param("Host: localhost evil.example", 403, id="two words"),
    pytest.param("Host: 127.1", 403, id="an address in short"),
    pytest.param("Host: 2130706433", 403, id="an address as a number"),
    pytest.param("Host: 0x7f000001", 403, id="an address in hexadecimal"),
    pytest.param("Host: 0.0.0.0", 403, id="any address"),
    pytest.param("Host: [::ffff:127.0.0.1]", 403, id="an address inside IPv6"),
    pytest.param("Host: [::1]evil.example", 403, id="IPv6 and more"),
    pytest.param("Host: [::1", 403, id="half of IPv6"),
    pytest.param("Host: ::1", 403, id="IPv6 without brackets"),
    pytest.param("Host: \xb9localhost", 403, id="other letters"),
    pytest.param("Host:", 403, id="nothing"),
    pytest.param("Accept: */*", 403, id="no Host"),
    pytest.param("Host: localhost\r\nHost: evil.example", 400, id="two, the first ours"),
    pytest.param("Host: evil.example\r\nHost: localhost", 400, id="two, the last ours"),
    pytest.param("Host: localhost\r\nX-Forwarded-Host: evil.example", 200, id="what a proxy says is not asked"),
    pytest.param("Host: evil.example\r\nX-Forwarded-Host: localhost", 403, id="nor believed"),
    pytest.param("Host: evil.example\r\nForwarded: host=localhost", 403, id="in either form"),
    pytest.param("Host: localhost\r\nOrigin: https://evil.example", 403, id="another's page"),
    pytest.param("Host: localhost\r\nOrigin: null", 403, id="a page of nobody"),
    pytest.param("Host: localhost\r\nOrigin: http://localhost.evil.example", 403, id="a page beginning like ours"),
    pytest.param("Host: localhost\r\nOrigin: http://localhost@evil.example", 403, id="a page with us as the user"),
    pytest.param("Host: localhost\r\nOrigin: http://localhost/", 403, id="no origin at all"),
    pytest.param("Host: localhost\r\nOrigin: file://localhost", 403, id="a file"),
    pytest.param("Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example", 400, id="two origins"),
]


@pytest.mark.parametrize(("head", "status"), HOSTS)
async def test_without_keys_a_name_that_is_not_ours_is_refused(at: Place, head: str, status: int) -> None:
    found, said = await statuses(at.url, request(f"GET {MODELS} HTTP/1.1", "Connection: close", head))
    assert found == [status], said
    assert b"access-control-allow" not in said.lower()


@pytest.mark.parametrize(
    "line",
    [
        "GET http://evil.example/v1/models HTTP/1.1",
        "GET https://evil.example:443/v1/models HTTP/1.1",
        "GET http://localhost@evil.example/v1/models HTTP/1.1",
        "GET //evil.example/v1/models HTTP/1.1",
        "GET evil.example/v1/models HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
    ],
)
async def test_a_target_that_is_no_path_of_ours_is_not_served(at: Place, line: str) -> None:
    found, said = await statuses(at.url, request(line, "Host: localhost", "Connection: close"))
    assert all(status in (400, 403, 404, 405) for status in found), said
    assert b'"object":"list"' not in said


INNER = "GET /bide/v1/requests HTTP/1.1\r\nHost: localhost\r\n\r\n"

SMUGGLED = [
    pytest.param(["Content-Length: 4", "Transfer-Encoding: chunked"], "0\r\n\r\n", id="length and chunks"),
    pytest.param(["Transfer-Encoding: chunked", "Content-Length: 4"], "0\r\n\r\n", id="chunks and length"),
    pytest.param(["Content-Length: 5", "Content-Length: 6"], "hello", id="two lengths"),
    pytest.param(["Content-Length: 5, 6"], "hello", id="two lengths in one"),
    pytest.param(["Content-Length: +5"], "hello", id="a sign"),
    pytest.param(["Content-Length: -1"], "", id="less than nothing"),
    pytest.param(["Content-Length: 0x5"], "hello", id="hexadecimal"),
    pytest.param(["Content-Length: 5 5"], "hello", id="a space inside"),
    pytest.param(["Content-Length : 5"], "hello", id="a space before the colon"),
    pytest.param(["Transfer-Encoding : chunked"], "0\r\n\r\n", id="chunks with a space before the colon"),
    pytest.param(["Transfer-Encoding: chunked, identity"], "0\r\n\r\n", id="something after the chunks"),
    pytest.param(["Transfer-Encoding: xchunked"], "0\r\n\r\n", id="nearly chunked"),
    pytest.param(["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n", id="two encodings"),
    pytest.param(["Transfer-Encoding: chunked"], "zz\r\nhello\r\n0\r\n\r\n", id="a size that is no number"),
    pytest.param(["Transfer-Encoding: chunked"], "-5\r\nhello\r\n0\r\n\r\n", id="a size below nothing"),
    pytest.param(["Transfer-Encoding: chunked"], "5\r\nhelloXX0\r\n\r\n", id="no end after a chunk"),
    pytest.param(["Content-Length: 5", "X: a\rContent-Length: 0"], "hello", id="half of a line's end"),
    pytest.param(["Content-Length: 5", "X: a\0b"], "hello", id="a NUL"),
    pytest.param(["Content-Length: 5", " folded: line"], "hello", id="a line that goes on"),
]


@pytest.mark.parametrize(("head", "body"), SMUGGLED)
async def test_a_request_in_two_minds_is_refused_and_what_hides_in_it_is_not_heard(
    at: Place, head: list[str], body: str
) -> None:
    sent = request("POST /v1/chat/completions HTTP/1.1", "Host: localhost", *head, body=body + INNER)
    found, said = await statuses(at.url, sent)
    assert found == [400], said
    assert b"bide.request" not in said


async def test_a_provider_gets_no_header_with_the_callers_key(tmp_path: Path) -> None:
    async with listening() as (url, heard), place(tmp_path, f"providers.own.base_url={url}", *OWN) as at:
        _, secret = await make_key(at.bide)
        told = bearing(secret, cookie=f"session={secret}", **{"x-api-key": secret, "openai-beta": "tools=v2"})
        body = {"model": "own/any", "messages": [{"role": "user", "content": "hello"}]}
        for extra in ({}, {"bide-within": "15m"}):
            assert (await ask(at, "POST", "/v1/chat/completions", told | extra, body))[0] == 200
    assert len(heard) == 2
    assert heard[0]["openai-beta"] == "tools=v2"
    assert not [one for one in heard if secret in str(one) or "cookie" in one]


@pytest.mark.parametrize("extra", [{}, {"bide-within": "15m"}], ids=["at once", "deferred"])
async def test_a_field_that_stands_twice_goes_on_once_as_it_was_checked(tmp_path: Path, extra: dict[str, str]) -> None:
    async with (
        listening() as (url, heard),
        place(tmp_path, f"providers.own.base_url={url}", "providers.own.aliases.small=small", *OWN) as at,
    ):
        _, secret = await make_key(at.bide, models=("small",))
        named = '{"model":"large","messages":[{"role":"user","content":"hello"}],"mod\\u0065l":"small"}'
        async with at.http.post("/v1/chat/completions", data=named, headers=bearing(secret) | extra) as answer:
            assert answer.status == 200, await answer.text()
    [body] = [one["body"] for one in heard]
    assert '"small"' in body
    assert "large" not in body


OWN = ("providers.own.kind=openai", "providers.own.api_key=upstream-key", "providers.own.batch=false")

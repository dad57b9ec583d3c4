"""Requests by their ids and in lists, each with who said how urgent it was and what it cost."""

from decimal import Decimal

import pytest

from bide.core.key import digest_of, prefix_of
from bide.store.keys import NewKey
from tests.gateway.api.ask import defer, get, passed, post
from tests.gateway.place import Place


async def test_a_deferred_request_has_a_receipt(at: Place) -> None:
    name = await defer(at)
    waiting = (await get(at, f"/requests/{name}"))["receipt"]
    assert waiting["decision"]["urgency"] == "header bide-within"
    assert waiting["decision"]["lane"] is None
    assert waiting["price"]["paid"] == "0"

    told = await get(at, f"/requests/{name}?wait=60")
    receipt = told["receipt"]
    assert (told["status"], told["lane"]) == ("succeeded", "batch")
    assert receipt["decision"]["why"] == "a batch answered it"
    assert receipt["decision"]["margin_seconds"] > 0
    assert receipt["decision"]["planned_for"] <= receipt["decision"]["deadline"]
    [attempt] = receipt["attempts"]
    assert (attempt["state"], attempt["lane"], attempt["account"]) == ("answered", "batch", "openai")
    assert attempt["provider_batch"].startswith("batch_")
    paid, listed = Decimal(receipt["price"]["paid"]), Decimal(receipt["price"]["list_price"])
    assert 0 < paid == listed / 2 == Decimal(told["amount_usd"])
    assert "gpt-4.1-mini batch" in receipt["price"]["cards"][0]
    assert receipt["tokens"]["output"] == told["response"]["body"]["usage"]["completion_tokens"]


async def test_a_call_that_was_passed_on_has_a_receipt_too(at: Place) -> None:
    name = await passed(at)
    told = await get(at, f"/requests/{name}")
    assert (told["status"], told["lane"], told["response"], told["job"]) == ("succeeded", "realtime", None, None)
    assert told["receipt"]["decision"]["urgency"] == "default"
    assert told["receipt"]["price"]["paid"] == told["receipt"]["price"]["list_price"] == told["amount_usd"] != "0"
    assert (await get(at, f"/requests/{name}/response", 409))["error"]["code"] == "passed_on"
    assert (await post(at, f"/requests/{name}/cancel", status=409))["error"]["code"] == "passed_on"


async def test_a_cancelled_request_stays_cancelled(at: Place) -> None:
    name = await defer(at, **{"Bide-Within": "24h"})
    told = await post(at, f"/requests/{name}/cancel")
    assert (told["status"], told["error"]["code"]) == ("cancelled", "cancelled")
    assert told["receipt"]["decision"]["why"] == "it was cancelled before an answer came"
    async with at.http.get(f"/bide/v1/requests/{name}/response") as answer:
        assert answer.status == 409


async def test_requests_are_listed_newest_first_page_by_page(at: Place) -> None:
    made = [await defer(at), await passed(at), await defer(at), await passed(at), await defer(at)]
    seen: list[str] = []
    after = ""
    while True:
        page = await get(at, f"/requests?limit=2{after}")
        seen += [one["id"] for one in page["data"]]
        assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
        if not page["has_more"]:
            break
        after = f"&after={page['last_id']}"
    assert seen == made[::-1]


async def test_lists_are_filtered(at: Place) -> None:
    one = await defer(at, **{"Bide-Workflow": "nightly"})
    two, three = await defer(at, **{"Bide-Within": "24h"}), await passed(at)
    await post(at, f"/requests/{two}/cancel")
    job = (await get(at, f"/requests/{one}?wait=60"))["job"]

    async def listed(query: str) -> list[str]:
        return [row["id"] for row in (await get(at, f"/requests?{query}"))["data"]]

    assert await listed("workflow=nightly") == [one]
    assert await listed("status=cancelled") == [two]
    assert await listed("lane=realtime") == [three]
    assert await listed(f"job={job}") == [one]
    assert await listed("status=open") == []
    assert await listed("model=gpt-4.1-mini") == [three, two, one]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("status=done", "status"),
        ("lane=fast", "lane"),
        ("state=open", "state"),
        ("model=%00", "model"),
    ],
)
async def test_a_list_says_what_is_wrong_with_its_query(at: Place, query: str, param: str) -> None:
    assert (await get(at, f"/requests?{query}", 400))["error"]["param"] == param


async def test_a_list_goes_on_only_from_what_is_there(at: Place) -> None:
    assert (await get(at, "/requests?after=req_nobody", 404))["error"]["param"] == "after"


async def test_errors_are_openais_whoever_asks(at: Place) -> None:
    told = await get(at, "/requests/req_nobody", 404, {"anthropic-version": "2023-06-01"})
    assert told["error"]["code"] == "not_found"
    assert "param" in told["error"]


async def test_nobody_sees_the_requests_of_another_owner(at: Place) -> None:
    name, other = await defer(at), await passed(at)
    job = (await get(at, f"/requests/{name}"))["job"]
    secret = "bide-of-somebody-else"
    await at.bide.store.keys.create(
        "somebody",
        NewKey(external_id="key_1", name="theirs", digest=digest_of(secret), prefix=prefix_of(secret)),
        at.bide.context.clock.now(),
    )
    at.gateway.identities._exist = (0, False)  # type: ignore[reportPrivateUsage]
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await get(at, "/requests", headers=headers))["data"] == []
    assert (await get(at, "/jobs", headers=headers))["data"] == []
    for path in (f"/requests/{name}", f"/requests/{other}", f"/requests/{name}/response", f"/jobs/{job}"):
        assert (await get(at, path, 404, headers))["error"]["code"] == "not_found"
    assert (await get(at, f"/requests?after={name}", 404, headers))["error"]["param"] == "after"

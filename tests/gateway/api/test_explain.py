"""The decision record over HTTP: of deferred calls, calls that were passed on, requests of files; each owner's own."""

import json

from tests.gateway.api.ask import defer, get, passed
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import CHAT, Place


async def test_a_deferred_call_is_explained(at: Place) -> None:
    name = await defer(at)
    assert (await get(at, f"/requests/{name}?wait=60"))["status"] == "succeeded"
    told = await get(at, f"/requests/{name}/explain")
    assert (told["id"], told["status"], told["urgency"]["said_by"]) == (name, "succeeded", "header bide-within")
    [step] = told["decisions"]
    assert (step["action"], step["lane"], step["group"]) == ("batch", "batch", 1)
    assert step["slack_seconds"] > 0
    safe = told["last_safe_moment"]
    assert step["at"] < safe["at"] < safe["last_call"] < told["urgency"]["planned_for"]
    costs = {one["lane"]: one["cost_usd"] for one in step["alternatives"]}
    assert costs["batch"] == told["price"]["paid"]
    assert costs["realtime"] == told["price"]["list_price"]
    assert [one["state"] for one in told["attempts"]] == ["answered"]
    assert (told["outcome"]["met"], told["outcome"]["saved_usd"]) == (True, told["price"]["paid"])
    assert step["numbers"]["batches_this_hour"] == 0  # there are no keys, so the house may see what is its own
    assert await get(at, f"/requests/{told['job']}/explain?custom_id={name}") == told


async def test_a_call_that_was_passed_on_is_explained_too(at: Place) -> None:
    name = await passed(at)
    told = await get(at, f"/requests/{name}/explain")
    assert (told["id"], told["job"], told["last_safe_moment"], told["outcome"]["met"]) == (name, None, None, None)
    [step] = told["decisions"]
    assert (step["action"], step["lane"]) == ("call", "realtime")
    costs = {one["lane"]: one["cost_usd"] for one in step["alternatives"]}
    assert costs["realtime"] == told["price"]["paid"]
    assert float(costs["batch"]) < float(costs["realtime"])


async def test_requests_of_files_are_explained_by_custom_id_and_by_line_and_to_their_owner_alone(at: Place) -> None:
    _, ours = await make_key(at.bide, "acme")
    _, theirs = await make_key(at.bide, "mallory")
    client = at.openai(ours)
    lines = [
        {"custom_id": f"a/{number}", "method": "POST", "url": "/v1/chat/completions", "body": dict(CHAT)}
        for number in range(3)
    ]
    file = await client.files.create(file=("a.jsonl", "\n".join(map(json.dumps, lines)).encode()), purpose="batch")
    await client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    while not (jobs := (await get(at, "/jobs", headers=bearing(ours)))["data"]):
        pass
    job = jobs[0]["id"]
    told = await get(at, f"/requests/{job}/explain?line=2", headers=bearing(ours))
    assert (told["custom_id"], told["line"], told["id"]) == ("a/1", 2, f"{job}:a/1")
    by_name = await get(at, f"/requests/{job}/explain?custom_id=a%2F1", headers=bearing(ours))
    assert by_name["custom_id"] == told["custom_id"]
    assert all("batches_this_hour" not in one["numbers"] for one in by_name["decisions"])
    for path in (f"/requests/{job}/explain?line=2", f"/requests/{job}/explain?custom_id=a%2F1"):
        assert (await get(at, path, 404, bearing(theirs)))["error"]["code"] == "not_found"
    for path in (
        f"/requests/{job}/explain?line=9",
        f"/requests/{job}/explain?custom_id=nope",
        "/requests/req_nope/explain",
    ):
        assert (await get(at, path, 404, bearing(ours)))["error"]["code"] == "not_found"

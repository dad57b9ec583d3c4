"""Everything that a tenant can have at a gateway, by the names that paths have for it."""

import asyncio
import json
from collections.abc import Mapping

from bide.gateway.app import application
from tests.gateway.keyed import bearing
from tests.gateway.place import Place

MARK = "what-only-acme-knows"

CLAUDE = "claude-sonnet-4-6"

ANTHROPIC = {"anthropic-version": "2023-06-01"}

NOBODYS = {
    "model": "models are everybody's; what a key may ask for is tested with the keys",
    "account": "accounts at providers are the house's",
}
"""Names in paths that are of no tenant, and why."""


async def everything(at: Place, secret: str) -> dict[str, str]:
    """One of each kind of id, made by the tenant with this key, and answered where it can be."""
    asked = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": MARK}]}
    headers = bearing(secret)
    async with at.http.post("/v1/chat/completions", json=asked, headers={**headers, "Bide-Within": "15m"}) as answer:
        assert answer.status == 200, await answer.text()
        request = answer.headers["bide-request-id"]
    row = await at.bide.store.calls.outcome("acme", request)
    client = at.openai(secret)
    response = await client.responses.create(model="gpt-4.1-mini", input=MARK, background=True)
    line = {"custom_id": MARK, "method": "POST", "url": "/v1/chat/completions", "body": asked}
    file = await client.files.create(file=(f"{MARK}.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = await client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="1h", metadata={"mark": MARK}
    )
    message = {"model": CLAUDE, "max_tokens": 50, "messages": asked["messages"]}
    other = await at.anthropic(secret).messages.batches.create(requests=[{"custom_id": MARK, "params": message}])
    while (await client.responses.retrieve(response.id)).status in ("queued", "in_progress"):
        await asyncio.sleep(0.05)
    while (await client.batches.retrieve(batch.id)).status != "completed":
        await asyncio.sleep(0.05)
    while (await at.anthropic(secret).messages.batches.retrieve(other.id)).processing_status != "ended":
        await asyncio.sleep(0.05)
    return {
        "request_id": request,
        "job_id": row["job"],
        "response_id": response.id,
        "file_id": file.id,
        "batch_id": batch.id,
        "message batch_id": other.id,
    }


def naming(path: str, ids: Mapping[str, str]) -> str | None:
    """A path with the tenant's ids in the places of its names; None where it names nothing of a tenant's.

    Raises KeyError for a kind of id that `everything` does not make yet: make one there.
    """
    found = path
    for part in path.split("/"):
        if not part.startswith("{"):
            continue
        name = part.strip("{}").partition(":")[0]
        if name in NOBODYS:
            return None
        if name == "batch_id" and "/messages/" in path:
            name = "message batch_id"
        found = found.replace(part, ids[name])
    return found if found != path else None


def spoken(path: str) -> dict[str, str]:
    """The headers that tell whose client asks."""
    return ANTHROPIC if "/messages" in path else {}


def routes(at: Place) -> list[tuple[str, str]]:
    """Every method and path that there is."""
    found = application(at.gateway).routes  # type: ignore[attr-defined]
    pairs = {(method, route.path) for route in found for method in route.methods or () if method != "HEAD"}
    return sorted(pairs)


def names_ids(method: str, path: str, ids: Mapping[str, str]) -> dict[str, object] | None:
    """A body that names the tenant's ids, for paths whose bodies may; None where they cannot.

    Raises KeyError for a path that nobody has thought about yet: say here what its body may name.
    """
    bodies: dict[str, dict[str, object] | None] = {
        "/batches": {
            "input_file_id": ids["file_id"],
            "endpoint": "/v1/chat/completions",
            "completion_window": "1h",
        },
        "/responses": {"model": "gpt-4.1-mini", "input": "go on", "previous_response_id": ids["response_id"]},
        "/bide/audit": {"ledger": True},
        "/bide/requests/settled": {"ids": [ids["request_id"]]},
        "/responses/compact": {"model": "gpt-4.1-mini", "previous_response_id": ids["response_id"]},
        **dict.fromkeys(
            (
                "/chat/completions",
                "/completions",
                "/embeddings",
                "/moderations",
                "/images/generations",
                "/messages",
                "/messages/count_tokens",
                "/messages/batches",
                "/files",
                "/bide/advise",
                "/bide/estimate",
                "/bide/calculate",
            )
        ),
    }
    return bodies[path.replace("/v1", "")]

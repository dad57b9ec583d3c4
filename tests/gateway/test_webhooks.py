"""Being told instead of waiting; and being told by providers."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from bide.core.entropy import SystemEntropy
from bide.core.signature import new_secret, sign
from tests.delivery.receiver import listening
from tests.gateway.place import CHAT, Place, place
from tests.patience import PATIENCE


async def test_whoever_gives_a_webhook_is_told(tmp_path: Path) -> None:
    async with listening() as receiver, place(tmp_path, f"webhooks.allow={receiver.host}") as at:
        headers = {"Bide-Webhook": receiver.url}
        async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as promised:
            assert promised.status == 202, await promised.text()
            request = (await promised.json())["id"]
        async with asyncio.timeout(PATIENCE):
            await receiver.came.wait()
        (heard,) = receiver.heard
        told = msgspec.json.decode(heard.body)
        assert told["type"] == "request.succeeded"
        assert request in heard.body.decode()
        assert heard.headers["webhook-signature"].startswith("v1,")
        async with at.http.get(f"/bide/v1/requests/{request}/response") as answer:
            assert (await answer.json())["object"] == "chat.completion"


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest", "https://127.0.0.1/hook", "https://user:pass@example.com/", "ftp://example.com/"],
)
async def test_a_webhook_that_leads_inside_is_refused_before_anything_is_accepted(at: Place, url: str) -> None:
    headers = {"Bide-Webhook": url, "Bide-Within": "1h"}
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=headers) as answer:
        assert answer.status == 400, await answer.text()
    async with at.http.get("/bide/v1/requests") as listed:
        assert (await listed.json())["data"] == []


async def test_a_providers_webhook_is_verified_and_heard_once(tmp_path: Path) -> None:
    secret = new_secret(SystemEntropy())
    async with place(tmp_path, f"providers.openai.webhook_secret={secret}") as at:
        body = b'{"type":"batch.completed","data":{"id":"batch_1"}}'
        signed = sign([secret], "evt_1", at.bide.context.clock.now(), body)
        for status, headers in (
            (200, signed),
            (200, signed),
            (401, {**signed, "webhook-signature": "v1,AAAA"}),
            (401, {}),
        ):
            async with at.http.post("/bide/v1/notices/openai", data=body, headers=headers) as answer:
                assert answer.status == status, await answer.text()
        async with at.http.post("/bide/v1/notices/nobody", data=body, headers=signed) as answer:
            assert answer.status == 404

"""A provider's webhook spares the wait for the next poll: the simulator tells, bide looks, and the answers are there."""

import asyncio
from pathlib import Path

import aiohttp
from aiohttp import web

from bide.config import load
from bide.core.clock import HOUR
from bide.core.deadline import OnMiss
from bide.core.entropy import SystemEntropy
from bide.core.signature import new_secret
from bide.embedded import LOCAL_OWNER, opened
from bide.engine.notice import notice
from bide.engine.service import Service
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in
from bide.simulator.script import parse_script
from bide.simulator.server import running_simulator
from tests.delivery.receiver import listening
from tests.system.harness import write_requests

SCRIPT = "[batch]\nturnaround = '2s'\nvalidation = '0s'\nfinalizing = '0s'"


async def test_answers_come_as_soon_as_the_provider_has_them(tmp_path: Path) -> None:
    """The next poll would be in an hour."""
    secret = new_secret(SystemEntropy())
    async with running_simulator(parse_script(SCRIPT)) as simulator, listening() as receiver:
        environment = {
            "BIDE_HOME": str(tmp_path),
            "OPENAI_API_KEY": "key",
            "OPENAI_BASE_URL": simulator.url,
            "OPENAI_WEBHOOK_SECRET": secret,
        }
        config = load(environment, assignments=["engine.poll_interval=1h", "engine.poll_longest=1h"])
        async with opened(config) as bide, aiohttp.ClientSession() as session:

            async def route(request: web.Request) -> web.StreamResponse:
                await notice(bide.context, "openai", request.headers, receiver.heard[-1].body)
                return web.Response()

            receiver.answers = [route]
            registered = {"url": receiver.url, "secret": secret}
            async with session.post(f"{simulator.root}/sim/webhooks", json=registered) as reply:
                assert reply.status == 200
            write_requests(tmp_path / "questions.jsonl", 3)
            wanted = FileRequest(
                owner=LOCAL_OWNER,
                source=str(tmp_path / "questions.jsonl"),
                defaults=Defaults(),
                deadline=bide.context.clock.now() + 24 * HOUR,
                on_miss=OnMiss.LATE,
                priority_source="default",
                output=None,
                output_format=None,
            )
            job = (await hand_in(bide.context, wanted, lambda findings, source: None)).job
            service = Service(bide.context)
            working = asyncio.create_task(service.run())
            while (found := await bide.store.jobs.get(LOCAL_OWNER, job.id)).answered_at is None:
                assert not working.done(), "waited in vain"
                await asyncio.sleep(0.05)
            service.stop()
            await working
        assert found.answered_at is not None
        assert len(receiver.heard) == 1
        assert len(simulator.books.batches) == 1

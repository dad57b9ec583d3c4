"""A file that is run again: its exact repeats are answered with what is kept, and the provider hears nothing of them."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.client.place import MODEL, Beside, beside
from tests.patience import PATIENCE

from bide import config
from bide.core.bucket import Phase
from bide.core.clock import HOUR
from bide.core.deadline import OnMiss
from bide.core.money import from_decimal
from bide.embedded import LOCAL_OWNER, Embedded, opened
from bide.engine.service import Service
from bide.gateway.api.explain import explanation
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in
from bide.ledger.receipt import Receipt, receipt


def write(path: Path, *questions: str, **fields: Any) -> str:
    """Requests of so many questions, a line each."""
    bodies = [{"model": MODEL, "messages": [{"role": "user", "content": text}], **fields} for text in questions]
    path.write_text(
        "".join(
            json.dumps({"custom_id": f"{line}", "method": "POST", "url": "/v1/chat/completions", "body": body}) + "\n"
            for line, body in enumerate(bodies, 1)
        )
    )
    return str(path)


async def run(bide: Embedded, source: str, kept_for: int | None = None, within: int = HOUR) -> Receipt:
    """Hand a file in and stay until it is answered."""
    context = bide.context
    request = FileRequest(
        owner=LOCAL_OWNER,
        source=source,
        defaults=Defaults(),
        deadline=context.clock.now() + within,
        on_miss=OnMiss.RESCUE,
        priority_source="within",
        kept_for=kept_for,
        new=True,
    )
    job = (await hand_in(context, request, lambda findings, opened: None)).job
    service = Service(context)
    working = asyncio.create_task(service.run())
    async with asyncio.timeout(PATIENCE):
        while (await bide.store.jobs.get(LOCAL_OWNER, job.id)).done_at is None:
            await asyncio.sleep(0.02)
    service.stop()
    await working
    return await receipt(bide.store, await bide.store.jobs.get(LOCAL_OWNER, job.id))


def opened_beside(here: Beside, *settings: str) -> Any:
    given = [f"{name}={value}" for name, value in here.settings.items()]
    return opened(config.load(here.environment, assignments=[*given, *settings]))


def billed(here: Beside) -> int:
    """How many answers the provider billed."""
    return len(list(here.simulator.books.charges(here.simulator.clock.now())))


async def test_a_second_run_costs_what_is_new_in_it(tmp_path: Path) -> None:
    async with beside(tmp_path) as here, opened_beside(here) as bide:
        first = await run(bide, write(tmp_path / "a.jsonl", "one?", "two?", "three?"), HOUR)
        second = await run(bide, write(tmp_path / "b.jsonl", "two?", "four?", "one?"), HOUR)
        assert second.progress.phases == {Phase.CACHE: 2, Phase.BATCH: 1}
        assert billed(here) == 4
        bought = await explanation(bide.context, LOCAL_OWNER, f"{first.job.external_id}:2", private=False)
        new = await explanation(bide.context, LOCAL_OWNER, f"{second.job.external_id}:2", private=False)
        assert second.paid == from_decimal(Decimal(new.price.paid or "unknown"))
        told = await explanation(bide.context, LOCAL_OWNER, f"{second.job.external_id}:1", private=False)
        [step] = told.decisions
        assert (step.action, step.lane, step.rule) == ("cache", "cache", "an answer to the same request is kept")
        assert (step.group, step.numbers["oldest_seconds"] or 0) > (2, 0)
        assert [one.lane for one in step.alternatives if one.open] == ["cache", "batch", "realtime"]
        assert (told.price.paid, told.price.list_price) == ("0", bought.price.list_price)
        assert told.outcome.saved_usd == bought.price.list_price


async def test_without_the_word_two_identical_requests_are_two_requests(tmp_path: Path) -> None:
    async with beside(tmp_path) as here, opened_beside(here) as bide:
        source = write(tmp_path / "a.jsonl", "one?")
        for _ in range(2):
            assert (await run(bide, source)).progress.phases == {Phase.BATCH: 1}
        assert billed(here) == 2


async def test_calls_fill_it_as_batches_do_and_what_asks_for_answers_that_differ_gets_them(tmp_path: Path) -> None:
    async with beside(tmp_path) as here, opened_beside(here, "cache.keep=1h") as bide:
        plain = write(tmp_path / "a.jsonl", "one?")
        varied = write(tmp_path / "b.jsonl", "one?", temperature=0.5)
        assert (await run(bide, plain, within=1)).progress.phases == {Phase.REALTIME: 1}
        assert (await run(bide, plain, within=1)).progress.phases == {Phase.CACHE: 1}
        for _ in range(2):
            assert (await run(bide, varied, within=1)).progress.phases == {Phase.REALTIME: 1}
        assert (await run(bide, plain, kept_for=0, within=1)).progress.phases == {Phase.REALTIME: 1}

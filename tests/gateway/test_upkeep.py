"""What a gateway learns of what others have seen, and what it teaches them."""

from pathlib import Path
from typing import Any

from bide.core.clock import MINUTE, SECOND
from bide.lanes.forecast.cell import Kind
from bide.lanes.outcome.lesson import of_tokens
from tests.gateway.api.ask import passed, post
from tests.gateway.place import CHAT, Place, place

MODEL = "gpt-4.1-mini"


async def estimated(at: Place) -> int:
    told: Any = await post(at, "/estimate", {"body": dict(CHAT)})
    return told["input_tokens"]


async def test_a_gateway_without_an_engine_reckons_with_what_workers_have_learned(tmp_path: Path) -> None:
    async with place(tmp_path, engine=False) as at:
        context = at.gateway.context
        before = await estimated(at)
        now = context.clock.now()
        await context.store.forecasts.add(of_tokens("openai", MODEL, 100, 10_000, 30_000, now), now)
        context.memory.hurry()
        await context.clock.sleep_until(now + MINUTE + SECOND)
        await at.gateway.upkeep.round()

        assert await estimated(at) == 3 * before
        assert context.memory.slowness("openai", MODEL) == 1


async def test_a_call_that_was_passed_on_teaches_how_many_tokens_it_had(at: Place) -> None:
    await passed(at)
    context = at.gateway.context
    await context.memory.keep(context.store, context.clock.now())

    found = await context.store.forecasts.of_kind(Kind.TOKENS)
    assert {count.cell.model for count in found} == {MODEL}
    assert all(weight.ended > 0 for weight in found.values())

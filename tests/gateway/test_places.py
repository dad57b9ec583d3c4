"""One model at several accounts: deferred calls go to the cheapest, and all of them elsewhere when that one is down."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bide.core.clock import clock_from
from bide.simulator.script import parse_script
from bide.simulator.server import running_simulator
from tests.gateway.place import CHAT, QUICK, hurried, place

CONFIG = """
[placement.accounts]
"gpt-4.1-mini" = ["second", "openai"]

[providers.second]
kind = "openai"
base_url = "{url}"
api_key = "simulated"
catalogue = "elsewhere"
requests_per_minute = 600

[providers.openai]
requests_per_minute = 600

[prices."elsewhere/gpt-4.1-mini"]
input = "{price}"
output = "1.6"
batch = "0.5"
"""

DOWN = '[[outage]]\nstops = ["batches", "calls", "endpoints"]\n'

CALLS = 6


async def answered(at: Any, within: str, model: str = "gpt-4.1-mini") -> list[Any]:
    """Calls that were handed in together, once each of them has its answer."""
    headers = {"Bide-Within": within}

    async def one(number: int) -> Any:
        body = {**CHAT, "model": model, "messages": [{"role": "user", "content": f"question {number}"}]}
        async with at.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return dict(answer.headers)

    return await asyncio.gather(*(one(number) for number in range(CALLS)))


@pytest.mark.parametrize(("price", "there"), [("0.1", True), ("9", False)])
async def test_deferred_calls_go_to_the_cheapest(tmp_path: Path, price: str, there: bool) -> None:
    told = hurried()
    async with running_simulator(parse_script(QUICK), clock=clock_from({"BIDE_CLOCK": told})) as second:
        (tmp_path / "bide.toml").write_text(CONFIG.format(url=second.url, price=price))
        async with place(tmp_path, clock=told) as at:
            await answered(at, "2h")
            rows = [sum(len(batch.rows) for batch in one.books.batches) for one in (second, at.simulator)]
            assert rows == ([CALLS, 0] if there else [0, CALLS])


async def test_what_lies_at_an_account_that_is_down_is_answered_by_the_other_in_time(tmp_path: Path) -> None:
    told = hurried()
    async with running_simulator(parse_script(DOWN), clock=clock_from({"BIDE_CLOCK": told})) as second:
        (tmp_path / "bide.toml").write_text(CONFIG.format(url=second.url, price="0.1"))
        async with place(tmp_path, clock=told) as at:
            found = await answered(at, "8m")
            assert {one["bide-lane"] for one in found} <= {"batch", "realtime"}
            assert second.books.calls.charges == []
            store = at.bide.context.store
            for one in found:
                call = await store.calls.outcome("local", one["bide-request-id"])
                assert call is not None
                assert call["settled_at"] <= call["deadline"]
            name = found[0]["bide-request-id"]
            async with at.http.get(f"/bide/v1/requests/{name}/explain") as answer:
                told = await answer.json()
            assert told["account"] == "second"
            assert told["urgency"]["promise"].startswith("guaranteed: ")
            assert "; moved from second to openai, judged again at " in told["urgency"]["promise"]
            assert " UTC: guaranteed: it fits" in told["urgency"]["promise"]
            numbers = told["decisions"][-1]["numbers"]
            assert (numbers["moved_from"], numbers["moved_to"], numbers["promise_kept"]) == ("second", "openai", True)


async def test_who_names_an_account_is_bound_to_it(tmp_path: Path) -> None:
    told = hurried()
    async with running_simulator(parse_script(QUICK), clock=clock_from({"BIDE_CLOCK": told})) as second:
        (tmp_path / "bide.toml").write_text(CONFIG.format(url=second.url, price="0.1"))
        async with place(tmp_path, clock=told) as at:
            await answered(at, "2h", "openai/gpt-4.1-mini")
            assert sum(1 for _ in second.books.batches) == 0

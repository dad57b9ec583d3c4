"""Calls in the flex tier at every provider that has one: asked for in its own words, told by its answers, turned away for free."""

import json

import pytest
from tests.simulation.providers import SIMULATED

from bide.buckets.memory import MemoryBuckets
from bide.core.clock import ManualClock
from bide.providers.failures import ScarceError
from bide.providers.foreign import speaking
from bide.providers.port import Call, Provider
from bide.providers.setup import Tools
from bide.simulator.books import Books
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script

AT_ONCE = '[realtime]\nlatency = "0s"\ntokens_per_second = 0\nflex_wait = "0s"\n'
CALM = AT_ONCE + "flex_refused = 0.0\n"
SCARCE = AT_ONCE + "flex_refused = 1.0\n"
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"

BODIES = {
    CHAT: {"messages": [{"role": "user", "content": "hello"}], "service_tier": "priority"},
    MESSAGES: {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 9},
}

FLEXIBLE = sorted(name for name, one in SIMULATED.items() if one.kind.capabilities.flex is not None)


def account(name: str, script: str) -> tuple[Provider, Books]:
    simulated, clock = SIMULATED[name], ManualClock()
    books = Books(parse_script(script), 1, clock.now(), protocol=simulated.protocol)
    setup = simulated.setup(simulated.limits)
    return speaking(simulated.kind.connect(setup, Tools(InProcessTransport(books, clock), MemoryBuckets()))), books


def call(name: str, endpoint: str, tier: str | None) -> Call:
    model = SIMULATED[name].model
    return Call(endpoint, json.dumps({"model": model, **BODIES[endpoint]}).encode(), "attempt-1", model, tier=tier)


def test_those_that_have_it() -> None:
    assert FLEXIBLE == ["azure", "azure-blobs", "bedrock", "gemini", "openai"]


@pytest.mark.parametrize("endpoint", [CHAT, MESSAGES])
@pytest.mark.parametrize("name", FLEXIBLE)
async def test_an_answer_in_flex_says_so_and_is_charged_so(name: str, endpoint: str) -> None:
    provider, books = account(name, CALM)
    answer = await provider.send(call(name, endpoint, "flex"))
    assert (answer.row.verdict, answer.row.tier) == ("answered", "flex")
    assert [charge.mode for charge in books.calls.charges] == ["flex"]


@pytest.mark.parametrize("name", FLEXIBLE)
async def test_whoever_has_no_capacity_charges_nothing(name: str) -> None:
    provider, books = account(name, SCARCE)
    with pytest.raises(ScarceError):
        await provider.send(call(name, CHAT, "flex"))
    assert books.calls.charges == []


@pytest.mark.parametrize("name", FLEXIBLE)
async def test_a_call_that_is_to_be_answered_now_leaves_the_tier_of_its_body(name: str) -> None:
    provider, books = account(name, SCARCE)
    asked = call(name, CHAT, "default")
    body = asked.body.replace(b"priority", b"flex")
    answer = await provider.send(Call(asked.endpoint, body, asked.attempt, asked.model, tier="default"))
    assert (answer.row.verdict, [charge.mode for charge in books.calls.charges]) == ("answered", ["realtime"])


async def test_a_project_with_a_tier_of_its_own_serves_and_names_that() -> None:
    provider, books = account("openai", AT_ONCE + "flex_served = false\n")
    answer = await provider.send(call("openai", CHAT, "flex"))
    assert (answer.row.tier, [charge.mode for charge in books.calls.charges]) == ("default", ["realtime"])

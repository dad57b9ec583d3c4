"""Where the lines of an input go, and what is refused before anything is promised."""

import json
from collections.abc import Mapping

import pytest

from bide.intake.endpoint import CHAT, EMBEDDINGS, MESSAGES
from bide.intake.problem import Code, LineError
from bide.intake.routing import Routing
from bide.lanes.arrival.route import Route
from bide.providers.http import AiohttpTransport
from bide.providers.kinds import KINDS
from bide.providers.port import Provider
from bide.providers.setup import Tools
from bide.testing.provider_conformance import setup_for

WINDOWS = {("openai", "gpt-5-mini"): 400_000, ("anthropic", "claude-haiku-4-5"): 200_000}


@pytest.fixture
def providers() -> Mapping[str, Provider]:
    tools = Tools(AiohttpTransport())
    return {name: KINDS[name].connect(setup_for(KINDS[name], "http://nowhere", "k"), tools) for name in ("openai", "anthropic")}  # fmt: skip


@pytest.fixture
def routing(providers: Mapping[str, Provider]) -> Routing:
    aliases = {"anthropic": {"quick": "claude-haiku-4-5"}}
    return Routing(
        providers, aliases, known=list(KINDS), window=lambda catalogue, model: WINDOWS.get((catalogue, model))
    )


def body(model: str, **fields: object) -> bytes:
    table = {"model": model, "messages": [{"role": "user", "content": "hi"}], **fields}
    return json.dumps(table, separators=(",", ":")).encode()


def test_a_model_leads_to_its_account_and_its_window(routing: Routing) -> None:
    assert routing.to("quick").route == Route("anthropic", "claude-haiku-4-5")
    assert routing.window("quick") == 200_000
    assert routing.window("gpt-5-mini") == 400_000
    assert routing.window("nobody's") is None


def test_a_body_gets_the_account_s_own_name_of_the_model_and_is_else_as_it_was(routing: Routing) -> None:
    prepared = routing.prepare(1, CHAT, "quick", body("quick", max_tokens=5), "body.")
    assert prepared == body("claude-haiku-4-5", max_tokens=5)
    untouched = body("gpt-5-mini", anything=[1, {"a": None}])
    assert routing.prepare(1, CHAT, "gpt-5-mini", untouched, "body.") is untouched


@pytest.mark.parametrize(
    ("models", "endpoint", "as_is"),
    [
        (["gpt-5-mini"], CHAT.url, True),
        (["gpt-5-mini", "o4-mini"], CHAT.url, True),
        (["openai/gpt-5-mini"], CHAT.url, False),
        (["claude-haiku-4-5"], CHAT.url, False),
        (["claude-haiku-4-5"], MESSAGES.url, True),
        (["gpt-5-mini"], MESSAGES.url, False),
        (["nobody's"], CHAT.url, False),
    ],
)
def test_only_what_needs_no_look_is_taken_without_one(
    routing: Routing, models: list[str], endpoint: str, as_is: bool
) -> None:
    assert routing.take_as_is(models, endpoint) is as_is


@pytest.mark.parametrize(
    ("endpoint", "model", "fields", "code", "field"),
    [
        pytest.param(CHAT, "nobody's", {}, Code.MODEL_NOT_ROUTABLE, "body.model", id="nobody's model"),
        pytest.param(CHAT, "bedrock/amazon.nova", {}, Code.MODEL_NOT_ROUTABLE, "body.model", id="a provider that is off"),
        pytest.param(EMBEDDINGS, "quick", {"input": "x"}, Code.UNSUPPORTED_URL, "url", id="what the provider does not do"),
        pytest.param(CHAT, "quick", {"seed": 4}, Code.UNSUPPORTED_PARAMETER, "body.seed", id="what it cannot be told"),
        pytest.param(CHAT, "quick", {"new_field": 4}, Code.UNSUPPORTED_PARAMETER, "body.new_field", id="what nobody knows"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_its_name(
    routing: Routing, endpoint: object, model: str, fields: Mapping[str, object], code: Code, field: str
) -> None:
    with pytest.raises(LineError) as caught:
        routing.prepare(7, endpoint, model, body(model, **fields), "body.")  # type: ignore[arg-type]
    problem = caught.value.problem
    assert (problem.line, problem.code, problem.field) == (7, code, field)
    assert problem.remedy

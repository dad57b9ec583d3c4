"""Every kind of provider, held to what the rest of bide takes from it."""

from dataclasses import fields
from datetime import date
from fnmatch import fnmatchcase

import pytest
from tests.providers.openai.scripted import Scripted, reply

from bide.accounts import setup_of
from bide.intake.endpoint import ENDPOINTS
from bide.ledger.catalogue import LISTINGS
from bide.providers.kinds import KINDS
from bide.providers.port import Call
from bide.providers.setup import Kind, Setup, Tools
from bide.providers.translate import wire_of
from bide.settings import ProviderSettings

EMBEDDINGS = "/v1/embeddings"

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@every_kind
def test_its_prices_are_in_the_catalogue(kind: Kind) -> None:
    assert kind.catalogue is None or kind.catalogue in LISTINGS


@every_kind
def test_its_variables_fill_fields_of_a_setup(kind: Kind) -> None:
    names = {field.name for field in fields(Setup)}
    assert set(kind.variables) <= names
    assert set(kind.required) <= names


@every_kind
def test_its_facts_have_a_source_and_a_day(kind: Kind) -> None:
    for facts in (kind.limits, kind.capabilities):
        assert facts.source
        assert date.fromisoformat(facts.checked_on) <= date.today()  # noqa: DTZ011
    assert kind.discount
    assert kind.typical


@every_kind
def test_its_endpoints_can_be_handed_in_and_the_foreign_ones_translated(kind: Kind) -> None:
    can = kind.capabilities
    assert can.endpoints <= set(ENDPOINTS)
    assert (can.batch_endpoints or can.endpoints) <= can.endpoints
    for endpoint in can.endpoints - (can.endpoints if can.native is None else can.native):
        if endpoint != EMBEDDINGS:  # which are no conversation, and for the adapter itself to translate
            wire_of(endpoint)


@pytest.mark.parametrize("name", ["compatible", "openai", "together", "doubleword", "azure", "bedrock"])
async def test_a_token_stands_in_the_place_of_a_key(name: str) -> None:
    kind = KINDS[name]
    settings = ProviderSettings(token="a-token", base_url="http://simulated.invalid/v1", region="eu-west-1")
    transport = Scripted(reply({}, 400))
    provider = kind.connect(setup_of(name, kind, settings, {}), Tools(transport))

    await provider.send(Call("/v1/chat/completions", b'{"model":"m","messages":[]}', "attempt", "m"))

    assert transport.sent[0].headers["Authorization"] == "Bearer a-token"


@pytest.mark.parametrize(
    ("model", "claimed_by"),
    [
        ("gpt-5-mini", {"openai"}),
        ("o4-mini", {"openai"}),
        ("text-embedding-3-small", {"openai"}),
        ("claude-haiku-4-5", {"anthropic"}),
        ("gemini-3.8-flash", {"gemini", "vertex"}),
        ("amazon.nova-lite-v1:0", {"bedrock"}),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", {"bedrock"}),
        ("us.amazon.nova-2-lite-v1:0", {"bedrock"}),
        ("llama-3.1-8b", set[str]()),
    ],
)
def test_a_bare_name_is_claimed_by_whoever_made_or_sells_the_model(model: str, claimed_by: set[str]) -> None:
    claims = {kind.name for kind in KINDS.values() if any(fnmatchcase(model, pattern) for pattern in kind.models)}
    assert claims == claimed_by

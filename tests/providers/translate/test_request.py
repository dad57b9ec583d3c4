"""Requests: every field of every wire is mapped or refused by its name."""

import json

import msgspec
import pytest
from tests.providers.translate import sdk
from tests.providers.translate.fields import TABLES
from tests.providers.translate.fields.case import SMALLEST, Case, Json, Refused, merged

from bide.providers.translate import SPOKES, Options, UntranslatableError, Wire, request
from bide.providers.translate import messages as messages_spoke
from bide.providers.translate.chat import wire as chat
from bide.providers.translate.converse import wire as converse
from bide.providers.translate.gemini import wire as gemini
from bide.providers.translate.messages import wire as messages
from bide.providers.translate.parts import Reasoning
from bide.providers.translate.prompt import Turn
from bide.providers.translate.responses import wire as responses

CASES = [
    pytest.param(source, target, case, id=f"{source}-{target}-{case.id}")
    for source, cases in TABLES.items()
    for case in cases
    for target in case.expected
]

REQUESTS: dict[Wire, type[msgspec.Struct]] = {
    Wire.CHAT: chat.Request,
    Wire.RESPONSES: responses.Request,
    Wire.MESSAGES: messages.Request,
    Wire.GEMINI: gemini.Request,
    Wire.CONVERSE: converse.Request,
}


TESTED_BELOW = {(Wire.MESSAGES, "reasoning"), (Wire.CONVERSE, "audio"), (Wire.CONVERSE, "tool_result")}
"""Limits that no other wire's request comes to, or that its own module tests."""


def encoded(body: Json) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


@pytest.mark.parametrize(("source", "target", "case"), CASES)
def test_a_field_is_mapped_or_refused(source: Wire, target: Wire, case: Case) -> None:
    body, expected = encoded(merged(source, case.given)), case.expected[target]
    if isinstance(expected, Refused):
        with pytest.raises(UntranslatableError) as caught:
            request(body, source, target, case.options)
        assert caught.value.field == expected.field
        assert expected.field in str(caught.value)
        assert caught.value.remedy
        return
    written = json.loads(request(body, source, target, case.options))
    assert written == merged(target, expected)
    sdk.REQUESTS[target](written)


@pytest.mark.parametrize("source", TABLES)
def test_a_case_is_given_towards_every_other_wire(source: Wire) -> None:
    others = {wire for wire in SPOKES if wire is not source}

    assert [case.id for case in TABLES[source] if set(case.expected) != others] == []


@pytest.mark.parametrize("source", TABLES)
def test_the_table_has_every_field_that_the_wire_knows(source: Wire) -> None:
    given = {field for case in TABLES[source] for field in case.given}

    assert {*REQUESTS[source].__struct_encode_fields__} - given == set()


@pytest.mark.parametrize("source", TABLES)
def test_what_the_wire_knows_is_what_its_sdk_knows(source: Wire) -> None:
    """A field that the SDK has learnt since has to be looked at: it would be refused as unknown."""
    elsewhere = {"workspace_id", "user_profile_id"}  # headers, though the SDK takes them as arguments

    assert sdk.FIELDS[source] - elsewhere - {*REQUESTS[source].__struct_encode_fields__} == set()


@pytest.mark.parametrize("target", SPOKES)
def test_each_limit_and_each_remedy_is_met_by_a_case(target: Wire) -> None:
    """What the docs say of a wire happens: some case meets it."""
    spoke = SPOKES[target]
    met: set[str] = set()
    for source, cases in TABLES.items():
        for case in cases:
            if isinstance(case.expected.get(target), Refused):
                with pytest.raises(UntranslatableError) as caught:
                    request(encoded(merged(source, case.given)), source, target, case.options)
                met.add(caught.value.remedy)

    limits = {remedy for field, remedy in spoke.LIMITS.items() if (target, field) not in TESTED_BELOW}
    assert limits - met == set()
    assert not set(spoke.REMEDIES) & set(spoke.SPELLING)


@pytest.mark.parametrize("wire", SPOKES)
def test_the_same_wire_is_not_touched(wire: Wire) -> None:
    body = b'{ "model": "m",  "frobnicate": 1 }'

    assert request(body, wire, wire) is body


@pytest.mark.parametrize("wire", SPOKES)
@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", b'{"model":"\xff"}', b"[" * 100_000, b"{}"])
def test_what_is_no_request_is_refused(wire: Wire, body: bytes) -> None:
    target = next(other for other in SPOKES if other is not wire)

    with pytest.raises(UntranslatableError) as caught:
        request(body, wire, target)
    assert caught.value.field in ("body", "model")


def test_the_smallest_requests_are_one_another() -> None:
    for source, body in SMALLEST.items():
        for target, expected in SMALLEST.items():
            assert json.loads(request(encoded(body), source, target, Options(model="m"))) == expected


def test_thoughts_without_a_signature_are_no_thoughts_of_anthropics() -> None:
    prompt = messages_spoke.read_request(encoded(SMALLEST[Wire.MESSAGES]))
    turns = (*prompt.turns, Turn("assistant", (Reasoning("hm", "here"),)), *prompt.turns)

    with pytest.raises(UntranslatableError) as caught:
        messages_spoke.write_request(msgspec.structs.replace(prompt, turns=turns), Options())
    assert caught.value.field == "here"

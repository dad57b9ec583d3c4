"""Fingerprints of what was sent."""

from typing import Any

import pytest

from bide.audit.readers.prompt import PREFIX_CHARACTERS, of_body, of_text

TOLD = {"role": "system", "content": "Sort mail. " * 50}
ASKED = {"role": "user", "content": "Hello"}
TOOLS = [{"type": "function", "function": {"name": "move"}}]


@pytest.mark.parametrize(
    ("one", "other", "same_prompt", "same_prefix"),
    [
        pytest.param({"messages": [TOLD, ASKED]}, {"user": "u", "messages": [TOLD, ASKED]}, True, True, id="who asks does not matter"),
        pytest.param({"messages": [TOLD, ASKED]}, {"messages": [TOLD, TOLD]}, False, False, id="more instructions"),
        pytest.param({"messages": [TOLD, ASKED]}, {"messages": [TOLD, ASKED, ASKED]}, False, True, id="a longer conversation"),
        pytest.param({"messages": [TOLD, ASKED]}, {"messages": [TOLD, ASKED], "tools": TOOLS}, False, False, id="tools come first"),
        pytest.param({"messages": [TOLD, ASKED]}, {"messages": [TOLD, ASKED], "temperature": 1}, False, True, id="parameters"),
        pytest.param({"system": "A", "messages": [ASKED]}, {"system": "A", "messages": []}, None, None, id="no prompt at all"),
        pytest.param({"input": "Hi", "instructions": "A"}, {"input": "Ho", "instructions": "A"}, False, True, id="Responses"),
        pytest.param({"contents": [ASKED], "system_instruction": "A"}, {"contents": [TOLD], "system_instruction": "A"}, False, False, id="Gemini"),
    ],
)  # fmt: skip
def test_what_makes_requests_the_same(
    one: dict[str, Any], other: dict[str, Any], same_prompt: bool | None, same_prefix: bool | None
) -> None:
    ones, others = of_body(one, 1_000), of_body(other, 1_000)

    if same_prompt is None:
        assert others == (None, None)
        return
    assert ones[1] is not None
    assert others[1] is not None
    assert (ones[0] == others[0], ones[1].fingerprint == others[1].fingerprint) == (same_prompt, same_prefix)


def test_a_prefix_has_its_share_of_the_tokens() -> None:
    _, half = of_text("x" * 500, "y" * 499, 200)
    _, unknown = of_text("x", "y" * 400, None)

    assert half is not None
    assert unknown is not None
    assert (half.tokens, unknown.tokens) == (99, 100)
    assert half.text == "y" * 60


def test_without_instructions_the_beginning_of_a_long_prompt_is_looked_at() -> None:
    start = "z" * PREFIX_CHARACTERS
    ones, others, short = (of_text(text, None, 3_000)[1] for text in (start + "a" * 6_144, start + "b" * 9, start))

    assert ones is not None
    assert others is not None
    assert ones.fingerprint == others.fingerprint
    assert (ones.tokens, ones.text, short) == (1_500, "", None)


def test_text_that_is_no_text_has_a_fingerprint() -> None:
    assert of_text("\ud800", None, 1)[0] is not None
    assert of_body({"messages": ["\ud800"]}, 1)[0] != of_body({"messages": ["\ud801"]}, 1)[0]

"""What goes to Responses, generateContent or Converse and back says the same."""

import json
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st
from tests.providers.translate import sdk
from tests.providers.translate.test_round_trip import arguments, chats, meaning, names, words

from bide.providers.translate import Options, UntranslatableError, Wire, reply, request

Json = dict[str, Any]

C, R, G, V = Wire.CHAT, Wire.RESPONSES, Wire.GEMINI, Wire.CONVERSE

LACKING: dict[Wire, tuple[str, ...]] = {
    R: ("stop",),
    G: ("user", "parallel_tool_calls", "stream", "stream_options"),
    V: ("user", "parallel_tool_calls", "stream", "stream_options"),
}
"""What cannot be expressed, or is not in the body."""


def expressible(body: Json, target: Wire) -> Json:
    """The same without what the target lacks, and without labels that it replaces."""
    kept = {name: value for name, value in body.items() if name not in LACKING[target]}
    if target is not R and kept.get("service_tier") == "auto":
        del kept["service_tier"]
    if kept.get("reasoning_effort") == {G: "max", V: "none"}.get(target):
        kept.pop("reasoning_effort", None)
    if target is V and kept.get("tool_choice") == "none":
        del kept["tool_choice"]
    if target is G and "response_format" in kept:
        kept["response_format"]["json_schema"].pop("strict")
    for message in kept["messages"]:
        for part in message["content"] if isinstance(message["content"], list) else ():
            if part["type"] == "image_url":
                part["image_url"]["url"] = "data:image/webp;base64,AAAA"
            elif part["type"] == "file" and target is V:
                part["file"]["filename"] = "a"
    return kept


def there_and_back(body: Json, target: Wire) -> None:
    kept = expressible(body, target)
    sent = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        there = request(sent, C, target)
    except UntranslatableError as error:
        if target is not V or error.remedy != "it cannot be empty":
            raise
        reject()
    back = request(there, target, C, Options(model=body["model"]))
    prompt = list(meaning(sent))
    returned = list(meaning(back))
    prompt[0] = returned[0] = body["model"]

    assert unnumbered(returned) == unnumbered(prompt)
    sdk.REQUESTS[target](json.loads(there))
    sdk.REQUESTS[C](json.loads(back))


def unnumbered(said: Any) -> str:
    """AWS wants each document to have another name, so they are numbered."""
    text = json.dumps(said, default=str)
    for number in range(2, 20):
        text = text.replace(f'"a {number}"', '"a"')
    return text


@given(chats())
def test_a_chat_completion_comes_back_from_responses(body: Json) -> None:
    there_and_back(body, R)


@given(chats())
def test_a_chat_completion_comes_back_from_google(body: Json) -> None:
    there_and_back(body, G)


@given(chats())
def test_a_chat_completion_comes_back_from_aws(body: Json) -> None:
    there_and_back(body, V)


@given(
    target=st.sampled_from([R, G, V]),
    content=st.none() | words,
    calls=st.lists(st.tuples(names, arguments), max_size=3),
    counts=st.tuples(*[st.integers(0, 1 << 30)] * 4),
)
def test_an_answer_comes_back(
    target: Wire, content: str | None, calls: list[tuple[str, str]], counts: tuple[int, int, int, int]
) -> None:
    fresh, cached, output, thoughts = counts
    thoughts = 0 if target is V else thoughts  # which are not told there
    message: Json = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": text}}
            for number, (name, text) in enumerate(calls)
        ]
    body: Json = {
        "id": "a1",
        "model": "m1",
        "created": 7,
        "choices": [{"message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {
            "prompt_tokens": fresh + cached,
            "completion_tokens": output + thoughts,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": thoughts},
        },
    }
    there = reply(json.dumps(body).encode(), C, target)
    back = reply(there.body, target, C, Options(created=7, id="a1", model="m1"))

    assert back.usage == there.usage
    assert back.finish is there.finish
    said = json.loads(back.body)["choices"][0]["message"]
    assert (said["content"], said.get("tool_calls")) == (content, message.get("tool_calls"))

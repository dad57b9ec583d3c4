"""What goes from one wire to another and back says the same."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.providers.translate import sdk

from bide.providers.translate import Options, Wire, reply, request
from bide.providers.translate.chat import read_request
from bide.providers.translate.parts import Part, ToolResult
from bide.providers.translate.prompt import Prompt, ToolChoice

Json = dict[str, Any]

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_-]{0,20}", fullmatch=True)
arguments = st.dictionaries(names, st.none() | st.booleans() | st.integers() | words, max_size=3).map(
    lambda value: json.dumps(value, separators=(",", ":"))
)
text = st.fixed_dictionaries({"type": st.just("text"), "text": words})
image = st.sampled_from(["https://e.org/a.png", "data:image/webp;base64,AAAA"]).map(
    lambda url: {"type": "image_url", "image_url": {"url": url}}
)
file = names.map(
    lambda name: {"type": "file", "file": {"filename": name, "file_data": "data:application/pdf;base64,AAAA"}}
)
user = st.fixed_dictionaries(
    {"role": st.just("user"), "content": words | st.lists(text | image | file, min_size=1, max_size=3)}
)
system = st.fixed_dictionaries({"role": st.sampled_from(["system", "developer"]), "content": words})


@st.composite
def exchange(draw: st.DrawFn) -> list[Json]:
    """An answer of the model, and what its calls gave."""
    count = draw(st.integers(0, 3))
    said: Json = {"role": "assistant", "content": draw(words if not count else words | st.none())}
    if count:
        said["tool_calls"] = [
            {"id": f"c{number}", "type": "function", "function": {"name": draw(names), "arguments": draw(arguments)}}
            for number in range(count)
        ]
    answers = [{"role": "tool", "tool_call_id": f"c{number}", "content": draw(words)} for number in range(count)]
    return [said, *answers]


@st.composite
def chats(draw: st.DrawFn) -> Json:
    """A chat completion that Anthropic can express."""
    messages: list[Json] = draw(st.lists(system, max_size=2))
    messages.append(draw(user))
    for _ in range(draw(st.integers(0, 3))):
        messages += draw(exchange())
        messages.append(draw(user))
    body: Json = {
        "model": draw(names),
        "messages": messages,
        "max_completion_tokens": draw(st.integers(1, 1 << 20)),
    }
    schema: Json = {"type": "object", "properties": {draw(names): {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    optional: Json = {
        "temperature": draw(st.floats(0, 1)),
        "top_p": draw(st.floats(0, 1)),
        "stop": draw(st.lists(words, min_size=1, max_size=4)),
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [tool],
        "parallel_tool_calls": False,
        "tool_choice": draw(
            st.sampled_from(["auto", "none", "required", {"type": "function", "function": {"name": "f"}}])
        ),
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        },
        "reasoning_effort": draw(st.sampled_from(["none", "low", "medium", "high", "xhigh", "max"])),
        "service_tier": draw(st.sampled_from(["auto", "default"])),
        "user": draw(words),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional))))
    if "tools" not in chosen:
        chosen -= {"parallel_tool_calls", "tool_choice"}
    if optional["tool_choice"] == "none":
        chosen -= {"parallel_tool_calls"}  # without calls, how many at once says nothing
    if not {"stream", "stream_options"} <= chosen:
        chosen -= {"stream", "stream_options"}  # usage comes with every stream of Anthropic's
    return body | {key: optional[key] for key in chosen}


def meaning(body: bytes) -> Any:
    """What a chat completion says, without where it says it and without how turns are split."""
    prompt: Prompt = read_request(body)
    turns: list[tuple[str, list[Any]]] = []
    for turn in prompt.turns:
        found = [said(part) for part in turn.parts]
        if turns and turns[-1][0] == turn.role:
            turns[-1][1].extend(found)
        else:
            turns.append((turn.role, found))
    tools = [(tool.name, tool.description, tool.strict, bytes(tool.schema or b"")) for tool in prompt.tools]
    wanted = prompt.settings.format
    settings = {
        field: getattr(prompt.settings, field) for field in prompt.settings.__struct_fields__ if field != "format"
    }
    if settings["tool_choice"] == ToolChoice("auto"):
        settings["tool_choice"] = None  # where there are tools, that is so anyway
    shape = None if wanted is None else (bytes(wanted.schema or b""), wanted.name, wanted.strict)
    return prompt.model, [one.text for one in prompt.system], turns, tools, settings, shape


def said(part: Part) -> Any:
    """A part without its path."""
    inner = [said(one) for one in part.parts] if isinstance(part, ToolResult) else []
    fields = [getattr(part, name) for name in part.__struct_fields__ if name not in ("path", "parts")]
    return part.kind, fields, inner


@given(chats())
def test_a_chat_completion_comes_back_from_messages(body: Json) -> None:
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    there = request(sent, Wire.CHAT, Wire.MESSAGES)
    back = request(there, Wire.MESSAGES, Wire.CHAT)

    assert meaning(back) == meaning(sent)
    sdk.REQUESTS[Wire.MESSAGES](json.loads(there))
    sdk.REQUESTS[Wire.CHAT](json.loads(back))


@given(
    content=st.none() | words,
    calls=st.lists(st.tuples(names, names, arguments), max_size=3),
    reason=st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    counts=st.tuples(*[st.integers(0, 1 << 30)] * 5),
)
def test_an_answer_comes_back_from_messages(
    content: str | None, calls: list[tuple[str, str, str]], reason: str, counts: tuple[int, int, int, int, int]
) -> None:
    fresh, cached, written, output, reasoning = counts
    message: Json = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = [
            {"id": id_, "type": "function", "function": {"name": name, "arguments": text}} for id_, name, text in calls
        ]
    body: Json = {
        "id": "a1",
        "model": "m1",
        "created": 7,
        "choices": [{"message": message, "finish_reason": reason}],
        "usage": {
            "prompt_tokens": fresh + cached + written,
            "completion_tokens": output,
            "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        },
    }
    there = reply(json.dumps(body).encode(), Wire.CHAT, Wire.MESSAGES)
    back = reply(there.body, Wire.MESSAGES, Wire.CHAT, Options(created=7))
    written_back = json.loads(back.body)

    assert back.usage == there.usage
    choice = written_back["choices"][0]
    assert choice["finish_reason"] == ("tool_calls" if calls and reason == "stop" else reason)
    assert choice["message"]["content"] == content
    assert choice["message"].get("tool_calls") == message.get("tool_calls")

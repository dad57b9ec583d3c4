"""What becomes of each field of a chat completion."""

from typing import Any

from tests.providers.translate.fields.case import HI, Case, Json, Refused, said, user

from bide.providers.translate import Options, Wire

M = Wire.MESSAGES
PNG = "data:image/png;base64,iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0="
TEXT = "data:text/plain;charset=utf-8;base64,aGVsbG8="
SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}
FILE = "messages[0].content[0].file"
SOME_ID = "call_ad492dc3d03b28a0576e9b4c184db8a8"
NEW = Options(anthropic_version="2026-10-21")


def tool(**function: Any) -> Json:
    return {"type": "function", "function": {"name": "f", **function}}


def tools(**settings: Any) -> Json:
    return {"tools": [tool(parameters=SCHEMA), {"type": "function", "function": {"name": "g"}}], **settings}


NO_ARGUMENTS: Json = {"type": "object", "properties": {}}
M_TOOLS = [{"name": "f", "input_schema": SCHEMA}, {"name": "g", "input_schema": NO_ARGUMENTS}]


def format_(**schema: Any) -> Json:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", **schema}}}


def calls(*arguments: str) -> Json:
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": one}}
            for number, one in enumerate(arguments)
        ],
    }


def answered(number: int, content: Any = "42") -> Json:
    return {"role": "tool", "tool_call_id": f"c{number}", "content": content}


def m_calls(*inputs: Json) -> Json:
    blocks = [{"type": "tool_use", "id": f"c{number}", "name": "f", "input": one} for number, one in enumerate(inputs)]
    return {"role": "assistant", "content": blocks}


def m_answered(number: int, content: Any = "42") -> Json:
    return {"type": "tool_result", "tool_use_id": f"c{number}", "content": content}


CASES = [
    # -- the answer's size and shape
    Case("max_completion_tokens", {"max_completion_tokens": 7}, {M: {"max_tokens": 7}}),
    Case("max_tokens", {"max_completion_tokens": None, "max_tokens": 7}, {M: {"max_tokens": 7}}),
    Case("tools-schema-of-words", {"tools": [tool(parameters="x")]}, {M: Refused("tools[0].function.parameters")}),
    Case("response_format-list", format_(schema=[1]), {M: Refused("response_format.json_schema.schema")}),
    Case("max_tokens-as-well", {"max_tokens": 100}, {M: {}}),
    Case("max_tokens-otherwise", {"max_tokens": 7}, {M: Refused("max_tokens")}),
    Case("messages-file-nowhere", said(user({"type": "file", "file": {"filename": "a.pdf"}})), {M: Refused(FILE)}),
    Case(
        "messages-file-twice",
        said(user({"type": "file", "file": {"file_id": "f", "file_data": PDF}})),
        {M: Refused(FILE)},
    ),
    Case(
        "messages-ids-of-others",
        said(
            HI,
            {
                "role": "assistant",
                "tool_calls": [
                    {"id": "functions.f:0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "functions.f:0", "content": "42"},
        ),
        {
            M: said(
                HI,
                {"role": "assistant", "content": [{"type": "tool_use", "id": SOME_ID, "name": "f", "input": {}}]},
                user({"type": "tool_result", "tool_use_id": SOME_ID, "content": "42"}),
            )
        },
    ),
    Case("tool_choice-without-tools", {"tool_choice": "required"}, {M: {"tool_choice": {"type": "any"}}}),
    Case("no-limit", {"max_completion_tokens": None}, {M: Refused("max_completion_tokens")}),
    Case("no-limit-default", {"max_completion_tokens": None}, {M: {"max_tokens": 5}}, Options(max_tokens=5)),
    Case("model", {"model": "x"}, {M: {"model": "y"}}, Options(model="y")),
    Case("temperature", {"temperature": 0.5}, {M: {"temperature": 0.5}}),
    Case("temperature-zero", {"temperature": 0}, {M: {"temperature": 0}}),
    Case("temperature-hot", {"temperature": 1.5}, {M: Refused("temperature")}),
    Case("temperature-new", {"temperature": 1}, {M: Refused("temperature")}, NEW),
    Case("top_p", {"top_p": 0.9}, {M: {"top_p": 0.9}}),
    Case("top_p-new", {"top_p": 0.9}, {M: Refused("top_p")}, NEW),
    Case("stop", {"stop": "END"}, {M: {"stop_sequences": ["END"]}}),
    Case("stop-list", {"stop": ["a", "b"]}, {M: {"stop_sequences": ["a", "b"]}}),
    Case("stop-empty", {"stop": []}, {M: {}}),
    Case("seed", {"seed": 7}, {M: Refused("seed")}),
    Case("seed-zero", {"seed": 0}, {M: Refused("seed")}),
    Case("n", {"n": 2}, {M: Refused("n")}),
    Case("n-one", {"n": 1}, {M: {}}),
    Case("presence_penalty", {"presence_penalty": 0.5}, {M: Refused("presence_penalty")}),
    Case("presence_penalty-zero", {"presence_penalty": 0}, {M: {}}),
    Case("frequency_penalty", {"frequency_penalty": -1}, {M: Refused("frequency_penalty")}),
    Case("frequency_penalty-zero", {"frequency_penalty": 0.0}, {M: {}}),
    Case("logprobs", {"logprobs": True}, {M: Refused("logprobs")}),
    Case("logprobs-false", {"logprobs": False}, {M: {}}),
    Case("top_logprobs", {"top_logprobs": 3}, {M: Refused("top_logprobs")}),
    Case("logit_bias", {"logit_bias": {"50256": -100}}, {M: Refused("logit_bias")}),
    Case("logit_bias-empty", {"logit_bias": {}}, {M: {}}),
    Case("verbosity", {"verbosity": "low"}, {M: Refused("verbosity")}),
    Case("response_format-text", {"response_format": {"type": "text"}}, {M: {}}),
    Case("response_format-object", {"response_format": {"type": "json_object"}}, {M: Refused("response_format")}),
    Case(
        "response_format-schema",
        format_(schema=SCHEMA, strict=True),
        {M: {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}},
    ),
    Case("response_format-no-schema", format_(), {M: Refused("response_format")}),
    Case(
        "response_format-description",
        format_(schema=SCHEMA, description="d"),
        {M: Refused("response_format.json_schema.description")},
    ),
    Case("modalities", {"modalities": ["text"]}, {M: {}}),
    Case("modalities-audio", {"modalities": ["text", "audio"]}, {M: Refused("modalities[1]")}),
    Case("audio", {"audio": {"voice": "v", "format": "wav"}}, {M: Refused("audio")}),
    Case("prediction", {"prediction": {"type": "content", "content": "x"}}, {M: Refused("prediction")}),
    Case("stream", {"stream": True, "stream_options": {"include_usage": True}}, {M: {"stream": True}}),
    Case("stream-false", {"stream": False}, {M: {}}),
    Case("stream_options", {"stream_options": {"include_usage": True}}, {M: {}}),
    Case(
        "stream_options-obfuscation",
        {"stream": True, "stream_options": {"include_obfuscation": True}},
        {M: Refused("stream_options.include_obfuscation")},
    ),
    # -- thinking
    Case("reasoning_effort-none", {"reasoning_effort": "none"}, {M: {"thinking": {"type": "disabled"}}}),
    Case("reasoning_effort-minimal", {"reasoning_effort": "minimal"}, {M: Refused("reasoning_effort")}),
    *[
        Case(
            f"reasoning_effort-{effort}",
            {"reasoning_effort": effort},
            {M: {"output_config": {"effort": effort}, "thinking": {"type": "adaptive"}}},
        )
        for effort in ("low", "medium", "high", "xhigh", "max")
    ],
    # -- tools
    Case("tools", tools(), {M: {"tools": M_TOOLS}}),
    Case("tools-empty", {"tools": []}, {M: {}}),
    Case(
        "tools-description-strict",
        {"tools": [tool(description="d", parameters=SCHEMA, strict=True)]},
        {M: {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}]}},
    ),
    Case("tools-custom", {"tools": [{"type": "custom", "custom": {"name": "x"}}]}, {M: Refused("tools[0].type")}),
    Case("tool_choice-auto", tools(tool_choice="auto"), {M: {"tools": M_TOOLS, "tool_choice": {"type": "auto"}}}),
    Case("tool_choice-none", tools(tool_choice="none"), {M: {"tools": M_TOOLS, "tool_choice": {"type": "none"}}}),
    Case("tool_choice-none-without-tools", {"tool_choice": "none"}, {M: {}}),
    Case(
        "tool_choice-required", tools(tool_choice="required"), {M: {"tools": M_TOOLS, "tool_choice": {"type": "any"}}}
    ),
    Case(
        "tool_choice-named",
        tools(tool_choice={"type": "function", "function": {"name": "g"}}),
        {M: {"tools": M_TOOLS, "tool_choice": {"type": "tool", "name": "g"}}},
    ),
    Case(
        "tool_choice-allowed",
        tools(
            tool_choice={
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]},
            }
        ),
        {M: Refused("tool_choice")},
    ),
    Case(
        "parallel_tool_calls-false",
        tools(parallel_tool_calls=False),
        {M: {"tools": M_TOOLS, "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}},
    ),
    Case(
        "parallel_tool_calls-false-required",
        tools(parallel_tool_calls=False, tool_choice="required"),
        {M: {"tools": M_TOOLS, "tool_choice": {"type": "any", "disable_parallel_tool_use": True}}},
    ),
    Case("parallel_tool_calls-true", tools(parallel_tool_calls=True), {M: {"tools": M_TOOLS}}),
    Case("functions", {"functions": [{"name": "f"}]}, {M: Refused("functions")}),
    Case("function_call", {"function_call": "auto"}, {M: Refused("function_call")}),
    Case("web_search_options", {"web_search_options": {}}, {M: Refused("web_search_options")}),
    # -- whose request it is, and how it is served
    Case("service_tier-auto", {"service_tier": "auto"}, {M: {"service_tier": "auto"}}),
    Case("service_tier-default", {"service_tier": "default"}, {M: {"service_tier": "standard_only"}}),
    Case("service_tier-flex", {"service_tier": "flex"}, {M: Refused("service_tier")}),
    Case("service_tier-priority", {"service_tier": "priority"}, {M: Refused("service_tier")}),
    Case("user", {"user": "u"}, {M: {"metadata": {"user_id": "u"}}}),
    Case("safety_identifier", {"safety_identifier": "s"}, {M: {"metadata": {"user_id": "s"}}}),
    Case("user-and-safety_identifier", {"user": "u", "safety_identifier": "s"}, {M: Refused("user")}),
    Case("metadata", {"metadata": {"a": "b"}}, {M: Refused("metadata")}),
    Case("metadata-empty", {"metadata": {}}, {M: {}}),
    Case("store", {"store": True}, {M: Refused("store")}),
    Case("store-false", {"store": False}, {M: {}}),
    Case("moderation", {"moderation": {"model": "x"}}, {M: Refused("moderation")}),
    Case("prompt_cache_key", {"prompt_cache_key": "k"}, {M: Refused("prompt_cache_key")}),
    Case("prompt_cache_retention", {"prompt_cache_retention": "24h"}, {M: Refused("prompt_cache_retention")}),
    Case("prompt_cache_options", {"prompt_cache_options": {"mode": "explicit"}}, {M: Refused("prompt_cache_options")}),
    Case("unknown", {"frobnicate": 1}, {M: Refused("frobnicate")}),
    Case("null", {"audio": None, "seed": None, "tools": None}, {M: {}}),
    # -- messages
    Case("messages-system", said({"role": "system", "content": "s"}, HI), {M: {"system": "s"}}),
    Case(
        "messages-system-and-developer",
        said({"role": "system", "content": "s"}, {"role": "developer", "content": [{"type": "text", "text": "d"}]}, HI),
        {M: {"system": [{"type": "text", "text": "s"}, {"type": "text", "text": "d"}]}},
    ),
    Case(
        "messages-users-merged",
        said(HI, {"role": "user", "content": "again"}),
        {M: said(user({"type": "text", "text": "hi"}, {"type": "text", "text": "again"}))},
    ),
    Case("messages-name", said({**HI, "name": "bob"}), {M: Refused("messages[0].name")}),
    Case("messages-role", said({**HI, "role": "function"}), {M: Refused("messages[0].role")}),
    Case("messages-unknown", said({**HI, "weight": 1}), {M: Refused("messages[0].weight")}),
    Case("messages-part-unknown", said(user({"type": "video"})), {M: Refused("messages[0].content[0].type")}),
    Case(
        "messages-assistant",
        said(HI, {"role": "assistant", "content": "a", "refusal": None, "annotations": []}, HI),
        {M: said(HI, {"role": "assistant", "content": "a"}, HI)},
    ),
    Case(
        "messages-assistant-empty",
        said(HI, {"role": "assistant", "content": ""}, HI),
        {M: said(user({"type": "text", "text": "hi"}, {"type": "text", "text": "hi"}))},
    ),
    Case(
        "temperature-bedrock",
        {"temperature": 0.5},
        {M: {"temperature": 0.5}},
        Options(anthropic_version="bedrock-2023-05-31"),
    ),
    Case("messages-assistant-last", said(HI, {"role": "assistant", "content": "a"}), {M: Refused("messages[1]")}),
    Case(
        "messages-refusal",
        said(HI, {"role": "assistant", "content": None, "refusal": "no"}, HI),
        {M: said(HI, {"role": "assistant", "content": [{"type": "text", "text": "no"}]}, HI)},
    ),
    Case(
        "messages-assistant-audio",
        said(HI, {"role": "assistant", "content": "a", "audio": {"id": "x"}}, HI),
        {M: Refused("messages[1].audio")},
    ),
    Case(
        "messages-image-data",
        said(user({"type": "image_url", "image_url": {"url": PNG, "detail": "auto"}})),
        {
            M: said(
                user(
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
                    }
                )
            )
        },
    ),
    Case(
        "messages-image-url",
        said(user({"type": "image_url", "image_url": {"url": "https://e.org/a.png"}})),
        {M: said(user({"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}}))},
    ),
    Case(
        "messages-image-detail",
        said(user({"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}})),
        {M: Refused("messages[0].content[1].image_url.detail")},
    ),
    Case(
        "messages-image-type",
        said(user({"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AAAA"}})),
        {M: Refused("messages[0].content[0].image_url.url")},
    ),
    Case(
        "messages-image-scheme",
        said(user({"type": "image_url", "image_url": {"url": "gs://b/a.png"}})),
        {M: Refused("messages[0].content[0].image_url.url")},
    ),
    Case(
        "messages-image-data-plain",
        said(user({"type": "image_url", "image_url": {"url": "data:image/png,abc"}})),
        {M: Refused("messages[0].content[0].image_url.url")},
    ),
    Case(
        "messages-file-pdf",
        said(user({"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}})),
        {
            M: said(
                user(
                    {
                        "type": "document",
                        "title": "a.pdf",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
                    }
                )
            )
        },
    ),
    Case(
        "messages-file-bare",
        said(user({"type": "file", "file": {"filename": "a.pdf", "file_data": "JVBERi0="}})),
        {
            M: said(
                user(
                    {
                        "type": "document",
                        "title": "a.pdf",
                        "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
                    }
                )
            )
        },
    ),
    Case(
        "messages-file-text",
        said(user({"type": "file", "file": {"file_data": TEXT}})),
        {M: said(user({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hello"}}))},
    ),
    Case(
        "messages-file-id",
        said(user({"type": "file", "file": {"file_id": "file-1"}})),
        {M: Refused("messages[0].content[0].file.file_id")},
    ),
    Case(
        "messages-file-type",
        said(user({"type": "file", "file": {"file_data": "data:text/csv;base64,YQ=="}})),
        {M: Refused("messages[0].content[0].file.file_data")},
    ),
    Case(
        "messages-file-untyped",
        said(user({"type": "file", "file": {"file_data": "YQ=="}})),
        {M: Refused("messages[0].content[0].file.file_data")},
    ),
    Case(
        "messages-audio",
        said(HI, user({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}})),
        {M: Refused("messages[1].content[0].input_audio")},
    ),
    Case(
        "messages-tools",
        {**said(HI, calls('{"a":1.0}', ""), answered(0), answered(1, [{"type": "text", "text": "7"}]), HI), **tools()},
        {
            M: {
                **said(
                    HI,
                    m_calls({"a": 1.0}, {}),
                    user(m_answered(0), m_answered(1, "7"), {"type": "text", "text": "hi"}),
                ),
                "tools": M_TOOLS,
            }
        },
    ),
    Case("messages-tool-arguments", said(HI, calls("[1]"), answered(0)), {M: Refused("messages[1].tool_calls[0]")}),
    Case(
        "messages-tool-custom",
        said(HI, {"role": "assistant", "tool_calls": [{"type": "custom", "id": "x"}]}, answered(0)),
        {M: Refused("messages[1].tool_calls[0].type")},
    ),
]

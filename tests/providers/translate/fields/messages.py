"""What becomes of each field of a Messages request."""

from typing import Any

from tests.providers.translate.fields.case import HI, Case, Json, Refused, said, user
from tests.providers.translate.fields.chat import SCHEMA, answered, calls, m_answered, m_calls

from bide.providers.translate import Options, Wire

C = Wire.CHAT
MARK = {"cache_control": {"type": "ephemeral"}}
LONG_MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
IMAGE = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}


def tools(**settings: Any) -> Json:
    return {"tools": [{"name": "f", "input_schema": SCHEMA}], **settings}


C_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]


def block(type_: str, source: Json, **more: Any) -> Json:
    return said(user({"type": type_, "source": source, **more}))


def assistant(*blocks: Json) -> Json:
    return said(HI, {"role": "assistant", "content": list(blocks)}, HI)


CASES = [
    Case("max_tokens", {"max_tokens": 7}, {C: {"max_completion_tokens": 7}}),
    Case("no-limit", {"max_tokens": None}, {C: {"max_completion_tokens": None}}),
    Case("model", {"model": "x"}, {C: {"model": "y"}}, Options(model="y")),
    Case("temperature", {"temperature": 1}, {C: {"temperature": 1}}),
    Case("top_p", {"top_p": 0.9}, {C: {"top_p": 0.9}}),
    Case("top_k", {"top_k": 5}, {C: Refused("top_k")}),
    Case("stop_sequences", {"stop_sequences": ["a", "b"]}, {C: {"stop": ["a", "b"]}}),
    Case("stop_sequences-many", {"stop_sequences": list("abcde")}, {C: Refused("stop_sequences")}),
    Case("system", {"system": "s"}, {C: said({"role": "system", "content": "s"}, HI)}),
    Case(
        "system-blocks",
        {"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "citations": None}]},
        {
            C: said(
                {"role": "system", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                HI,
            )
        },
    ),
    Case(
        "system-cached",
        {"system": [{"type": "text", "text": "a", **LONG_MARK}]},
        {C: Refused("system[0].cache_control")},
    ),
    Case("cache_control", MARK, {C: Refused("cache_control")}),
    Case("metadata", {"metadata": {"user_id": "u"}}, {C: {"user": "u"}}),
    Case("metadata-unknown", {"metadata": {"team": "x"}}, {C: Refused("metadata.team")}),
    Case("service_tier-auto", {"service_tier": "auto"}, {C: {"service_tier": "auto"}}),
    Case("service_tier-standard", {"service_tier": "standard_only"}, {C: {"service_tier": "default"}}),
    Case("service_tier-unknown", {"service_tier": "flex"}, {C: Refused("service_tier")}),
    Case("stream", {"stream": True}, {C: {"stream": True, "stream_options": {"include_usage": True}}}),
    Case("stream-false", {"stream": False}, {C: {}}),
    Case("speed-standard", {"speed": "standard"}, {C: {}}),
    Case("speed-fast", {"speed": "fast"}, {C: Refused("speed")}),
    Case("container", {"container": "c"}, {C: Refused("container")}),
    Case("diagnostics", {"diagnostics": {}}, {C: Refused("diagnostics")}),
    Case("inference_geo", {"inference_geo": "us"}, {C: Refused("inference_geo")}),
    Case("unknown", {"frobnicate": 1}, {C: Refused("frobnicate")}),
    # -- thinking and the answer's shape
    Case("output_config-effort", {"output_config": {"effort": "max"}}, {C: {"reasoning_effort": "max"}}),
    Case(
        "output_config-effort-adaptive",
        {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}},
        {C: {"reasoning_effort": "low"}},
    ),
    Case(
        "output_config-format",
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        {
            C: {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
                }
            }
        },
    ),
    Case("thinking-adaptive", {"thinking": {"type": "adaptive"}}, {C: Refused("thinking")}),
    Case("thinking-disabled", {"thinking": {"type": "disabled"}}, {C: {"reasoning_effort": "none"}}),
    Case(
        "thinking-disabled-effort",
        {"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}},
        {C: Refused("output_config.effort")},
    ),
    Case(
        "thinking-enabled",
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        {C: Refused("thinking.budget_tokens")},
    ),
    Case("thinking-between-tools", {"thinking": {"type": "between_tools"}}, {C: Refused("thinking.type")}),
    Case(
        "tools-schema-of-words", {"tools": [{"name": "f", "input_schema": "x"}]}, {C: Refused("tools[0].input_schema")}
    ),
    Case(
        "format-list",
        {"output_config": {"format": {"type": "json_schema", "schema": [1]}}},
        {C: Refused("output_config.format.schema")},
    ),
    Case(
        "messages-nothing-said",
        said({"role": "user", "content": []}, HI),
        {C: said(HI)},
    ),
    Case(
        "messages-call-without-an-object",
        said({"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": "x"}]}),
        {C: Refused("messages[0].content[0].input")},
    ),
    Case(
        "thinking-display",
        {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "low"}},
        {C: Refused("thinking.display")},
    ),
    Case(
        "thinking-display-omitted",
        {"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"effort": "low"}},
        {C: {"reasoning_effort": "low"}},
    ),
    # -- tools
    Case("tools", tools(), {C: {"tools": C_TOOLS}}),
    Case(
        "tools-details",
        {
            "tools": [
                {
                    "name": "f",
                    "type": "custom",
                    "description": "d",
                    "input_schema": SCHEMA,
                    "strict": True,
                    "allowed_callers": ["direct"],
                    "defer_loading": False,
                    "eager_input_streaming": True,
                }
            ]
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ]
            }
        },
    ),
    Case(
        "tools-cached", {"tools": [{"name": "f", "input_schema": {}, **MARK}]}, {C: Refused("tools[0].cache_control")}
    ),
    Case(
        "tools-server",
        {"tools": [{"type": "web_search_20260209", "name": "web_search"}]},
        {C: Refused("tools[0].type")},
    ),
    Case(
        "tools-examples",
        {"tools": [{"name": "f", "input_schema": {}, "input_examples": [{}]}]},
        {C: Refused("tools[0].input_examples")},
    ),
    Case("tool_choice-auto", tools(tool_choice={"type": "auto"}), {C: {"tools": C_TOOLS, "tool_choice": "auto"}}),
    Case("tool_choice-any", tools(tool_choice={"type": "any"}), {C: {"tools": C_TOOLS, "tool_choice": "required"}}),
    Case("tool_choice-none", tools(tool_choice={"type": "none"}), {C: {"tools": C_TOOLS, "tool_choice": "none"}}),
    Case("tool_choice-without-tools", {"tool_choice": {"type": "auto"}}, {C: {}}),
    Case(
        "tool_choice-tool",
        tools(tool_choice={"type": "tool", "name": "f"}),
        {C: {"tools": C_TOOLS, "tool_choice": {"type": "function", "function": {"name": "f"}}}},
    ),
    Case(
        "tool_choice-single",
        tools(tool_choice={"type": "any", "disable_parallel_tool_use": True}),
        {C: {"tools": C_TOOLS, "tool_choice": "required", "parallel_tool_calls": False}},
    ),
    # -- messages
    Case(
        "messages-system",
        said(HI, {"role": "system", "content": "s"}, HI),
        {C: said({"role": "system", "content": "s"}, HI, HI)},
    ),
    Case(
        "messages-text-cached",
        said(user({"type": "text", "text": "a", **MARK})),
        {C: Refused("messages[0].content[0].cache_control")},
    ),
    Case(
        "messages-text-citations",
        said(user({"type": "text", "text": "a", "citations": [{"type": "char_location"}]})),
        {C: Refused("messages[0].content[0].citations")},
    ),
    Case(
        "messages-image-data",
        block("image", IMAGE),
        {C: said(user({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}))},
    ),
    Case(
        "messages-image-url",
        block("image", {"type": "url", "url": "https://e.org/a.png"}),
        {C: said(user({"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}))},
    ),
    Case(
        "messages-image-file",
        block("image", {"type": "file", "file_id": "f"}),
        {C: Refused("messages[0].content[0].source.file_id")},
    ),
    Case("messages-image-cached", block("image", IMAGE, **MARK), {C: Refused("messages[0].content[0].cache_control")}),
    Case(
        "messages-document-pdf",
        block("document", PDF, title="a.pdf", citations={"enabled": False}),
        {
            C: said(
                user({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}})
            )
        },
    ),
    Case(
        "messages-document-untitled",
        block("document", PDF),
        {
            C: said(
                user(
                    {
                        "type": "file",
                        "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AAAA"},
                    }
                )
            )
        },
    ),
    Case(
        "messages-document-text",
        block("document", {"type": "text", "media_type": "text/plain", "data": "hello"}),
        {C: Refused("messages[0].content[0].source.data")},
    ),
    Case(
        "messages-document-url",
        block("document", {"type": "url", "url": "https://e.org/a.pdf"}),
        {C: Refused("messages[0].content[0].source.url")},
    ),
    Case(
        "messages-document-file",
        block("document", {"type": "file", "file_id": "f"}),
        {C: Refused("messages[0].content[0].source.file_id")},
    ),
    Case(
        "messages-document-context", block("document", PDF, context="c"), {C: Refused("messages[0].content[0].context")}
    ),
    Case(
        "messages-document-citations",
        block("document", PDF, citations={"enabled": True}),
        {C: Refused("messages[0].content[0].citations")},
    ),
    Case(
        "messages-document-content",
        block("document", {"type": "content", "content": "x"}),
        {C: Refused("messages[0].content[0].source.type")},
    ),
    Case(
        "messages-tools",
        {
            **said(
                HI,
                m_calls({"a": 1}, {}),
                user(m_answered(0), m_answered(1, [{"type": "text", "text": "7"}]), {"type": "text", "text": "go on"}),
            ),
            **tools(),
        },
        {
            C: {
                **said(
                    HI,
                    calls('{"a":1}', "{}"),
                    answered(0),
                    answered(1, "7"),
                    {"role": "user", "content": "go on"},
                ),
                "tools": C_TOOLS,
            }
        },
    ),
    Case(
        "messages-tool-caller",
        said(
            HI,
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "so"},
                    {"type": "tool_use", "id": "c0", "name": "f", "input": {}, "caller": {"type": "direct"}},
                ],
            },
            user(m_answered(0, None)),
        ),
        {C: said(HI, {**calls("{}"), "content": "so"}, answered(0, ""))},
    ),
    Case(
        "messages-tool-failed",
        said(HI, m_calls({}), user({**m_answered(0), "is_error": True})),
        {C: Refused("messages[2].content[0].is_error")},
    ),
    Case(
        "messages-tool-did-not-fail",
        said(HI, m_calls({}), user({**m_answered(0), "is_error": False})),
        {C: said(HI, calls("{}"), answered(0))},
    ),
    Case(
        "messages-tool-image",
        said(HI, m_calls({}), user(m_answered(0, [{"type": "image", "source": IMAGE}]))),
        {C: Refused("messages[2].content[0].content[0]")},
    ),
    Case(
        "messages-tool-result-cached",
        said(HI, m_calls({}), user({**m_answered(0), **MARK})),
        {C: Refused("messages[2].content[0].cache_control")},
    ),
    Case(
        "messages-thinking",
        assistant({"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "a"}),
        {C: Refused("messages[1].content[0]")},
    ),
    Case(
        "messages-redacted-thinking",
        assistant({"type": "redacted_thinking", "data": "x"}),
        {C: Refused("messages[1].content[0]")},
    ),
    Case(
        "messages-assistant-image",
        assistant({"type": "image", "source": IMAGE}),
        {C: Refused("messages[1].content[0]")},
    ),
    Case("messages-prefill", said(HI, {"role": "assistant", "content": "{"}), {C: Refused("messages[1]")}),
    Case("messages-block-unknown", assistant({"type": "server_tool_use"}), {C: Refused("messages[1].content[0].type")}),
]

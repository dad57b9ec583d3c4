"""What becomes of each field of Converse."""

import json

from tests.providers.translate.fields.case import Case, Refused, everywhere
from tests.providers.translate.fields.chat import SCHEMA

from bide.providers.translate import Options, Wire

HERE = Wire.CONVERSE
C, R, M, G = Wire.CHAT, Wire.RESPONSES, Wire.MESSAGES, Wire.GEMINI
NAMED = Options(model="m")
"""The model is in the path, so it is not in the body."""
SCHEMA_TEXT = json.dumps(SCHEMA, separators=(",", ":"))

CASES = [
    Case(
        "max-tokens",
        {"inferenceConfig": {"maxTokens": 7}},
        {
            C: {"max_completion_tokens": 7},
            R: {"max_output_tokens": 7},
            M: {"max_tokens": 7},
            G: {"generationConfig": {"maxOutputTokens": 7}},
        },
        NAMED,
    ),
    Case(
        "inferenceConfig-none",
        {"inferenceConfig": None},
        {
            C: {"max_completion_tokens": None},
            R: {"max_output_tokens": None},
            M: Refused("inferenceConfig.maxTokens"),
            G: {"generationConfig": None},
        },
        NAMED,
    ),
    Case(
        "temperature",
        {"inferenceConfig": {"maxTokens": 100, "temperature": 0.5}},
        {
            C: {"temperature": 0.5},
            R: {"temperature": 0.5},
            M: {"temperature": 0.5},
            G: {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}},
        },
        NAMED,
    ),
    Case(
        "topP",
        {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
        {
            C: {"top_p": 0.9},
            R: {"top_p": 0.9},
            M: {"top_p": 0.9},
            G: {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
        },
        NAMED,
    ),
    Case(
        "stopSequences",
        {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a"]}},
        {
            C: {"stop": ["a"]},
            R: Refused("inferenceConfig.stopSequences"),
            M: {"stop_sequences": ["a"]},
            G: {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["a"]}},
        },
        NAMED,
    ),
    Case(
        "stopSequences-many",
        {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a", "b", "c", "d", "e", "f"]}},
        {
            C: Refused("inferenceConfig.stopSequences"),
            R: Refused("inferenceConfig.stopSequences"),
            M: {"stop_sequences": ["a", "b", "c", "d", "e", "f"]},
            G: Refused("inferenceConfig.stopSequences"),
        },
        NAMED,
    ),
    Case(
        "thinking-and-effort",
        {
            "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            "outputConfig": {"effort": "low"},
        },
        {
            C: Refused("additionalModelRequestFields.thinking.budget_tokens"),
            R: Refused("additionalModelRequestFields.thinking.budget_tokens"),
            M: {"output_config": {"effort": "low"}, "thinking": {"type": "enabled", "budget_tokens": 2000}},
            G: Refused("additionalModelRequestFields.thinking.budget_tokens"),
        },
        NAMED,
    ),
    Case(
        "unknown-config",
        {"inferenceConfig": {"maxTokens": 100, "frobnicate": 1}},
        everywhere(HERE, Refused("inferenceConfig.frobnicate")),
        NAMED,
    ),
    Case(
        "system",
        {"system": [{"text": "s"}]},
        {
            C: {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]},
            R: {"instructions": "s"},
            M: {"system": "s"},
            G: {"systemInstruction": {"parts": [{"text": "s"}]}},
        },
        NAMED,
    ),
    Case(
        "system-cached",
        {"system": [{"text": "s"}, {"cachePoint": {"type": "default"}}]},
        {
            C: Refused("system[0].cachePoint"),
            R: Refused("system[0].cachePoint"),
            M: {"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "5m"}}]},
            G: Refused("system[0].cachePoint"),
        },
        NAMED,
    ),
    Case(
        "system-guarded", {"system": [{"guardContent": {}}]}, everywhere(HERE, Refused("system[0].guardContent")), NAMED
    ),
    Case(
        "system-turn",
        {"messages": [{"role": "user", "content": [{"text": "hi"}]}, {"role": "system", "content": [{"text": "s"}]}]},
        {
            C: {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]},
            R: {"instructions": "s"},
            M: {"system": "s"},
            G: {"systemInstruction": {"parts": [{"text": "s"}]}},
        },
        NAMED,
    ),
    Case(
        "tools",
        {"toolConfig": {"tools": [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}]}},
        {
            C: {"tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}]},
            R: {
                "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"}]
            },
            M: {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}]},
            G: {
                "tools": [{"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}]
            },
        },
        NAMED,
    ),
    Case(
        "tools-strict",
        {"toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "strict": True}}]}},
        {
            C: {"tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}}]},
            R: {"tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": True}]},
            M: {"tools": [{"name": "f", "input_schema": SCHEMA, "strict": True}]},
            G: {
                "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
                "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
            },
        },
        NAMED,
    ),
    Case(
        "tools-cached",
        {
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                    {"cachePoint": {"type": "default", "ttl": "1h"}},
                ]
            }
        },
        {
            C: Refused("toolConfig.tools[0].toolSpec.cachePoint"),
            R: Refused("toolConfig.tools[0].toolSpec.cachePoint"),
            M: {"tools": [{"name": "f", "input_schema": SCHEMA, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
            G: Refused("toolConfig.tools[0].toolSpec.cachePoint"),
        },
        NAMED,
    ),
    Case(
        "tools-system",
        {"toolConfig": {"tools": [{"systemTool": {"name": "x"}}]}},
        everywhere(HERE, Refused("toolConfig.tools[0].systemTool")),
        NAMED,
    ),
    Case(
        "choice-auto",
        {
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}],
                "toolChoice": {"auto": {}},
            }
        },
        {
            C: {
                "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
                "tool_choice": "auto",
            },
            R: {
                "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"}],
                "tool_choice": "auto",
            },
            M: {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}], "tool_choice": {"type": "auto"}},
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
            },
        },
        NAMED,
    ),
    Case(
        "choice-any",
        {
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}],
                "toolChoice": {"any": {}},
            }
        },
        {
            C: {
                "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
                "tool_choice": "required",
            },
            R: {
                "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"}],
                "tool_choice": "required",
            },
            M: {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}], "tool_choice": {"type": "any"}},
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
            },
        },
        NAMED,
    ),
    Case(
        "choice-tool",
        {
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}],
                "toolChoice": {"tool": {"name": "f"}},
            }
        },
        {
            C: {
                "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
                "tool_choice": {"type": "function", "function": {"name": "f"}},
            },
            R: {
                "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"}],
                "tool_choice": {"type": "function", "name": "f"},
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}],
                "tool_choice": {"type": "tool", "name": "f"},
            },
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
            },
        },
        NAMED,
    ),
    Case(
        "top_k",
        {"additionalModelRequestFields": {"top_k": 5}},
        {
            C: Refused("additionalModelRequestFields.top_k"),
            R: Refused("additionalModelRequestFields.top_k"),
            M: {"top_k": 5},
            G: {"generationConfig": {"maxOutputTokens": 100, "topK": 5}},
        },
        NAMED,
    ),
    Case(
        "thinking",
        {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}}},
        {
            C: Refused("additionalModelRequestFields.thinking.budget_tokens"),
            R: Refused("additionalModelRequestFields.thinking.budget_tokens"),
            M: {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            G: {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 2000}}},
        },
        NAMED,
    ),
    Case(
        "thinking-adaptive",
        {"additionalModelRequestFields": {"thinking": {"type": "adaptive", "display": "summarized"}}},
        {
            C: Refused("additionalModelRequestFields.thinking"),
            R: Refused("additionalModelRequestFields.thinking"),
            M: {"thinking": {"type": "adaptive", "display": "summarized"}},
            G: {
                "generationConfig": {
                    "maxOutputTokens": 100,
                    "thinkingConfig": {"thinkingBudget": -1, "includeThoughts": True},
                }
            },
        },
        NAMED,
    ),
    Case(
        "thinking-disabled",
        {"additionalModelRequestFields": {"thinking": {"type": "disabled"}}},
        {
            C: {"reasoning_effort": "none"},
            R: {"reasoning": {"effort": "none"}},
            M: {"thinking": {"type": "disabled"}},
            G: {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}}},
        },
        NAMED,
    ),
    Case(
        "model-field-unknown",
        {"additionalModelRequestFields": {"reasoningConfig": {}}},
        everywhere(HERE, Refused("additionalModelRequestFields.reasoningConfig")),
        NAMED,
    ),
    Case(
        "requestMetadata",
        {"requestMetadata": {"a": "b"}},
        {
            C: {"metadata": {"a": "b"}},
            R: {"metadata": {"a": "b"}},
            M: Refused("requestMetadata"),
            G: {"labels": {"a": "b"}},
        },
        NAMED,
    ),
    Case(
        "serviceTier-flex",
        {"serviceTier": {"type": "flex"}},
        {
            C: {"service_tier": "flex"},
            R: {"service_tier": "flex"},
            M: Refused("serviceTier"),
            G: {"serviceTier": "flex"},
        },
        NAMED,
    ),
    Case(
        "serviceTier-reserved",
        {"serviceTier": {"type": "reserved"}},
        {
            C: {"service_tier": "scale"},
            R: {"service_tier": "scale"},
            M: Refused("serviceTier"),
            G: Refused("serviceTier"),
        },
        NAMED,
    ),
    Case(
        "textFormat",
        {
            "outputConfig": {
                "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": SCHEMA_TEXT, "name": "x"}}}
            }
        },
        {
            C: {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": SCHEMA, "strict": True},
                }
            },
            R: {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "strict": True}}},
            M: {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
            G: {
                "generationConfig": {
                    "maxOutputTokens": 100,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": SCHEMA,
                }
            },
        },
        NAMED,
    ),
    Case(
        "textFormat-broken",
        {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{"}}}}},
        everywhere(HERE, Refused("outputConfig.textFormat.structure.jsonSchema.schema")),
        NAMED,
    ),
    Case(
        "effort",
        {"outputConfig": {"effort": "low"}},
        {
            C: {"reasoning_effort": "low"},
            R: {"reasoning": {"effort": "low"}},
            M: {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}},
            G: {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW"}}},
        },
        NAMED,
    ),
    Case("guardrailConfig", {"guardrailConfig": {}}, everywhere(HERE, Refused("guardrailConfig")), NAMED),
    Case("promptVariables", {"promptVariables": {}}, everywhere(HERE, Refused("promptVariables")), NAMED),
    Case(
        "additionalModelResponseFieldPaths",
        {"additionalModelResponseFieldPaths": []},
        everywhere(HERE, Refused("additionalModelResponseFieldPaths")),
        NAMED,
    ),
    Case(
        "performanceConfig",
        {"performanceConfig": {"latency": "standard"}},
        everywhere(HERE, Refused("performanceConfig")),
        NAMED,
    ),
    Case("unknown", {"frobnicate": 1}, everywhere(HERE, Refused("frobnicate")), NAMED),
    Case(
        "image",
        {"messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "AAAA"}}}]}]},
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
                    }
                ]
            },
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}
                        ],
                    }
                ]
            },
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
                        ],
                    }
                ]
            },
            G: {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]},
        },
        NAMED,
    ),
    Case(
        "image-s3",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"image": {"format": "png", "source": {"s3Location": {"uri": "s3://b/a.png"}}}}],
                }
            ]
        },
        everywhere(HERE, Refused("messages[0].content[0].image.source.s3Location")),
        NAMED,
    ),
    Case(
        "image-cached",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
                        {"cachePoint": {"type": "default"}},
                    ],
                }
            ]
        },
        {
            C: Refused("messages[0].content[0].image.cachePoint"),
            R: Refused("messages[0].content[0].image.cachePoint"),
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "image",
                                "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
                                "cache_control": {"type": "ephemeral", "ttl": "5m"},
                            }
                        ],
                    }
                ]
            },
            G: Refused("messages[0].content[0].image.cachePoint"),
        },
        NAMED,
    ),
    Case(
        "cachePoint-first",
        {"messages": [{"role": "user", "content": [{"cachePoint": {"type": "default"}}, {"text": "x"}]}]},
        everywhere(HERE, Refused("messages[0].content[0].cachePoint")),
        NAMED,
    ),
    Case(
        "document",
        {
            "messages": [
                {"role": "user", "content": [{"document": {"format": "pdf", "name": "a", "source": {"bytes": "AAAA"}}}]}
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "file", "file": {"filename": "a", "file_data": "data:application/pdf;base64,AAAA"}}
                        ],
                    }
                ]
            },
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a"}
                        ],
                    }
                ]
            },
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "document",
                                "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"},
                                "title": "a",
                            }
                        ],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "AAAA", "displayName": "a"}}],
                    }
                ]
            },
        },
        NAMED,
    ),
    Case(
        "document-text",
        {"messages": [{"role": "user", "content": [{"document": {"name": "a", "source": {"text": "hello"}}}]}]},
        {
            C: Refused("messages[0].content[0].document.source.text"),
            R: Refused("messages[0].content[0].document.source.text"),
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "document",
                                "source": {"type": "text", "media_type": "text/plain", "data": "hello"},
                                "title": "a",
                            }
                        ],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [{"inlineData": {"mimeType": "text/plain", "data": "aGVsbG8=", "displayName": "a"}}],
                    }
                ]
            },
        },
        NAMED,
    ),
    Case(
        "document-context",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"document": {"format": "pdf", "name": "a", "source": {"bytes": "AAAA"}, "context": "c"}}
                    ],
                }
            ]
        },
        {
            C: Refused("messages[0].content[0].document.context"),
            R: Refused("messages[0].content[0].document.context"),
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "document",
                                "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"},
                                "title": "a",
                                "context": "c",
                            }
                        ],
                    }
                ]
            },
            G: Refused("messages[0].content[0].document.context"),
        },
        NAMED,
    ),
    Case(
        "document-citations",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "document": {
                                "format": "pdf",
                                "name": "a",
                                "source": {"bytes": "AAAA"},
                                "citations": {"enabled": True},
                            }
                        }
                    ],
                }
            ]
        },
        everywhere(HERE, Refused("messages[0].content[0].document.citations")),
        NAMED,
    ),
    Case(
        "audio",
        {"messages": [{"role": "user", "content": [{"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}]}]},
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
                    }
                ]
            },
            R: Refused("messages[0].content[0]"),
            M: Refused("messages[0].content[0]"),
            G: {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}]}]},
        },
        NAMED,
    ),
    Case(
        "video",
        {"messages": [{"role": "user", "content": [{"video": {}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].video")),
        NAMED,
    ),
    Case(
        "block-twice",
        {"messages": [{"role": "user", "content": [{"text": "x", "cachePoint": {"type": "default"}}]}]},
        everywhere(HERE, Refused("messages[0].content[0]")),
        NAMED,
    ),
    Case(
        "image-without-bytes",
        {"messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {}}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].image.source")),
        NAMED,
    ),
    Case(
        "audio-without-bytes",
        {"messages": [{"role": "user", "content": [{"audio": {"format": "wav", "source": {}}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].audio.source")),
        NAMED,
    ),
    Case(
        "document-nowhere",
        {"messages": [{"role": "user", "content": [{"document": {"name": "a", "format": "pdf", "source": {}}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].document.source")),
        NAMED,
    ),
    Case(
        "document-of-no-format",
        {"messages": [{"role": "user", "content": [{"document": {"name": "a", "source": {"bytes": "AAAA"}}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].document.format")),
        NAMED,
    ),
    Case(
        "result-of-an-empty-block",
        {"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{}]}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].toolResult.content[0]")),
        NAMED,
    ),
    Case(
        "thoughts-of-nothing",
        {"messages": [{"role": "user", "content": [{"reasoningContent": {}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].reasoningContent")),
        NAMED,
    ),
    Case(
        "call-without-an-object",
        {"messages": [{"role": "user", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": "x"}}]}]},
        everywhere(HERE, Refused("messages[0].content[0].toolUse.input")),
        NAMED,
    ),
    Case(
        "thinking-enabled-by-nothing",
        {"additionalModelRequestFields": {"thinking": {"type": "enabled"}}},
        everywhere(HERE, Refused("additionalModelRequestFields.thinking.budget_tokens")),
        NAMED,
    ),
    Case(
        "thinking-adaptive-by-tokens",
        {"additionalModelRequestFields": {"thinking": {"type": "adaptive", "budget_tokens": 4}}},
        everywhere(HERE, Refused("additionalModelRequestFields.thinking.budget_tokens")),
        NAMED,
    ),
    Case(
        "toolChoice-nothing",
        {"toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {}}}], "toolChoice": {}}},
        everywhere(HERE, Refused("toolConfig.toolChoice")),
        NAMED,
    ),
    Case(
        "toolChoice-twice",
        {
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "f", "inputSchema": {}}}],
                "toolChoice": {"auto": {}, "any": {}},
            }
        },
        everywhere(HERE, Refused("toolConfig.toolChoice")),
        NAMED,
    ),
    Case(
        "tool-schema-of-words",
        {"toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": "x"}}}]}},
        everywhere(HERE, Refused("toolConfig.tools[0].toolSpec.inputSchema.json")),
        NAMED,
    ),
    Case(
        "tool-twice",
        {
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "f", "inputSchema": {}}, "cachePoint": {"type": "default"}},
                ]
            }
        },
        everywhere(HERE, Refused("toolConfig.tools[0]")),
        NAMED,
    ),
    Case(
        "block-empty",
        {"messages": [{"role": "user", "content": [{}]}]},
        everywhere(HERE, Refused("messages[0].content[0]")),
        NAMED,
    ),
    Case(
        "assistant",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"text": "a"}]},
                {"role": "user", "content": [{"text": "hi"}]},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": "a"},
                    {"role": "user", "content": "hi"},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": "a"},
                    {"role": "user", "content": "hi"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": "a"},
                    {"role": "user", "content": "hi"},
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"text": "a"}]},
                    {"role": "user", "parts": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "assistant-last",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"text": "a"}]},
            ]
        },
        everywhere(HERE, Refused("messages[1]")),
        NAMED,
    ),
    Case(
        "tool",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}}]},
            ],
            "toolConfig": {"tools": [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}]},
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": "42"},
                ],
                "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1}'},
                    {"type": "function_call_output", "call_id": "c0", "output": "42"},
                ],
                "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"}],
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}],
                    },
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "42"}]},
                ],
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}],
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}}]},
                    {
                        "role": "user",
                        "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"output": "42"}}}],
                    },
                ],
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
            },
        },
        NAMED,
    ),
    Case(
        "tool-json",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}]},
                {"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{"json": {"b": 2}}]}}]},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": '{"b":2}'},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1}'},
                    {"type": "function_call_output", "call_id": "c0", "output": '{"b":2}'},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}],
                    },
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": '{"b":2}'}]},
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}}]},
                    {
                        "role": "user",
                        "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"output": '{"b":2}'}}}],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "tool-failed",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}]},
                {
                    "role": "user",
                    "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "no"}], "status": "error"}}],
                },
            ]
        },
        {
            C: Refused("messages[2].content[0].status"),
            R: Refused("messages[2].content[0].status"),
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}],
                    },
                    {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "no", "is_error": True}],
                    },
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}}]},
                    {
                        "role": "user",
                        "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"error": "no"}}}],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "tool-image",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}]},
                {
                    "role": "user",
                    "content": [
                        {
                            "toolResult": {
                                "toolUseId": "c0",
                                "content": [{"image": {"format": "png", "source": {"bytes": "AAAA"}}}],
                            }
                        }
                    ],
                },
            ]
        },
        {
            C: Refused("messages[2].content[0].toolResult.content[0].image"),
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1}'},
                    {
                        "type": "function_call_output",
                        "call_id": "c0",
                        "output": [
                            {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}
                        ],
                    },
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}],
                    },
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "c0",
                                "content": [
                                    {
                                        "type": "image",
                                        "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
                                    }
                                ],
                            }
                        ],
                    },
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}}]},
                    {
                        "role": "user",
                        "parts": [
                            {
                                "functionResponse": {
                                    "id": "c0",
                                    "name": "f",
                                    "response": {"output": ""},
                                    "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
                                }
                            }
                        ],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "thoughts",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {
                    "role": "assistant",
                    "content": [
                        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
                        {"text": "a"},
                    ],
                },
                {"role": "user", "content": [{"text": "hi"}]},
            ]
        },
        {
            C: Refused("messages[1].content[0]"),
            R: Refused("messages[1].content[0]"),
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "thinking", "thinking": "hm", "signature": "s"},
                            {"type": "text", "text": "a"},
                        ],
                    },
                    {"role": "user", "content": "hi"},
                ]
            },
            G: Refused("messages[1].content[0].reasoningText.signature"),
        },
        NAMED,
    ),
    Case(
        "thoughts-sealed",
        {
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {"role": "assistant", "content": [{"reasoningContent": {"redactedContent": "eA=="}}, {"text": "a"}]},
                {"role": "user", "content": [{"text": "hi"}]},
            ]
        },
        {
            C: Refused("messages[1].content[0]"),
            R: Refused("messages[1].content[0]"),
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "redacted_thinking", "data": "eA=="}, {"type": "text", "text": "a"}],
                    },
                    {"role": "user", "content": "hi"},
                ]
            },
            G: Refused("messages[1].content[0].redactedContent"),
        },
        NAMED,
    ),
]

"""What becomes of each field of a Responses request."""

import json

from tests.providers.translate.fields.case import Case, Refused, everywhere
from tests.providers.translate.fields.chat import SCHEMA

from bide.providers.translate import Options, Wire

HERE = Wire.RESPONSES
C, M, G, V = Wire.CHAT, Wire.MESSAGES, Wire.GEMINI, Wire.CONVERSE
NAMED = Options(model="m")
SCHEMA_TEXT = json.dumps(SCHEMA, separators=(",", ":"))

CASES = [
    Case(
        "max_output_tokens",
        {"max_output_tokens": 7},
        {
            C: {"max_completion_tokens": 7},
            M: {"max_tokens": 7},
            G: {"generationConfig": {"maxOutputTokens": 7}},
            V: {"inferenceConfig": {"maxTokens": 7}},
        },
        NAMED,
    ),
    Case(
        "no-limit",
        {"max_output_tokens": None},
        {
            C: {"max_completion_tokens": None},
            M: Refused("max_output_tokens"),
            G: {"generationConfig": None},
            V: {"inferenceConfig": None},
        },
        NAMED,
    ),
    Case("model", {"model": "x"}, everywhere(HERE, {}), NAMED),
    Case("input-text", {"input": "hi"}, everywhere(HERE, {}), NAMED),
    Case(
        "instructions",
        {"instructions": "s"},
        {
            C: {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]},
            M: {"system": "s"},
            G: {"systemInstruction": {"parts": [{"text": "s"}]}},
            V: {"system": [{"text": "s"}]},
        },
        NAMED,
    ),
    Case(
        "temperature",
        {"temperature": 0.5},
        {
            C: {"temperature": 0.5},
            M: {"temperature": 0.5},
            G: {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}},
            V: {"inferenceConfig": {"maxTokens": 100, "temperature": 0.5}},
        },
        NAMED,
    ),
    Case(
        "temperature-hot",
        {"temperature": 1.5},
        {
            C: {"temperature": 1.5},
            M: Refused("temperature"),
            G: {"generationConfig": {"maxOutputTokens": 100, "temperature": 1.5}},
            V: Refused("temperature"),
        },
        NAMED,
    ),
    Case(
        "top_p",
        {"top_p": 0.9},
        {
            C: {"top_p": 0.9},
            M: {"top_p": 0.9},
            G: {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
            V: {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
        },
        NAMED,
    ),
    Case("text-plain", {"text": {"format": {"type": "text"}}}, everywhere(HERE, {}), NAMED),
    Case(
        "text-object",
        {"text": {"format": {"type": "json_object"}}},
        {
            C: {"response_format": {"type": "json_object"}},
            M: Refused("text.format"),
            G: {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "application/json"}},
            V: Refused("text.format"),
        },
        NAMED,
    ),
    Case(
        "text-schema",
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "strict": True}}},
        {
            C: {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": SCHEMA, "strict": True},
                }
            },
            M: {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
            G: {
                "generationConfig": {
                    "maxOutputTokens": 100,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": SCHEMA,
                }
            },
            V: {
                "outputConfig": {
                    "textFormat": {
                        "type": "json_schema",
                        "structure": {"jsonSchema": {"schema": SCHEMA_TEXT, "name": "x"}},
                    }
                }
            },
        },
        NAMED,
    ),
    Case(
        "text-description",
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "description": "d"}}},
        {
            C: {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "description": "d", "schema": SCHEMA},
                }
            },
            M: Refused("text.format.description"),
            G: Refused("text.format.description"),
            V: {
                "outputConfig": {
                    "textFormat": {
                        "type": "json_schema",
                        "structure": {"jsonSchema": {"schema": SCHEMA_TEXT, "name": "x", "description": "d"}},
                    }
                }
            },
        },
        NAMED,
    ),
    Case(
        "text-verbosity",
        {"text": {"verbosity": "low"}},
        {
            C: {"verbosity": "low"},
            M: Refused("text.verbosity"),
            G: Refused("text.verbosity"),
            V: Refused("text.verbosity"),
        },
        NAMED,
    ),
    Case(
        "tools",
        {"tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}]},
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ]
            },
            M: {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}]},
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}
                    ]
                }
            },
        },
        NAMED,
    ),
    Case(
        "tools-loose",
        {"tools": [{"type": "function", "name": "f"}]},
        {
            C: {"tools": [{"type": "function", "function": {"name": "f"}}]},
            M: {"tools": [{"name": "f", "input_schema": {"type": "object", "properties": {}}}]},
            G: {"tools": [{"functionDeclarations": [{"name": "f"}]}]},
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object", "properties": {}}}}}
                    ]
                }
            },
        },
        NAMED,
    ),
    Case("tools-search", {"tools": [{"type": "web_search"}]}, everywhere(HERE, Refused("tools[0].type")), NAMED),
    Case(
        "tool_choice-auto",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "tool_choice": "auto",
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "tool_choice": "auto",
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
                "tool_choice": {"type": "auto"},
            },
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}
                    ],
                    "toolChoice": {"auto": {}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "tool_choice-none",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "tool_choice": "none",
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "tool_choice": "none",
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
                "tool_choice": {"type": "none"},
            },
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
            },
            V: Refused("tool_choice"),
        },
        NAMED,
    ),
    Case(
        "tool_choice-required",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "tool_choice": "required",
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "tool_choice": "required",
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
                "tool_choice": {"type": "any"},
            },
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}
                    ],
                    "toolChoice": {"any": {}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "tool_choice-named",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "tool_choice": {"type": "function", "name": "f"},
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "tool_choice": {"type": "function", "function": {"name": "f"}},
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
                "tool_choice": {"type": "tool", "name": "f"},
            },
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}
                    ],
                    "toolChoice": {"tool": {"name": "f"}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "tool_choice-allowed",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
                },
            },
            M: Refused("tool_choice"),
            G: {
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}},
            },
            V: Refused("tool_choice"),
        },
        NAMED,
    ),
    Case("tool_choice-without-tools", {"tool_choice": "auto"}, everywhere(HERE, {}), NAMED),
    Case(
        "parallel_tool_calls",
        {
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
            "parallel_tool_calls": False,
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
                "parallel_tool_calls": False,
            },
            M: {
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            },
            G: Refused("parallel_tool_calls"),
            V: Refused("parallel_tool_calls"),
        },
        NAMED,
    ),
    Case("parallel_tool_calls-true", {"parallel_tool_calls": True}, everywhere(HERE, {}), NAMED),
    Case(
        "reasoning-effort",
        {"reasoning": {"effort": "low"}},
        {
            C: {"reasoning_effort": "low"},
            M: {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}},
            G: {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW"}}},
            V: {"outputConfig": {"effort": "low"}},
        },
        NAMED,
    ),
    Case(
        "reasoning-none",
        {"reasoning": {"effort": "none"}},
        {
            C: {"reasoning_effort": "none"},
            M: {"thinking": {"type": "disabled"}},
            G: {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}}},
            V: Refused("reasoning.effort"),
        },
        NAMED,
    ),
    Case(
        "reasoning-summary",
        {"reasoning": {"effort": "low", "summary": "auto"}},
        {
            C: Refused("reasoning.summary"),
            M: {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive", "display": "summarized"}},
            G: {
                "generationConfig": {
                    "maxOutputTokens": 100,
                    "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
                }
            },
            V: Refused("reasoning.summary"),
        },
        NAMED,
    ),
    Case(
        "reasoning-detailed",
        {"reasoning": {"summary": "detailed"}},
        {
            C: Refused("reasoning.summary"),
            M: Refused("reasoning.summary"),
            G: Refused("reasoning.summary"),
            V: Refused("reasoning.summary"),
        },
        NAMED,
    ),
    Case("reasoning-pro", {"reasoning": {"mode": "pro"}}, everywhere(HERE, Refused("reasoning.mode")), NAMED),
    Case(
        "service_tier-flex",
        {"service_tier": "flex"},
        {
            C: {"service_tier": "flex"},
            M: Refused("service_tier"),
            G: {"serviceTier": "flex"},
            V: {"serviceTier": {"type": "flex"}},
        },
        NAMED,
    ),
    Case(
        "service_tier-scale",
        {"service_tier": "scale"},
        {
            C: {"service_tier": "scale"},
            M: Refused("service_tier"),
            G: Refused("service_tier"),
            V: Refused("service_tier"),
        },
        NAMED,
    ),
    Case(
        "user",
        {"user": "u"},
        {C: {"user": "u"}, M: {"metadata": {"user_id": "u"}}, G: Refused("user"), V: Refused("user")},
        NAMED,
    ),
    Case(
        "safety_identifier",
        {"safety_identifier": "s"},
        {
            C: {"safety_identifier": "s"},
            M: {"metadata": {"user_id": "s"}},
            G: Refused("safety_identifier"),
            V: Refused("safety_identifier"),
        },
        NAMED,
    ),
    Case(
        "metadata",
        {"metadata": {"a": "b"}},
        {
            C: {"metadata": {"a": "b"}},
            M: Refused("metadata"),
            G: {"labels": {"a": "b"}},
            V: {"requestMetadata": {"a": "b"}},
        },
        NAMED,
    ),
    Case(
        "metadata-words",
        {"metadata": {"Über": "b"}},
        {C: {"metadata": {"Über": "b"}}, M: Refused("metadata"), G: Refused("metadata"), V: Refused("metadata")},
        NAMED,
    ),
    Case(
        "store",
        {"store": True},
        {C: {"store": True}, M: Refused("store"), G: Refused("store"), V: Refused("store")},
        NAMED,
    ),
    Case("store-none", {"store": None}, everywhere(HERE, {}), NAMED),
    Case(
        "stream",
        {"stream": True},
        {C: {"stream": True, "stream_options": {"include_usage": True}}, M: {"stream": True}, G: {}, V: {}},
        NAMED,
    ),
    Case(
        "stream_options",
        {"stream": True, "stream_options": {"include_obfuscation": True}},
        everywhere(HERE, Refused("stream_options.include_obfuscation")),
        NAMED,
    ),
    Case(
        "previous_response_id", {"previous_response_id": "r"}, everywhere(HERE, Refused("previous_response_id")), NAMED
    ),
    Case(
        "prompt_cache_key",
        {"prompt_cache_key": "k"},
        {
            C: {"prompt_cache_key": "k"},
            M: Refused("prompt_cache_key"),
            G: Refused("prompt_cache_key"),
            V: Refused("prompt_cache_key"),
        },
        NAMED,
    ),
    Case(
        "prompt_cache_retention",
        {"prompt_cache_retention": "24h"},
        {
            C: {"prompt_cache_retention": "24h"},
            M: Refused("prompt_cache_retention"),
            G: Refused("prompt_cache_retention"),
            V: Refused("prompt_cache_retention"),
        },
        NAMED,
    ),
    Case("include-sealed", {"include": ["reasoning.encrypted_content"]}, everywhere(HERE, {}), NAMED),
    Case(
        "include-logprobs",
        {"include": ["message.output_text.logprobs"]},
        everywhere(HERE, Refused("include[0]")),
        NAMED,
    ),
    Case("truncation", {"truncation": "disabled"}, everywhere(HERE, {}), NAMED),
    Case("truncation-auto", {"truncation": "auto"}, everywhere(HERE, Refused("truncation")), NAMED),
    Case("background", {"background": True}, everywhere(HERE, Refused("background")), NAMED),
    Case("background-false", {"background": False}, everywhere(HERE, {}), NAMED),
    Case("top_logprobs", {"top_logprobs": 3}, everywhere(HERE, Refused("top_logprobs")), NAMED),
    Case("top_logprobs-zero", {"top_logprobs": 0}, everywhere(HERE, {}), NAMED),
    Case("access_programs", {"access_programs": {}}, everywhere(HERE, Refused("access_programs")), NAMED),
    Case("context_management", {"context_management": []}, everywhere(HERE, Refused("context_management")), NAMED),
    Case("conversation", {"conversation": "c"}, everywhere(HERE, Refused("conversation")), NAMED),
    Case("image-setting", {"image": {}}, everywhere(HERE, Refused("image")), NAMED),
    Case("max_tool_calls", {"max_tool_calls": 3}, everywhere(HERE, Refused("max_tool_calls")), NAMED),
    Case("moderation", {"moderation": {}}, everywhere(HERE, Refused("moderation")), NAMED),
    Case("prompt", {"prompt": {"id": "p"}}, everywhere(HERE, Refused("prompt")), NAMED),
    Case(
        "prompt_cache_options", {"prompt_cache_options": {}}, everywhere(HERE, Refused("prompt_cache_options")), NAMED
    ),
    Case("unknown", {"frobnicate": 1}, everywhere(HERE, Refused("frobnicate")), NAMED),
    Case(
        "system",
        {
            "input": [
                {"role": "system", "content": "s"},
                {"role": "developer", "content": [{"type": "input_text", "text": "d"}]},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "system", "content": [{"type": "text", "text": "s"}, {"type": "text", "text": "d"}]},
                    {"role": "user", "content": "hi"},
                ]
            },
            M: {"system": [{"type": "text", "text": "s"}, {"type": "text", "text": "d"}]},
            G: {"systemInstruction": {"parts": [{"text": "s"}, {"text": "d"}]}},
            V: {"system": [{"text": "s"}, {"text": "d"}]},
        },
        NAMED,
    ),
    Case(
        "picture",
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "x"},
                        {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
                    ],
                }
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "x"},
                            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                        ],
                    }
                ]
            },
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "x"},
                            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                        ],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
                    }
                ]
            },
            V: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"text": "x"}, {"image": {"format": "png", "source": {"bytes": "AAAA"}}}],
                    }
                ]
            },
        },
        NAMED,
    ),
    Case(
        "picture-url",
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://e.org/a.png"}]}]},
        {
            C: {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}]}
                ]
            },
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}}],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [{"fileData": {"fileUri": "https://e.org/a.png", "mimeType": "image/png"}}],
                    }
                ]
            },
            V: Refused("input[0].content[0].image_url"),
        },
        NAMED,
    ),
    Case(
        "picture-bare-url",
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://e.org/a"}]}]},
        {
            C: {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://e.org/a"}}]}
                ]
            },
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image", "source": {"type": "url", "url": "https://e.org/a"}}],
                    }
                ]
            },
            G: Refused("input[0].content[0].image_url"),
            V: Refused("input[0].content[0].image_url"),
        },
        NAMED,
    ),
    Case(
        "picture-detail",
        {
            "input": [
                {
                    "role": "user",
                    "content": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "high"}],
                }
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "high"}}
                        ],
                    }
                ]
            },
            M: Refused("input[0].content[0].detail"),
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [
                            {
                                "inlineData": {"mimeType": "image/png", "data": "AAAA"},
                                "mediaResolution": {"level": "MEDIA_RESOLUTION_HIGH"},
                            }
                        ],
                    }
                ]
            },
            V: Refused("input[0].content[0].detail"),
        },
        NAMED,
    ),
    Case(
        "picture-original",
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "original"}
                    ],
                }
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "image_url",
                                "image_url": {"url": "data:image/png;base64,AAAA", "detail": "original"},
                            }
                        ],
                    }
                ]
            },
            M: Refused("input[0].content[0].detail"),
            G: Refused("input[0].content[0].detail"),
            V: Refused("input[0].content[0].detail"),
        },
        NAMED,
    ),
    Case(
        "picture-file",
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
        everywhere(HERE, Refused("input[0].content[0].file_id")),
        NAMED,
    ),
    Case(
        "file",
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}
                    ],
                }
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "file",
                                "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"},
                            }
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
                                "title": "a.pdf",
                            }
                        ],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [
                            {"inlineData": {"mimeType": "application/pdf", "data": "AAAA", "displayName": "a.pdf"}}
                        ],
                    }
                ]
            },
            V: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"document": {"name": "a-pdf", "format": "pdf", "source": {"bytes": "AAAA"}}}],
                    }
                ]
            },
        },
        NAMED,
    ),
    Case(
        "file-zip",
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_file", "filename": "a.zip", "file_data": "data:application/zip;base64,AAAA"}
                    ],
                }
            ]
        },
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "file",
                                "file": {"filename": "a.zip", "file_data": "data:application/zip;base64,AAAA"},
                            }
                        ],
                    }
                ]
            },
            M: Refused("input[0].content[0].file_data"),
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [
                            {"inlineData": {"mimeType": "application/zip", "data": "AAAA", "displayName": "a.zip"}}
                        ],
                    }
                ]
            },
            V: Refused("input[0].content[0].file_data"),
        },
        NAMED,
    ),
    Case(
        "file-url",
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://e.org/a.pdf"}]}]},
        {
            C: Refused("input[0].content[0].file_url"),
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "document", "source": {"type": "url", "url": "https://e.org/a.pdf"}}],
                    }
                ]
            },
            G: {
                "contents": [
                    {
                        "role": "user",
                        "parts": [{"fileData": {"fileUri": "https://e.org/a.pdf", "mimeType": "application/pdf"}}],
                    }
                ]
            },
            V: Refused("input[0].content[0].file_url"),
        },
        NAMED,
    ),
    Case(
        "file-bare-url",
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://e.org/a"}]}]},
        {
            C: Refused("input[0].content[0].file_url"),
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "document", "source": {"type": "url", "url": "https://e.org/a"}}],
                    }
                ]
            },
            G: Refused("input[0].content[0].file_url"),
            V: Refused("input[0].content[0].file_url"),
        },
        NAMED,
    ),
    Case(
        "file-id",
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
        {
            C: {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
            M: Refused("input[0].content[0].file_id"),
            G: Refused("input[0].content[0].file_id"),
            V: Refused("input[0].content[0].file_id"),
        },
        NAMED,
    ),
    Case(
        "part-unknown",
        {"input": [{"role": "user", "content": [{"type": "input_video"}]}]},
        everywhere(HERE, Refused("input[0].content[0].type")),
        NAMED,
    ),
    Case("item-unknown", {"input": [{"type": "web_search_call"}]}, everywhere(HERE, Refused("input[0].type")), NAMED),
    Case(
        "item-field-unknown",
        {"input": [{"role": "user", "content": "hi", "weight": 1}]},
        everywhere(HERE, Refused("input[0].weight")),
        NAMED,
    ),
    Case(
        "item-phase-unknown",
        {"input": [{"role": "assistant", "content": "a", "phase": "afterthought"}]},
        everywhere(HERE, Refused("input[0].phase")),
        NAMED,
    ),
    Case(
        "assistant",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {
                    "type": "message",
                    "id": "m",
                    "status": "completed",
                    "phase": "commentary",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "a", "annotations": []}],
                },
                {"role": "user", "content": "hi"},
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
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {"role": "assistant", "content": [{"text": "a"}]},
                    {"role": "user", "content": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "assistant-refusal",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": None, "refusal": "no"},
                    {"role": "user", "content": "hi"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "text", "text": "no"}]},
                    {"role": "user", "content": "hi"},
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"text": "no"}]},
                    {"role": "user", "parts": [{"text": "hi"}]},
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {"role": "assistant", "content": [{"text": "no"}]},
                    {"role": "user", "content": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "assistant-last",
        {"input": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "a"}]},
        everywhere(HERE, Refused("input[1]")),
        NAMED,
    ),
    Case(
        "calls",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": "so"},
                {
                    "type": "function_call",
                    "call_id": "c0",
                    "name": "f",
                    "arguments": '{"a":1}',
                    "id": "fc_1",
                    "status": "completed",
                },
                {
                    "type": "function_call",
                    "call_id": "c1",
                    "name": "f",
                    "arguments": '{"a":1}',
                    "id": "fc_1",
                    "status": "completed",
                },
                {"type": "function_call_output", "call_id": "c0", "output": "42"},
                {"type": "function_call_output", "call_id": "c1", "output": "42"},
                {"role": "user", "content": "hi"},
            ],
            "tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA, "strict": True}],
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": "so",
                        "tool_calls": [
                            {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": "42"},
                    {"role": "tool", "tool_call_id": "c1", "content": "42"},
                    {"role": "user", "content": "hi"},
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    }
                ],
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "text", "text": "so"},
                            {"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}},
                            {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"type": "tool_result", "tool_use_id": "c0", "content": "42"},
                            {"type": "tool_result", "tool_use_id": "c1", "content": "42"},
                            {"type": "text", "text": "hi"},
                        ],
                    },
                ],
                "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True}],
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {
                        "role": "model",
                        "parts": [
                            {"text": "so"},
                            {"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}},
                            {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}},
                        ],
                    },
                    {
                        "role": "user",
                        "parts": [
                            {"functionResponse": {"id": "c0", "name": "f", "response": {"output": "42"}}},
                            {"functionResponse": {"id": "c1", "name": "f", "response": {"output": "42"}}},
                            {"text": "hi"},
                        ],
                    },
                ],
                "tools": [
                    {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}
                ],
                "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [
                            {"text": "so"},
                            {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}},
                            {"toolUse": {"toolUseId": "c1", "name": "f", "input": {"a": 1}}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}},
                            {"toolResult": {"toolUseId": "c1", "content": [{"text": "42"}]}},
                            {"text": "hi"},
                        ],
                    },
                ],
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}
                    ]
                },
            },
        },
        NAMED,
    ),
    Case(
        "call-image",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {
                    "type": "function_call",
                    "call_id": "c0",
                    "name": "f",
                    "arguments": '{"a":1}',
                    "id": "fc_1",
                    "status": "completed",
                },
                {
                    "type": "function_call_output",
                    "call_id": "c0",
                    "output": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}],
                },
            ]
        },
        {
            C: Refused("input[2].output[0]"),
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
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}],
                    },
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
        },
        NAMED,
    ),
    Case(
        "result-without-call",
        {"input": [{"type": "function_call_output", "call_id": "c0", "output": "42"}]},
        {
            C: {"messages": [{"role": "tool", "tool_call_id": "c0", "content": "42"}]},
            M: {
                "messages": [
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "42"}]}
                ]
            },
            G: Refused("input[0]"),
            V: {
                "messages": [
                    {"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}}]}
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-arguments",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {
                    "type": "function_call",
                    "call_id": "c0",
                    "name": "f",
                    "arguments": "{",
                    "id": "fc_1",
                    "status": "completed",
                },
                {"type": "function_call_output", "call_id": "c0", "output": "42"},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [{"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{"}}],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": "42"},
                ]
            },
            M: Refused("input[1]"),
            G: Refused("input[1]"),
            V: Refused("input[1]"),
        },
        NAMED,
    ),
    Case(
        "call-name",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {
                    "type": "function_call",
                    "call_id": "c0",
                    "name": "f.g",
                    "arguments": '{"a":1}',
                    "id": "fc_1",
                    "status": "completed",
                },
                {"type": "function_call_output", "call_id": "c0", "output": "42"},
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
                            {"id": "c0", "type": "function", "function": {"name": "f.g", "arguments": '{"a":1}'}}
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": "42"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f.g", "input": {"a": 1}}],
                    },
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "42"}]},
                ]
            },
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f.g", "args": {"a": 1}}}]},
                    {
                        "role": "user",
                        "parts": [{"functionResponse": {"id": "c0", "name": "f.g", "response": {"output": "42"}}}],
                    },
                ]
            },
            V: Refused("input[1]"),
        },
        NAMED,
    ),
    Case(
        "summary-detailed-at-claude",
        {"reasoning": {"summary": "detailed"}},
        everywhere(HERE, Refused("reasoning.summary")),
        Options(model="anthropic.m"),
    ),
    Case(
        "tools-schema-of-words",
        {"tools": [{"type": "function", "name": "f", "parameters": "x"}]},
        everywhere(HERE, Refused("tools[0].parameters")),
        NAMED,
    ),
    Case(
        "format-list",
        {"text": {"format": {"type": "json_schema", "name": "x", "schema": [1]}}},
        everywhere(HERE, Refused("text.format.schema")),
        NAMED,
    ),
    Case(
        "image-nowhere",
        {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
        everywhere(HERE, Refused("input[0].content[0]")),
        NAMED,
    ),
    Case(
        "image-twice",
        {
            "input": [
                {
                    "role": "user",
                    "content": [{"type": "input_image", "image_url": "https://e.org/a.png", "file_id": "f"}],
                }
            ]
        },
        everywhere(HERE, Refused("input[0].content[0]")),
        NAMED,
    ),
    Case(
        "file-nowhere",
        {"input": [{"role": "user", "content": [{"type": "input_file", "filename": "a.pdf"}]}]},
        everywhere(HERE, Refused("input[0].content[0]")),
        NAMED,
    ),
    Case(
        "file-twice",
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "input_file",
                            "file_url": "https://e.org/a.pdf",
                            "file_data": "data:application/pdf;base64,AAAA",
                        }
                    ],
                }
            ]
        },
        everywhere(HERE, Refused("input[0].content[0]")),
        NAMED,
    ),
    Case(
        "result-with-a-small-image",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
                {
                    "type": "function_call_output",
                    "call_id": "c0",
                    "output": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}],
                },
            ]
        },
        {
            C: Refused("input[2].output[0]"),
            M: Refused("input[2].output[0].detail"),
            G: Refused("input[2].output[0].detail"),
            V: Refused("input[2].output[0].detail"),
        },
        NAMED,
    ),
    Case(
        "text-empty",
        {"input": [{"role": "user", "content": ""}]},
        {
            C: {"messages": [{"role": "user", "content": ""}]},
            M: {"messages": [{"role": "user", "content": ""}]},
            G: {"contents": [{"role": "user", "parts": [{"text": ""}]}]},
            V: Refused("input[0].content"),
        },
        NAMED,
    ),
    Case(
        "thoughts",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {
                    "type": "reasoning",
                    "id": "thought_x_0",
                    "summary": [{"type": "summary_text", "text": "hm"}],
                    "encrypted_content": "s",
                },
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: Refused("input[1]"),
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
            G: Refused("input[1].encrypted_content"),
            V: {
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
        },
        NAMED,
    ),
    Case(
        "thoughts-sealed",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "reasoning", "id": "redacted_x_0", "summary": [], "encrypted_content": "eA=="},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: Refused("input[1]"),
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
            G: Refused("input[1].encrypted_content"),
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [{"reasoningContent": {"redactedContent": "eA=="}}, {"text": "a"}],
                    },
                    {"role": "user", "content": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "thoughts-signed-unseen",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "reasoning", "id": "thought_x_0", "summary": [], "encrypted_content": "eA=="},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: Refused("input[1]"),
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "thinking", "thinking": "", "signature": "eA=="},
                            {"type": "text", "text": "a"},
                        ],
                    },
                    {"role": "user", "content": "hi"},
                ]
            },
            G: Refused("input[1].encrypted_content"),
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [
                            {"reasoningContent": {"reasoningText": {"text": "", "signature": "eA=="}}},
                            {"text": "a"},
                        ],
                    },
                    {"role": "user", "content": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "thoughts-of-openai",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "s"},
                {"role": "user", "content": "hi"},
            ]
        },
        everywhere(HERE, Refused("input[1].encrypted_content")),
        NAMED,
    ),
    Case(
        "thoughts-plain",
        {
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
                {"role": "assistant", "content": "a"},
                {"role": "user", "content": "hi"},
            ]
        },
        {
            C: Refused("input[1]"),
            M: Refused("input[1]"),
            G: {
                "contents": [
                    {"role": "user", "parts": [{"text": "hi"}]},
                    {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "a"}]},
                    {"role": "user", "parts": [{"text": "hi"}]},
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [{"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"text": "a"}],
                    },
                    {"role": "user", "content": [{"text": "hi"}]},
                ]
            },
        },
        NAMED,
    ),
]

"""What becomes of each field of generateContent."""

import json

from tests.providers.translate.fields.case import Case, Refused, everywhere
from tests.providers.translate.fields.chat import SCHEMA

from bide.providers.translate import Options, Wire

HERE = Wire.GEMINI
C, R, M, V = Wire.CHAT, Wire.RESPONSES, Wire.MESSAGES, Wire.CONVERSE
NAMED = Options(model="m")
"""The model is in the path, so it is not in the body."""
SCHEMA_TEXT = json.dumps(SCHEMA, separators=(",", ":"))

CASES = [
    Case(
        "max-tokens",
        {"generationConfig": {"maxOutputTokens": 7}},
        {
            C: {"max_completion_tokens": 7},
            R: {"max_output_tokens": 7},
            M: {"max_tokens": 7},
            V: {"inferenceConfig": {"maxTokens": 7}},
        },
        NAMED,
    ),
    Case(
        "generationConfig-none",
        {"generationConfig": None},
        {
            C: {"max_completion_tokens": None},
            R: {"max_output_tokens": None},
            M: Refused("generationConfig.maxOutputTokens"),
            V: {"inferenceConfig": None},
        },
        NAMED,
    ),
    Case("model", {"model": "models/x"}, everywhere(HERE, {}), NAMED),
    Case(
        "temperature",
        {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}},
        {
            C: {"temperature": 0.5},
            R: {"temperature": 0.5},
            M: {"temperature": 0.5},
            V: {"inferenceConfig": {"maxTokens": 100, "temperature": 0.5}},
        },
        NAMED,
    ),
    Case(
        "temperature-hot",
        {"generationConfig": {"maxOutputTokens": 100, "temperature": 1.5}},
        {
            C: {"temperature": 1.5},
            R: {"temperature": 1.5},
            M: Refused("generationConfig.temperature"),
            V: Refused("generationConfig.temperature"),
        },
        NAMED,
    ),
    Case(
        "topP",
        {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
        {
            C: {"top_p": 0.9},
            R: {"top_p": 0.9},
            M: {"top_p": 0.9},
            V: {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
        },
        NAMED,
    ),
    Case(
        "topK",
        {"generationConfig": {"maxOutputTokens": 100, "topK": 5}},
        {
            C: Refused("generationConfig.topK"),
            R: Refused("generationConfig.topK"),
            M: {"top_k": 5},
            V: Refused("generationConfig.topK"),
        },
        NAMED,
    ),
    Case(
        "topK-part",
        {"generationConfig": {"maxOutputTokens": 100, "topK": 5.5}},
        everywhere(HERE, Refused("generationConfig.topK")),
        NAMED,
    ),
    Case(
        "stopSequences",
        {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["a", "b"]}},
        {
            C: {"stop": ["a", "b"]},
            R: Refused("generationConfig.stopSequences"),
            M: {"stop_sequences": ["a", "b"]},
            V: {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a", "b"]}},
        },
        NAMED,
    ),
    Case(
        "stopSequences-empty",
        {"generationConfig": {"maxOutputTokens": 100, "stopSequences": [""]}},
        {
            C: {"stop": [""]},
            R: Refused("generationConfig.stopSequences"),
            M: {"stop_sequences": [""]},
            V: Refused("generationConfig.stopSequences"),
        },
        NAMED,
    ),
    Case(
        "seed",
        {"generationConfig": {"maxOutputTokens": 100, "seed": 7}},
        {
            C: {"seed": 7},
            R: Refused("generationConfig.seed"),
            M: Refused("generationConfig.seed"),
            V: Refused("generationConfig.seed"),
        },
        NAMED,
    ),
    Case(
        "schema-alone",
        {"generationConfig": {"maxOutputTokens": 100, "responseJsonSchema": SCHEMA}},
        everywhere(HERE, Refused("generationConfig.responseJsonSchema")),
        NAMED,
    ),
    Case(
        "candidateCount",
        {"generationConfig": {"maxOutputTokens": 100, "candidateCount": 2}},
        {
            C: {"n": 2},
            R: Refused("generationConfig.candidateCount"),
            M: Refused("generationConfig.candidateCount"),
            V: Refused("generationConfig.candidateCount"),
        },
        NAMED,
    ),
    Case(
        "candidateCount-one",
        {"generationConfig": {"maxOutputTokens": 100, "candidateCount": 1}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "presencePenalty",
        {"generationConfig": {"maxOutputTokens": 100, "presencePenalty": 0.5}},
        {
            C: {"presence_penalty": 0.5},
            R: Refused("generationConfig.presencePenalty"),
            M: Refused("generationConfig.presencePenalty"),
            V: Refused("generationConfig.presencePenalty"),
        },
        NAMED,
    ),
    Case(
        "frequencyPenalty",
        {"generationConfig": {"maxOutputTokens": 100, "frequencyPenalty": 0.5}},
        {
            C: {"frequency_penalty": 0.5},
            R: Refused("generationConfig.frequencyPenalty"),
            M: Refused("generationConfig.frequencyPenalty"),
            V: Refused("generationConfig.frequencyPenalty"),
        },
        NAMED,
    ),
    Case(
        "penalty-zero",
        {"generationConfig": {"maxOutputTokens": 100, "frequencyPenalty": 0, "presencePenalty": 0}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "logprobs",
        {"generationConfig": {"maxOutputTokens": 100, "responseLogprobs": True, "logprobs": 3}},
        everywhere(HERE, Refused("generationConfig.responseLogprobs")),
        NAMED,
    ),
    Case(
        "logprobs-false",
        {"generationConfig": {"maxOutputTokens": 100, "responseLogprobs": False}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "json",
        {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "application/json"}},
        {
            C: {"response_format": {"type": "json_object"}},
            R: {"text": {"format": {"type": "json_object"}}},
            M: Refused("generationConfig.responseJsonSchema"),
            V: Refused("generationConfig.responseJsonSchema"),
        },
        NAMED,
    ),
    Case(
        "json-schema",
        {
            "generationConfig": {
                "maxOutputTokens": 100,
                "responseMimeType": "application/json",
                "responseJsonSchema": SCHEMA,
            }
        },
        {
            C: {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}},
            R: {"text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA}}},
            M: {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
            V: {
                "outputConfig": {
                    "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": SCHEMA_TEXT}}}
                }
            },
        },
        NAMED,
    ),
    Case(
        "text-plain",
        {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "text/plain"}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "enum",
        {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "text/x.enum"}},
        everywhere(HERE, Refused("generationConfig.responseMimeType")),
        NAMED,
    ),
    Case(
        "responseSchema",
        {"generationConfig": {"maxOutputTokens": 100, "responseSchema": {"type": "OBJECT"}}},
        everywhere(HERE, Refused("generationConfig.responseSchema")),
        NAMED,
    ),
    Case(
        "modalities",
        {"generationConfig": {"maxOutputTokens": 100, "responseModalities": ["TEXT"]}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "modalities-image",
        {"generationConfig": {"maxOutputTokens": 100, "responseModalities": ["IMAGE"]}},
        everywhere(HERE, Refused("generationConfig.responseModalities[0]")),
        NAMED,
    ),
    Case(
        "speechConfig",
        {"generationConfig": {"maxOutputTokens": 100, "speechConfig": {}}},
        everywhere(HERE, Refused("generationConfig.speechConfig")),
        NAMED,
    ),
    Case(
        "unknown-config",
        {"generationConfig": {"maxOutputTokens": 100, "frobnicate": 1}},
        everywhere(HERE, Refused("generationConfig.frobnicate")),
        NAMED,
    ),
    Case(
        "thinkingLevel",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "HIGH"}}},
        {
            C: {"reasoning_effort": "high"},
            R: {"reasoning": {"effort": "high"}},
            M: {"output_config": {"effort": "high"}, "thinking": {"type": "adaptive"}},
            V: {"outputConfig": {"effort": "high"}},
        },
        NAMED,
    ),
    Case(
        "thinkingLevel-minimal",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "minimal"}}},
        {
            C: {"reasoning_effort": "minimal"},
            R: {"reasoning": {"effort": "minimal"}},
            M: Refused("generationConfig.thinkingConfig.thinkingLevel"),
            V: Refused("generationConfig.thinkingConfig.thinkingLevel"),
        },
        NAMED,
    ),
    Case(
        "thinkingBudget",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 2000}}},
        {
            C: Refused("generationConfig.thinkingConfig.thinkingBudget"),
            R: Refused("generationConfig.thinkingConfig.thinkingBudget"),
            M: {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            V: Refused("generationConfig.thinkingConfig.thinkingBudget"),
        },
        NAMED,
    ),
    Case(
        "thinkingBudget-zero",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}}},
        {
            C: {"reasoning_effort": "none"},
            R: {"reasoning": {"effort": "none"}},
            M: {"thinking": {"type": "disabled"}},
            V: Refused("generationConfig.thinkingConfig.thinkingLevel"),
        },
        NAMED,
    ),
    Case(
        "thinkingBudget-fit",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": -1}}},
        {
            C: Refused("generationConfig.thinkingConfig.thinkingBudget"),
            R: Refused("generationConfig.thinkingConfig.thinkingBudget"),
            M: {"thinking": {"type": "adaptive"}},
            V: Refused("generationConfig.thinkingConfig.thinkingBudget"),
        },
        NAMED,
    ),
    Case(
        "includeThoughts",
        {
            "generationConfig": {
                "maxOutputTokens": 100,
                "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
            }
        },
        {
            C: Refused("generationConfig.thinkingConfig.includeThoughts"),
            R: {"reasoning": {"effort": "low", "summary": "auto"}},
            M: {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive", "display": "summarized"}},
            V: Refused("generationConfig.thinkingConfig.includeThoughts"),
        },
        NAMED,
    ),
    Case(
        "tools",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ]
        },
        {
            C: {
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
                    {"type": "function", "function": {"name": "g"}},
                ]
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": False},
                ]
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}},
                ]
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d"}},
                        {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
                    ]
                }
            },
        },
        NAMED,
    ),
    Case(
        "tools-parameters",
        {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}]},
        everywhere(HERE, Refused("tools[0].functionDeclarations[0].parameters")),
        NAMED,
    ),
    Case("tools-search", {"tools": [{"googleSearch": {}}]}, everywhere(HERE, Refused("tools[0].googleSearch")), NAMED),
    Case(
        "mode-auto",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        },
        {
            C: {
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
                    {"type": "function", "function": {"name": "g"}},
                ],
                "tool_choice": "auto",
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": False},
                ],
                "tool_choice": "auto",
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}},
                ],
                "tool_choice": {"type": "auto"},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d"}},
                        {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
                    ],
                    "toolChoice": {"auto": {}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "mode-any",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        },
        {
            C: {
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
                    {"type": "function", "function": {"name": "g"}},
                ],
                "tool_choice": "required",
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": False},
                ],
                "tool_choice": "required",
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}},
                ],
                "tool_choice": {"type": "any"},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d"}},
                        {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
                    ],
                    "toolChoice": {"any": {}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "mode-any-named",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}},
        },
        {
            C: {
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
                    {"type": "function", "function": {"name": "g"}},
                ],
                "tool_choice": {"type": "function", "function": {"name": "g"}},
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": False},
                ],
                "tool_choice": {"type": "function", "name": "g"},
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}},
                ],
                "tool_choice": {"type": "tool", "name": "g"},
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d"}},
                        {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
                    ],
                    "toolChoice": {"tool": {"name": "g"}},
                }
            },
        },
        NAMED,
    ),
    Case(
        "mode-none",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
        },
        {
            C: {
                "tools": [
                    {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
                    {"type": "function", "function": {"name": "g"}},
                ],
                "tool_choice": "none",
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": False},
                ],
                "tool_choice": "none",
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}},
                ],
                "tool_choice": {"type": "none"},
            },
            V: Refused("toolConfig.functionCallingConfig"),
        },
        NAMED,
    ),
    Case(
        "mode-validated",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    },
                    {"type": "function", "function": {"name": "g", "strict": True}},
                ]
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": True},
                ]
            },
            M: {
                "tools": [
                    {"name": "f", "description": "d", "input_schema": SCHEMA, "strict": True},
                    {"name": "g", "input_schema": {"type": "object", "properties": {}}, "strict": True},
                ]
            },
            V: {
                "toolConfig": {
                    "tools": [
                        {
                            "toolSpec": {
                                "name": "f",
                                "inputSchema": {"json": SCHEMA},
                                "description": "d",
                                "strict": True,
                            }
                        },
                        {
                            "toolSpec": {
                                "name": "g",
                                "inputSchema": {"json": {"type": "object", "properties": {}}},
                                "strict": True,
                            }
                        },
                    ]
                }
            },
        },
        NAMED,
    ),
    Case(
        "mode-validated-named",
        {
            "tools": [
                {
                    "functionDeclarations": [
                        {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA},
                        {"name": "g"},
                    ]
                }
            ],
            "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["g"]}},
        },
        {
            C: {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True},
                    },
                    {"type": "function", "function": {"name": "g", "strict": True}},
                ],
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]},
                },
            },
            R: {
                "tools": [
                    {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True, "description": "d"},
                    {"type": "function", "name": "g", "parameters": None, "strict": True},
                ],
                "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
            },
            M: Refused("toolConfig.functionCallingConfig"),
            V: Refused("toolConfig.functionCallingConfig"),
        },
        NAMED,
    ),
    Case(
        "toolConfig-without-tools",
        {"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}},
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "toolConfig-any-without-tools",
        {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
        {
            C: {"tool_choice": "required"},
            R: {"tool_choice": "required"},
            M: {"tool_choice": {"type": "any"}},
            V: Refused("toolConfig.functionCallingConfig"),
        },
        NAMED,
    ),
    Case(
        "toolConfig-names-without-mode",
        {
            "tools": [{"functionDeclarations": [{"name": "f"}]}],
            "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["f"]}},
        },
        everywhere(HERE, Refused("toolConfig.functionCallingConfig.allowedFunctionNames")),
        NAMED,
    ),
    Case(
        "thinkingLevel-unsaid",
        {
            "generationConfig": {
                "maxOutputTokens": 100,
                "thinkingConfig": {"thinkingLevel": "THINKING_LEVEL_UNSPECIFIED"},
            }
        },
        everywhere(HERE, {}),
        NAMED,
    ),
    Case(
        "thinkingLevel-unknown",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "ULTRA"}}},
        everywhere(HERE, Refused("generationConfig.thinkingConfig.thinkingLevel")),
        NAMED,
    ),
    Case(
        "thinkingBudget-beside-a-level",
        {
            "generationConfig": {
                "maxOutputTokens": 100,
                "thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 0},
            }
        },
        everywhere(HERE, Refused("generationConfig.thinkingConfig.thinkingBudget")),
        NAMED,
    ),
    Case(
        "thinkingBudget-below-all",
        {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": -2}}},
        everywhere(HERE, Refused("generationConfig.thinkingConfig.thinkingBudget")),
        NAMED,
    ),
    Case(
        "serviceTier-standard",
        {"serviceTier": "standard"},
        {
            C: {"service_tier": "default"},
            R: {"service_tier": "default"},
            M: {"service_tier": "standard_only"},
            V: {"serviceTier": {"type": "default"}},
        },
        NAMED,
    ),
    Case(
        "serviceTier-flex",
        {"serviceTier": "flex"},
        {
            C: {"service_tier": "flex"},
            R: {"service_tier": "flex"},
            M: Refused("serviceTier"),
            V: {"serviceTier": {"type": "flex"}},
        },
        NAMED,
    ),
    Case(
        "serviceTier-priority",
        {"serviceTier": "priority"},
        {
            C: {"service_tier": "priority"},
            R: {"service_tier": "priority"},
            M: Refused("serviceTier"),
            V: {"serviceTier": {"type": "priority"}},
        },
        NAMED,
    ),
    Case(
        "labels",
        {"labels": {"a": "b"}},
        {
            C: {"metadata": {"a": "b"}},
            R: {"metadata": {"a": "b"}},
            M: Refused("labels"),
            V: {"requestMetadata": {"a": "b"}},
        },
        NAMED,
    ),
    Case("labels-empty", {"labels": {}}, everywhere(HERE, {}), NAMED),
    Case("safetySettings", {"safetySettings": []}, everywhere(HERE, Refused("safetySettings")), NAMED),
    Case("cachedContent", {"cachedContent": "c"}, everywhere(HERE, Refused("cachedContent")), NAMED),
    Case(
        "store",
        {"store": True},
        {C: {"store": True}, R: {"store": True}, M: Refused("store"), V: Refused("store")},
        NAMED,
    ),
    Case("store-false", {"store": False}, everywhere(HERE, {}), NAMED),
    Case("unknown", {"frobnicate": 1}, everywhere(HERE, Refused("frobnicate")), NAMED),
    Case(
        "system",
        {"systemInstruction": {"parts": [{"text": "s"}]}},
        {
            C: {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]},
            R: {"instructions": "s"},
            M: {"system": "s"},
            V: {"system": [{"text": "s"}]},
        },
        NAMED,
    ),
    Case(
        "system-image",
        {"systemInstruction": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}},
        everywhere(HERE, Refused("systemInstruction.parts[0]")),
        NAMED,
    ),
    Case(
        "image",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}
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
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_text", "text": "x"},
                            {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"},
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
        "image-detail",
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [
                        {
                            "inlineData": {"mimeType": "image/png", "data": "AAAA"},
                            "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                        }
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
                            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
                        ],
                    }
                ]
            },
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_image", "detail": "low", "image_url": "data:image/png;base64,AAAA"}
                        ],
                    }
                ]
            },
            M: Refused("contents[0].parts[0].mediaResolution"),
            V: Refused("contents[0].parts[0].mediaResolution"),
        },
        NAMED,
    ),
    Case(
        "image-url",
        {
            "contents": [
                {"role": "user", "parts": [{"fileData": {"mimeType": "image/png", "fileUri": "https://e.org/a.png"}}]}
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}]}
                ]
            },
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [{"type": "input_image", "detail": "auto", "image_url": "https://e.org/a.png"}],
                    }
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
            V: Refused("contents[0].parts[0].fileData.fileUri"),
        },
        NAMED,
    ),
    Case(
        "file",
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "AAAA", "displayName": "a.pdf"}}],
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
            R: {
                "input": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}
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
        "file-url",
        {
            "contents": [
                {
                    "role": "user",
                    "parts": [{"fileData": {"mimeType": "application/pdf", "fileUri": "https://e.org/a.pdf"}}],
                }
            ]
        },
        {
            C: Refused("contents[0].parts[0].fileData.fileUri"),
            R: {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://e.org/a.pdf"}]}]},
            M: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "document", "source": {"type": "url", "url": "https://e.org/a.pdf"}}],
                    }
                ]
            },
            V: Refused("contents[0].parts[0].fileData.fileUri"),
        },
        NAMED,
    ),
    Case(
        "audio",
        {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}]}]},
        {
            C: {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
                    }
                ]
            },
            R: Refused("contents[0].parts[0]"),
            M: Refused("contents[0].parts[0]"),
            V: {"messages": [{"role": "user", "content": [{"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}]}]},
        },
        NAMED,
    ),
    Case(
        "video-metadata",
        {"contents": [{"role": "user", "parts": [{"text": "x", "videoMetadata": {}}]}]},
        everywhere(HERE, Refused("contents[0].parts[0].videoMetadata")),
        NAMED,
    ),
    Case(
        "executable-code",
        {"contents": [{"role": "user", "parts": [{"executableCode": {}}]}]},
        everywhere(HERE, Refused("contents[0].parts[0].executableCode")),
        NAMED,
    ),
    Case(
        "tools-schema-of-words",
        {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": "x"}]}]},
        everywhere(HERE, Refused("tools[0].functionDeclarations[0].parametersJsonSchema")),
        NAMED,
    ),
    Case(
        "format-list",
        {"generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": [1]}},
        everywhere(HERE, Refused("generationConfig.responseJsonSchema")),
        NAMED,
    ),
    Case(
        "part-twice",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x", "inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}
            ]
        },
        everywhere(HERE, Refused("contents[0].parts[0]")),
        NAMED,
    ),
    Case(
        "text-signed",
        {"contents": [{"role": "user", "parts": [{"text": "x", "thoughtSignature": "eA=="}]}]},
        everywhere(HERE, Refused("contents[0].parts[0].thoughtSignature")),
        NAMED,
    ),
    Case(
        "text-in-resolution",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "x", "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"}}]}
            ]
        },
        everywhere(HERE, Refused("contents[0].parts[0].mediaResolution")),
        NAMED,
    ),
    Case(
        "instructions-and-a-picture",
        {"systemInstruction": {"parts": [{"text": "x", "inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}},
        everywhere(HERE, Refused("systemInstruction.parts[0]")),
        NAMED,
    ),
    Case(
        "call-without-an-object",
        {"contents": [{"role": "model", "parts": [{"functionCall": {"name": "f", "args": "x"}}]}]},
        everywhere(HERE, Refused("contents[0].parts[0].functionCall.args")),
        NAMED,
    ),
    Case(
        "result-of-an-empty-part",
        {
            "contents": [
                {"role": "model", "parts": [{"functionCall": {"name": "f"}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}, "parts": [{}]}}]},
            ]
        },
        everywhere(HERE, Refused("contents[1].parts[0].functionResponse.parts[0]")),
        NAMED,
    ),
    Case(
        "part-empty",
        {"contents": [{"role": "user", "parts": [{}]}]},
        everywhere(HERE, Refused("contents[0].parts[0]")),
        NAMED,
    ),
    Case(
        "model-turn",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"text": "a"}]},
                {"role": "user", "parts": [{"text": "hi"}]},
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
        "model-turn-last",
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "a"}]}]},
        everywhere(HERE, Refused("contents[1]")),
        NAMED,
    ),
    Case(
        "thought",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "a"}]},
                {"role": "user", "parts": [{"text": "hi"}]},
            ]
        },
        {
            C: Refused("contents[1].parts[0]"),
            R: Refused("contents[1].parts[0]"),
            M: Refused("contents[1].parts[0]"),
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
    Case(
        "call",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}}]},
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"name": "f", "response": {"output": "42"}, "id": "c0"}}],
                },
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
                    {"role": "tool", "tool_call_id": "c0", "content": "42"},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1}'},
                    {"type": "function_call_output", "call_id": "c0", "output": "42"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}}],
                    },
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "42"}]},
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}}],
                    },
                    {"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}}]},
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-nameless",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {
                    "role": "model",
                    "parts": [{"functionCall": {"name": "f", "args": {}}}, {"functionCall": {"name": "f"}}],
                },
                {
                    "role": "user",
                    "parts": [
                        {"functionResponse": {"name": "f", "response": {"output": "42"}}},
                        {"functionResponse": {"name": "f", "response": {"output": "42"}}},
                    ],
                },
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
                            {"id": "call_0_0", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                            {"id": "call_0_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                        ],
                    },
                    {"role": "tool", "tool_call_id": "call_0_0", "content": "42"},
                    {"role": "tool", "tool_call_id": "call_0_1", "content": "42"},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "call_0_0", "name": "f", "arguments": "{}"},
                    {"type": "function_call", "call_id": "call_0_1", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "call_0_0", "output": "42"},
                    {"type": "function_call_output", "call_id": "call_0_1", "output": "42"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "tool_use", "id": "call_0_0", "name": "f", "input": {}},
                            {"type": "tool_use", "id": "call_0_1", "name": "f", "input": {}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"type": "tool_result", "tool_use_id": "call_0_0", "content": "42"},
                            {"type": "tool_result", "tool_use_id": "call_0_1", "content": "42"},
                        ],
                    },
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [
                            {"toolUse": {"toolUseId": "call_0_0", "name": "f", "input": {}}},
                            {"toolUse": {"toolUseId": "call_0_1", "name": "f", "input": {}}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"toolResult": {"toolUseId": "call_0_0", "content": [{"text": "42"}]}},
                            {"toolResult": {"toolUseId": "call_0_1", "content": [{"text": "42"}]}},
                        ],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-signed",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {
                    "role": "model",
                    "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}, "thoughtSignature": "c2ln"}],
                },
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"name": "f", "response": {"output": "42"}, "id": "c0"}}],
                },
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
                            {
                                "id": "c0__thought__c2ln",
                                "type": "function",
                                "function": {"name": "f", "arguments": "{}"},
                            }
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c0__thought__c2ln", "content": "42"},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0__thought__c2ln", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c0__thought__c2ln", "output": "42"},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": [{"type": "tool_use", "id": "c0__thought__c2ln", "name": "f", "input": {}}],
                    },
                    {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": "c0__thought__c2ln", "content": "42"}],
                    },
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {
                        "role": "assistant",
                        "content": [{"toolUse": {"toolUseId": "c0__thought__c2ln", "name": "f", "input": {}}}],
                    },
                    {
                        "role": "user",
                        "content": [{"toolResult": {"toolUseId": "c0__thought__c2ln", "content": [{"text": "42"}]}}],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-failed",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
                {
                    "role": "user",
                    "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"error": "no"}}}],
                },
            ]
        },
        {
            C: Refused("contents[2].parts[0].functionResponse.response.error"),
            R: Refused("contents[2].parts[0].functionResponse.response.error"),
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {}}]},
                    {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": "c0", "content": "no", "is_error": True}],
                    },
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
                    {
                        "role": "user",
                        "content": [
                            {"toolResult": {"toolUseId": "c0", "content": [{"text": "no"}], "status": "error"}}
                        ],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-object",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
                {"role": "user", "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"a": 1}}}]},
            ]
        },
        {
            C: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [{"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                    },
                    {"role": "tool", "tool_call_id": "c0", "content": '{"a":1}'},
                ]
            },
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c0", "output": '{"a":1}'},
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {}}]},
                    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c0", "content": '{"a":1}'}]},
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
                    {
                        "role": "user",
                        "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": '{"a":1}'}]}}],
                    },
                ]
            },
        },
        NAMED,
    ),
    Case(
        "call-image",
        {
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
                {
                    "role": "user",
                    "parts": [
                        {
                            "functionResponse": {
                                "id": "c0",
                                "name": "f",
                                "response": {"output": "x"},
                                "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
                            }
                        }
                    ],
                },
            ]
        },
        {
            C: Refused("contents[2].parts[0].functionResponse.parts[0]"),
            R: {
                "input": [
                    {"role": "user", "content": "hi"},
                    {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
                    {
                        "type": "function_call_output",
                        "call_id": "c0",
                        "output": [
                            {"type": "input_text", "text": "x"},
                            {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"},
                        ],
                    },
                ]
            },
            M: {
                "messages": [
                    {"role": "user", "content": "hi"},
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "c0", "name": "f", "input": {}}]},
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "c0",
                                "content": [
                                    {"type": "text", "text": "x"},
                                    {
                                        "type": "image",
                                        "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"},
                                    },
                                ],
                            }
                        ],
                    },
                ]
            },
            V: {
                "messages": [
                    {"role": "user", "content": [{"text": "hi"}]},
                    {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
                    {
                        "role": "user",
                        "content": [
                            {
                                "toolResult": {
                                    "toolUseId": "c0",
                                    "content": [
                                        {"text": "x"},
                                        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
                                    ],
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
        {"contents": [{"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "42"}}}]}]},
        everywhere(HERE, Refused("contents[0].parts[0].functionResponse")),
        NAMED,
    ),
]

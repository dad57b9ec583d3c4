"""What becomes of chat completions and messages towards Google's generateContent.

It is merged into the tables of the other wires by the name of each case: see `__init__.py`.
"""

from tests.providers.translate.fields.case import Json, Refused
from tests.providers.translate.fields.chat import SCHEMA

CHAT: dict[str, Json | Refused] = {
    "max_completion_tokens": {"generationConfig": {"maxOutputTokens": 7}},
    "max_tokens": {"generationConfig": {"maxOutputTokens": 7}},
    "no-limit": {"generationConfig": None},
    "no-limit-default": {"generationConfig": None},
    "model": {},
    "temperature": {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}},
    "temperature-zero": {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.0}},
    "temperature-hot": {"generationConfig": {"maxOutputTokens": 100, "temperature": 1.5}},
    "temperature-new": {"generationConfig": {"maxOutputTokens": 100, "temperature": 1.0}},
    "top_p": {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
    "top_p-new": {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
    "stop": {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["END"]}},
    "stop-list": {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["a", "b"]}},
    "tools-schema-of-words": Refused("tools[0].function.parameters"),
    "response_format-list": Refused("response_format.json_schema.schema"),
    "max_tokens-as-well": {},
    "max_tokens-otherwise": Refused("max_tokens"),
    "messages-file-nowhere": Refused("messages[0].content[0].file"),
    "messages-file-twice": Refused("messages[0].content[0].file"),
    "messages-ids-of-others": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "functions.f:0", "name": "f", "args": {}}}]},
            {
                "role": "user",
                "parts": [{"functionResponse": {"id": "functions.f:0", "name": "f", "response": {"output": "42"}}}],
            },
        ]
    },
    "tool_choice-without-tools": {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
    "stop-empty": {},
    "seed": {"generationConfig": {"maxOutputTokens": 100, "seed": 7}},
    "seed-zero": {"generationConfig": {"maxOutputTokens": 100, "seed": 0}},
    "n": {"generationConfig": {"maxOutputTokens": 100, "candidateCount": 2}},
    "n-one": {},
    "presence_penalty": {"generationConfig": {"maxOutputTokens": 100, "presencePenalty": 0.5}},
    "presence_penalty-zero": {},
    "frequency_penalty": {"generationConfig": {"maxOutputTokens": 100, "frequencyPenalty": -1.0}},
    "frequency_penalty-zero": {},
    "logprobs": Refused("logprobs"),
    "logprobs-false": {},
    "top_logprobs": Refused("top_logprobs"),
    "logit_bias": Refused("logit_bias"),
    "logit_bias-empty": {},
    "verbosity": Refused("verbosity"),
    "response_format-text": {},
    "response_format-object": {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "application/json"}},
    "response_format-schema": {
        "generationConfig": {
            "maxOutputTokens": 100,
            "responseMimeType": "application/json",
            "responseJsonSchema": SCHEMA,
        }
    },
    "response_format-no-schema": {"generationConfig": {"maxOutputTokens": 100, "responseMimeType": "application/json"}},
    "response_format-description": Refused("response_format.json_schema.description"),
    "modalities": {},
    "modalities-audio": Refused("modalities[1]"),
    "audio": Refused("audio"),
    "prediction": Refused("prediction"),
    "stream": {},
    "stream-false": {},
    "stream_options": {},
    "stream_options-obfuscation": Refused("stream_options.include_obfuscation"),
    "reasoning_effort-none": {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}}},
    "reasoning_effort-minimal": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "MINIMAL"}}
    },
    "reasoning_effort-low": {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW"}}},
    "reasoning_effort-medium": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "MEDIUM"}}
    },
    "reasoning_effort-high": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "HIGH"}}
    },
    "reasoning_effort-xhigh": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "XHIGH"}}
    },
    "reasoning_effort-max": Refused("reasoning_effort"),
    "tools": {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}]},
    "tools-empty": {},
    "tools-description-strict": {
        "tools": [{"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
    },
    "tools-custom": Refused("tools[0].type"),
    "tool_choice-auto": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
    },
    "tool_choice-none": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
    },
    "tool_choice-none-without-tools": {},
    "tool_choice-required": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    },
    "tool_choice-named": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}},
    },
    "tool_choice-allowed": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["g"]}},
    },
    "parallel_tool_calls-false": Refused("parallel_tool_calls"),
    "parallel_tool_calls-false-required": Refused("parallel_tool_calls"),
    "parallel_tool_calls-true": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}]
    },
    "functions": Refused("functions"),
    "function_call": Refused("function_call"),
    "web_search_options": Refused("web_search_options"),
    "service_tier-auto": {},
    "service_tier-default": {"serviceTier": "standard"},
    "service_tier-flex": {"serviceTier": "flex"},
    "service_tier-priority": {"serviceTier": "priority"},
    "user": Refused("user"),
    "safety_identifier": Refused("safety_identifier"),
    "user-and-safety_identifier": Refused("user"),
    "metadata": {"labels": {"a": "b"}},
    "metadata-empty": {},
    "store": Refused("store"),
    "store-false": {},
    "moderation": Refused("moderation"),
    "prompt_cache_key": Refused("prompt_cache_key"),
    "prompt_cache_retention": Refused("prompt_cache_retention"),
    "prompt_cache_options": Refused("prompt_cache_options"),
    "unknown": Refused("frobnicate"),
    "null": {},
    "messages-system": {"systemInstruction": {"parts": [{"text": "s"}]}},
    "messages-system-and-developer": {"systemInstruction": {"parts": [{"text": "s"}, {"text": "d"}]}},
    "messages-users-merged": {"contents": [{"role": "user", "parts": [{"text": "hi"}, {"text": "again"}]}]},
    "messages-name": Refused("messages[0].name"),
    "messages-role": Refused("messages[0].role"),
    "messages-unknown": Refused("messages[0].weight"),
    "messages-part-unknown": Refused("messages[0].content[0].type"),
    "messages-assistant": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"text": "a"}]},
            {"role": "user", "parts": [{"text": "hi"}]},
        ]
    },
    "messages-assistant-empty": {"contents": [{"role": "user", "parts": [{"text": "hi"}, {"text": "hi"}]}]},
    "temperature-bedrock": {"generationConfig": {"maxOutputTokens": 100, "temperature": 0.5}},
    "messages-assistant-last": Refused("messages[1]"),
    "messages-refusal": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"text": "no"}]},
            {"role": "user", "parts": [{"text": "hi"}]},
        ]
    },
    "messages-assistant-audio": Refused("messages[1].audio"),
    "messages-image-data": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]}]
    },
    "messages-image-url": {
        "contents": [
            {"role": "user", "parts": [{"fileData": {"fileUri": "https://e.org/a.png", "mimeType": "image/png"}}]}
        ]
    },
    "messages-image-detail": {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"text": "x"},
                    {
                        "inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="},
                        "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                    },
                ],
            }
        ]
    },
    "messages-image-type": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/tiff", "data": "AAAA"}}]}]
    },
    "messages-image-scheme": {
        "contents": [{"role": "user", "parts": [{"fileData": {"fileUri": "gs://b/a.png", "mimeType": "image/png"}}]}]
    },
    "messages-image-data-plain": Refused("messages[0].content[0].image_url.url"),
    "messages-file-pdf": {
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0=", "displayName": "a.pdf"}}],
            }
        ]
    },
    "messages-file-bare": {
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0=", "displayName": "a.pdf"}}],
            }
        ]
    },
    "messages-file-text": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "text/plain", "data": "aGVsbG8="}}]}]
    },
    "messages-file-id": Refused("messages[0].content[0].file.file_id"),
    "messages-file-type": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "text/csv", "data": "YQ=="}}]}]
    },
    "messages-file-untyped": Refused("messages[0].content[0].file.file_data"),
    "messages-audio": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}, {"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}]}
        ]
    },
    "messages-tools": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"id": "c0", "name": "f", "args": {"a": 1.0}}},
                    {"functionCall": {"id": "c1", "name": "f", "args": {}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"id": "c0", "name": "f", "response": {"output": "42"}}},
                    {"functionResponse": {"id": "c1", "name": "f", "response": {"output": "7"}}},
                    {"text": "hi"},
                ],
            },
        ],
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}, {"name": "g"}]}],
    },
    "messages-tool-arguments": Refused("messages[1].tool_calls[0]"),
    "messages-tool-custom": Refused("messages[1].tool_calls[0].type"),
}

MESSAGES: dict[str, Json | Refused] = {
    "max_tokens": {"generationConfig": {"maxOutputTokens": 7}},
    "no-limit": {"generationConfig": None},
    "model": {},
    "temperature": {"generationConfig": {"maxOutputTokens": 100, "temperature": 1.0}},
    "top_p": {"generationConfig": {"maxOutputTokens": 100, "topP": 0.9}},
    "top_k": {"generationConfig": {"maxOutputTokens": 100, "topK": 5}},
    "stop_sequences": {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["a", "b"]}},
    "stop_sequences-many": {"generationConfig": {"maxOutputTokens": 100, "stopSequences": ["a", "b", "c", "d", "e"]}},
    "system": {"systemInstruction": {"parts": [{"text": "s"}]}},
    "system-blocks": {"systemInstruction": {"parts": [{"text": "a"}, {"text": "b"}]}},
    "system-cached": Refused("system[0].cache_control"),
    "cache_control": Refused("cache_control"),
    "metadata": Refused("metadata.user_id"),
    "metadata-unknown": Refused("metadata.team"),
    "service_tier-auto": {},
    "service_tier-standard": {"serviceTier": "standard"},
    "service_tier-unknown": Refused("service_tier"),
    "stream": {},
    "stream-false": {},
    "speed-standard": {},
    "speed-fast": Refused("speed"),
    "container": Refused("container"),
    "diagnostics": Refused("diagnostics"),
    "inference_geo": Refused("inference_geo"),
    "unknown": Refused("frobnicate"),
    "output_config-effort": Refused("output_config.effort"),
    "output_config-effort-adaptive": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW"}}
    },
    "output_config-format": {
        "generationConfig": {
            "maxOutputTokens": 100,
            "responseMimeType": "application/json",
            "responseJsonSchema": SCHEMA,
        }
    },
    "thinking-adaptive": {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": -1}}},
    "thinking-disabled": {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 0}}},
    "thinking-disabled-effort": Refused("output_config.effort"),
    "thinking-enabled": {"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 2000}}},
    "thinking-between-tools": Refused("thinking.type"),
    "tools-schema-of-words": Refused("tools[0].input_schema"),
    "format-list": Refused("output_config.format.schema"),
    "messages-nothing-said": {},
    "messages-call-without-an-object": Refused("messages[0].content[0].input"),
    "thinking-display": {
        "generationConfig": {
            "maxOutputTokens": 100,
            "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
        }
    },
    "thinking-display-omitted": {
        "generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingLevel": "LOW"}}
    },
    "tools": {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}]},
    "tools-details": {
        "tools": [{"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
    },
    "tools-cached": Refused("tools[0].cache_control"),
    "tools-server": Refused("tools[0].type"),
    "tools-examples": Refused("tools[0].input_examples"),
    "tool_choice-auto": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
    },
    "tool_choice-any": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
    },
    "tool_choice-none": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
    },
    "tool_choice-without-tools": {},
    "tool_choice-tool": {
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    },
    "tool_choice-single": Refused("tool_choice.disable_parallel_tool_use"),
    "messages-system": {
        "contents": [{"role": "user", "parts": [{"text": "hi"}, {"text": "hi"}]}],
        "systemInstruction": {"parts": [{"text": "s"}]},
    },
    "messages-text-cached": Refused("messages[0].content[0].cache_control"),
    "messages-text-citations": Refused("messages[0].content[0].citations"),
    "messages-image-data": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]
    },
    "messages-image-url": {
        "contents": [
            {"role": "user", "parts": [{"fileData": {"fileUri": "https://e.org/a.png", "mimeType": "image/png"}}]}
        ]
    },
    "messages-image-file": Refused("messages[0].content[0].source.file_id"),
    "messages-image-cached": Refused("messages[0].content[0].cache_control"),
    "messages-document-pdf": {
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "AAAA", "displayName": "a.pdf"}}],
            }
        ]
    },
    "messages-document-untitled": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "application/pdf", "data": "AAAA"}}]}]
    },
    "messages-document-text": {
        "contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "text/plain", "data": "aGVsbG8="}}]}]
    },
    "messages-document-url": {
        "contents": [
            {"role": "user", "parts": [{"fileData": {"fileUri": "https://e.org/a.pdf", "mimeType": "application/pdf"}}]}
        ]
    },
    "messages-document-file": Refused("messages[0].content[0].source.file_id"),
    "messages-document-context": Refused("messages[0].content[0].context"),
    "messages-document-citations": Refused("messages[0].content[0].citations"),
    "messages-document-content": Refused("messages[0].content[0].source.type"),
    "messages-tools": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {
                "role": "model",
                "parts": [
                    {"functionCall": {"id": "c0", "name": "f", "args": {"a": 1}}},
                    {"functionCall": {"id": "c1", "name": "f", "args": {}}},
                ],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"id": "c0", "name": "f", "response": {"output": "42"}}},
                    {"functionResponse": {"id": "c1", "name": "f", "response": {"output": "7"}}},
                    {"text": "go on"},
                ],
            },
        ],
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}],
    },
    "messages-tool-caller": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"text": "so"}, {"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"output": ""}}}]},
        ]
    },
    "messages-tool-failed": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"error": "42"}}}]},
        ]
    },
    "messages-tool-did-not-fail": {
        "contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"functionCall": {"id": "c0", "name": "f", "args": {}}}]},
            {"role": "user", "parts": [{"functionResponse": {"id": "c0", "name": "f", "response": {"output": "42"}}}]},
        ]
    },
    "messages-tool-image": {
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
                            "response": {"output": ""},
                            "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}],
                        }
                    }
                ],
            },
        ]
    },
    "messages-tool-result-cached": Refused("messages[2].content[0].cache_control"),
    "messages-thinking": Refused("messages[1].content[0].signature"),
    "messages-redacted-thinking": Refused("messages[1].content[0].data"),
    "messages-assistant-image": Refused("messages[1].content[0]"),
    "messages-prefill": Refused("messages[1]"),
    "messages-block-unknown": Refused("messages[1].content[0].type"),
}

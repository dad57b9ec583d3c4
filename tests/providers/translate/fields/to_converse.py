"""What becomes of chat completions and messages towards AWS's Converse.

It is merged into the tables of the other wires by the name of each case: see `__init__.py`.
"""

import json

from tests.providers.translate.fields.case import Json, Refused
from tests.providers.translate.fields.chat import SCHEMA

SCHEMA_TEXT = json.dumps(SCHEMA, separators=(",", ":"))

CHAT: dict[str, Json | Refused] = {
    "max_completion_tokens": {"inferenceConfig": {"maxTokens": 7}},
    "max_tokens": {"inferenceConfig": {"maxTokens": 7}},
    "no-limit": {"inferenceConfig": None},
    "no-limit-default": {"inferenceConfig": None},
    "model": {},
    "temperature": {"inferenceConfig": {"maxTokens": 100, "temperature": 0.5}},
    "temperature-zero": {"inferenceConfig": {"maxTokens": 100, "temperature": 0.0}},
    "temperature-hot": Refused("temperature"),
    "temperature-new": {"inferenceConfig": {"maxTokens": 100, "temperature": 1.0}},
    "top_p": {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
    "top_p-new": {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
    "stop": {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["END"]}},
    "stop-list": {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a", "b"]}},
    "tools-schema-of-words": Refused("tools[0].function.parameters"),
    "response_format-list": Refused("response_format.json_schema.schema"),
    "max_tokens-as-well": {},
    "max_tokens-otherwise": Refused("max_tokens"),
    "messages-file-nowhere": Refused("messages[0].content[0].file"),
    "messages-file-twice": Refused("messages[0].content[0].file"),
    "messages-ids-of-others": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "functions.f:0", "name": "f", "input": {}}}]},
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "functions.f:0", "content": [{"text": "42"}]}}],
            },
        ]
    },
    "tool_choice-without-tools": Refused("tool_choice"),
    "stop-empty": {},
    "seed": Refused("seed"),
    "seed-zero": Refused("seed"),
    "n": Refused("n"),
    "n-one": {},
    "presence_penalty": Refused("presence_penalty"),
    "presence_penalty-zero": {},
    "frequency_penalty": Refused("frequency_penalty"),
    "frequency_penalty-zero": {},
    "logprobs": Refused("logprobs"),
    "logprobs-false": {},
    "top_logprobs": Refused("top_logprobs"),
    "logit_bias": Refused("logit_bias"),
    "logit_bias-empty": {},
    "verbosity": Refused("verbosity"),
    "response_format-text": {},
    "response_format-object": Refused("response_format"),
    "response_format-schema": {
        "outputConfig": {
            "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": SCHEMA_TEXT, "name": "x"}}}
        }
    },
    "response_format-no-schema": Refused("response_format"),
    "response_format-description": {
        "outputConfig": {
            "textFormat": {
                "type": "json_schema",
                "structure": {"jsonSchema": {"schema": SCHEMA_TEXT, "name": "x", "description": "d"}},
            }
        }
    },
    "modalities": {},
    "modalities-audio": Refused("modalities[1]"),
    "audio": Refused("audio"),
    "prediction": Refused("prediction"),
    "stream": {},
    "stream-false": {},
    "stream_options": {},
    "stream_options-obfuscation": Refused("stream_options.include_obfuscation"),
    "reasoning_effort-none": Refused("reasoning_effort"),
    "reasoning_effort-minimal": Refused("reasoning_effort"),
    "reasoning_effort-low": {"outputConfig": {"effort": "low"}},
    "reasoning_effort-medium": {"outputConfig": {"effort": "medium"}},
    "reasoning_effort-high": {"outputConfig": {"effort": "high"}},
    "reasoning_effort-xhigh": {"outputConfig": {"effort": "xhigh"}},
    "reasoning_effort-max": {"outputConfig": {"effort": "max"}},
    "tools": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ]
        }
    },
    "tools-empty": {},
    "tools-description-strict": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}]
        }
    },
    "tools-custom": Refused("tools[0].type"),
    "tool_choice-auto": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ],
            "toolChoice": {"auto": {}},
        }
    },
    "tool_choice-none": Refused("tool_choice"),
    "tool_choice-none-without-tools": {},
    "tool_choice-required": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ],
            "toolChoice": {"any": {}},
        }
    },
    "tool_choice-named": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ],
            "toolChoice": {"tool": {"name": "g"}},
        }
    },
    "tool_choice-allowed": Refused("tool_choice"),
    "parallel_tool_calls-false": Refused("parallel_tool_calls"),
    "parallel_tool_calls-false-required": Refused("parallel_tool_calls"),
    "parallel_tool_calls-true": {
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ]
        }
    },
    "functions": Refused("functions"),
    "function_call": Refused("function_call"),
    "web_search_options": Refused("web_search_options"),
    "service_tier-auto": {},
    "service_tier-default": {"serviceTier": {"type": "default"}},
    "service_tier-flex": {"serviceTier": {"type": "flex"}},
    "service_tier-priority": {"serviceTier": {"type": "priority"}},
    "user": Refused("user"),
    "safety_identifier": Refused("safety_identifier"),
    "user-and-safety_identifier": Refused("user"),
    "metadata": {"requestMetadata": {"a": "b"}},
    "metadata-empty": {},
    "store": Refused("store"),
    "store-false": {},
    "moderation": Refused("moderation"),
    "prompt_cache_key": Refused("prompt_cache_key"),
    "prompt_cache_retention": Refused("prompt_cache_retention"),
    "prompt_cache_options": Refused("prompt_cache_options"),
    "unknown": Refused("frobnicate"),
    "null": {},
    "messages-system": {"system": [{"text": "s"}]},
    "messages-system-and-developer": {"system": [{"text": "s"}, {"text": "d"}]},
    "messages-users-merged": {"messages": [{"role": "user", "content": [{"text": "hi"}, {"text": "again"}]}]},
    "messages-name": Refused("messages[0].name"),
    "messages-role": Refused("messages[0].role"),
    "messages-unknown": Refused("messages[0].weight"),
    "messages-part-unknown": Refused("messages[0].content[0].type"),
    "messages-assistant": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"text": "a"}]},
            {"role": "user", "content": [{"text": "hi"}]},
        ]
    },
    "messages-assistant-empty": {"messages": [{"role": "user", "content": [{"text": "hi"}, {"text": "hi"}]}]},
    "temperature-bedrock": {"inferenceConfig": {"maxTokens": 100, "temperature": 0.5}},
    "messages-assistant-last": Refused("messages[1]"),
    "messages-refusal": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"text": "no"}]},
            {"role": "user", "content": [{"text": "hi"}]},
        ]
    },
    "messages-assistant-audio": Refused("messages[1].audio"),
    "messages-image-data": {
        "messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}}]}]
    },
    "messages-image-url": Refused("messages[0].content[0].image_url.url"),
    "messages-image-detail": Refused("messages[0].content[1].image_url.detail"),
    "messages-image-type": Refused("messages[0].content[0].image_url.url"),
    "messages-image-scheme": Refused("messages[0].content[0].image_url.url"),
    "messages-image-data-plain": Refused("messages[0].content[0].image_url.url"),
    "messages-file-pdf": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "a-pdf", "format": "pdf", "source": {"bytes": "JVBERi0="}}}],
            }
        ]
    },
    "messages-file-bare": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "a-pdf", "format": "pdf", "source": {"bytes": "JVBERi0="}}}],
            }
        ]
    },
    "messages-file-text": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "document 1", "format": "txt", "source": {"bytes": "aGVsbG8="}}}],
            }
        ]
    },
    "messages-file-id": Refused("messages[0].content[0].file.file_id"),
    "messages-file-type": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "document 1", "format": "csv", "source": {"bytes": "YQ=="}}}],
            }
        ]
    },
    "messages-file-untyped": Refused("messages[0].content[0].file.file_data"),
    "messages-audio": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}, {"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}]}
        ]
    },
    "messages-tools": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {
                "role": "assistant",
                "content": [
                    {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1.0}}},
                    {"toolUse": {"toolUseId": "c1", "name": "f", "input": {}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}},
                    {"toolResult": {"toolUseId": "c1", "content": [{"text": "7"}]}},
                    {"text": "hi"},
                ],
            },
        ],
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}},
                {"toolSpec": {"name": "g", "inputSchema": {"json": {"type": "object", "properties": {}}}}},
            ]
        },
    },
    "messages-tool-arguments": Refused("messages[1].tool_calls[0]"),
    "messages-tool-custom": Refused("messages[1].tool_calls[0].type"),
}

MESSAGES: dict[str, Json | Refused] = {
    "max_tokens": {"inferenceConfig": {"maxTokens": 7}},
    "no-limit": {"inferenceConfig": None},
    "model": {},
    "temperature": {"inferenceConfig": {"maxTokens": 100, "temperature": 1.0}},
    "top_p": {"inferenceConfig": {"maxTokens": 100, "topP": 0.9}},
    "top_k": Refused("top_k"),
    "stop_sequences": {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a", "b"]}},
    "stop_sequences-many": {"inferenceConfig": {"maxTokens": 100, "stopSequences": ["a", "b", "c", "d", "e"]}},
    "system": {"system": [{"text": "s"}]},
    "system-blocks": {"system": [{"text": "a"}, {"text": "b"}]},
    "system-cached": {"system": [{"text": "a"}, {"cachePoint": {"type": "default", "ttl": "1h"}}]},
    "cache_control": {"messages": [{"role": "user", "content": [{"text": "hi"}, {"cachePoint": {"type": "default"}}]}]},
    "metadata": Refused("metadata.user_id"),
    "metadata-unknown": Refused("metadata.team"),
    "service_tier-auto": {},
    "service_tier-standard": {"serviceTier": {"type": "default"}},
    "service_tier-unknown": Refused("service_tier"),
    "stream": {},
    "stream-false": {},
    "speed-standard": {},
    "speed-fast": Refused("speed"),
    "container": Refused("container"),
    "diagnostics": Refused("diagnostics"),
    "inference_geo": Refused("inference_geo"),
    "unknown": Refused("frobnicate"),
    "output_config-effort": {"outputConfig": {"effort": "max"}},
    "output_config-effort-adaptive": {"outputConfig": {"effort": "low"}},
    "output_config-format": {
        "outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": SCHEMA_TEXT}}}}
    },
    "thinking-adaptive": Refused("thinking"),
    "thinking-disabled": Refused("output_config.effort"),
    "thinking-disabled-effort": Refused("output_config.effort"),
    "thinking-enabled": Refused("thinking.budget_tokens"),
    "thinking-between-tools": Refused("thinking.type"),
    "tools-schema-of-words": Refused("tools[0].input_schema"),
    "format-list": Refused("output_config.format.schema"),
    "messages-nothing-said": {},
    "messages-call-without-an-object": Refused("messages[0].content[0].input"),
    "thinking-display": Refused("thinking.display"),
    "thinking-display-omitted": {"outputConfig": {"effort": "low"}},
    "tools": {"toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}]}},
    "tools-details": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}, "description": "d", "strict": True}}]
        }
    },
    "tools-cached": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {}}}}, {"cachePoint": {"type": "default"}}]
        }
    },
    "tools-server": Refused("tools[0].type"),
    "tools-examples": Refused("tools[0].input_examples"),
    "tool_choice-auto": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}],
            "toolChoice": {"auto": {}},
        }
    },
    "tool_choice-any": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}],
            "toolChoice": {"any": {}},
        }
    },
    "tool_choice-none": Refused("tool_choice"),
    "tool_choice-without-tools": {},
    "tool_choice-tool": {
        "toolConfig": {
            "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}],
            "toolChoice": {"tool": {"name": "f"}},
        }
    },
    "tool_choice-single": Refused("tool_choice.disable_parallel_tool_use"),
    "messages-system": {
        "messages": [{"role": "user", "content": [{"text": "hi"}, {"text": "hi"}]}],
        "system": [{"text": "s"}],
    },
    "messages-text-cached": {
        "messages": [{"role": "user", "content": [{"text": "a"}, {"cachePoint": {"type": "default"}}]}]
    },
    "messages-text-citations": Refused("messages[0].content[0].citations"),
    "messages-image-data": {
        "messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "AAAA"}}}]}]
    },
    "messages-image-url": Refused("messages[0].content[0].source.url"),
    "messages-image-file": Refused("messages[0].content[0].source.file_id"),
    "messages-image-cached": {
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
    "messages-document-pdf": {
        "messages": [
            {"role": "user", "content": [{"document": {"name": "a-pdf", "format": "pdf", "source": {"bytes": "AAAA"}}}]}
        ]
    },
    "messages-document-untitled": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "document 1", "format": "pdf", "source": {"bytes": "AAAA"}}}],
            }
        ]
    },
    "messages-document-text": {
        "messages": [
            {
                "role": "user",
                "content": [{"document": {"name": "document 1", "format": "txt", "source": {"text": "hello"}}}],
            }
        ]
    },
    "messages-document-url": Refused("messages[0].content[0].source.url"),
    "messages-document-file": Refused("messages[0].content[0].source.file_id"),
    "messages-document-context": {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"document": {"name": "document 1", "context": "c", "format": "pdf", "source": {"bytes": "AAAA"}}}
                ],
            }
        ]
    },
    "messages-document-citations": Refused("messages[0].content[0].citations"),
    "messages-document-content": Refused("messages[0].content[0].source.type"),
    "messages-tools": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {
                "role": "assistant",
                "content": [
                    {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1}}},
                    {"toolUse": {"toolUseId": "c1", "name": "f", "input": {}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}},
                    {"toolResult": {"toolUseId": "c1", "content": [{"text": "7"}]}},
                    {"text": "go on"},
                ],
            },
        ],
        "toolConfig": {"tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}]},
    },
    "messages-tool-caller": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {
                "role": "assistant",
                "content": [{"text": "so"}, {"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}],
            },
            {"role": "user", "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": " "}]}}]},
        ]
    },
    "messages-tool-failed": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}], "status": "error"}}],
            },
        ]
    },
    "messages-tool-did-not-fail": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}], "status": "success"}}],
            },
        ]
    },
    "messages-tool-image": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
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
    "messages-tool-result-cached": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c0", "name": "f", "input": {}}}]},
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "c0", "content": [{"text": "42"}]}},
                    {"cachePoint": {"type": "default"}},
                ],
            },
        ]
    },
    "messages-thinking": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {
                "role": "assistant",
                "content": [{"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, {"text": "a"}],
            },
            {"role": "user", "content": [{"text": "hi"}]},
        ]
    },
    "messages-redacted-thinking": {
        "messages": [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"reasoningContent": {"redactedContent": "x"}}]},
            {"role": "user", "content": [{"text": "hi"}]},
        ]
    },
    "messages-assistant-image": Refused("messages[1].content[0]"),
    "messages-prefill": Refused("messages[1]"),
    "messages-block-unknown": Refused("messages[1].content[0].type"),
}

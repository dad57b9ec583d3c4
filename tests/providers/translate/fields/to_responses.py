"""What becomes of chat completions and messages towards OpenAI's Responses.

It is merged into the tables of the other wires by the name of each case: see `__init__.py`.
"""

from tests.providers.translate.fields.case import Json, Refused
from tests.providers.translate.fields.chat import SCHEMA

CHAT: dict[str, Json | Refused] = {
    "max_completion_tokens": {"max_output_tokens": 7},
    "max_tokens": {"max_output_tokens": 7},
    "no-limit": {"max_output_tokens": None},
    "no-limit-default": {"max_output_tokens": None},
    "model": {"model": "y"},
    "temperature": {"temperature": 0.5},
    "temperature-zero": {"temperature": 0.0},
    "temperature-hot": {"temperature": 1.5},
    "temperature-new": {"temperature": 1.0},
    "top_p": {"top_p": 0.9},
    "top_p-new": {"top_p": 0.9},
    "stop": Refused("stop"),
    "stop-list": Refused("stop"),
    "tools-schema-of-words": Refused("tools[0].function.parameters"),
    "response_format-list": Refused("response_format.json_schema.schema"),
    "max_tokens-as-well": {},
    "max_tokens-otherwise": Refused("max_tokens"),
    "messages-file-nowhere": Refused("messages[0].content[0].file"),
    "messages-file-twice": Refused("messages[0].content[0].file"),
    "messages-ids-of-others": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "functions.f:0", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "functions.f:0", "output": "42"},
        ]
    },
    "tool_choice-without-tools": {"tool_choice": "required"},
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
    "verbosity": {"text": {"verbosity": "low"}},
    "response_format-text": {},
    "response_format-object": {"text": {"format": {"type": "json_object"}}},
    "response_format-schema": {
        "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "strict": True}}
    },
    "response_format-no-schema": Refused("response_format"),
    "response_format-description": {
        "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA, "description": "d"}}
    },
    "modalities": {},
    "modalities-audio": Refused("modalities[1]"),
    "audio": Refused("audio"),
    "prediction": Refused("prediction"),
    "stream": {"stream": True},
    "stream-false": {},
    "stream_options": {},
    "stream_options-obfuscation": Refused("stream_options.include_obfuscation"),
    "reasoning_effort-none": {"reasoning": {"effort": "none"}},
    "reasoning_effort-minimal": {"reasoning": {"effort": "minimal"}},
    "reasoning_effort-low": {"reasoning": {"effort": "low"}},
    "reasoning_effort-medium": {"reasoning": {"effort": "medium"}},
    "reasoning_effort-high": {"reasoning": {"effort": "high"}},
    "reasoning_effort-xhigh": {"reasoning": {"effort": "xhigh"}},
    "reasoning_effort-max": {"reasoning": {"effort": "max"}},
    "tools": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ]
    },
    "tools-empty": {},
    "tools-description-strict": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": True, "description": "d"}]
    },
    "tools-custom": Refused("tools[0].type"),
    "tool_choice-auto": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": "auto",
    },
    "tool_choice-none": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": "none",
    },
    "tool_choice-none-without-tools": {},
    "tool_choice-required": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": "required",
    },
    "tool_choice-named": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": {"type": "function", "name": "g"},
    },
    "tool_choice-allowed": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
    },
    "parallel_tool_calls-false": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "parallel_tool_calls": False,
    },
    "parallel_tool_calls-false-required": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
        "tool_choice": "required",
        "parallel_tool_calls": False,
    },
    "parallel_tool_calls-true": {
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ]
    },
    "functions": Refused("functions"),
    "function_call": Refused("function_call"),
    "web_search_options": Refused("web_search_options"),
    "service_tier-auto": {"service_tier": "auto"},
    "service_tier-default": {"service_tier": "default"},
    "service_tier-flex": {"service_tier": "flex"},
    "service_tier-priority": {"service_tier": "priority"},
    "user": {"user": "u"},
    "safety_identifier": {"safety_identifier": "s"},
    "user-and-safety_identifier": {"user": "u", "safety_identifier": "s"},
    "metadata": {"metadata": {"a": "b"}},
    "metadata-empty": {},
    "store": {"store": True},
    "store-false": {},
    "moderation": Refused("moderation"),
    "prompt_cache_key": {"prompt_cache_key": "k"},
    "prompt_cache_retention": {"prompt_cache_retention": "24h"},
    "prompt_cache_options": Refused("prompt_cache_options"),
    "unknown": Refused("frobnicate"),
    "null": {},
    "messages-system": {"instructions": "s"},
    "messages-system-and-developer": {
        "input": [
            {"role": "system", "content": [{"type": "input_text", "text": "s"}, {"type": "input_text", "text": "d"}]},
            {"role": "user", "content": "hi"},
        ]
    },
    "messages-users-merged": {"input": [{"role": "user", "content": "hi"}, {"role": "user", "content": "again"}]},
    "messages-name": Refused("messages[0].name"),
    "messages-role": Refused("messages[0].role"),
    "messages-unknown": Refused("messages[0].weight"),
    "messages-part-unknown": Refused("messages[0].content[0].type"),
    "messages-assistant": {
        "input": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "hi"},
        ]
    },
    "messages-assistant-empty": {"input": [{"role": "user", "content": "hi"}, {"role": "user", "content": "hi"}]},
    "temperature-bedrock": {"temperature": 0.5},
    "messages-assistant-last": Refused("messages[1]"),
    "messages-refusal": {
        "input": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "no"},
            {"role": "user", "content": "hi"},
        ]
    },
    "messages-assistant-audio": Refused("messages[1].audio"),
    "messages-image-data": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBORw0KGgo="}
                ],
            }
        ]
    },
    "messages-image-url": {
        "input": [
            {"role": "user", "content": [{"type": "input_image", "detail": "auto", "image_url": "https://e.org/a.png"}]}
        ]
    },
    "messages-image-detail": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "x"},
                    {"type": "input_image", "detail": "low", "image_url": "data:image/png;base64,iVBORw0KGgo="},
                ],
            }
        ]
    },
    "messages-image-type": {
        "input": [
            {
                "role": "user",
                "content": [{"type": "input_image", "detail": "auto", "image_url": "data:image/tiff;base64,AAAA"}],
            }
        ]
    },
    "messages-image-scheme": {
        "input": [{"role": "user", "content": [{"type": "input_image", "detail": "auto", "image_url": "gs://b/a.png"}]}]
    },
    "messages-image-data-plain": Refused("messages[0].content[0].image_url.url"),
    "messages-file-pdf": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}
                ],
            }
        ]
    },
    "messages-file-bare": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}
                ],
            }
        ]
    },
    "messages-file-text": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:text/plain;base64,aGVsbG8=", "filename": "document.txt"}
                ],
            }
        ]
    },
    "messages-file-id": {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    "messages-file-type": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:text/csv;base64,YQ==", "filename": "document.csv"}
                ],
            }
        ]
    },
    "messages-file-untyped": Refused("messages[0].content[0].file.file_data"),
    "messages-audio": Refused("messages[1].content[0].input_audio"),
    "messages-tools": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1.0}'},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c0", "output": "42"},
            {"type": "function_call_output", "call_id": "c1", "output": "7"},
            {"role": "user", "content": "hi"},
        ],
        "tools": [
            {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False},
            {"type": "function", "name": "g", "parameters": None, "strict": False},
        ],
    },
    "messages-tool-arguments": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "[1]"},
            {"type": "function_call_output", "call_id": "c0", "output": "42"},
        ]
    },
    "messages-tool-custom": Refused("messages[1].tool_calls[0].type"),
}

MESSAGES: dict[str, Json | Refused] = {
    "max_tokens": {"max_output_tokens": 7},
    "no-limit": {"max_output_tokens": None},
    "model": {"model": "y"},
    "temperature": {"temperature": 1.0},
    "top_p": {"top_p": 0.9},
    "top_k": Refused("top_k"),
    "stop_sequences": Refused("stop_sequences"),
    "stop_sequences-many": Refused("stop_sequences"),
    "system": {"instructions": "s"},
    "system-blocks": {
        "input": [
            {"role": "system", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
            {"role": "user", "content": "hi"},
        ]
    },
    "system-cached": Refused("system[0].cache_control"),
    "cache_control": Refused("cache_control"),
    "metadata": {"user": "u"},
    "metadata-unknown": Refused("metadata.team"),
    "service_tier-auto": {"service_tier": "auto"},
    "service_tier-standard": {"service_tier": "default"},
    "service_tier-unknown": Refused("service_tier"),
    "stream": {"stream": True},
    "stream-false": {},
    "speed-standard": {},
    "speed-fast": Refused("speed"),
    "container": Refused("container"),
    "diagnostics": Refused("diagnostics"),
    "inference_geo": Refused("inference_geo"),
    "unknown": Refused("frobnicate"),
    "output_config-effort": {"reasoning": {"effort": "max"}},
    "output_config-effort-adaptive": {"reasoning": {"effort": "low"}},
    "output_config-format": {
        "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True}}
    },
    "thinking-adaptive": Refused("thinking"),
    "thinking-disabled": {"reasoning": {"effort": "none"}},
    "thinking-disabled-effort": Refused("output_config.effort"),
    "thinking-enabled": Refused("thinking.budget_tokens"),
    "thinking-between-tools": Refused("thinking.type"),
    "tools-schema-of-words": Refused("tools[0].input_schema"),
    "format-list": Refused("output_config.format.schema"),
    "messages-nothing-said": {},
    "messages-call-without-an-object": Refused("messages[0].content[0].input"),
    "thinking-display": {"reasoning": {"effort": "low", "summary": "auto"}},
    "thinking-display-omitted": {"reasoning": {"effort": "low"}},
    "tools": {"tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}]},
    "tools-details": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": True, "description": "d"}]
    },
    "tools-cached": Refused("tools[0].cache_control"),
    "tools-server": Refused("tools[0].type"),
    "tools-examples": Refused("tools[0].input_examples"),
    "tool_choice-auto": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": "auto",
    },
    "tool_choice-any": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": "required",
    },
    "tool_choice-none": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": "none",
    },
    "tool_choice-without-tools": {},
    "tool_choice-tool": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": {"type": "function", "name": "f"},
    },
    "tool_choice-single": {
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
        "tool_choice": "required",
        "parallel_tool_calls": False,
    },
    "messages-system": {
        "input": [{"role": "user", "content": "hi"}, {"role": "user", "content": "hi"}],
        "instructions": "s",
    },
    "messages-text-cached": Refused("messages[0].content[0].cache_control"),
    "messages-text-citations": Refused("messages[0].content[0].citations"),
    "messages-image-data": {
        "input": [
            {
                "role": "user",
                "content": [{"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}],
            }
        ]
    },
    "messages-image-url": {
        "input": [
            {"role": "user", "content": [{"type": "input_image", "detail": "auto", "image_url": "https://e.org/a.png"}]}
        ]
    },
    "messages-image-file": Refused("messages[0].content[0].source.file_id"),
    "messages-image-cached": Refused("messages[0].content[0].cache_control"),
    "messages-document-pdf": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}
                ],
            }
        ]
    },
    "messages-document-untitled": {
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "document.pdf"}
                ],
            }
        ]
    },
    "messages-document-text": Refused("messages[0].content[0].source.data"),
    "messages-document-url": {
        "input": [{"role": "user", "content": [{"type": "input_file", "file_url": "https://e.org/a.pdf"}]}]
    },
    "messages-document-file": Refused("messages[0].content[0].source.file_id"),
    "messages-document-context": Refused("messages[0].content[0].context"),
    "messages-document-citations": Refused("messages[0].content[0].citations"),
    "messages-document-content": Refused("messages[0].content[0].source.type"),
    "messages-tools": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": '{"a":1}'},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c0", "output": "42"},
            {"type": "function_call_output", "call_id": "c1", "output": "7"},
            {"role": "user", "content": "go on"},
        ],
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
    },
    "messages-tool-caller": {
        "input": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "so"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c0", "output": ""},
        ]
    },
    "messages-tool-failed": Refused("messages[2].content[0].is_error"),
    "messages-tool-did-not-fail": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c0", "output": "42"},
        ]
    },
    "messages-tool-image": {
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "c0", "name": "f", "arguments": "{}"},
            {
                "type": "function_call_output",
                "call_id": "c0",
                "output": [{"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,AAAA"}],
            },
        ]
    },
    "messages-tool-result-cached": Refused("messages[2].content[0].cache_control"),
    "messages-thinking": Refused("messages[1].content[0]"),
    "messages-redacted-thinking": Refused("messages[1].content[0]"),
    "messages-assistant-image": Refused("messages[1].content[0]"),
    "messages-prefill": Refused("messages[1]"),
    "messages-block-unknown": Refused("messages[1].content[0].type"),
}

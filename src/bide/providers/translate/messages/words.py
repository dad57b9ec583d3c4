"""Anthropic's words for what Messages can express, and what to do about what it cannot."""

from collections.abc import Mapping

SPELLING: Mapping[str, str] = {
    "max_output_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "stop": "stop_sequences",
    "format": "output_config.format",
    "tool_choice": "tool_choice",
    "one_call_at_a_time": "tool_choice.disable_parallel_tool_use",
    "effort": "output_config.effort",
    "adaptive_thinking": "thinking",
    "thinking_budget": "thinking.budget_tokens",
    "thoughts": "thinking.display",
    "tier": "service_tier",
    "user": "metadata.user_id",
    "safety_identifier": "metadata.user_id",
    "stream": "stream",
    "include_usage": "stream",
    "cache": "cache_control",
    "text": "text",
    "text.cache": "cache_control",
    "image": "image",
    "image.data": "source.data",
    "image.url": "source.url",
    "image.cache": "cache_control",
    "document": "document",
    "document.data": "source.data",
    "document.text": "source.data",
    "document.url": "source.url",
    "document.name": "title",
    "document.context": "context",
    "document.cache": "cache_control",
    "tool_call": "tool_use",
    "tool_call.cache": "cache_control",
    "tool_result": "tool_result",
    "tool_result.is_error": "is_error",
    "tool_result.cache": "cache_control",
    "reasoning": "thinking",
    "reasoning.signature": "signature",
    "reasoning.redacted": "data",
    "refusal": "text",
    "tool": "tools",
    "tool.description": "description",
    "tool.schema": "input_schema",
    "tool.strict": "strict",
    "tool.cache": "cache_control",
}

REMEDIES: Mapping[str, str] = {
    "seed": "leave it out; no seed makes its answers repeat themselves",
    "n": "send as many requests",
    "presence_penalty": "leave it out",
    "frequency_penalty": "leave it out",
    "logprobs": "leave it out; probabilities are not told",
    "top_logprobs": "leave it out; probabilities are not told",
    "logit_bias": "leave it out",
    "verbosity": "leave it out, and ask for brevity in the prompt",
    "metadata": "leave it out, or keep it with the custom_id",
    "store": "leave it out; answers are not kept for later calls",
    "cache_key": "leave it out; mark the end of the prefix by cache_control",
    "cache_retention": "leave it out; mark the end of the prefix by cache_control",
    "continues": "send the whole conversation",
    "audio": "send a transcript",
    "image.file_id": "send the picture itself, or its URL",
    "document.file_id": "send the file itself; only OpenAI knows its id",
    "image.detail": "leave it out, or send a smaller picture",
}

LIMITS: Mapping[str, str] = {
    "max_output_tokens": "it is demanded here, so without one a default has to be set",
    "temperature": "it goes up to 1, and from version 2026-10-21 on there is none",
    "top_p": "from version 2026-10-21 on there is none",
    "top_k": "from version 2026-10-21 on there is none",
    "format": "it has to be a JSON schema; any JSON cannot be asked for",
    "format.description": "write it into the schema's own description",
    "tool_choice": "send only the tools that are allowed",
    "effort": "low is the least, and none is no thinking",
    "thoughts": "say auto; how long they are cannot be said",
    "tier": "there are auto and default",
    "user": "there is one name for the user; give user or safety_identifier",
    "image.data": "it has to be a JPEG, PNG, GIF or WebP",
    "image.url": "it has to begin with https:// or http://",
    "document.data": "it has to be a PDF, or plain text in UTF-8",
    "tool_call": "its arguments have to be a JSON object",
    "reasoning": "leave thoughts without a signature out of earlier turns",
}
"""What is refused for its value, and the remedy."""

SAMPLING = ("temperature", "top_p", "top_k")
"""What version 2026-10-21 refuses."""

WITHOUT_SAMPLING = "2026-10-21"
"""The first version that does. Versions are dates, so they compare as words."""

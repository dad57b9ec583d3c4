"""OpenAI's words for what Responses can express, and what to do about what it cannot."""

from collections.abc import Mapping

SPELLING: Mapping[str, str] = {
    "max_output_tokens": "max_output_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "format": "text.format",
    "format.description": "text.format.description",
    "verbosity": "text.verbosity",
    "tool_choice": "tool_choice",
    "one_call_at_a_time": "parallel_tool_calls",
    "effort": "reasoning.effort",
    "thoughts": "reasoning.summary",
    "tier": "service_tier",
    "user": "user",
    "safety_identifier": "safety_identifier",
    "metadata": "metadata",
    "store": "store",
    "stream": "stream",
    "include_usage": "stream",
    "cache_key": "prompt_cache_key",
    "cache_retention": "prompt_cache_retention",
    "continues": "previous_response_id",
    "text": "input_text",
    "image": "input_image",
    "image.data": "image_url",
    "image.url": "image_url",
    "image.file_id": "file_id",
    "image.detail": "detail",
    "document": "input_file",
    "document.data": "file_data",
    "document.url": "file_url",
    "document.file_id": "file_id",
    "document.name": "filename",
    "tool_call": "function_call",
    "tool_result": "function_call_output",
    "refusal": "output_text",
    "tool": "tools",
    "tool.description": "description",
    "tool.schema": "parameters",
    "tool.strict": "strict",
}

REMEDIES: Mapping[str, str] = {
    "top_k": "leave it out; top_p is the nearest",
    "stop": "leave it out, and cut the answer where it is read",
    "seed": "leave it out; no seed makes its answers repeat themselves",
    "n": "send as many requests",
    "presence_penalty": "leave it out",
    "frequency_penalty": "leave it out",
    "logprobs": "leave it out; probabilities are not told",
    "top_logprobs": "leave it out; probabilities are not told",
    "logit_bias": "leave it out",
    "adaptive_thinking": "leave it out, or say how much by an effort",
    "thinking_budget": "say how much by an effort instead of a number of tokens",
    "cache": "leave it out; long prompts are cached without being asked",
    "audio": "send a transcript",
    "reasoning": "leave thoughts out of earlier turns",
    "document.text": "send it as a text part",
    "document.context": "say it in a text part",
    "tool_result.is_error": "leave it out, and say in the result's text that it failed",
}

LIMITS: Mapping[str, str] = {
    "format": "it has to have a schema; say json_object for any JSON",
}
"""What is refused for its value, and the remedy."""

"""The answers of `replies.py` as Responses, generateContent and Converse have them, by the name of each."""

from typing import Any

from bide.providers.translate import Wire

Json = dict[str, Any]

R, G, V = Wire.RESPONSES, Wire.GEMINI, Wire.CONVERSE


NOTHING_ASKED: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What a response repeats of a request that says no more than it must."""


def response(*output: Json, usage: Json | None = None, incomplete: str | None = None, **more: Any) -> Json:
    return {
        "id": "a1",
        "object": "response",
        "created_at": 1700000000,
        "completed_at": None if incomplete else 1700000000,
        "status": "incomplete" if incomplete else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": incomplete} if incomplete else None,
        **NOTHING_ASKED,
        "model": "m1",
        "output": list(output),
        "service_tier": "default",
        "store": False,
        "usage": usage or responses_usage(0, 0),
        **more,
    }


def responses_usage(prompt: int, output: int, cached: int = 0, written: int = 0, reasoning: int = 0) -> Json:
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": prompt + output,
    }


def said(*content: Json, number: int = 0) -> Json:
    return {
        "type": "message",
        "id": f"msg_a1_{number}",
        "status": "completed",
        "role": "assistant",
        "content": list(content),
    }


def words(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def called(number: int, arguments: str) -> Json:
    return {
        "type": "function_call",
        "id": f"fc_a1_{number}",
        "call_id": "c0",
        "name": "f",
        "arguments": arguments,
        "status": "completed",
    }


def generated(*parts: Json, reason: str = "STOP", usage: Json | None = None) -> Json:
    return {
        "candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": reason, "index": 0}],
        "usageMetadata": usage or gemini_usage(0, 0),
        "modelVersion": "m1",
        "responseId": "a1",
    }


def gemini_usage(prompt: int, output: int, cached: int = 0, thoughts: int = 0, **more: Any) -> Json:
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": output,
        "totalTokenCount": prompt + output + thoughts,
        "cachedContentTokenCount": cached,
        "thoughtsTokenCount": thoughts,
        **more,
    }


def conversed(*content: Json, reason: str = "end_turn", usage: Json | None = None, **more: Any) -> Json:
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": reason,
        "usage": usage or converse_usage(0, 0),
        "metrics": {"latencyMs": 0},
        **more,
    }


def converse_usage(fresh: int, output: int, read: int = 0, written: int = 0, **more: Any) -> Json:
    return {
        "inputTokens": fresh,
        "outputTokens": output,
        "totalTokens": fresh + read + written + output,
        "cacheReadInputTokens": read,
        "cacheWriteInputTokens": written,
        **more,
    }


FIVE_MINUTES = {"cacheDetails": [{"ttl": "5m", "inputTokens": 20}]}

EXPECTED: dict[str, dict[Wire, Json]] = {
    "text": {R: response(said(words("hello"))), G: generated({"text": "hello"}), V: conversed({"text": "hello"})},
    "length": {
        R: response(said(words("he")), incomplete="max_output_tokens"),
        G: generated({"text": "he"}, reason="MAX_TOKENS"),
        V: conversed({"text": "he"}, reason="max_tokens"),
    },
    "call": {
        R: response(said(words("so")), called(1, '{"a":1.0}')),
        G: generated({"text": "so"}, {"functionCall": {"id": "c0", "name": "f", "args": {"a": 1.0}}}),
        V: conversed(
            {"text": "so"}, {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"a": 1.0}}}, reason="tool_use"
        ),
    },
    "nothing": {R: response(), G: generated(), V: conversed()},
    "usage": {
        R: response(said(words("x")), usage=responses_usage(60, 7, 30, 20, 3), service_tier="default"),
        G: generated({"text": "x"}, usage=gemini_usage(60, 4, 30, 3, trafficType="ON_DEMAND")),
        V: conversed(
            {"text": "x"}, usage=converse_usage(10, 7, 30, 20, **FIVE_MINUTES), serviceTier={"type": "default"}
        ),
    },
    "priority": {
        R: response(said(words("x")), service_tier="priority"),
        G: generated({"text": "x"}, usage=gemini_usage(0, 0, trafficType="ON_DEMAND_PRIORITY")),
        V: conversed({"text": "x"}, serviceTier={"type": "priority"}),
    },
    "thoughts": {
        R: response(
            {
                "type": "reasoning",
                "id": "thought_a1_0",
                "summary": [{"type": "summary_text", "text": "hm"}],
                "encrypted_content": "s",
            },
            {"type": "reasoning", "id": "redacted_a1_1", "summary": [], "encrypted_content": "eA=="},
            said(words("a"), words("b"), number=2),
        ),
        G: generated({"text": "hm", "thought": True}, {"text": "a"}, {"text": "b"}),
        V: conversed(
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
            {"reasoningContent": {"redactedContent": "eA=="}},
            {"text": "a"},
            {"text": "b"},
        ),
    },
    "declined": {
        R: response(said({"type": "refusal", "refusal": "I may not."})),
        G: generated({"text": "I may not."}, reason="SAFETY"),
        V: conversed({"text": "I may not."}, reason="content_filtered"),
    },
    "filtered": {
        R: response(said(words("a")), incomplete="content_filter"),
        G: generated({"text": "a"}, reason="PROHIBITED_CONTENT"),
        V: conversed({"text": "a"}, reason="content_filtered"),
    },
    "call-cut-short": {
        R: response(called(0, '{"a":'), incomplete="max_output_tokens"),
        G: generated(
            {"functionCall": {"id": "c0", "name": "f", "args": {"unreadable_arguments": '{"a":'}}}, reason="MAX_TOKENS"
        ),
        V: conversed(
            {"toolUse": {"toolUseId": "c0", "name": "f", "input": {"unreadable_arguments": '{"a":'}}},
            reason="max_tokens",
        ),
    },
    "cache-of-an-hour": {
        V: conversed(
            {"text": "x"},
            usage=converse_usage(
                1, 2, 0, 7, cacheDetails=[{"ttl": "1h", "inputTokens": 4}, {"ttl": "5m", "inputTokens": 3}]
            ),
        ),
    },
    "stop-sequence": {V: conversed({"text": "x"}, reason="stop_sequence")},
    "context": {
        R: response(said(words("x")), incomplete="max_output_tokens"),
        V: conversed({"text": "x"}, reason="model_context_window_exceeded"),
    },
}
"""What callers of these wires get."""

GIVEN_AS_WELL: dict[str, tuple[Wire, ...]] = {
    "text": (R, G, V),
    "length": (R, G, V),
    "call": (R, G, V),
    "nothing": (R, G, V),
    "usage": (R,),
    "priority": (R, G, V),
    "declined": (R,),
    "filtered": (R, V),
    "call-cut-short": (R,),
    "cache-of-an-hour": (V,),
    "context": (V,),
}
"""Where a provider says it in the same words that a caller would get."""

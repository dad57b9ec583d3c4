"""What a caller of Responses, generateContent and Converse has at the end of a stream, judged piece by piece."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.providers.translate import aws, sdk

from bide.providers.translate import Wire
from bide.providers.translate.converse.frames import Frames
from bide.providers.translate.sse import SentEvents

Json = dict[str, Any]


@dataclass
class Gathered:
    """What a caller has at the end of a stream."""

    text: str = ""
    calls: list[list[str]] = field(default_factory=list[list[str]])
    finish: str | None = None
    usage: Json | None = None
    failed: str | None = None
    is_complete: bool = False


def gather_responses(sent: bytes) -> Gathered:
    found = Gathered()
    for number, one in enumerate(SentEvents().feed(sent)):
        assert not found.is_complete
        body = json.loads(one.data)
        assert (body["type"], body["sequence_number"]) == (one.name, number)
        extra = ["error"] if body["type"] == "error" else []  # OpenAI's own SDK looks there
        assert sdk.unknown_fields(sdk.CHUNKS[Wire.RESPONSES](body)) == extra
        match body:
            case {"type": "error", "message": message}:
                found.failed = message
            case {"type": "response.output_text.delta" | "response.refusal.delta", "delta": delta}:
                found.text += delta
            case {"type": "response.output_item.added", "item": {"type": "function_call"} as item}:
                found.calls.append([item["call_id"], item["name"], ""])
            case {"type": "response.function_call_arguments.delta", "delta": delta}:
                found.calls[-1][2] += delta
            case {"type": "response.completed" | "response.incomplete", "response": whole}:
                assert text_of(whole) == found.text
                found.finish = (whole["incomplete_details"] or {"reason": whole["status"]})["reason"]
                found.usage = whole["usage"]
                found.is_complete = True
            case _:
                pass
    return found


def text_of(response: Json) -> str:
    """All words of a response."""
    pieces = [piece for item in response["output"] if item["type"] == "message" for piece in item["content"]]
    return "".join(piece.get("text") or piece.get("refusal") or "" for piece in pieces)


def gather_gemini(sent: bytes) -> Gathered:
    found = Gathered()
    for one in SentEvents().feed(sent):
        assert not found.is_complete
        body = json.loads(one.data)
        if "error" in body:
            found.failed = body["error"]["message"]
            continue
        sdk.CHUNKS[Wire.GEMINI](body)
        found.usage = body.get("usageMetadata", found.usage)
        for candidate in body["candidates"]:
            for part in candidate["content"]["parts"]:
                if "functionCall" in part:
                    call = part["functionCall"]
                    found.calls.append([call["id"], call["name"], json.dumps(call["args"], separators=(",", ":"))])
                elif not part.get("thought"):
                    found.text += part["text"]
            found.finish = candidate.get("finishReason")
            found.is_complete = found.finish is not None
    return found


def gather_converse(sent: bytes) -> Gathered:
    found = Gathered()
    for one in Frames().feed(sent):
        assert not found.is_complete
        body = json.loads(one.payload)
        if one.headers[":message-type"] == "exception":
            aws.event(one.headers[":exception-type"], body)
            found.failed = body["message"]
            continue
        name = one.headers[":event-type"]
        aws.event(name, body)
        match name, body:
            case "contentBlockStart", {"start": {"toolUse": use}}:
                found.calls.append([use["toolUseId"], use["name"], ""])
            case "contentBlockDelta", {"delta": {"toolUse": use}}:
                found.calls[-1][2] += use["input"]
            case "contentBlockDelta", {"delta": {"text": text}}:
                found.text += text
            case "messageStop", {"stopReason": reason}:
                found.finish = reason
            case "metadata", {"usage": usage}:
                found.usage, found.is_complete = usage, True
            case _:
                pass
    return found

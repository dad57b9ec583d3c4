"""A prompt into the body of generateContent. The model and whether it streams are in the path, not in the body."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bide.providers.translate.arguments import object_of
from bide.providers.translate.gemini import media
from bide.providers.translate.gemini.calls import FOREIGN, must_sign, own_id, signature_of
from bide.providers.translate.gemini.settings import generation_config, tool_config
from bide.providers.translate.gemini.words import LIMITS
from bide.providers.translate.parts import (
    Audio,
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from bide.providers.translate.prompt import Prompt, Role, Tool, detail_of
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.GEMINI.api
ROLES: dict[Role, str] = {"user": "user", "assistant": "model"}
TIERS = {"default": "standard", "flex": "flex", "priority": "priority", "fast": "priority"}
LABEL = re.compile(r"[a-z0-9_-]{0,63}", re.ASCII)

_encode = msgspec.json.Encoder().encode

Json = dict[str, Any]


def write_request(prompt: Prompt, options: Options) -> bytes:
    """The body that this prompt is.

    Raises:
        UntranslatableError: a value of it cannot be expressed.
    """
    body: Json = {"contents": _Conversation(prompt, options.model or prompt.model).contents()}
    if prompt.system:
        body["systemInstruction"] = {"parts": [{"text": text.text} for text in prompt.system]}
    if prompt.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in prompt.tools]}]
    config = generation_config(prompt)
    if config:
        body["generationConfig"] = config
    calling = tool_config(prompt)
    if calling:
        body["toolConfig"] = {"functionCallingConfig": calling}
    return _encode(body | _outer(prompt))


class _Conversation:
    """Turns into contents. A result is told by the name of its function, which only its call knows."""

    def __init__(self, prompt: Prompt, model: str) -> None:
        self._prompt = prompt
        self._must_sign = must_sign(model)
        self._names: dict[str, str] = {}
        """By id, the function of each call so far: some servers begin their ids anew with each answer."""

    def contents(self) -> list[Json]:
        """Neighbours of one role are one content: the results of several calls have to come together."""
        merged: list[tuple[Role, list[Part]]] = []
        for turn in self._prompt.turns:
            if not turn.parts:
                continue  # a content without parts is refused
            if merged and merged[-1][0] == turn.role:
                merged[-1][1].extend(turn.parts)
            else:
                merged.append((turn.role, list(turn.parts)))
        if merged and merged[-1][0] == "assistant":
            remedy = "end the conversation with the user's turn; the beginning of an answer cannot be given"
            raise UntranslatableError(self._prompt.turns[-1].path, HERE, remedy)
        return [
            {"role": ROLES[role], "parts": self._user(parts) if role == "user" else self._assistant(parts)}
            for role, parts in merged
        ]

    def _user(self, parts: Sequence[Part]) -> list[Json]:
        """What tools answered has to follow their calls, so it comes first."""
        results = [self._result(part) for part in parts if isinstance(part, ToolResult)]
        return results + [self._said(part) for part in parts if not isinstance(part, ToolResult)]

    def _said(self, part: Part) -> Json:
        match part:
            case Text():
                return {"text": part.text}
            case Image():
                return media.picture(self._prompt, part)
            case Document():
                return media.file(self._prompt, part)
            case Audio():
                return media.sound(part)
            case ToolCall() | ToolResult() | Reasoning() | Refusal():
                raise UntranslatableError(part.path, HERE, "it has no place in the user's turn")

    def _result(self, result: ToolResult) -> Json:
        name = self._names.get(result.id)
        if name is None:
            raise UntranslatableError(result.path, HERE, LIMITS["tool_result"])
        word = "error" if result.is_error else "output"
        texts = [part.text for part in result.parts if isinstance(part, Text)]
        answered: Json = {"id": own_id(result.id), "name": name, "response": {word: "\n".join(texts)}}
        for part in result.parts:
            if isinstance(part, Image) and part.detail is not None:
                raise UntranslatableError(detail_of(self._prompt, part, "detail"), HERE, LIMITS["image.detail"])
        rest = [self._said(part) for part in result.parts if not isinstance(part, Text)]
        if rest:
            answered["parts"] = rest
        return {"functionResponse": answered}

    def _assistant(self, parts: Sequence[Part]) -> list[Json]:
        """Only the first call of several is signed."""
        written: list[Json] = []
        is_signed = not self._must_sign
        for part in parts:
            match part:
                case Text() | Refusal():
                    written.append({"text": part.text})
                case Reasoning():
                    if part.signature:
                        raise UntranslatableError(
                            detail_of(self._prompt, part, "signature"), HERE, LIMITS["reasoning.signature"]
                        )
                    written.append({"text": part.text, "thought": True})
                case ToolCall():
                    self._names[part.id] = part.name
                    signature = signature_of(part) or (None if is_signed else FOREIGN)
                    is_signed = True
                    written.append(_call(part, signature))
                case Image() | Document() | Audio() | ToolResult():
                    raise UntranslatableError(part.path, HERE, "an answer of the model holds text and calls only")
        return written


def _call(call: ToolCall, signature: str | None) -> Json:
    function = {"id": own_id(call.id), "name": call.name, "args": object_of(call, HERE)}
    part: Json = {"functionCall": function}
    if signature is not None:
        part["thoughtSignature"] = signature
    return part


def _tool(tool: Tool) -> Json:
    written: Json = {"name": tool.name}
    if tool.description is not None:
        written["description"] = tool.description
    if tool.schema is not None:
        written["parametersJsonSchema"] = tool.schema
    return written


def _outer(prompt: Prompt) -> Json:
    """What stands beside the configuration."""
    tier, metadata = prompt.settings.tier, prompt.settings.metadata
    body: Json = {}
    if tier is not None and tier != "auto":
        if tier not in TIERS:
            raise prompt.refusal("tier", HERE, LIMITS["tier"])
        body["serviceTier"] = TIERS[tier]
    if metadata is not None:
        if not _are_labels(metadata.items()):
            raise prompt.refusal("metadata", HERE, LIMITS["metadata"])
        body["labels"] = metadata
    return body


def _are_labels(pairs: Iterable[tuple[str, str]]) -> bool:
    return all(key and LABEL.fullmatch(key) and LABEL.fullmatch(value) for key, value in pairs)

"""What was sent, as fingerprints: of the whole request, and of the part at its beginning that other requests may share."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
import xxhash

from bide.audit.readers.record import Prefix

PREFIX_CHARACTERS = 6_144
"""The beginning that is looked at where nothing says what is instructions: about 1,500 tokens, which every provider's cache takes."""

CHARACTERS_PER_TOKEN = 4
"""Where a row does not say how many tokens its prompt has: OpenAI's rule of thumb for English."""

WORDS = 60
"""Characters of a prefix that are kept for people."""

INSTRUCTING = ("system", "developer")

PARAMETERS = ("model", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "max_output_tokens", "response_format",
    "text", "reasoning", "reasoning_effort", "thinking", "seed", "stop", "n", "tool_choice")  # fmt: skip
"""What makes another request of the same words, beside these and the tools."""

_encode = msgspec.json.Encoder(order="deterministic").encode

Fingerprints = tuple[int | None, Prefix | None]


def of_text(text: str, instructions: str | None, input_tokens: int | None) -> Fingerprints:
    """The fingerprints of a prompt that is one text, after instructions that are another or None."""
    whole = f"{instructions}\0{text}" if instructions else text
    return _mark(whole.encode("utf-8", "surrogatepass")), _prefix(instructions or "", len(whole), text, input_tokens)


def of_body(body: Mapping[str, Any], input_tokens: int | None) -> Fingerprints:
    """The fingerprints of a request's body, in OpenAI's or Anthropic's words; neither where it holds no prompt."""
    found: Any = next((body[name] for name in ("messages", "input", "contents", "prompt") if body.get(name)), None)
    if found is None:
        return None, None
    told, rest = _instructions(cast(list[Any], found) if isinstance(found, list) else [found])
    leading = [
        body[name] for name in ("tools", "system", "instructions", "system_instruction") if body.get(name)
    ] + told
    before, after = (_bytes(part) if part else b"" for part in (leading, rest))
    parameters = _bytes({name: body[name] for name in PARAMETERS if name in body})
    prompt = _mark(before + b"\0" + after + b"\0" + parameters)
    if before:
        text = _words(leading[-1])
        return prompt, Prefix(_mark(before), _share(len(before), len(before) + len(after), input_tokens), text)
    return prompt, _prefix("", len(after), after.decode("utf-8", "replace"), input_tokens)


def _instructions(turns: list[Any]) -> tuple[list[Any], list[Any]]:
    """The turns before the first one that is no instruction, and the others."""
    for number, turn in enumerate(turns):
        if not isinstance(turn, dict) or cast(dict[str, Any], turn).get("role") not in INSTRUCTING:
            return turns[:number], turns[number:]
    return turns, []


def _prefix(instructions: str, characters: int, text: str, input_tokens: int | None) -> Prefix | None:
    if instructions:
        return Prefix(
            _mark(instructions.encode("utf-8", "surrogatepass")),
            _share(len(instructions), characters, input_tokens),
            _words(instructions),
        )
    if len(text) <= PREFIX_CHARACTERS:
        return None
    mark = _mark(text[:PREFIX_CHARACTERS].encode("utf-8", "surrogatepass"))
    return Prefix(mark, _share(PREFIX_CHARACTERS, characters, input_tokens))


def _share(part: int, whole: int, input_tokens: int | None) -> int:
    """Tokens of so many characters of a prompt."""
    return part * input_tokens // whole if input_tokens is not None and whole else part // CHARACTERS_PER_TOKEN


def _bytes(content: Any) -> bytes:
    """The same for the same content. Halves of surrogate pairs, which JSON may hold, are no text for the faster encoder."""
    try:
        return _encode(content)
    except UnicodeEncodeError:
        return json.dumps(content, sort_keys=True).encode()


def _mark(content: bytes) -> int:
    return xxhash.xxh3_64_intdigest(content)


def _words(told: Any) -> str:
    """The first words of instructions, whatever they are wrapped in."""
    if isinstance(told, str):
        return " ".join(told[: 4 * WORDS].split())[:WORDS]
    if isinstance(told, dict):
        values = cast(dict[str, Any], told)
        return _words(next((values[name] for name in ("content", "text", "parts") if values.get(name)), ""))
    if isinstance(told, Sequence):
        return _words(next(iter(cast(Sequence[Any], told)), ""))
    return ""

"""What Google's own SDK says about a body: its types know the wire's names, and refuse others."""

from typing import Any, cast

from google.genai import types
from pydantic import BaseModel

Json = dict[str, Any]

REQUEST: dict[str, Any] = {
    "contents": types.Content,
    "systemInstruction": types.Content,
    "generationConfig": types.GenerationConfig,
    "tools": types.Tool,
    "toolConfig": types.ToolConfig,
    "safetySettings": types.SafetySetting,
    "serviceTier": types.ServiceTier,
    "labels": None,
    "cachedContent": None,
    "store": None,
    "model": None,
}
"""What a request has at the top, which the SDK puts together from its configuration."""


def request(body: Json) -> None:
    """A request has only what Google knows."""
    for name, value in body.items():
        for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
            judge = REQUEST[name]
            if judge is types.ServiceTier:
                assert one in {tier.value for tier in types.ServiceTier}
            elif judge is not None:
                judge.model_validate(one)


def reply(body: Json) -> BaseModel:
    """An answer, or a piece of one, has only what Google knows."""
    return types.GenerateContentResponse.model_validate(body)

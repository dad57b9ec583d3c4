"""How an answer is to be made: `generationConfig` and `toolConfig`."""

from typing import Any

from bide.providers.translate.gemini.words import LIMITS
from bide.providers.translate.prompt import Prompt
from bide.providers.translate.wire import Wire

HERE = Wire.GEMINI.api
MOST_STOPS = 5
LEVELS = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH", "xhigh": "XHIGH"}
AS_FIT = -1
"""The budget of thoughts that leaves it to the model."""

SAME = {
    "max_output_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "stop": "stopSequences",
    "seed": "seed",
    "n": "candidateCount",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}
"""Settings whose value is the same here."""

Json = dict[str, Any]


def generation_config(prompt: Prompt) -> Json:
    """`generationConfig`."""
    settings = prompt.settings
    config: Json = {name: value for field, name in SAME.items() if (value := getattr(settings, field)) is not None}
    if settings.stop is not None and len(settings.stop) > MOST_STOPS:
        raise prompt.refusal("stop", HERE, LIMITS["stop"])
    wanted = settings.format
    if wanted is not None:
        # Names are labels, and a schema always binds here, so neither `name` nor `strict` is lost.
        if wanted.description is not None:
            raise prompt.refusal("format.description", HERE, LIMITS["format.description"])
        config["responseMimeType"] = "application/json"
        if wanted.schema is not None:
            config["responseJsonSchema"] = wanted.schema
    thinking = _thinking(prompt)
    if thinking:
        config["thinkingConfig"] = thinking
    return config


def _thinking(prompt: Prompt) -> Json:
    settings = prompt.settings
    if settings.effort is not None and settings.thinking_budget is not None:
        raise prompt.refusal("thinking_budget", HERE, LIMITS["thinking_budget"])
    thinking: Json = {}
    if settings.effort == "none":
        thinking["thinkingBudget"] = 0
    elif settings.effort is not None:
        if settings.effort not in LEVELS:
            raise prompt.refusal("effort", HERE, LIMITS["effort"])
        thinking["thinkingLevel"] = LEVELS[settings.effort]
    elif settings.thinking_budget is not None:
        thinking["thinkingBudget"] = settings.thinking_budget
    elif settings.adaptive_thinking:
        thinking["thinkingBudget"] = AS_FIT
    if settings.thoughts is not None:
        if settings.thoughts != "auto":
            raise prompt.refusal("thoughts", HERE, LIMITS["thoughts"])
        thinking["includeThoughts"] = True
    return thinking


def tool_config(prompt: Prompt) -> Json:
    """`functionCallingConfig`. `VALIDATED` is `AUTO` that keeps to schemas and to names; `ANY` does so by itself."""
    wanted = prompt.settings.tool_choice
    is_strict = any(tool.strict for tool in prompt.tools)
    if wanted is None:
        return {"mode": "VALIDATED"} if is_strict else {}
    if wanted.mode == "none":
        return {"mode": "NONE"}
    names = {"allowedFunctionNames": wanted.names} if wanted.names else {}
    if wanted.mode == "required":
        return {"mode": "ANY", **names}
    return {"mode": "VALIDATED" if is_strict or names else "AUTO", **names}

"""Who sells a model, by the names under which bide's prices list them."""

import re
from collections.abc import Mapping

from bide.audit.readers.record import NOT_NAMED
from bide.ledger.catalogue import LISTINGS

NAMES: Mapping[str, str] = {
    # OpenTelemetry's `gen_ai.provider.name`, and `gen_ai.system` as it was before.
    "azure.ai.openai": "azure-openai",
    "az.ai.openai": "azure-openai",
    "aws.bedrock": "bedrock",
    "aws_bedrock": "bedrock",
    "gcp.gemini": "gemini",
    "gcp.gen_ai": "gemini",
    "gcp.vertex_ai": "vertex",
    "mistral_ai": "mistral",
    "x_ai": "xai",
    # LiteLLM's `custom_llm_provider`.
    "azure": "azure-openai",
    "azure_text": "azure-openai",
    "bedrock_converse": "bedrock",
    "vertex_ai": "vertex",
    "vertex_ai_beta": "vertex",
    "google_ai_studio": "gemini",
    "text-completion-openai": "openai",
    "together_ai": "together",
    # As people write them.
    "google": "gemini",
    "aws": "bedrock",
    "amazon": "bedrock",
    "grok": "xai",
    "togetherai": "together",
}

SOLD_BY_ITS_MAKER = (
    (re.compile(r"(gpt|chatgpt|codex|davinci|text-embedding|omni-moderation)-|o\d($|-)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
    (re.compile(r"gemini-"), "gemini"),
    (re.compile(r"grok-"), "xai"),
    (re.compile(r"deepseek-(chat|reasoner)$"), "deepseek"),
    (re.compile(r"(mistral|magistral|codestral|ministral|pixtral)-"), "mistral"),
)
"""Names that only their maker gives: Bedrock and Vertex write them otherwise, Azure's deployments have names of one's own."""


def provider(name: str | None) -> str:
    """By its name in the catalogue of prices; as it stands where it has none there."""
    if not name:
        return NOT_NAMED
    word = name.strip().lower()
    return NAMES.get(word, word)


def maker(model: str) -> str:
    """Who makes a model of this name, where nothing says who sold it."""
    return next((name for pattern, name in SOLD_BY_ITS_MAKER if pattern.match(model)), NOT_NAMED)


def parted(model: str, seller: str) -> tuple[str, str]:
    """Seller and model where the model's name begins with a seller's, as in ``openai/gpt-4o``. Routers list models under such names
    themselves, so what they sold stays as it is."""
    head, slash, rest = model.partition("/")
    named = provider(head)
    if slash and rest and seller in (NOT_NAMED, named) and named in LISTINGS:
        return named, rest
    return seller, model

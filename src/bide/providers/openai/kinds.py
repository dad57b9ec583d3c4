"""The providers that speak OpenAI's protocol, as data."""

from dataclasses import replace

from bide.core.clock import DAY, MINUTE
from bide.core.quota import Documented, Resource
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.port import Capabilities, Flex, Limits
from bide.providers.setup import Kind

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 * 1024 * 1024,
    batches_per_hour=2_000,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    quotas=(
        Documented(
            resource=Resource.ENQUEUED_TOKENS,
            limit=90_000,
            varies=True,
            source="OpenAI's users: gpt-4o in Tier 1, 2024; other models and tiers have more",
        ),
        Documented(
            resource=Resource.STORED_BYTES,
            limit=2_500_000_000_000,
            shared=True,
            source="OpenAI API reference, files: of a project",
        ),
    ),
    source="OpenAI Batch guide and API reference; the listing delay is our own caution",
    checked_on="2026-11-21",
)

FLEX = Flex(
    endpoints=frozenset({"/v1/chat/completions", "/v1/responses"}),
    source="OpenAI's guide to flex processing; its models are those that its price list has a flex price for",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset(
        {
            "/v1/chat/completions",
            "/v1/responses",
            "/v1/embeddings",
            "/v1/completions",
            "/v1/moderations",
            "/v1/images/generations",
        }
    ),
    flex=FLEX,
    source="OpenAI API reference, Batches: endpoint",
    checked_on="2026-11-21",
)

OPENAI = Kind(
    name="openai",
    title="OpenAI",
    catalogue="openai",
    base_url="https://api.openai.com/v1",
    variables={
        "api_key": ("OPENAI_API_KEY",),
        # The applications' variable: it may point at bide itself. BIDE_OPENAI_BASE_URL is in the settings, and goes first.
        "base_url": ("OPENAI_BASE_URL",),
        "organisation": ("OPENAI_ORG_ID",),
        "project": ("OPENAI_PROJECT_ID",),
    },
    switches=("OPENAI_API_KEY",),
    models=(
        "gpt-*",
        "chatgpt-*",
        "o1*",
        "o3*",
        "o4*",
        "text-embedding-*",
        "omni-moderation-*",
        "davinci-*",
        "babbage-*",
    ),
    discount="50 %",
    typical="minutes to hours; 24 h at most",
    limits=LIMITS,
    capabilities=CAPABILITIES,
    connect=lambda setup, tools: OpenAIProvider(setup, tools.transport),
)

COMPATIBLE = replace(
    OPENAI,
    name="compatible",
    title="any server that speaks OpenAI's protocol",
    catalogue=None,
    base_url=None,
    variables={},
    switches=(),
    required=("base_url",),
    models=(),
    windows=None,
    discount="as you say",
    typical="as the server does it",
    early_by_setting=True,
    limits=replace(LIMITS, quotas=()),
    capabilities=replace(
        CAPABILITIES, flex=replace(FLEX, documented=False, source="the server's own: Groq has one, and vLLM none")
    ),
)
"""vLLM, llama.cpp, Ollama, SGLang, a gateway: whatever is at the address. Without batch endpoints (``batch = false``) it
is called in real time."""

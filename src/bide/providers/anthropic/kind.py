"""Anthropic, as data."""

from bide.core.clock import DAY, MINUTE
from bide.core.quota import Documented, Resource
from bide.providers.port import Capabilities, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools

SOURCE = "Anthropic's guide to batch processing and API reference"

ENDPOINTS = frozenset({"/v1/messages", "/v1/chat/completions", "/v1/responses"})


def connect(setup: Setup, tools: Tools) -> Provider:
    """The account's adapter; imported for those who have an account."""
    from bide.providers.anthropic.adapter import AnthropicProvider

    return AnthropicProvider(setup, tools.transport)


ANTHROPIC = Kind(
    name="anthropic",
    title="Anthropic",
    catalogue="anthropic",
    base_url="https://api.anthropic.com",
    variables={"api_key": ("ANTHROPIC_API_KEY",), "base_url": ("ANTHROPIC_BASE_URL",)},
    switches=("ANTHROPIC_API_KEY",),
    required=("api_key",),
    models=("claude-*",),
    discount="50 %, of cached tokens too",
    typical="most within 1 h; 24 h at most",
    limits=Limits(
        max_requests=100_000,
        # 256 MB are the provider's limit. Lines are measured before they are translated, which makes some longer.
        max_bytes=200 * 1024 * 1024,
        batches_per_hour=2_000,
        window=DAY,
        cancel_bound=10 * MINUTE,
        listing_delay=3 * MINUTE,
        quotas=(
            Documented(
                resource=Resource.ENQUEUED_REQUESTS,
                limit=200_000,
                shared=True,
                varies=True,
                source="Message Batches rate limits: the Start tier; Build has 300,000 and Scale 500,000",
            ),
        ),
        source=f"{SOURCE}; batches an hour, the time of a cancel and the listing delay are our own caution",
        checked_on="2026-11-21",
    ),
    capabilities=Capabilities(
        batch=True,
        realtime=True,
        streaming=True,
        endpoints=ENDPOINTS,
        native=frozenset({"/v1/messages"}),
        tagged=False,
        source=SOURCE,
        checked_on="2026-11-21",
    ),
    connect=connect,
)

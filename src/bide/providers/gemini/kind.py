"""The Gemini API, as data."""

from bide.core.clock import HOUR, MINUTE
from bide.core.quota import Documented, Resource
from bide.providers.port import Capabilities, Flex, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools

SOURCE = "Google's guide to the Gemini API's batches and API reference"

EMBEDDINGS = "/v1/embeddings"

ENDPOINTS = frozenset({"/v1/chat/completions", "/v1/responses", "/v1/messages", EMBEDDINGS})


def connect(setup: Setup, tools: Tools) -> Provider:
    """The account's adapter; imported for those who have an account."""
    from bide.providers.gemini.adapter import GeminiProvider

    return GeminiProvider(setup, tools.transport)


GEMINI = Kind(
    name="gemini",
    title="Google's Gemini API",
    catalogue="gemini",
    base_url="https://generativelanguage.googleapis.com",
    variables={
        # Google's SDK takes the second before the first where both are set; bide the one that is named for it.
        "api_key": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        "base_url": ("GOOGLE_GEMINI_BASE_URL",),
    },
    switches=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    required=("api_key",),
    models=("gemini-*", "gemma-*"),
    windows=("48h",),
    discount="50 %",
    typical="minutes to a day, now and then days; 48 h at most",
    limits=Limits(
        max_requests=50_000,
        # An input file may have 2 GB. Lines are measured before they are translated, which makes some longer.
        max_bytes=1_500_000_000,
        batches_per_hour=100,
        window=48 * HOUR,
        cancel_bound=10 * MINUTE,
        listing_delay=3 * MINUTE,
        keeps_expired=False,
        # A create may have 20 MB. The results come back within the batch, whole and twice, whenever somebody asks for it.
        inline_requests=200,
        inline_bytes=4_000_000,
        quotas=(
            Documented(
                resource=Resource.ENQUEUED_TOKENS,
                limit=3_000_000,
                varies=True,
                source="Gemini API rate limits: Tier 1, 2.5 Flash; other models and tiers have more",
            ),
            Documented(
                resource=Resource.LIVE_BATCHES,
                limit=100,
                shared=True,
                source="Gemini API rate limits: concurrent batches",
            ),
            Documented(
                resource=Resource.STORED_BYTES,
                limit=20_000_000_000,
                shared=True,
                source="Gemini API rate limits: file storage of a project",
            ),
        ),
        source=f"{SOURCE}; the number of requests, the time of a cancel and the listing delay are our own caution,"
        " as is how much of the 20 MB of a create is used, and an hour's batches are the 100 that may be open at once",
        checked_on="2026-11-21",
    ),
    capabilities=Capabilities(
        batch=True,
        realtime=True,
        streaming=True,
        endpoints=ENDPOINTS,
        native=frozenset(),
        flex=Flex(
            endpoints=ENDPOINTS - {EMBEDDINGS},
            source="Google's guides to optimisation and to flex inference; the models are those with a flex price",
            checked_on="2026-11-21",
        ),
        source=SOURCE,
        checked_on="2026-11-21",
    ),
    connect=connect,
)

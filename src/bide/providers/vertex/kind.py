"""Vertex AI, as data."""

from bide.core.clock import HOUR, MINUTE
from bide.providers.gemini.kind import ENDPOINTS
from bide.providers.port import Capabilities, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools

SOURCE = "Google's guide to Vertex AI's batch inference and API reference"


def connect(setup: Setup, tools: Tools) -> Provider:
    """The account's adapter; imported for those who have an account."""
    from bide.providers.vertex.adapter import VertexProvider
    from bide.providers.vertex.authority import check_google_auth

    if not (setup.token or setup.api_key or setup.authority):
        check_google_auth(setup.account)
    return VertexProvider(setup, tools)


VERTEX = Kind(
    name="vertex",
    title="Google's Vertex AI",
    catalogue="vertex",
    base_url=None,
    variables={
        "project": ("GOOGLE_CLOUD_PROJECT",),
        "region": ("GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"),
        # A token as `gcloud auth print-access-token` prints it; it is good for an hour. Without one google-auth finds
        # the credentials, as GOOGLE_APPLICATION_CREDENTIALS leads it.
        "token": ("GOOGLE_OAUTH_ACCESS_TOKEN",),
        "bucket": ("BIDE_VERTEX_BUCKET",),
        "base_url": ("GOOGLE_VERTEX_BASE_URL",),
    },
    # None: machines of Google's cloud have GOOGLE_CLOUD_PROJECT set whether or not anybody wants models there.
    switches=(),
    required=("project",),
    batch_needs=("bucket",),
    models=("gemini-*",),
    windows=("96h",),
    discount="50 %; cached tokens at the cache's price",
    typical="minutes to a day; 72 h in the queue and 24 h of running at most",
    limits=Limits(
        max_requests=200_000,
        # An input object may have 1 GB. Lines are measured before they are translated, which makes some longer.
        max_bytes=750_000_000,
        batches_per_hour=1_000,
        window=96 * HOUR,
        cancel_bound=30 * MINUTE,
        listing_delay=3 * MINUTE,
        source=f"{SOURCE}; batches an hour, the time of a cancel and the listing delay are our own caution",
        checked_on="2026-11-21",
    ),
    capabilities=Capabilities(
        batch=True,
        realtime=True,
        streaming=True,
        endpoints=ENDPOINTS,
        native=frozenset(),
        source=SOURCE,
        checked_on="2026-11-21",
    ),
    connect=connect,
)

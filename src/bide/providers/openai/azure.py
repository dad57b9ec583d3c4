"""Azure OpenAI: Global and Data Zone Batch, in its v1 dialect and the dated one.

Facts: Azure's batch, blob-storage, quota and REST pages, as read in November 2026.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from bide.core.clock import DAY, MINUTE
from bide.core.errors import SettingError
from bide.core.quota import Documented, Resource
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.dialect import PREFIX, Dialect, Reading
from bide.providers.openai.entra import Entra
from bide.providers.openai.shelf import Blobs
from bide.providers.port import BATCH_REFUSED, Capabilities, Flex, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools

V1_VERSIONS = frozenset({"v1", "preview", "latest"})
"""Versions that the v1 dialect may be asked for; a date is one of the other dialect."""

BLOB_BYTES = 10**9
"""What an input file in one's own storage may have."""

V1 = Dialect(
    key_header="api-key",
    key_prefix="",
    waits_for_file=True,
    codes={
        "url_mismatch": "invalid_url",
        "model_mismatch": "mismatched_model",
        "input_no_permissions": BATCH_REFUSED,  # the resource's identity, or the network, keeps it from the storage
        "input_modified": "input_file_unavailable",  # somebody has written over the blob: it is written again
    },
    # A deployment that is none for batches says so in words only, under the code `invalid_request`.
    readings=(Reading(re.compile(r"\bsku\b", re.IGNORECASE), "model_not_supported"),),
)

DATED = replace(
    V1,
    prefixed=False,
    deployed=frozenset({"/chat/completions", "/completions", "/embeddings", "/images/generations"}),
)

LIMITS = Limits(
    max_requests=100_000,
    max_bytes=200 * 10**6,
    batches_per_hour=500,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    quotas=(
        Documented(
            resource=Resource.ENQUEUED_TOKENS,
            limit=90_000,
            varies=True,
            source="Azure OpenAI quotas: what the smallest subscription has; a deployment has its own, which creates name",
        ),
        Documented(
            resource=Resource.FILES,
            limit=10_000,
            shared=True,
            source="Azure OpenAI batch how-to: input files with an expiry, which bide sets; 500 without",
        ),
    ),
    source="Azure OpenAI batch how-to; batches an hour and the listing delay are our own caution",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset({"/v1/chat/completions", "/v1/responses", "/v1/embeddings"}),
    batch_endpoints=frozenset({"/v1/chat/completions", "/v1/responses"}),
    flex=Flex(
        endpoints=frozenset({"/v1/chat/completions", "/v1/responses"}),
        documented=False,
        source="Azure OpenAI, flex processing (preview of 2026-09-24): a model that lacks it answers 400",
        checked_on="2026-11-21",
    ),
    source="Azure OpenAI batch how-to: supported endpoints",
    checked_on="2026-11-21",
)

DATED_BATCHES = frozenset({"/v1/chat/completions"})


def connect(setup: Setup, tools: Tools) -> Provider:
    """An account: one resource at Azure."""
    base_url, dialect = address(setup.base_url, setup.api_version)
    setup = replace(setup, base_url=base_url)
    if not dialect.prefixed:
        setup = replace(setup, capabilities=replace(setup.capabilities, batch_endpoints=DATED_BATCHES))
    if setup.token:
        setup = replace(setup, api_key=setup.token)
        dialect = replace(dialect, key_header="Authorization", key_prefix="Bearer ")
    elif not setup.api_key and setup.authority is None:
        setup = replace(setup, authority=Entra())
    folder = setup.bucket
    if folder is None:
        return OpenAIProvider(setup, tools.transport, dialect)
    if tools.buckets is None:
        raise SettingError(f"providers.{setup.account}.bucket needs bide[objects], which is not installed")
    if setup.limits.max_bytes == LIMITS.max_bytes:
        setup = replace(setup, limits=replace(setup.limits, max_bytes=BLOB_BYTES))
    # Metadata is not kept beside blobs, and what lies in one's own storage is not Azure's to expire.
    dialect = replace(dialect, metadata=False, file_expiry=None)
    return OpenAIProvider(setup, tools.transport, dialect, shelf=Blobs(tools.buckets, folder, dialect))


def address(base_url: str, version: str | None) -> tuple[str, Dialect]:
    """Where the paths of the protocol begin, and in which dialect, told by what the user has: a resource or a base URL."""
    base = base_url.rstrip("/")
    if not urlsplit(base).path.endswith(("/openai", PREFIX)):
        base += "/openai"
    if base.endswith(PREFIX) or version is None or version in V1_VERSIONS:
        query = f"api-version={version}" if version in V1_VERSIONS else ""
        return base.removesuffix(PREFIX) + PREFIX, replace(V1, query=query)
    return base, replace(DATED, query=f"api-version={version}")


AZURE = Kind(
    name="azure",
    title="Azure OpenAI",
    catalogue="azure-openai",
    base_url=None,
    variables={
        "base_url": ("AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"),
        "api_key": ("AZURE_OPENAI_API_KEY",),
        "token": ("AZURE_OPENAI_AD_TOKEN",),
        "api_version": ("OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"),
    },
    switches=("AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT"),
    required=("base_url",),
    discount="50 % below Global Standard",
    typical="hours; 24 h is a target, and late batches run on",
    limits=LIMITS,
    capabilities=CAPABILITIES,
    connect=connect,
)

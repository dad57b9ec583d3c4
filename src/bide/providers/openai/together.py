"""Together: looks like OpenAI, with another upload, no metadata and no counts.

Facts: Together's batch, file and rate-limit pages and its OpenAPI description, as read in November 2026.
"""

import re
from dataclasses import replace

from bide.core.clock import DAY, MINUTE
from bide.core.quota import Documented, Resource
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.dialect import PREFIX, Dialect, RateNames, Reading
from bide.providers.port import Capabilities, Limits, Provider
from bide.providers.setup import Kind, Setup, Tools

DIALECT = Dialect(
    upload_path="/files/upload",
    upload_fields={"purpose": "batch-api", "file_name": "{name}", "file_type": "jsonl"},
    file_expiry=None,
    bare_lines=True,
    longest_line=10 * 10**6,
    metadata=False,
    readings=(
        # How a full queue is told is written nowhere; without this one, the batch would be halved down to single rows.
        Reading(re.compile(r"\benqueued\b.*\blimit|\blimit\b.*\benqueued", re.IGNORECASE), "token_limit_exceeded"),
        Reading(
            re.compile(r"\bline \d+ \(within chunk\)", re.IGNORECASE), "invalid_json_line"
        ),  # which chunk is not said
        Reading(re.compile(r"\bline (?P<line>\d+)\b", re.IGNORECASE), "invalid_json_line"),
        Reading(re.compile(r"invalid model id|non-serverless model", re.IGNORECASE), "model_not_supported"),
        Reading(re.compile(r"failed to download input file", re.IGNORECASE), "input_file_unavailable"),
    ),
    rates=RateNames(
        ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-tokenlimit-limit", "x-tokenlimit-remaining", "x-tokenlimit-reset"),
        per_minute=60,  # limits are told per second
    ),
)

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=100 * 10**6,
    batches_per_hour=500,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    quotas=(
        Documented(
            resource=Resource.ENQUEUED_TOKENS, limit=30_000_000_000, source="Together batch overview: of a model"
        ),
    ),
    source="Together batch overview; batches an hour, the cancel's bound and the listing delay are our own caution",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset({"/v1/chat/completions", "/v1/embeddings"}),
    batch_endpoints=frozenset({"/v1/chat/completions"}),
    tagged=True,  # by its input file: our ids stand in its lines, so no other batch has the same
    source="Together OpenAPI description, batches",
    checked_on="2026-11-21",
)


def connect(setup: Setup, tools: Tools) -> Provider:
    """An account. TOGETHER_BASE_URL is without ``/v1`` for Together's present SDK, and was with it for the one before."""
    base_url = setup.base_url.rstrip("/").removesuffix(PREFIX) + PREFIX
    return OpenAIProvider(replace(setup, base_url=base_url), tools.transport, DIALECT)


TOGETHER = Kind(
    name="together",
    title="Together",
    catalogue="together",
    base_url="https://api.together.ai/v1",
    variables={"api_key": ("TOGETHER_API_KEY",), "base_url": ("TOGETHER_BASE_URL",)},
    switches=("TOGETHER_API_KEY",),
    discount="50 % for two models; the others cost what they cost in real time",
    typical="minutes below 1,000 requests; 24 h is a target",
    limits=LIMITS,
    capabilities=CAPABILITIES,
    connect=connect,
)

"""Doubleword: OpenAI's protocol with a choice of windows, and input files that are validated while they are uploaded.

Facts: the open-source server behind it (control-layer) and Doubleword's API pages, as read in November 2026.
"""

import re

from bide.core.clock import DAY, MINUTE
from bide.core.states import BatchOutcome
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.dialect import Dialect, Reading
from bide.providers.port import Capabilities, EarlyResults, Limits
from bide.providers.setup import Kind

DIALECT = Dialect(
    validates_uploads=True,
    longest_line=10 * 10**6,
    outcomes={
        "completed": BatchOutcome.COMPLETED,
        # Every row failed, and says why; a file with a bad line does not get as far as a batch.
        "failed": BatchOutcome.COMPLETED,
        "expired": BatchOutcome.EXPIRED,
        "cancelled": BatchOutcome.CANCELLED,
    },
    readings=(
        Reading(re.compile(r"not been configured or is not available", re.IGNORECASE), "model_not_found"),
        Reading(re.compile(r"invalid json on line (?P<line>\d+)", re.IGNORECASE), "invalid_json_line"),
        Reading(re.compile(r"^\W*line (?P<line>\d+)\b", re.IGNORECASE), "invalid_request"),
        Reading(re.compile(r"unsupported completion_window", re.IGNORECASE), "endpoint_not_supported"),
    ),
)

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 * 10**6,
    batches_per_hour=500,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    source="Doubleword API pages and its server's defaults; batches an hour and both delays are our own caution",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset({"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/completions"}),
    # Its pages call the parameter `offset`; the server's code reads `skip` and ignores what it does not know. Rows come in
    # the order of their completion.
    early_results=EarlyResults.SKIP,
    source="Doubleword API pages; its server's allowed paths and its handler of a file's content",
    checked_on="2026-11-21",
)

DOUBLEWORD = Kind(
    name="doubleword",
    title="Doubleword",
    catalogue=None,
    base_url="https://api.doubleword.ai/v1",
    variables={"api_key": ("DOUBLEWORD_API_KEY",), "base_url": ("DOUBLEWORD_BASE_URL",)},
    switches=("DOUBLEWORD_API_KEY",),
    windows=("24h", "1h"),
    discount="a ladder of prices: real time, 1h, 24h",
    typical="within its window; late work goes on",
    limits=LIMITS,
    capabilities=CAPABILITIES,
    early_by_setting=True,
    connect=lambda setup, tools: OpenAIProvider(setup, tools.transport, DIALECT),
)

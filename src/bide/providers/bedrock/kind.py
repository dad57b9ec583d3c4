"""AWS Bedrock, as data."""

from dataclasses import replace

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.duration import parse_duration
from bide.core.errors import SettingError
from bide.core.quota import Documented, Resource
from bide.providers.port import Capabilities, Flex, Limits, Provider
from bide.providers.setup import Authority, Kind, Setup, Tools

SOURCE = "AWS Bedrock's user guide, API reference and service quotas; botocore 1.44.5"

SPOKEN = frozenset({"/v1/chat/completions", "/v1/messages", "/v1/responses"})

CONTROL = "https://bedrock.{region}.amazonaws.com"
RUNTIME = "https://bedrock-runtime.{region}.amazonaws.com"


def connect(setup: Setup, tools: Tools) -> Provider:
    """The account's adapter; imported for those who have an account."""
    from bide.providers.bedrock.adapter import BedrockProvider, hours
    from bide.providers.line import Line

    try:
        parse_duration(setup.completion_window)
    except ValueError as error:
        name, window = f"providers.{setup.account}.completion_window", setup.completion_window
        raise SettingError(f"{name} is {window!r}; write a time from 24h to 168h") from error
    setup = replace(setup, limits=replace(setup.limits, window=hours(setup.limits.window) * HOUR))
    key = setup.api_key or setup.token
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    runtime = setup.runtime_url or RUNTIME.format(region=setup.region)
    control, models = (Line(tools.transport, url, headers, _authority(setup)) for url in (setup.base_url, runtime))
    return BedrockProvider(setup, tools, control, models)


def _authority(setup: Setup) -> Authority | None:
    if setup.authority is not None or setup.api_key or setup.token:
        return setup.authority
    from bide.providers.bedrock.signing import Signature, check_botocore

    check_botocore(setup.account)
    return Signature(setup.region or "")


BEDROCK = Kind(
    name="bedrock",
    title="AWS Bedrock",
    catalogue="bedrock",
    base_url=CONTROL,
    variables={
        "api_key": ("AWS_BEARER_TOKEN_BEDROCK",),
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "bucket": ("BIDE_BEDROCK_BUCKET",),
        "role": ("BIDE_BEDROCK_ROLE",),
        "base_url": ("AWS_ENDPOINT_URL_BEDROCK",),
        "runtime_url": ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME",),
    },
    # Keys of AWS are there for many things; these two are for models alone.
    switches=("AWS_BEARER_TOKEN_BEDROCK", "BIDE_BEDROCK_BUCKET"),
    required=("region",),
    batch_needs=("bucket", "role"),
    models=(
        "amazon.*",
        "anthropic.*",
        "ai21.*",
        "cohere.*",
        "deepseek.*",
        "google.gemma*",
        "meta.*",
        "mistral.*",
        "minimax.*",
        "moonshot*.*",
        "nvidia.*",
        "openai.gpt-oss*",
        "qwen.*",
        "writer.*",
        # Inference profiles, by the part of the world that they stay in.
        "us.*",
        "us-gov.*",
        "ca.*",
        "eu.*",
        "apac.*",
        "au.*",
        "jp.*",
        "global.*",
        "arn:aws:bedrock:*",
    ),
    windows=None,
    discount="50 %, where a model has batches",
    typical="minutes to hours; a job is given 24 h, or up to 168",
    limits=Limits(
        max_requests=50_000,
        # An input object may have 1 GB. Lines are measured before they are translated, which makes some longer.
        max_bytes=750_000_000,
        min_requests=100,
        batches_per_hour=1_000,
        window=DAY,
        cancel_bound=30 * MINUTE,
        listing_delay=3 * MINUTE,
        quotas=(
            Documented(
                resource=Resource.LIVE_BATCHES,
                limit=10,
                varies=True,
                source="AWS blog: submitted and running jobs of a base model and region; later accounts show 20",
            ),
        ),
        source=f"{SOURCE}; batches an hour, the time of a stop and the listing delay are our own caution",
        checked_on="2026-11-21",
    ),
    capabilities=Capabilities(
        batch=True,
        realtime=True,
        streaming=True,
        endpoints=SPOKEN | {"/v1/embeddings"},
        batch_endpoints=SPOKEN,
        # Messages are native to Claude alone, and may ask for a tier that is none: every body is looked at.
        native=frozenset(),
        flex=Flex(
            endpoints=SPOKEN,
            documented=False,
            source="AWS's API reference, ServiceTier; which models have it is known at second hand, Claude has none",
            checked_on="2026-11-21",
        ),
        source=SOURCE,
        checked_on="2026-11-21",
    ),
    connect=connect,
)

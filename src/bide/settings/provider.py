"""The settings of one account at a provider."""

from typing import Literal

import msgspec

from bide.core.clock import FAR_FUTURE
from bide.core.errors import SettingError
from bide.lanes.hours.hours import Hours, WindowEnd
from bide.lanes.hours.window import parse_window
from bide.settings.section import Count, Section


class ProviderSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account at a provider. Unset limits are learned from its replies."""

    kind: str | None = None
    """Which provider it is at, as `bide providers` lists them; by default the one of the account's own name, else any
    server that speaks OpenAI's protocol."""
    base_url: str | None = None
    """That of `openai` may also be in BIDE_OPENAI_BASE_URL; without one, OPENAI_BASE_URL says where it is."""
    runtime_url: str | None = None
    """Where models are called, where that is another host than the one that has the batches, as at AWS Bedrock; by default
    it goes by `base_url`."""
    api_key: str | None = None
    """Better kept in the environment variable that `api_key_env` names."""
    api_key_env: str | None = None
    token: str | None = None
    """A bearer token in the place of a key, as Azure's AZURE_OPENAI_AD_TOKEN."""
    organisation: str | None = None
    project: str | None = None
    region: str | None = None
    bucket: str | None = None
    """Where batch files lie, for providers that read them from an object store, as in s3://name/folder."""
    role: str | None = None
    """The role that AWS Bedrock takes on to read and write the bucket."""
    api_version: str | None = None
    completion_window: str | None = None
    """How long its batches may take, where the provider leaves a choice: 1h or 24h at Doubleword."""
    aliases: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Names of your own for its models; whoever asks for one is served by this account."""
    deployments: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """What the account calls a model, where that is another name: deployments at Azure, inference profiles at Bedrock."""
    batch_deployments: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """The same for its batches, where they have deployments of their own."""
    catalogue: str | None = None
    """Whose price list applies, as in docs/prices.md; by default the one of the account's own name. `openai` for a second
    account at OpenAI."""
    early_results: Literal["off", "skip", "offset", "whole"] | None = None
    """How answers are had from the output file of a batch that still runs, at a server that shows them: from behind the
    lines that are known, by the query parameter `skip` or `offset`, or by reading the whole file again. By default as the
    provider does it (`skip` at Doubleword), and off for any other server."""
    batch: bool = True
    """Whether it has the batch endpoints; false for a plain OpenAI-compatible server."""
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    enqueued_tokens: Count | None = None
    """The batch queue's limit in input tokens, per model."""
    enqueued_requests: Count | None = None
    """The batch queue's limit in requests: of the account where its provider counts all models together, else per model."""
    live_batches: Count | None = None
    """Batches that may be under way at a time, counted likewise."""
    batches_per_hour: Count | None = None
    """Batches that may be created in an hour; the provider's own limit, or our caution where none is known."""
    files: Count | None = None
    """Input files that may lie at the provider at a time."""
    stored_bytes: Count | None = None
    """Their bytes together."""
    max_requests: Count | None = None
    """Requests a batch may hold, where lower than the provider's own limit."""
    min_requests: Count | None = None
    """Requests a batch has at least, where the model has another limit than most of the provider's."""
    max_bytes: Count | None = None
    inline: bool = True
    """Send the requests of a small batch with its create, where the provider takes them so (Gemini); false uploads every batch."""
    webhook_secret: str | None = None
    """What the provider signs its webhooks with; they wake the poller. Better kept in the variable that `webhook_secret_env` names."""
    webhook_secret_env: str | None = None
    flex: bool | None = None
    """Whether what is short of time goes to its flex tier; by default where the provider documents one, and its price for the
    model is known."""
    keep_files: bool = False
    """Leave input and result files at the provider (they expire after 14 days)."""
    window: str | None = None
    """When its deferred work is run, as in 02:00-06:00 Europe/Berlin: what comes earlier waits, as far as its deadline allows.
    By default at any time, or in the cheap hours where its prices have some; `always` is at any time in any case."""
    on_window_end: WindowEnd = WindowEnd.CONTINUE
    """What work does that has begun in its window when that ends: continue, or wait for the next one."""
    blackout: str | None = None
    """When it is sent nothing that is deferred, as in mon-fri 08:00-18:00 Europe/Berlin, but rescues."""
    blackout_strict: bool = False
    """Whether not even rescues are sent then; they are made before it or after it, and less is promised."""

    def __post_init__(self) -> None:
        """See that its hours leave any. Raises `ValueError`."""
        for name in ("window", "blackout"):
            try:
                window = parse_window(text) if (text := getattr(self, name)) is not None else None
            except SettingError as error:
                raise ValueError(f"{name}: {error}") from None
            if name == "blackout" and window is not None and window.closes_at(0) == FAR_FUTURE:
                raise ValueError(f"blackout: {window.text!r} never ends; leave the account out of the config instead")

    @property
    def hours(self) -> Hours:
        """When it may be sent deferred work, as far as the settings say."""
        return Hours(
            None if self.window is None else parse_window(self.window),
            self.on_window_end,
            None if self.blackout is None else parse_window(self.blackout),
            self.blackout_strict,
        )

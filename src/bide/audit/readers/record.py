"""A row of usage as it was read: one request, or what a provider summed up over an hour or a day. None is unknown, never nought."""

import msgspec

from bide.ledger.rates import Mode

NOT_NAMED = ""
"""A provider, model or workflow that a row does not name."""

BY_PROMPTS = "how its prompts begin"
"""What a workflow is named by where nothing but its prompts tells it from others."""


class Prefix(msgspec.Struct, frozen=True, gc=False):
    """How a prompt begins: the part before the first turn of the user, or its first thousand tokens.

    `fingerprint` has 64 bits, `tokens` is its length, and `text` its first words, by which a person recognises it.
    """

    fingerprint: int
    tokens: int
    text: str = ""


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A row of usage. Instants and durations in microseconds, money in 1e-12 USD, tokens as `bide.core.usage.Usage` counts them:
    `input` has `cached` and `cache_write` in it, `output` has `reasoning` in it."""

    at: int
    """When the request came, or the beginning of the period the row stands for."""
    dated: bool = True
    """Whether that is a time of the calendar: some logs count from their own beginning, and nobody knows which hours are nights."""
    period: int = 0
    """How long the period is; 0 where the row is one request."""
    requests: int | None = 1
    provider: str = NOT_NAMED
    """By its name in the catalogue of prices, where it is there."""
    model: str = NOT_NAMED
    """As the row writes it."""
    workflow: str = NOT_NAMED
    named_by: str = NOT_NAMED
    """The column, attribute or tag from which the workflow's name is; where it is that of whoever called, ``caller: api_key_id`` and the
    like."""
    lane: Mode | None = None
    """What it was sold as."""
    input: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    reasoning: int | None = None
    seen_before: int | None = None
    """Tokens at the prompt's beginning that, by the log's own word, began an earlier prompt too."""
    cost: int | None = None
    """As it was billed, or as whoever wrote the log reckoned it."""
    bill: bool = False
    """Whether the row is a line of a bill: a cost without tokens and requests, which stand in another export."""
    latency: int | None = None
    """From the request to the end of its answer."""
    streamed: bool | None = None
    succeeded: bool | None = None
    from_cache: bool | None = None
    """Whether a response cache answered, so that no provider was asked."""
    prompt: int | None = None
    """The fingerprint of the exact prompt and its parameters, in 64 bits."""
    prefix: Prefix | None = None
    caller: str | None = None
    """Whoever called: a key, a service, a project."""
    session: str | None = None
    """What calls that belong together share: a conversation, a trace, a session of a user."""

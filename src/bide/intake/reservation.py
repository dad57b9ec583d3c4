"""What is reserved against a key's budgets for requests whose provider is known: what `bide.ledger.reserve` needs, put together."""

import re
from collections.abc import Collection, Iterable

import msgspec

from bide.core.money import Ceiling
from bide.core.states import Lane
from bide.engine.context import Context
from bide.intake.endpoint import COUNT_LIMIT
from bide.ledger.prices import day_of
from bide.ledger.rates import Mode
from bide.ledger.reserve import ceiling, modes_of
from bide.providers.port import Provider

PICTURE = 25_000
"""Tokens reckoned with for each mention of a picture: their number goes by its size, not by its bytes. OpenAI's dearest are
48,000 (GPT-4o mini) for a part that mentions it twice; Anthropic's and Google's are below 5,000."""

_PICTURES = re.compile(rb'"(?:image_url|input_image|image|inline_data)"')

_ELSEWHERE = re.compile(
    rb'"(?:previous_response_id|conversation|file_id|file_url|file_data|input_file|input_audio|document|file|container)"'
    rb'|"prompt"\s*:\s*\{|"type"\s*:\s*"(?:web_search|web_fetch|file_search|code_|mcp|computer|image_generation)'
    rb"|\\u00[2-7]"
)
"""What a model reads beyond the body: earlier turns, files, what the provider's own tools bring. The last of them is how
such a name could be hidden; nobody has to write ASCII so."""


def longest_input(body: bytes, window: int | None) -> int:
    """The most input tokens that a body can come to. `window` is its model's context window, None where it is unknown.

    Of text no token is shorter than a byte. What lies elsewhere is bounded by the window alone; where that is unknown, by
    nothing that bide could know.
    """
    most = len(body) + PICTURE * len(_PICTURES.findall(body))
    if window is None:
        return most
    return max(len(body), window) if _ELSEWHERE.search(body) else max(len(body), min(most, window))


class _Bounds(msgspec.Struct, gc=False):
    """The fields of a body that bound what it may produce."""

    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    max_output_tokens: int | None = None
    n: int | None = None
    best_of: int | None = None


_bounds = msgspec.json.Decoder(_Bounds).decode


def most_output(limits: Iterable[int | None], answers: Iterable[int | None], assumed: int) -> int:
    """The most output tokens of a request with these limits for so many answers; `assumed` for each where there is no limit,
    0 where none are written.

    Of several limits the highest counts, for who answers may know another of them; a negative one is none, as it is to
    servers that take such.
    """
    limit = max((limit for limit in limits if limit is not None), default=-1)
    count = max(1, *(count or 1 for count in answers))
    return min(COUNT_LIMIT, count * (assumed if limit < 0 or not assumed else limit))


def longest_output(body: bytes, assumed: int) -> int:
    """The same of a body. Raises `msgspec.ValidationError` where a limit is no number."""
    found = _bounds(body)
    limits = (found.max_completion_tokens, found.max_tokens, found.max_output_tokens)
    return most_output(limits, (found.n, found.best_of), assumed)


def deferred_lanes(allowed: Collection[Lane] | None, provider: Provider, endpoint: str) -> tuple[Lane, ...]:
    """The lanes that a request which may wait may come to be served in, of those that its key allows; None: every one."""
    if not provider.capabilities.batches(endpoint):
        return (Lane.REALTIME,)
    may_call = allowed is None or Lane.REALTIME in allowed or provider.limits.min_requests > 1
    return (Lane.BATCH, Lane.REALTIME) if may_call else (Lane.BATCH,)


def ceiling_of(context: Context, account: str, model: str, lanes: Collection[Lane], longest: int) -> Ceiling | None:
    """The most that a token of a request may cost in any of the lanes; None: a price is unknown. `longest` in input tokens."""
    return ceiling_in(context, account, model, modes_of(lanes), longest)


def ceiling_in(context: Context, account: str, model: str, modes: Collection[Mode], longest: int) -> Ceiling | None:
    """The same by what the tokens may be sold as."""
    source, catalogue = context.pricing.source, context.providers[account].catalogue
    day = day_of(context.clock.now())
    return ceiling([source.card(catalogue, model, mode, day) for mode in modes], longest)

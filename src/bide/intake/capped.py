"""The cap of one call: what it may cost at most is held against it before anything is sent.

A job's cap lets go of some requests and holds others back. A single call either fits or is refused: nothing of it could become free.
"""

from collections.abc import Sequence

from bide.core.budget import CapExhaustedError
from bide.core.deadline import OnMiss
from bide.core.errors import RefusedError
from bide.core.key import Key
from bide.engine.context import Context
from bide.engine.placing import places_of
from bide.engine.pricing import BATCH, STANDARD
from bide.intake.offer import KEEP_TO_BATCHES, RESCUED, price_missing
from bide.intake.order import HEADERS
from bide.intake.reservation import ceiling_in, deferred_lanes, longest_input, longest_output
from bide.intake.routing import Destination
from bide.ledger.rates import Mode
from bide.ledger.reserve import modes_of
from bide.providers.port import Provider


def check_deferred(
    context: Context,
    destination: Destination,
    endpoint: str,
    body: bytes,
    *,
    key: Key | None,
    on_miss: OnMiss,
    assumed: int,
    cap: int,
) -> None:
    """See that a call which may wait fits under its cap in any lane and at any account that may come to serve it.

    `cap` in 1e-12 USD; `assumed` are the output tokens of an answer without a limit.

    Raises:
        CapExhaustedError: it does not.
        RefusedError: a price is unknown, and unknown is never free.
    """
    longest = longest_input(body, destination.window)
    output, model = longest_output(body, assumed), destination.route.model
    most, remedy = 0, ""
    for account in places_of(context, destination.route):
        modes = _modes(context.providers[account], endpoint, key, on_miss)
        here = ceiling_in(context, account, model, modes, longest)
        if here is None:
            raise RefusedError(_missing(context, account, model, modes, longest))
        most = max(most, here.amount(longest, output))
        if modes == RESCUED and on_miss is OnMiss.RESCUE:
            remedy = f"{KEEP_TO_BATCHES} {HEADERS.late}"
    _check(most, cap, remedy)


def check_at_once(
    context: Context, destination: Destination, modes: Sequence[Mode], most: int | None, cap: int
) -> None:
    """See that a call which is passed on fits under its cap. `most` is what it may cost, sold in any of the `modes`; None: a price
    is unknown. Raises as `check_deferred`."""
    if most is None:
        account, model = destination.route.account, destination.route.model
        raise RefusedError(_missing(context, account, model, modes, 0))
    _check(most, cap, "")


def _modes(provider: Provider, endpoint: str, key: Key | None, on_miss: OnMiss) -> Sequence[Mode]:
    """What the tokens of a call that may wait may be sold as: no rescue means batches alone, where one call makes a batch."""
    lanes = modes_of(deferred_lanes(None if key is None else key.lanes, provider, endpoint))
    is_batched = BATCH in lanes and provider.limits.min_requests <= 1
    return (BATCH,) if is_batched and on_miss is not OnMiss.RESCUE else lanes


def _missing(context: Context, account: str, model: str, modes: Sequence[Mode], longest: int) -> str:
    """Which price a cap needs, and how to do without."""
    mode = next(mode for mode in modes if ceiling_in(context, account, model, (mode,), longest) is None)
    if mode in (BATCH, STANDARD):
        return price_missing(context, (account, model), mode, modes, HEADERS)
    name = f"{context.providers[account].catalogue}/{model}"
    return (
        f"there is a cost cap and the {mode} price of {name} is unknown; ask for another service_tier, or leave out"
        f" {HEADERS.max_cost}"
    )


def _check(most: int, cap: int, remedy: str) -> None:
    if most > cap:
        raise CapExhaustedError(cap, 0, 1, most, remedy, HEADERS.max_cost)

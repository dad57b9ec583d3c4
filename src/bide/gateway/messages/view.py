"""A message batch as Anthropic's API shows it, and where it can be asked for."""

import re
from typing import Any

from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.clock import to_datetime
from bide.core.states import JobState
from bide.gateway.exchange import Exchange
from bide.store.message_batches import MessageBatch

IN_PROGRESS, CANCELLING, ENDED = "in_progress", "canceling", "ended"

_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


def status_of(batch: MessageBatch) -> str:
    """Where its processing is. It has ended when every request has its final state: nothing in its results changes any
    more, though a provider may still be busy with what nobody waits for."""
    if batch.answered_at is not None:
        return ENDED
    return CANCELLING if batch.state == JobState.CANCELLING else IN_PROGRESS


def shown(batch: MessageBatch, base: str) -> dict[str, Any]:
    """The batch; `base` is the URL under which the caller knows this gateway. Results are kept, so it is never archived."""
    status = status_of(batch)
    counts = batch.counts
    return {
        "id": batch.external_id,
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {
            "processing": batch.open,
            "succeeded": sum(counts.get(phase, 0) for phase in ANSWERED_PHASES),
            "errored": counts.get(Phase.FAILED, 0),
            "canceled": counts.get(Phase.CANCELLED, 0),
            "expired": counts.get(Phase.EXPIRED, 0),
        },
        "created_at": instant(batch.created_at),
        "expires_at": instant(batch.deadline),
        "ended_at": instant(batch.answered_at) if batch.answered_at is not None else None,
        "cancel_initiated_at": instant(batch.cancelled_at) if batch.cancelled_at is not None else None,
        "archived_at": None,
        "results_url": f"{base}/v1/messages/batches/{batch.external_id}/results" if status == ENDED else None,
    }


def instant(at: int) -> str:
    """Microseconds since 1970 as RFC 3339 writes them."""
    return f"{to_datetime(at):%Y-%m-%dT%H:%M:%S.%fZ}"


def base_of(exchange: Exchange) -> str:
    """The URL under which the caller knows this gateway: by the Host that it named, and what a proxy before us was asked by.

    It is only ever told to the same caller, so there is nothing to be had by a false one.
    """
    host = exchange.headers.get("host", "")
    if not _AUTHORITY.fullmatch(host):
        host = exchange.listens_at
    scheme = exchange.headers.get("x-forwarded-proto", "")
    return f"{scheme if scheme in ('http', 'https') else exchange.scheme}://{host}"

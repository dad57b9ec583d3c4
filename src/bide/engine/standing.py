"""How an account stands: what is known about it without asking anybody, and what of it is in use."""

from typing import Any
from urllib.parse import urlsplit

from bide.accounts import State
from bide.core.duration import format_duration
from bide.store.limits import NONE
from bide.store.snapshot import Snapshot


def facts(state: State) -> dict[str, Any]:
    """What is known without asking anybody, as JSON."""
    kind, setup = state.kind, state.setup
    limits = setup.limits if setup else kind.limits
    can = setup.capabilities if setup else kind.capabilities
    return {
        "account": state.account,
        "provider": kind.name,
        "title": kind.title,
        "on": setup is not None,
        "switched_on_by": switched(state) if setup else None,
        "to_switch_on": state.lacks or None,
        "address": _open_part(setup.base_url) if setup else kind.base_url,
        "variables": {field: list(names) for field, names in kind.variables.items()},
        "models": list(kind.models),
        "prices_of": setup.catalogue if setup else kind.catalogue,
        "batch_price": kind.discount,
        "usual_time": kind.typical,
        "batches": can.batch,
        "lacks_for_batches": lacks_for_batches(state),
        "batch_endpoints": sorted(can.batch_endpoints or can.endpoints) if can.batch else [],
        "endpoints": sorted(can.endpoints),
        "requests_per_batch": f"{limits.min_requests:,} to {limits.max_requests:,}",
        "bytes_per_batch": limits.max_bytes,
        "window": format_duration(limits.window),
        "results_of_expired_batches": limits.keeps_expired,
        "results_of_running_batches": can.early_results is not None,
        "source": f"{limits.source} ({limits.checked_on})",
    }


def _open_part(url: str) -> str:
    """An address without the name and the password that it may contain."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def in_use(account: str, snapshot: Snapshot, now: int) -> dict[str, Any]:
    """What lies at the provider, and the limits that it has told us."""
    return {
        "batches_open": sum(one.batch.account == account for one in snapshot.live),
        "batches_created_this_hour": snapshot.created.get(account, NONE).batches,
        "enqueued_tokens": {
            model: held.tokens for (own, model), held in sorted(snapshot.enqueued.items()) if own == account
        },
        "learned_limits": {
            f"{model} {name}": f"{known.value:,} ({known.source}, {format_duration(now - known.learned_at)} ago)"
            for (own, model, name), known in sorted(snapshot.limits.items())
            if own == account
        },
    }


def switched(state: State) -> str:
    """Whether it is on and by what; where it is off, what would switch it on."""
    if state.setup is None:
        return f"no: {state.lacks}"
    return f"by {state.switch}" if state.switch else "by the config"


def lacks_for_batches(state: State) -> list[str]:
    """What would have to be set for an account that is on to have batches: variables, or settings where it has none."""
    if state.setup is None:
        return []
    own = state.account == state.kind.name
    return [
        state.kind.variables[field][0]
        if own and field in state.kind.variables
        else f"providers.{state.account}.{field}"
        for field in state.kind.batch_needs
        if not getattr(state.setup, field)
    ]

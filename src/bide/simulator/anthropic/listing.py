"""The lists of Anthropic's protocol: batches, models."""

from collections.abc import Mapping, Sequence

from bide.simulator.account import Account
from bide.simulator.anthropic.view import ModelObject, Page, batch_object, page
from bide.simulator.refusal import invalid, unknown

MOST = 1000
"""Entries of one page."""


def list_batches(account: Account, query: Mapping[str, str], base: str, now: int) -> Page:
    """One page of batches, the newest first. Nothing filters them."""
    limit, after, before = read_limit(query), query.get("after_id"), query.get("before_id")
    if after is not None and before is not None:
        raise invalid("after_id and before_id cannot be used together")
    batches = account.batches
    found, more = batches.older(after, limit, now) if before is None else batches.newer(before, limit, now)
    return page([batch_object(batch, base, now) for batch in found], more=more)


def list_models(names: Sequence[str], query: Mapping[str, str]) -> Page:
    """One page of models."""
    limit, after, before = read_limit(query), query.get("after_id"), query.get("before_id")
    first = names.index(after) + 1 if after in names else 0
    last = names.index(before) if before in names else len(names)
    found = names[first:last]
    return page([ModelObject(name, name) for name in found[:limit]], more=len(found) > limit)


def find_model(names: Sequence[str], name: str) -> ModelObject:
    """One model."""
    if name not in names:
        raise unknown(f"model: {name}")
    return ModelObject(name, name)


def read_limit(query: Mapping[str, str]) -> int:
    """How many entries a page is to have."""
    text = query.get("limit", "20")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise invalid(f"limit: Input should be 1 to {MOST}")
    return int(text)

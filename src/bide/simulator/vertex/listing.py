"""The list of jobs, and the part of Google's filters that clients use on it."""

import re
from collections.abc import Callable, Mapping, Sequence

from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.gemini.listing import page_size
from bide.simulator.refusal import invalid
from bide.simulator.vertex.view import asked_of, job, state_of

Condition = Callable[[Batch], bool]

TERM = re.compile(r'(labels\.[a-z0-9_-]+|display_name|displayName|state)\s*(=|!=|:)\s*(?:"([^"]*)"|([\w*.-]+))')

ALL = 1_000_000


def list_jobs(account: Account, parent: str, query: Mapping[str, str], now: int) -> dict[str, object]:
    """One page of the jobs of a location, the newest first. What is empty is left out."""
    limit, start = page_size(query), int(query.get("pageToken") or 0)
    conditions = read_filter(query.get("filter", ""), now)
    found = [
        batch
        for batch in account.batches.older(None, ALL, now)[0]
        if asked_of(batch).parent == parent and all(condition(batch) for condition in conditions)
    ]
    shown = [job(batch, now, is_listed=True) for batch in found[start : start + limit]]
    page: dict[str, object] = {"batchPredictionJobs": shown} if shown else {}
    return page | ({"nextPageToken": str(start + limit)} if len(found) > start + limit else {})


def read_filter(text: str, now: int) -> Sequence[Condition]:
    """Conditions that all have to hold: terms of labels, names and states, joined by AND. Raises `Refusal` for others."""
    terms = re.split(r"\s+AND\s+", text.strip()) if text.strip() else []
    return [_condition(term, now) for term in terms]


def _condition(term: str, now: int) -> Condition:
    found = TERM.fullmatch(term.strip().removeprefix("NOT ").strip())
    if found is None:
        raise invalid(f"The filter {term!r} is not understood.")
    name, sign, quoted, bare = found.groups()
    wanted = quoted if quoted is not None else bare
    negated = (sign == "!=") ^ term.strip().startswith("NOT ")

    def holds(batch: Batch) -> bool:
        value = _value(batch, name, now)
        matches = value is not None and (
            wanted == "*" or value == wanted or (wanted.endswith("*") and value.startswith(wanted[:-1]))
        )
        return matches != negated

    return holds


def _value(batch: Batch, name: str, now: int) -> str | None:
    asked = asked_of(batch)
    if name.startswith("labels."):
        return asked.labels.get(name.removeprefix("labels."))
    return state_of(batch, now) if name == "state" else asked.display_name

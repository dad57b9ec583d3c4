"""The lane that costs nothing: whether an answer may stand for exact repeats of its request, and for how long.

Nothing is kept until somebody says so, in this order: the call's header, the same word in its body's metadata, the settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bide.core.bucket import Bucket
from bide.core.deadline import OnMiss
from bide.core.duration import parse_duration
from bide.core.errors import BideError
from bide.core.states import JobState

WHY = "an answer to the same request is kept"
"""The rule of a decision for this lane."""

HEADER, WORD, NO = "bide-cache", "bide_cache", "no"

LOOKED_UP = 2_000
"""Repeats that are answered in one transaction: a fraction of a second, in which nothing else of their bucket moves."""

REPEATABLE = frozenset(
    {
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/messages",
        "/v1/moderations",
        "/v1/responses",
    }
)
"""Endpoints whose answers may be given again. Who asks for the same picture twice wants another one."""

OF_THE_CALLER = frozenset({None, "function", "custom"})
"""Kinds of tools that the caller runs. What a provider runs (a search, an interpreter) has another answer tomorrow."""


class CacheWordError(BideError):
    """How long an answer may stand for exact repeats is not understood; write Bide-Cache: 1h, or no."""

    code = "invalid_cache"


@dataclass(frozen=True, slots=True)
class CacheRule:
    """What the settings say. `keep` in microseconds, 0: nothing is kept. Names may be patterns; none of them fits all."""

    keep: int = 0
    workflows: Sequence[str] = ()
    models: Sequence[str] = ()

    def kept_for(self, workflow: str | None, model: str) -> int:
        """How long an answer stands for its exact repeats, in microseconds; 0: not at all. `model` is as the caller named it."""
        return self.keep if _fits(self.workflows, workflow) and _fits(self.models, model) else 0


def parse_keep(text: str, where: str) -> int:
    """Microseconds of ``1h``; 0 for ``no``. Raises `CacheWordError` that begins with `where`."""
    if text.strip().lower() == NO:
        return 0
    try:
        return parse_duration(text)
    except ValueError:
        raise CacheWordError(
            f"{where}: {text[:40]!r} is no time to keep an answer; write 30m, 1h or 7d, or no"
        ) from None


def said(headers: Mapping[str, str], metadata: Mapping[str, str]) -> int | None:
    """What a call says itself, in microseconds; None: nothing. Raises `CacheWordError`."""
    if HEADER in headers:
        return parse_keep(headers[HEADER], f"header {HEADER}")
    if WORD in metadata:
        return parse_keep(metadata[WORD], f"metadata {WORD}")
    return None


def seeks(bucket: Bucket, now: int) -> bool:
    """Whether requests of a bucket are to be looked up among what is kept, before anything else is planned for them."""
    is_wanted = bucket.job_state is JobState.RUNNING and not (
        bucket.on_miss is OnMiss.EXPIRE and now >= bucket.deadline
    )
    return bucket.seek_from is not None and is_wanted and bucket.idle.requests > 0


def hindrance(endpoint: str, fields: Mapping[str, Any]) -> str | None:
    """Why an answer must not be given again: the request asks for answers that differ, or that do more than answer. None: it may."""
    if endpoint not in REPEATABLE:
        return f"answers of {endpoint} are meant to differ"
    if _is_above(fields.get("temperature"), 0):
        return "temperature is above 0, which asks for answers that differ"
    for name in ("n", "best_of"):
        if _is_above(fields.get(name), 1):
            return f"{name} asks for several answers that differ"
    if fields.get("stream"):
        return "it is streamed"
    store = fields.get("store")
    if store or (store is None and endpoint == "/v1/responses"):
        return "its answer is stored at the provider under an id of its own; say store: false"
    for name in ("previous_response_id", "conversation", "container", "web_search_options", "mcp_servers"):
        if fields.get(name) is not None:
            return f"{name} has it depend on more than what it says"
    if endpoint == "/v1/responses" and fields.get("prompt") is not None:
        return "prompt has it depend on more than what it says"
    if any(kind not in OF_THE_CALLER for kind in _kinds(fields.get("tools"))):
        return "it has tools that the provider runs"
    return None


def _kinds(tools: Any) -> list[Any]:
    """The kinds of tools; what is no list of objects is the provider's to refuse."""
    if not isinstance(tools, list):
        return []
    return [one.get("type") if isinstance(one, dict) else None for one in tools]  # type: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _is_above(value: Any, limit: int) -> bool:
    return isinstance(value, int | float) and value > limit


def _fits(patterns: Sequence[str], name: str | None) -> bool:
    return not patterns or (name is not None and any(fnmatchcase(name, pattern) for pattern in patterns))

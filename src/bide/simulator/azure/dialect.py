"""Which of Azure's two dialects a request is in, and what it names in its path."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.simulator.exchange import Request
from bide.simulator.protocol import segments
from bide.simulator.refusal import Failure, Refusal

V1_VERSIONS = ("v1", "preview", "latest")

CAPITALS_BEFORE = "2025-03-01"
"""Versions before this one write statuses with a capital and instants as texts."""

UNKNOWN = Refusal(Failure(404, "Resource not found", code="404"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """One request's. `deployment` is the one in its path."""

    version: str | None
    deployment: str | None = None

    @property
    def prefixed(self) -> bool:
        """Whether endpoints are named with their ``/v1``."""
        return self.version is None

    @property
    def capitals(self) -> bool:
        """Whether it is an old one."""
        return self.version is not None and self.version < CAPITALS_BEFORE


def plain_path(path: str) -> str | None:
    """The same path at OpenAI; None for what is none of Azure's."""
    match segments(path):
        case ["openai", "v1", *rest]:
            return "/" + "/".join(["v1", *rest])
        case ["openai", "deployments", _, *rest] if rest:
            return "/" + "/".join(["v1", *rest])
        case ["openai", *rest] if rest:
            return "/" + "/".join(["v1", *rest])
        case _:
            return None


def read_dialect(request: Request) -> Dialect:
    """The dialect of a request. Raises a 404 where the version is missing, or is one of the other dialect."""
    parts: Sequence[str] = segments(request.path)
    version = request.query.get("api-version")
    if parts[1] == "v1":
        if version is not None and version not in V1_VERSIONS:
            raise UNKNOWN
        return Dialect(None)
    if version is None or version in V1_VERSIONS:
        raise UNKNOWN
    return Dialect(version, parts[2] if parts[1] == "deployments" else None)

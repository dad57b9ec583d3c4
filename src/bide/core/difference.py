"""In which fields two requests differ, for whoever sent another one under the name of the first."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

MISSING = object()


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ, those of `metadata` each by itself, as in ``metadata.run``."""
    return list(_differing(before, after))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name, MISSING), after.get(name, MISSING)
        if was == now:
            continue
        if name == "metadata" and isinstance(was, dict | None) and isinstance(now, dict | None):
            former, latter = cast(Mapping[str, Any] | None, was) or {}, cast(Mapping[str, Any] | None, now) or {}
            yield from (f"{name}.{one}" for one in _differing(former, latter))
        else:
            yield name

"""Pages of the usage APIs: buckets of time, and in each a result for everything that it was grouped by."""

from collections.abc import Iterable
from typing import Any, cast

from bide.audit.readers.reader import Values


def results(values: Values) -> Iterable[Values]:
    """The results of a page, of a bucket, or the row itself where it is one; each with its bucket's times."""
    data = values.get("data")
    if isinstance(data, list):
        for bucket in cast(list[Any], data):
            if isinstance(bucket, dict):
                yield from results(cast(Values, bucket))
        return
    found = values.get("results", values.get("result"))
    if isinstance(found, list):
        times = {
            name: value for name, value in values.items() if not isinstance(value, dict | list) and name != "object"
        }
        for result in cast(list[Any], found):
            if isinstance(result, dict):
                yield {**times, **cast(dict[str, Any], result)}
        return
    yield values


def holds(values: Values, *names: str) -> bool:
    """Whether any result in it has all of these."""
    return any(all(name in result for name in names) for result in results(values))

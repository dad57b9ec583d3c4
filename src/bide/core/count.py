"""Counts in sentences."""


def many(count: int, one: str, more: str | None = None) -> str:
    """``1 request``, ``2,000 requests``. `more` is for what no ``s`` makes many of: ``1 row has``, ``2 rows have``."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"

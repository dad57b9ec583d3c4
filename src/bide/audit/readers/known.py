"""The formats that are known by their content."""

from collections.abc import Collection, Mapping

from bide.audit.readers import anthropic_costs, anthropic_usage, columns, litellm, openai_costs, openai_usage, spans
from bide.audit.readers.reader import Reader, Values

READERS: tuple[Reader, ...] = (
    spans.READER,
    litellm.READER,
    openai_costs.READER,
    anthropic_costs.READER,
    anthropic_usage.READER,
    openai_usage.READER,  # the last: it also takes pages in which nothing was used
)


def reader_of(name: str, rows: Collection[Values], asked: Mapping[str, str]) -> Reader:
    """The reader for a log by its first rows. What none knows is a table, and so is everything of which the user names columns.

    Raises:
        InputError: it is a table without a column that is needed.
    """
    if not asked:
        for reader in READERS:
            if any(map(reader.takes, rows)):
                return reader
    return columns.reader(name, rows, asked)

"""What a file holds, counted: the figures behind `bide files stats` and `bide files validate`."""

import msgspec

from bide.intake.entry import Chunk
from bide.intake.problem import Code


class Count(msgspec.Struct):
    """Requests of one kind. Tokens are the estimates of the entries; `unlimited` requests set no limit of output."""

    requests: int = 0
    bytes: int = 0
    input_tokens: int = 0
    max_output_tokens: int = 0
    unlimited: int = 0


class Tally:
    """Counts chunk by chunk.

    `counts` has a `Count` for each (endpoint, model), `problems` a number for each code, both in the order of their
    first appearance.
    """

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], Count] = {}
        self.problems: dict[Code, int] = {}
        self.blank = 0

    def add(self, chunk: Chunk) -> None:
        """Count a chunk in."""
        self.blank += chunk.blank
        for problem in chunk.problems:
            self.problems[problem.code] = self.problems.get(problem.code, 0) + 1
        for entry in chunk.entries:
            kind = entry.endpoint, entry.model
            count = self.counts.get(kind)
            if count is None:
                count = self.counts[kind] = Count()
            count.requests += 1
            count.bytes += len(entry.body)
            count.input_tokens += entry.input_tokens
            if entry.max_output_tokens is None:
                count.unlimited += 1
            else:
                count.max_output_tokens += entry.max_output_tokens

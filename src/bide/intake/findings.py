"""What reading an input finds: how much it is, what is wrong with it, and a digest by which it is known again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import xxhash

from bide.core.errors import BideError
from bide.intake.entry import Chunk
from bide.intake.problem import Problem
from bide.lanes.decision.outlook import Key
from bide.ledger.estimate import Load

SHOWN_PROBLEMS = 1_000
"""Problems kept to be shown; all are counted."""


@dataclass(slots=True)
class Findings:
    """What reading an input has found so far."""

    requests: int = 0
    refused: int = 0
    bytes: int = 0
    repeated: int = 0
    """Of what was refused, how much was found only among all ids."""
    repeated_tokens: int = 0
    """Their input by size."""
    problems: list[Problem] = field(default_factory=list[Problem])
    loads: dict[Key, Load] = field(default_factory=dict[Key, Load])
    bodies: xxhash.xxh3_128 = field(default_factory=xxhash.xxh3_128)
    """Digest of the bodies in their order; where the input was cut into chunks does not matter."""
    names: xxhash.xxh3_128 = field(default_factory=xxhash.xxh3_128)
    """Digest of the ids and the columns."""

    def add(self, chunk: Chunk) -> None:
        """Count a chunk and take it into the digest."""
        self.bytes += len(chunk.bodies)
        self.bodies.update(chunk.bodies)
        # No id contains a NUL, and no JSON text a newline.
        names = "\0".join([*chunk.entries.custom_ids, ""])
        self.names.update(names.encode("utf-8", "surrogatepass"))
        if any(chunk.entries.columns):
            self.names.update(b"\n".join([*chunk.entries.columns, b""]))
        self.refuse(chunk.problems)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Count problems, and keep the first of them."""
        for problem in problems:
            self.refused += 1
            if len(self.problems) < SHOWN_PROBLEMS:
                self.problems.append(problem)


class BadLinesError(BideError):
    """Some lines cannot be used, and nothing was sent; mend them, or skip them with --on-bad-line skip."""

    code = "bad_lines"

    def __init__(self, findings: Findings) -> None:
        found = f"{findings.refused:,} of {findings.refused + findings.requests:,} lines cannot be used"
        without = ", or go on without them with --on-bad-line skip" if findings.requests else ""
        super().__init__(f"{found}, and nothing was sent; mend them{without}")
        self.findings = findings


def fingerprint(findings: Findings, parameters: str) -> str:
    """The identity of a job's content and parameters."""
    parts = (findings.bodies.digest(), findings.names.digest(), parameters.encode())
    return xxhash.xxh3_128_hexdigest(b"\0".join(parts))

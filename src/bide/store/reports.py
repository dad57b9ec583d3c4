"""What became of attempts, as reported; and many such reports that wait for their transaction."""

from collections.abc import Iterator

import msgspec

from bide.core.span import Span
from bide.core.states import AttemptState
from bide.core.usage import Usage

PACK = 500
"""Reports that are packed together."""


class Price(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an attempt cost. None is an unknown price, which is not the same as nothing."""

    usage: Usage
    card: int | None
    amount: int | None
    listed: int | None


class Report(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What became of an attempt.

    `response` is where the raw response lies; `inline` is the response itself, for one that came alone.
    `price` is None where nothing was billed; with `suspected` it is the most that may have been.
    """

    attempt: int
    verdict: AttemptState
    permanent: bool = False
    status: int | None = None
    code: str | None = None
    message: str | None = None
    response: Span | None = None
    inline: bytes | None = None
    price: Price | None = None
    suspected: bool = False
    sent_at: int | None = None
    first_token_at: int | None = None
    finished_at: int | None = None


def new_object(position: int) -> int:
    """Stands, in a report's span, for the object at this position among those whose rows are made when the reports land."""
    return -position


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Report])


class Reports:
    """Reports in the order in which they came, packed: they take an eighth of the memory that the objects would."""

    def __init__(self) -> None:
        self._packs: list[bytes] = []
        self._last: list[Report] = []

    def __len__(self) -> int:
        return len(self._packs) * PACK + len(self._last)

    def __iter__(self) -> Iterator[Report]:
        for pack in self._packs:
            yield from _decoder.decode(pack)
        yield from self._last

    def __contains__(self, report: object) -> bool:
        return any(one == report for one in self)

    def append(self, report: Report) -> None:
        self._last.append(report)
        if len(self._last) == PACK:
            self._packs.append(_encoder.encode(self._last))
            self._last.clear()

"""Names for things: external ids that cannot be guessed, and the ids a provider sees.

An external id is a protocol prefix and 128 random bits in base 32 (26 characters of ``a-z2-7``), as in
``job_kq3…``. A request's external id is its job's id and its row: unguessable because the job's is. That of a call that
comes alone begins with its instant, so that calls that come together lie together in an index.
"""

from bide.core.clock import MILLISECOND
from bide.core.entropy import Entropy

TAG_LENGTH = 26
"""Characters of 128 bits in base 32 without padding."""

NUMBER_DIGITS = 11
"""Base-36 digits of an attempt's number in a `custom_id`: fixed, so that every line's length is known beforehand.
Eleven digits hold 1.3e17 attempts."""

CUSTOM_ID_LENGTH = TAG_LENGTH + 1 + NUMBER_DIGITS
"""38: under the 40 that design and under the 64 that the strictest provider allows."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(120, -1, -10)

_IN_ORDER = sorted(_LETTERS)
_PAIRS_IN_ORDER = [first + second for first in _IN_ORDER for second in _IN_ORDER]


def new_tag(entropy: Entropy) -> str:
    """128 random bits as 26 characters of ``a-z2-7``: base 32 (RFC 4648), whose own encoder takes ten times as long."""
    bits = int.from_bytes(entropy.random_bytes(16)) << 2
    return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])


def new_identifier(prefix: str, entropy: Entropy) -> str:
    """A new external id, as in ``job_kq3…``."""
    return f"{prefix}_{new_tag(entropy)}"


def call_identifier(prefix: str, entropy: Entropy, now: int) -> str:
    """A new external id of a call that comes alone: its instant in milliseconds as 8 characters that sort as it does, and a tag.

    Among ids that are only random each new one falls on a page of its own of every index that has it: SQLite wrote more than twice as
    many pages for the same calls (51,136 and 23,028 writes for 13,000 of them, seen by strace). After 34 years (2^40 ms) the order
    begins again, and nothing else happens.
    """
    head = now // MILLISECOND
    pairs = [_PAIRS_IN_ORDER[head >> shift & 1023] for shift in (30, 20, 10, 0)]
    return f"{prefix}_{''.join(pairs)}{new_tag(entropy)}"


def request_identifier(job_identifier: str, row: int) -> str:
    """The external id of a job's request: ``req_`` + the job's random part + its row, counted from 1."""
    return f"req_{job_identifier.partition('_')[2]}_{row}"


def custom_id(tag: str, attempt: int) -> str:
    """The id a provider sees for an attempt: a submission's tag and the attempt's number.

    38 characters of ``[a-z0-9-]``. The caller's own `custom_id` never leaves bide.
    """
    return f"{tag}-{base36(attempt):0>{NUMBER_DIGITS}}"


def attempt_number(custom_id: str, tag: str) -> int | None:
    """The attempt that `custom_id` names under `tag`; None where it is not one of ours."""
    head, dash, tail = custom_id.rpartition("-")
    if not dash or head != tag or len(tail) != NUMBER_DIGITS or not set(tail) <= set(_DIGITS):
        return None
    return int(tail, 36)


def base36(number: int) -> str:
    """A non-negative integer in base 36."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits

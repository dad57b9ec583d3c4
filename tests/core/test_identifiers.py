import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bide.core.entropy import SeededEntropy
from bide.core.identifiers import (
    CUSTOM_ID_LENGTH,
    NUMBER_DIGITS,
    TAG_LENGTH,
    attempt_number,
    base36,
    call_identifier,
    custom_id,
    new_identifier,
    new_tag,
    request_identifier,
)

TAG = "abcdefghijklmnopqrstuvwxyz"

MOST_ATTEMPTS = 36**NUMBER_DIGITS - 1


class FixedEntropy:
    """Bytes that are known beforehand."""

    def __init__(self, *values: bytes) -> None:
        self._values = iter(values)

    def random_bytes(self, count: int) -> bytes:
        value = next(self._values)
        assert len(value) == count
        return value

    def uniform(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("drawn", "tag"),
    [
        pytest.param(bytes(16), "a" * 26, id="all zeros"),
        pytest.param(b"\xff" * 16, "7" * 25 + "4", id="all ones: 128 bits and two of padding"),
        pytest.param(bytes(15) + b"\x01", "a" * 25 + "e", id="the last bit counts"),
    ],
)
def test_a_tag_is_128_bits_in_base_32(drawn: bytes, tag: str) -> None:
    assert new_tag(FixedEntropy(drawn)) == tag


def test_the_length_and_letters_of_a_tag_are_fixed() -> None:
    entropy = SeededEntropy(3)

    assert all(re.fullmatch(f"[a-z2-7]{{{TAG_LENGTH}}}", new_tag(entropy)) for _ in range(500))


def test_an_external_id_has_a_prefix() -> None:
    assert new_identifier("job", FixedEntropy(bytes(16))) == "job_" + "a" * 26


def test_a_request_is_named_after_its_job_and_row() -> None:
    assert request_identifier(f"job_{TAG}", 12) == f"req_{TAG}_12"


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        pytest.param(0, "0", id="zero"),
        pytest.param(9, "9", id="the last digit that is one"),
        pytest.param(35, "z", id="the last of one place"),
        pytest.param(36, "10", id="the first of two places"),
        pytest.param(36**5 - 1, "zzzzz", id="many places"),
    ],
)
def test_base_36(number: int, digits: str) -> None:
    assert base36(number) == digits


def test_a_custom_id() -> None:
    assert custom_id(TAG, 46_655) == "abcdefghijklmnopqrstuvwxyz-00000000zzz"


@given(st.integers(0, MOST_ATTEMPTS))
@example(MOST_ATTEMPTS)
def test_an_attempt_is_found_again_and_every_custom_id_has_the_same_length(attempt: int) -> None:
    made = custom_id(TAG, attempt)

    assert re.fullmatch(f"[a-z0-9-]{{{CUSTOM_ID_LENGTH}}}", made)
    assert attempt_number(made, TAG) == attempt


@given(st.integers(0, MOST_ATTEMPTS), st.integers(0, MOST_ATTEMPTS))
def test_custom_ids_sort_as_their_attempts_do(one: int, other: int) -> None:
    assert (custom_id(TAG, one) < custom_id(TAG, other)) == (one < other)


@pytest.mark.parametrize(
    "foreign",
    [
        pytest.param("", id="empty"),
        pytest.param("r-1", id="a caller's own"),
        pytest.param(TAG, id="the tag alone"),
        pytest.param(f"{TAG}-", id="no number"),
        pytest.param(f"{TAG}-0000000001", id="a digit too few"),
        pytest.param(f"{TAG}-000000000001", id="a digit too many"),
        pytest.param(f"{TAG[::-1]}-00000000001", id="another tag"),
        pytest.param(f"{TAG.upper()}-00000000001", id="the tag in capitals"),
        pytest.param(f"x{TAG}-00000000001", id="something before the tag"),
        pytest.param(f"{TAG}-00000000001 ", id="something after the number"),
        pytest.param(f"{TAG}-0000000000A", id="a capital digit"),
        pytest.param(f"{TAG}-+0000000001", id="a sign"),
        pytest.param(f"{TAG}-0000_000001", id="an underscore"),
        pytest.param(f"{TAG}- 0000000001", id="a space"),
        pytest.param(f"{TAG}-0000000000٣", id="a digit of another script"),
        pytest.param(f"{TAG}_00000000001", id="another dash"),
    ],
)
def test_what_is_not_ours_has_no_attempt(foreign: str) -> None:
    assert attempt_number(foreign, TAG) is None


def test_calls_that_come_later_have_ids_that_sort_later() -> None:
    entropy, start = SeededEntropy(7), 1_795_000_000_000_000
    instants = [start + after for after in (0, 1_000, 31_000, 33_000, 1_024_000, 86_400_000_000, 365 * 86_400_000_000)]
    found = [call_identifier("req", entropy, now) for now in instants]
    assert found == sorted(found)
    assert all(re.fullmatch("req_[a-z2-7]{34}", one) for one in found)


def test_calls_of_the_same_instant_have_ids_that_cannot_be_guessed() -> None:
    entropy = SeededEntropy(7)
    first, second = (call_identifier("req", entropy, 1_795_000_000_000_000) for _ in range(2))
    assert first[:12] == second[:12]
    assert sum(one != other for one, other in zip(first[12:], second[12:], strict=True)) > 15

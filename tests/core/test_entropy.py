import os

import pytest

from bide.core.entropy import Entropy, SeededEntropy, SystemEntropy


@pytest.fixture(params=[pytest.param(SystemEntropy(), id="system"), pytest.param(SeededEntropy(7), id="seeded")])
def entropy(request: pytest.FixtureRequest) -> Entropy:
    return request.param


@pytest.mark.parametrize("count", [0, 1, 16, 1_000])
def test_so_many_bytes(entropy: Entropy, count: int) -> None:
    assert len(entropy.random_bytes(count)) == count


def test_no_bytes_twice(entropy: Entropy) -> None:
    assert len({entropy.random_bytes(16) for _ in range(1_000)}) == 1_000


def test_a_float_from_zero_to_below_one(entropy: Entropy) -> None:
    drawn = [entropy.uniform() for _ in range(2_000)]

    assert all(0 <= one < 1 for one in drawn)
    assert min(drawn) < 0.02 < 0.98 < max(drawn), "two thousand draws that miss an end: once in 10^17 runs"


@pytest.mark.parametrize(
    ("byte", "drawn"), [pytest.param(b"\x00", 0.0, id="least"), pytest.param(b"\xff", 1 - 2**-53, id="most")]
)
def test_the_ends_of_the_systems_range(monkeypatch: pytest.MonkeyPatch, byte: bytes, drawn: float) -> None:
    def urandom(count: int) -> bytes:
        return byte * count

    monkeypatch.setattr(os, "urandom", urandom)

    assert SystemEntropy().uniform() == drawn


@pytest.mark.parametrize("seed", [0, 17, "a word"])
def test_a_seed_says_everything(seed: int | str) -> None:
    first, second = SeededEntropy(seed), SeededEntropy(seed)

    assert [first.random_bytes(9), first.uniform()] == [second.random_bytes(9), second.uniform()]


def test_two_seeds_differ() -> None:
    assert SeededEntropy(1).random_bytes(16) != SeededEntropy(2).random_bytes(16)

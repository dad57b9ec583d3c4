import pytest

from bide.cli.providers import written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(True, "yes", id="a switch"),
        pytest.param(50_000, "50,000", id="a number"),
        pytest.param(["gpt-*", "o1*"], "gpt-*, o1*", id="words share a line"),
        pytest.param(["5 of 6 were late", "0 of 9 were late"], "5 of 6 were late\n0 of 9 were late", id="sentences have their own"),
        pytest.param({"requests": 500, "tokens": 2_000}, "requests: 500\ntokens: 2,000", id="names and values"),
    ],
)  # fmt: skip
def test_values_for_people(value: object, text: str) -> None:
    assert written(value) == text

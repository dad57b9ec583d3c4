"""What is assumed, as it is written."""

import pytest

from bide.advise.calculator.quantity import quantity
from bide.audit.levers.assumption import Assumptions, assumptions, in_words
from bide.core.clock import DAY, HOUR
from bide.core.errors import InputError


def test_what_is_not_said_is_the_usual() -> None:
    assert assumptions([]) == Assumptions(cheaper=quantity(("25%", "50%")), shorter=quantity(("10%", "30%")), keep=DAY)


def test_what_is_said() -> None:
    assert assumptions(["smaller=60%", "shorter = 5-10%", "keep=60m"]) == Assumptions(
        cheaper=quantity("60%"), shorter=quantity(("5%", "10%")), keep=HOUR
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("faster=1%", "write smaller=25-50%"),
        ("smaller", "write smaller=25-50%"),
        ("smaller=120%", "is a share"),
        ("shorter=much", "is no number"),
        ("keep=2h", "5m, 1h, 1d; write one of these"),
        ("keep=long", "5m, 1h, 1d; write one of these"),
    ],
)
def test_what_cannot_be_assumed(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        assumptions([text])


@pytest.mark.parametrize(
    ("text", "says"),
    [("60%", "60 %"), ("25-50%", "25 to 50 %"), ("12.5%", "12.5 %"), ("0.04-100%", "0.04 to 100 %"), ("0%", "0 %")],
)
def test_a_share_is_said_as_it_was_written(text: str, says: str) -> None:
    assert in_words(assumptions([f"smaller={text}"]).cheaper) == says

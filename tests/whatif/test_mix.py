"""The shares of classes as somebody writes them."""

import pytest

from bide.core.errors import InputError
from bide.whatif.arrival import Mix
from bide.whatif.mix import example, parse


def test_the_usual_mix_is_read_as_it_is_written() -> None:
    assert example() == "urgent=10,standard=35,explicit=15,low=40"
    assert parse(example()) == Mix()


def test_low_has_the_rest_where_it_is_not_named() -> None:
    assert parse("urgent=20, standard=30") == Mix(0.2, 0.3, 0.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("hurried=10", "there is no class hurried", id="unknown"),
        pytest.param("urgent=much", "'much' is no percentage", id="no number"),
        pytest.param("urgent=-1", "not between 0 and 100", id="below nothing"),
        pytest.param("urgent=60,standard=60", "together that is 120 %", id="too much"),
        pytest.param("urgent=10,low=10", "together that is 20 %", id="too little"),
    ],
)
def test_what_is_no_mix_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(text)

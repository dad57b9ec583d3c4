"""What the user says of columns."""

import pytest

from bide.core.errors import InputError
from bide.logs.columns import guessed, parse

USUAL = {"at": ("at", "time"), "input": ("input",)}


def test_what_the_user_says_stands_above_the_usual_names() -> None:
    assert guessed("it", ("Time", "INPUT", "mine"), {}, USUAL) == {"at": "Time", "input": "INPUT"}
    assert guessed("it", ("Time", "INPUT", "mine"), {"input": "mine"}, USUAL) == {"input": "mine", "at": "Time"}


def test_columns_are_named_with_an_equals_sign() -> None:
    assert parse(["at=t_s", "input=in tokens"]) == {"at": "t_s", "input": "in tokens"}
    with pytest.raises(InputError, match="names no column"):
        parse(["at"])

"""What the user says of columns."""

import pytest

from bide.core.errors import InputError
from bide.logs.columns import guessed, has, parse

USUAL = {"at": ("at", "time"), "input": ("input",)}


def test_what_the_user_says_stands_above_the_usual_names() -> None:
    assert guessed("it", ("Time", "INPUT", "mine"), {}, USUAL) == {"at": "Time", "input": "INPUT"}
    assert guessed("it", ("Time", "INPUT", "mine"), {"input": "mine"}, USUAL) == {"input": "mine", "at": "Time"}


def test_columns_are_named_with_an_equals_sign() -> None:
    assert parse(["at=t_s", "input=in tokens"]) == {"at": "t_s", "input": "in tokens"}
    with pytest.raises(InputError, match="names no column"):
        parse(["at"])


def test_what_is_no_header_does_not_fill_the_terminal() -> None:
    assert has(["a\x1b[31m", "b" * 99]) == f"There are a?[31m, {'b' * 60}"
    assert has([f"c{number:03}" for number in range(1_000)]).endswith("c039 and 960 more")

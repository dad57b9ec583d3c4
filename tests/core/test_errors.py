import inspect

import pytest

from bide.core import errors
from bide.core.errors import BideError
from bide.providers import port, transport

KINDS = sorted(
    {
        kind
        for module in (errors, port, transport)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BideError)
    },
    key=lambda kind: kind.__name__,
)

every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])


@every_kind
def test_an_errors_docstring_is_its_message(kind: type[BideError]) -> None:
    assert str(kind()) == kind.__doc__
    assert str(kind()).endswith("."), "a full sentence"


@every_kind
def test_an_error_says_what_it_is_told_instead(kind: type[BideError]) -> None:
    assert str(kind("the disk is full")) == "the disk is full"


@every_kind
def test_an_errors_name_for_programs_is_its_own(kind: type[BideError]) -> None:
    assert [other for other in KINDS if other.code == kind.code] == [kind]

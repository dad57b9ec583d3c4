"""Which column says what, and what a row becomes."""

import pytest

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.errors import InputError
from bide.logs.moment import ORIGIN
from bide.whatif.logs.columns import Columns

PLAIN = {"t_s": "60", "in_tokens": "100", "out_tokens": "20"}


def columns(*names: str, **asked: str) -> Columns:
    return Columns("it.csv", [*PLAIN, *names], asked)


@pytest.mark.parametrize(
    "names",
    [
        ("t_s", "in_tokens", "out_tokens"),
        ("timestamp", "prompt_tokens", "completion_tokens"),
        ("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
        ("created", "usage.prompt_tokens", "usage.completion_tokens"),
        ("created_at", "input_tokens", "output_tokens"),
        ("timestamp", "input_length", "output_length"),
    ],
    ids=",".join,
)
def test_columns_are_known_by_their_usual_names(names: tuple[str, str, str]) -> None:
    found = Columns("it.csv", names, {})

    assert found.used == dict(zip(("at", "input", "output"), names, strict=True))


def test_what_the_user_says_stands_above_the_usual() -> None:
    found = columns("paid_tokens", input="paid_tokens")

    assert found.used["input"] == "paid_tokens"
    assert found.used["at"] == "t_s"


def test_a_column_that_was_named_says_nothing_else_of_when_a_request_was_wanted() -> None:
    found = columns("due", within="due")

    assert found.used["within"] == "due"
    assert "deadline" not in found.used
    assert found.arrival({**PLAIN, "due": "5m"}).deadline == ORIGIN + MINUTE + 5 * MINUTE
    assert columns("due", "patience", within="patience").used["deadline"] == "due", "it speaks of another column"


@pytest.mark.parametrize(
    ("names", "asked", "says"),
    [
        pytest.param(
            ("when", "in_tokens"), {}, "no column for when a request came and its output tokens", id="missing"
        ),
        pytest.param(tuple(PLAIN), {"at": "t_ss"}, "has no column t_ss; did you mean t_s", id="misspelt"),
        pytest.param(tuple(PLAIN), {"when": "t_s"}, "there is no when; name one of at, input", id="nothing of ours"),
    ],
)
def test_what_is_not_there_is_said_with_the_next_step(names: tuple[str, ...], asked: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Columns("it.csv", names, asked)


@pytest.mark.parametrize(
    ("more", "within", "kind"),
    [
        pytest.param({}, 0, "", id="nothing said"),
        pytest.param({"priority": "urgent"}, 2 * MINUTE, "urgent", id="urgent"),
        pytest.param({"priority": "Standard"}, 15 * MINUTE, "standard", id="standard"),
        pytest.param({"priority": "low"}, DAY, "low", id="low"),
        pytest.param({"within": "2h"}, 2 * HOUR, "explicit", id="within"),
        pytest.param({"within": "24h", "workflow": "reports"}, DAY, "reports", id="a class of its own"),
        pytest.param({"workflow": "reports"}, 0, "", id="a class without a deadline"),
        pytest.param({"deadline": "7260"}, 2 * HOUR, "explicit", id="a deadline"),
        pytest.param({"deadline": "90"}, 30_000_000, "urgent", id="a deadline at once"),
        pytest.param({"deadline": "", "priority": "low"}, DAY, "low", id="an empty deadline"),
    ],
)
def test_a_row_says_by_when_it_is_wanted(more: dict[str, str], within: int, kind: str) -> None:
    found = columns(*more).arrival({**PLAIN, **more})

    assert (found.at, found.deadline - found.at, found.kind) == (ORIGIN + MINUTE, within, kind)
    assert found.urgent == (kind == "urgent")
    assert (found.input_tokens, found.output_tokens, found.limit) == (100, 20, 256)


def test_a_limit_of_its_own_bounds_the_answer() -> None:
    found = columns("max_tokens")

    assert found.arrival({**PLAIN, "max_tokens": "4096"}).limit == 4_096
    assert found.arrival({**PLAIN, "max_tokens": "10"}).limit == 20


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"t_s": "yesterday"}, "t_s: 'yesterday' is no instant", id="no instant"),
        pytest.param({"in_tokens": "many"}, "in_tokens: 'many' is no number of tokens", id="no tokens"),
        pytest.param({"in_tokens": "-5"}, "in_tokens: '-5' is no number of tokens", id="below nothing"),
        pytest.param({"out_tokens": ""}, "out_tokens: there is no value", id="no value"),
        pytest.param({"priority": "quick"}, "priority: 'quick' is no priority; write urgent", id="no priority"),
        pytest.param({"within": "soon"}, "within: 'soon' is no duration", id="no duration"),
        pytest.param({"deadline": "30"}, "deadline: it is before the request came", id="a deadline in the past"),
    ],
)
def test_a_row_that_cannot_be_used_names_its_column(more: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        columns(*more).arrival({**PLAIN, **more})

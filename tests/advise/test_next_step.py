"""How an advice is taken: the words of bide that it names are there, and a deadline that it names can be read."""

import re
from typing import Any, get_args

import pytest
from tests.advise.advised import on

from bide import config
from bide.advise.next_step import AFTER
from bide.advise.rulebook import Action
from bide.core.clock import DAY, MILLISECOND, MINUTE
from bide.core.deadline import parse_deadline


def test_there_is_one_for_every_action() -> None:
    assert set(AFTER) == set(get_args(Action))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"user_waiting": True}, "call it as ever", id="real time"),
        pytest.param(
            {"within": "24h"}, "`Bide-Within: 1d`, or as a file: `bide run FILE --within 1d`", id="a deadline"
        ),
        pytest.param({"within": "90m-3h"}, "`Bide-Within: 1h30m`", id="the shorter end of two"),
        pytest.param({"priority": "standard"}, "`Bide-Priority: standard`", id="a queue without a deadline"),
        pytest.param({"deferrable": True}, "`Bide-Priority: low`", id="a batch without a deadline"),
        pytest.param({"deferrable": True, "off_peak": True}, "`deadline.low`", id="the quiet hours"),
        pytest.param({"mixed_latency": True}, "[classes.NAME]", id="a part of it"),
        pytest.param({"data_stays": True}, "[providers.NAME] as `base_url`", id="own hardware"),
        pytest.param({"queue_length": 1000}, "`gather.requests`", id="something to do"),
    ],
)
def test_it_says_what_to_do_first(fields: dict[str, Any], says: str) -> None:
    assert says in on(**fields).next_step


@pytest.mark.parametrize(("within", "time"), [("90m", 90 * MINUTE), (">1500ms", 1500 * MILLISECOND), ("8d", 8 * DAY)])
def test_the_deadline_it_names_is_one(within: str, time: int) -> None:
    named = re.search(r"--within (\S+)`", on("patience", within=within, deferrable=True, priority="low").next_step)
    assert named is not None
    assert parse_deadline(named[1], 0) == time


def test_the_settings_that_it_names_are_there() -> None:
    known = {value.name for value in config.load({"BIDE_HOME": "/nowhere"}).values()}
    assert {"gather.requests", "gather.longest", "realtime.kept_for_urgent", "deadline.low"} <= known

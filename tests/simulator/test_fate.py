"""A world that is foretold: batches and calls take what somebody else says, and consume it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.simulator.conftest import PLAIN, START, Account

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.usage import Usage
from bide.simulator.books import Books
from bide.simulator.chance import Spread
from bide.simulator.exchange import Reply
from bide.simulator.fate import Body, Course
from bide.simulator.openai.body import CHAT
from bide.simulator.script import parse_script


class Told:
    """Seven minutes a row and three for a cancel; a call takes a minute; answers cost what is in the body."""

    def batch(self, bodies: Sequence[Body], now: int) -> Course:
        return Course(len(bodies) * 7 * MINUTE, 0.5, 3 * MINUTE)

    def call(self, body: Body) -> int:
        return MINUTE

    def usage(self, body: Body, drawn: Usage) -> Usage:
        return Usage(input=bytes(body).count(b"x"), output=bytes(body).count(b"y"))


@pytest.fixture
def foretold() -> Account:
    account = Account()
    script = parse_script(PLAIN)
    at_once = Spread(1)
    batch = replace(script.batch, turnaround=Spread(HOUR), validation=at_once, finalizing=at_once, in_flight=0)
    account.books = Books(replace(script, batch=batch, fate=Told()), 1, START)
    return account


def billed(account: Account) -> list[tuple[int, int]]:
    return [(charge.usage.input, charge.usage.output) for charge in account.books.charges(account.now)]


def test_a_batch_takes_what_was_foretold(foretold: Account) -> None:
    batch = foretold.create("xxx", "xyy")
    foretold.wait(7 * MINUTE)
    assert billed(foretold) == []  # half of its time is over before it begins
    foretold.wait(4 * MINUTE)
    assert billed(foretold) == [(3, 0)]
    foretold.wait(3 * MINUTE + SECOND)
    assert billed(foretold) == [(3, 0), (1, 2)]
    assert foretold.batch(batch)["status"] == "completed"


def test_a_cancel_takes_what_was_foretold(foretold: Account) -> None:
    batch = foretold.create("xxx", "xyy")
    foretold.json("POST", f"/v1/batches/{batch['id']}/cancel")
    foretold.wait(3 * MINUTE - SECOND)
    assert foretold.batch(batch)["status"] == "cancelling"
    foretold.wait(2 * SECOND)
    assert foretold.batch(batch)["status"] == "cancelled"
    assert billed(foretold) == []


def test_a_call_takes_and_costs_what_was_foretold(foretold: Account) -> None:
    body = b'{"model":"m","messages":[{"role":"user","content":"xxyyy"}]}'
    reply = foretold.send("POST", CHAT, body)
    assert isinstance(reply, Reply)
    assert reply.delay == MINUTE
    assert billed(foretold) == [(2, 3)]

"""The provider of the compressed day does what the played log is told, batch by batch."""

from bench.callers import body_of
from bench.foretold import DAYS, script

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.simulator.books import Books
from bide.simulator.exchange import Reply
from bide.simulator.openai.body import CHAT
from bide.whatif.arrival import Arrival
from bide.whatif.market import Purchase
from bide.whatif.scenario import SCENARIOS, latency
from bide.whatif.weather import Weather
from tests.simulator.conftest import START, Account

ARRIVALS = [Arrival(START, START + HOUR, 100 + number, 10 * (number + 1), "explicit", 256) for number in range(40)]

GROUPS = [[0], [1], [2, 3, 4, 5], list(range(6, 26)), [0], [26, 27]]
"""The first of them comes again, as the same request does that a batch brought back."""


def weather() -> Weather:
    return Weather(SCENARIOS["measured"], 3, START, DAYS)


def served() -> Account:
    account = Account()
    account.books = Books(script(weather()), 1, START)
    return account


def test_batches_are_finished_and_cancelled_as_in_the_played_log() -> None:
    account, world = served(), weather()
    for serial, group in zip((0, 0, 0, 0, 1, 0), GROUPS, strict=True):
        lines = b"\n".join(
            b'{"custom_id":"r-%d","method":"POST","url":"%s","body":%s}'
            % (number, CHAT.encode(), body_of(number, ARRIVALS[number]))
            for number in group
        )
        batch = account.create(content=lines)
        bought = Purchase.of(1, group, serial, account.now - 1, world)
        [made] = [one for one in account.books.batches if one.id == batch["id"]]
        for minutes in (1, 5, 20, 60, 400):
            assert abs(made.done(START + minutes * MINUTE) - bought.finished(START + minutes * MINUTE, world)) <= 1
        assert abs(made.schedule.ends_at - bought.ends_at) <= 10
        at = account.now + MINUTE
        if at < bought.ends_at:
            made.stop(at, account.books.outages.standstill)
            bought.cancel(at, world)
            assert made.cancel is not None
            assert made.cancel.ends_at - at == world.cancel_takes(group[0], serial)
            assert abs(made.cancel.done - bought.finished(min(bought.ends_at, bought.ended_at), world)) <= 1
        used = [(row.usage.input, row.usage.output) for row in made.rows]
        assert used == [(ARRIVALS[number].input_tokens, ARRIVALS[number].output_tokens) for number in group]


def test_a_call_takes_and_costs_what_the_log_says() -> None:
    account, arrival = served(), ARRIVALS[7]
    reply = account.send("POST", CHAT, body_of(7, arrival))
    assert isinstance(reply, Reply)
    assert reply.delay == latency(arrival.output_tokens, weather().noise(7))
    assert reply.delay > 2 * SECOND / 3
    [charge] = account.books.charges(account.now)
    assert (charge.usage.input, charge.usage.output) == (arrival.input_tokens, arrival.output_tokens)

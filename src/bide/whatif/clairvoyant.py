"""Bounds that nobody can reach: what could be had by knowing how long each batch will take."""

from collections.abc import Callable, Iterable, Sequence

from bide.core.clock import MINUTE
from bide.whatif.arrival import Arrival
from bide.whatif.outcome import Book, Prices
from bide.whatif.scenario import latency
from bide.whatif.weather import Weather


def single(arrivals: Sequence[Arrival], prices: Prices, weather: Weather) -> Book:
    """Whoever knows at a request's arrival whether a batch of it alone, submitted at that instant, comes back in time."""
    return _known(arrivals, prices, weather, lambda arrival: (arrival.at,))


def any_minute(arrivals: Sequence[Arrival], prices: Prices, weather: Weather) -> Book:
    """The same with the choice of the luckiest minute until the deadline."""
    return _known(arrivals, prices, weather, lambda arrival: range(arrival.at, arrival.deadline, MINUTE))


def _known(
    arrivals: Sequence[Arrival], prices: Prices, weather: Weather, minutes: "Callable[[Arrival], Iterable[int]]"
) -> Book:
    book = Book(arrivals, prices)
    for number, arrival in enumerate(arrivals):
        at = None
        if not arrival.urgent:
            for serial, minute in enumerate(minutes(arrival)):
                end = weather.finishes_at(number, serial, 1, minute)
                if end <= min(arrival.deadline, minute + weather.scenario.window):
                    at = end
                    break
        if at is None:
            book.answer(number, arrival.at + latency(arrival.output_tokens, weather.noise(number)), 1.0)
            book.calls += 1
        else:
            book.answer(number, at, prices.batch)
            book.batches += 1
    return book

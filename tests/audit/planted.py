"""A planted mix of workflows, four weeks of it: which of them wait is known, so that an audit can be held against it."""

from collections.abc import Iterator

from tests.audit.given import MONDAY, record

from bide.audit.readers.record import Prefix, Record
from bide.core.clock import DAY, HOUR, MINUTE, SECOND

DAYS = 28


def mix() -> Iterator[Record]:
    """All of it, in no order."""
    for day in range(DAYS):
        midnight = MONDAY + day * DAY
        yield from support(midnight, day)
        yield from summaries(midnight)
        yield from unnamed(midnight)
        yield from faq(midnight)
        yield from agent(midnight)
        yield from evaluations(midnight)


def support(midnight: int, day: int) -> Iterator[Record]:
    """Streamed to people, on weekdays from eight to six."""
    for call in range(40 if day % 7 < 5 else 0):
        yield record(
            midnight + 8 * HOUR + call * 15 * MINUTE + day * MINUTE,
            workflow="support-bot", input=4_000, cached=0, output=500, streamed=True, session=f"chat-{day}-{call // 4}", latency=9 * SECOND,
        )  # fmt: skip


def summaries(midnight: int) -> Iterator[Record]:
    """Every night at two, all with the same 5,000 tokens at the beginning, of which none is cached."""
    for call in range(60):
        yield record(
            midnight + 2 * HOUR + call * SECOND,
            workflow="ticket-summaries", provider="anthropic", model="claude-sonnet-4-6", input=8_000, cached=0, output=400, streamed=False,
            prompt=midnight + call, prefix=Prefix(77, 5_000, "You summarise tickets."),
        )  # fmt: skip


def unnamed(midnight: int) -> Iterator[Record]:
    """Every hour at minute 40, by nobody's name."""
    for hour in range(24):
        for call in range(3):
            yield record(
                midnight + hour * HOUR + 40 * MINUTE + call * SECOND,
                workflow="", named_by="", model="gpt-4.1-mini", input=20_000, cached=0, output=1_000, streamed=False,
            )  # fmt: skip


def faq(midnight: int) -> Iterator[Record]:
    """All the time, two questions a visit, of which the second is one of ten."""
    for call in range(48):
        arrived = (midnight // DAY * 7 + call // 2 * 17) % 50
        yield record(
            midnight + call // 2 * HOUR + (arrived + call % 2 * 3) * MINUTE,
            workflow="faq", model="gpt-4o", input=2_000, cached=0, output=300, streamed=False, session=f"visit-{midnight}-{call // 2}",
            prompt=call // 2 % 10 if call % 2 else midnight + call,
        )  # fmt: skip


def agent(midnight: int) -> Iterator[Record]:
    """Runs of ten calls, each of which waits for the one before."""
    for run in range(4):
        for call in range(10):
            yield record(
                midnight + run * 5 * HOUR + call * 5 * SECOND,
                workflow="planner", model="gpt-5", input=6_000, cached=3_000, output=800, streamed=False, latency=4 * SECOND,
                session=f"run-{midnight}-{run}",
            )  # fmt: skip


def evaluations(midnight: int) -> Iterator[Record]:
    """In batches already."""
    for call in range(20):
        yield record(midnight + 20 * HOUR + call, workflow="evals", lane="batch", input=3_000, cached=0, output=200)

"""One call by its id: what `bide status req_…` shows of it, and what `bide results req_…` writes."""

from typing import TYPE_CHECKING, Any

import typer

from bide.cli.exits import SOME_FAILED
from bide.cli.options import Output
from bide.cli.terminal import chosen, say, show_pairs
from bide.core.errors import NotFoundError

if TYPE_CHECKING:
    from bide.embedded import Embedded
    from bide.gateway.api.shape.request import Request
    from bide.gateway.outcome import Outcome
    from bide.store.database import Row

BEGINNINGS = ("req_", "resp_")
"""How the ids of calls begin; a deferred response has two names."""

RECENT = 200
"""Calls among which the beginning of an id is looked up."""

SHOWN = 600
"""Characters of an answer that `bide status` shows."""


def is_call(identifier: str) -> bool:
    """Whether an id is that of a call."""
    return identifier.startswith(BEGINNINGS)


async def show_call(bide: "Embedded", identifier: str, output: Output | None) -> None:
    """Show how a call stands: state, deadline, lane, answer, cost. Raises `NotFoundError`."""
    import msgspec

    from bide.gateway.api.requests import passed
    from bide.gateway.outcome import outcome_of, shape_of
    from bide.gateway.telling import receipt_for

    context = bide.context
    row = await find_call(bide, identifier)
    if "job" not in row.keys():  # noqa: SIM118  (a row is no mapping)
        told, outcome = await passed(context, row), None
    else:
        outcome = await outcome_of(context.store, row)
        told = shape_of(row, outcome, await receipt_for(context, row["owner"], row))
    if chosen(output) is Output.JSON:
        print(msgspec.json.encode(told).decode(), flush=True)
    else:
        show_pairs(pairs(told, outcome, context.clock.now()))


async def write_answer(bide: "Embedded", identifier: str) -> None:
    """Write the answer of a call to standard output, as its caller would get it; exit 1 where it has none.

    Raises:
        NotFoundError: there is no such call, or its answer is not kept.
    """
    from bide.gateway.outcome import outcome_of

    row = await find_call(bide, identifier)
    if "job" not in row.keys():  # noqa: SIM118  (a row is no mapping)
        raise NotFoundError(f"{identifier} was passed on at once: its answer went to its caller and is not kept")
    outcome = await outcome_of(bide.store, row)
    if outcome is None:
        say(f"bide: {row['external_id']} is not answered yet; `bide status {row['external_id']}` shows how it stands")
        raise typer.Exit(SOME_FAILED)
    if outcome.body:
        print(outcome.body.decode("utf-8", "replace"), flush=True)
    if not outcome.is_success:
        say(f"bide: {row['external_id']}: {_trouble(outcome)}")
        raise typer.Exit(SOME_FAILED)


def pairs(told: "Request", outcome: "Outcome | None", now: int) -> dict[str, Any]:
    """A call as names and values for a person; `outcome` where it is deferred and settled, `now` in microseconds."""
    from msgspec import UNSET

    from bide.cli.progress import clock_time
    from bide.core.clock import SECOND

    found: dict[str, Any] = {"request": f"{told.id} ({told.model} at {told.account}, {told.path}), {told.status}"}
    if told.job is None:
        found["deadline"] = f"none: it was passed on at once ({told.urgency})"
        found["answer"] = "went to its caller, and is not kept"
    else:
        missed = ""
        if told.receipt is not UNSET and told.receipt.decision.on_miss is not None:
            missed = f", on miss: {told.receipt.decision.on_miss}"
        found["deadline"] = f"{clock_time((told.deadline or 0) * SECOND, now)} ({told.urgency}){missed}"
        found["answer"] = "not there yet" if outcome is None else _answer(told.id, outcome)
    if told.receipt is not UNSET:
        found["lane"] = f"{told.lane or 'none yet'}: {told.receipt.decision.why}"
        found["cost"] = _cost(told)
    if told.job is not None:
        found["job"] = f"{told.job}, which it shares with calls like it"
    return found


def _answer(identifier: str, outcome: "Outcome") -> str:
    if not outcome.is_success:
        return _trouble(outcome)
    from bide.delivery.answer import answer_text

    text = answer_text(b'{"body":' + outcome.body + b"}")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…\n(`bide results {identifier}` writes all of it)"


def _trouble(outcome: "Outcome") -> str:
    if outcome.refusal is not None:
        return f"{outcome.refusal.code}: {outcome.refusal.message}"
    return f"status {outcome.status}: {outcome.body[:SHOWN].decode('utf-8', 'replace')}"


def _cost(told: "Request") -> str:
    from msgspec import UNSET

    assert told.receipt is not UNSET
    price = told.receipt.price
    if price.paid is None or price.list_price is None:
        text = "unknown: its price is not known"
    else:
        text = f"${price.paid}, ${price.list_price} at list price"
    if price.wasted != "0":
        text += f", ${price.wasted} wasted"
    if price.suspected != "0":
        text += f", up to ${price.suspected} suspected"
    return text


async def find_call(bide: "Embedded", identifier: str) -> "Row":
    """The row of a call by its id, or by the beginning of one that is recent: of a deferred one as `store.calls.outcome` has
    it, else of a passage."""
    from bide.embedded import LOCAL_OWNER
    from bide.gateway.responses.names import call_id
    from bide.intake.problem import did_you_mean
    from bide.store.history import Wanted

    wanted, store = call_id(identifier) or identifier, bide.store
    row = await _exact(bide, wanted)
    if row is not None:
        return row
    recent = await store.history.requests(LOCAL_OWNER, Wanted(), None, RECENT) or ()
    names = [one["external_id"] for one in recent]
    matches = [name for name in names if name.startswith(wanted)]
    if len(matches) > 1:
        raise NotFoundError(f"{identifier!r} is the beginning of {len(matches)} calls; write more of it")
    row = await _exact(bide, matches[0]) if matches else None
    if row is None:
        tag, _, line = wanted.removeprefix("req_").rpartition("_")
        if tag and line.isdigit():
            raise NotFoundError(
                f"{identifier!r} is no single call but line {line} of job_{tag}; `bide results job_{tag}` has its answer"
            )
        raise NotFoundError(
            f"there is no call {identifier!r}{did_you_mean(wanted, names)}; the bide-request-id of a deferred answer names its "
            "call, and GET /bide/v1/requests lists them all"
        )
    return row


async def _exact(bide: "Embedded", identifier: str) -> "Row | None":
    from bide.embedded import LOCAL_OWNER

    try:
        return await bide.store.calls.outcome(LOCAL_OWNER, identifier)
    except NotFoundError:
        return await bide.store.passages.find(LOCAL_OWNER, identifier)

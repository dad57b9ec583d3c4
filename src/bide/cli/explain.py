"""`bide explain`: what was decided for one request, when and why, and what else there was."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.options import Output
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import chosen, show_pairs
from bide.core.count import many

if TYPE_CHECKING:
    from bide.config import Config
    from bide.embedded import Embedded
    from bide.gateway.api.shape.explanation import Alternative, Explanation, Step
    from bide.gateway.api.shape.request import Attempt


def explain(
    request: Annotated[
        str,
        typer.Argument(metavar="REQUEST", help="The id of a call, or JOB:custom_id; with --line a job's id."),
    ],
    line: Annotated[
        int | None, typer.Option("--line", min=1, help="The request on this line of the job's input.")
    ] = None,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Tell what was decided for a request: who wanted it by when, each decision with its rule and numbers, what else there was
    and at what price, what came of it.

    \b
    bide explain req_4fz
    bide explain job_kq3:ticket-17
    bide explain last --line 17
    """
    run_async(_explain(configured(database, assignments, config), request, line, output))


async def _explain(config: "Config", request: str, line: int | None, output: Output | None) -> None:
    import msgspec

    from bide.embedded import LOCAL_OWNER
    from bide.gateway.api.explain import explanation

    async with looking(config) as bide:
        identifier = await _identifier(bide, request, line)
        found = await explanation(bide.context, LOCAL_OWNER, identifier, line, private=False)
        if chosen(output) is Output.JSON:
            print(msgspec.json.encode(found).decode(), flush=True)
        else:
            show(found, bide.context.clock.now())


async def _identifier(bide: "Embedded", request: str, line: int | None) -> str:
    """The whole id that the beginning of one stands for. Raises `InputError` or `NotFoundError`."""
    from bide.cli.call import find_call, is_call
    from bide.core.errors import InputError

    job, colon, custom_id = request.partition(":")
    if is_call(request):
        return (await find_call(bide, request))["external_id"]
    found = await find_job(bide, job)
    if not colon and line is None:
        raise InputError(f"{request} is a job; say which of its requests: {request}:CUSTOM_ID, or --line N")
    return f"{found.external_id}:{custom_id}" if line is None else found.external_id


def show(found: "Explanation", now: int) -> None:
    """The record for a person; `now` in microseconds."""
    show_pairs(pairs(found, now))
    for number, step in enumerate(found.decisions, 1):
        print(f"\n  {number}. {_instant(step.at)}  {_action(step)}: {step.rule}")
        show_pairs({f"   {name}": value for name, value in step_pairs(step).items()})
    print()
    show_pairs(end_pairs(found, now))


def pairs(found: "Explanation", now: int) -> dict[str, Any]:
    """Who asked, by when, and the last safe moment."""
    from bide.cli.progress import clock_time
    from bide.core.clock import SECOND

    line = f", line {found.line:,}" if found.line is not None and not found.id.startswith("req_") else ""
    shown: dict[str, Any] = {
        "request": f"{found.id}{line} ({found.model} at {found.account}, {found.endpoint}), {found.status}",
        "asked": f"{_instant(found.urgency.asked_at)}, {found.urgency.said_by}",
    }
    if found.urgency.deadline is not None:
        planned = found.urgency.planned_for
        earlier = (
            f", planned for {clock_time(planned * SECOND, now)}"
            if planned not in (None, found.urgency.deadline)
            else ""
        )
        shown["deadline"] = (
            f"{clock_time(found.urgency.deadline * SECOND, now)}{earlier}, on miss: {found.urgency.on_miss}"
        )
    shown["promised"] = found.urgency.promise
    if found.last_safe_moment is not None:
        shown["last safe moment"] = "\n".join(found.last_safe_moment.arithmetic)
    if found.waits_for is not None:
        shown["now"] = found.waits_for
    return shown


def step_pairs(step: "Step") -> dict[str, Any]:
    """What is known about a decision."""
    shown: dict[str, Any] = {}
    if step.batch is not None:
        shown["batch"] = f"{step.batch}, {many(step.group or 0, 'request')}"
    elif step.group is not None:
        shown["kept" if step.action == "cache" else "calls"] = f"{many(step.group, 'request')} together"
    if step.slack_seconds is not None:
        shown["slack"] = _span(step.slack_seconds)
    numbers = [
        f"{name.removesuffix('_seconds').replace('_', ' ')} {_number(name, value)}"
        for name, value in step.numbers.items()
    ]
    if numbers:
        shown["numbers"] = _folded(numbers)
    if step.alternatives:
        shown["lanes"] = "\n".join(map(_alternative, step.alternatives))
    return shown


def end_pairs(found: "Explanation", now: int) -> dict[str, Any]:
    """What was tried, what it cost, whether it was in time."""
    price, outcome = found.price, found.outcome
    shown: dict[str, Any] = {}
    if found.attempts:
        shown["tried"] = "\n".join(map(_attempt, found.attempts))
    cost = (
        "unknown: its price is not known" if price.paid is None else f"${price.paid}, ${price.list_price} at list price"
    )
    if price.wasted != "0":
        cost += f", ${price.wasted} wasted"
    if price.suspected != "0":
        cost += f", up to ${price.suspected} suspected"
    shown["cost"] = cost
    if outcome.saved_usd is not None:
        shown["saved"] = f"${outcome.saved_usd}"
    if outcome.margin_seconds is not None:
        margin = _span(abs(outcome.margin_seconds))
        if outcome.met is None:
            left = "left" if outcome.margin_seconds >= 0 else "late so far"
            shown["deadline"] = f"open: {margin} {left}"
        else:
            side = "before the deadline" if outcome.margin_seconds >= 0 else "after the deadline"
            shown["deadline"] = f"{'met' if outcome.met else 'not met'}: {found.status} {margin} {side}"
    return shown


def _action(step: "Step") -> str:
    words = {"batch": "into a batch", "hold": "left waiting", "cache": "answered at no cost"}
    return words.get(step.action, f"called, {step.lane}")


def _alternative(one: "Alternative") -> str:
    cost = "price unknown" if one.cost_usd is None else f"${one.cost_usd}"
    return f"{one.lane:<9} {cost}" + ("" if one.open else f"  (not open: {one.why})")


def _attempt(one: "Attempt") -> str:
    where = f"{one.lane} at {one.account}" + (f" in {one.batch}" if one.batch else "")
    instants = [f"{word} {_instant(at)}" for word, at in (("sent", one.sent_at), ("ended", one.finished_at)) if at]
    told = f": {one.code}: {one.message}" if one.code else ""
    return ", ".join([f"{where}, {one.state}{told}", *instants])


def _number(name: str, value: object) -> str:
    if name.endswith("_seconds") and isinstance(value, float | int):
        return _span(value)
    if name.endswith("_at") and isinstance(value, float | int):
        return _instant(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _folded(parts: Sequence[str], width: int = 100) -> str:
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += f", {part}" if lines[-1] else part
    return "\n".join(lines)


def _span(seconds: float) -> str:
    from bide.core.clock import SECOND
    from bide.core.duration import format_duration

    return format_duration(int(seconds * SECOND))


def _instant(seconds: float) -> str:
    from bide.core.clock import SECOND, to_datetime

    return f"{to_datetime(int(seconds * SECOND)):%Y-%m-%d %H:%M:%S} UTC"

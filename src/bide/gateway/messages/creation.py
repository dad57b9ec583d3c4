"""The create of a message batch: what its headers say, whether it has come before, and its requests, made into a job."""

from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from bide.core.clock import DAY
from bide.core.deadline import OnMiss, Priority
from bide.core.job import Job
from bide.gateway.access import under_key
from bide.gateway.caller import Caller
from bide.gateway.calls import WORKFLOW
from bide.gateway.cap import cap_said
from bide.gateway.deferring import WEBHOOK
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.messages.version import version_of
from bide.gateway.refusal import RefusalError
from bide.intake.findings import BadLinesError
from bide.intake.ingest import ingest
from bide.intake.message_batch import MessageRequests, explained
from bide.intake.order import HEADERS, Order
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows
from bide.lanes.arrival.cache import said as said_to_keep
from bide.lanes.arrival.urgency import Said, Words, urgency
from bide.store.jobs import Acceptance
from bide.store.message_batches import NewMessageBatch, TakenError

WINDOW = DAY
"""How long a batch may take that does not say so: what Anthropic's may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """What the headers of a create say, or leave to the usual. Instants in microseconds; `came_at` is when it began to come."""

    version: str
    came_at: int
    deadline: int
    said_by: str
    priority: Priority | None
    on_miss: OnMiss
    workflow: str | None
    webhook: str | None
    idempotency_key: str | None
    holder: str
    kept_for: int | None
    """How long answers stand for exact repeats, in microseconds; None: it does not say."""
    max_cost: int | None
    """What all of it may cost at most, in 1e-12 USD; None: no cap."""

    def named(self, external_id: str, digest: bytes) -> NewMessageBatch:
        """What it is known by in the store."""
        return NewMessageBatch(external_id, self.came_at, digest, self.idempotency_key, self.holder)


def read_creation(gateway: Gateway, exchange: Exchange, caller: Caller) -> Creation:
    """What a create asks for beside its requests. The body has no place for it, so the headers say it.

    Raises:
        RefusalError, DeadlineError: with what cannot be used.
    """
    context, headers = gateway.context, exchange.headers
    now = context.clock.now()
    own = {name: value for name, value in headers.items() if name.startswith("bide-")}
    found = urgency(Said(path=exchange.path, model="", headers=own), (), Words(low=context.settings.deadline.low), now)
    deadline = found.deadline if found.explicit else now + WINDOW
    return Creation(
        version=version_of(headers),
        came_at=now,
        deadline=now if deadline is None else deadline,
        said_by=found.source if found.explicit else "message batch",
        priority=Priority.URGENT if deadline is None else None,
        on_miss=OnMiss(own["bide-on-miss"].strip().lower()) if "bide-on-miss" in own else _usual(gateway),
        workflow=own.get(WORKFLOW) or caller.workflow,
        webhook=own.get(WEBHOOK),
        idempotency_key=headers.get("idempotency-key"),
        holder=context.holder,
        kept_for=said_to_keep(own, {}),
        max_cost=cap_said(own, {}),
    )


async def handed_in_before(gateway: Gateway, exchange: Exchange, caller: Caller, new: NewMessageBatch) -> str | None:
    """The batch that a create is a repetition of: under the same key, or one whose answer the client's own retry missed.

    Raises:
        ReusedKeyError: its idempotency key was used for something else.
    """
    verbs = gateway.context.store.message_batches
    if new.idempotency_key is not None:
        return await verbs.known(caller.owner, new)
    return await verbs.attach(caller.owner, new) if exchange.is_retry else None


async def hand_in(gateway: Gateway, caller: Caller, creation: Creation, body: BinaryIO, new: NewMessageBatch) -> str:
    """The id of the batch, which is there and will be answered when this returns.

    Raises:
        RefusalError: some of its requests cannot be used; nothing of it was taken in.
        BideError: the batch as a whole cannot be taken.
    """
    context, routing = gateway.context, gateway.routing
    validator = Validator(ContextWindows(routing.window), routing)
    requests = MessageRequests(body, validator, creation.version, caller.key.allows if caller.key else _everything)
    order = Order(
        owner=caller.owner,
        name=new.external_id,
        deadline=creation.deadline,
        on_miss=creation.on_miss,
        priority=creation.priority,
        priority_source=creation.said_by,
        parameters=msgspec.json.encode({"message_batch": new.external_id}).decode(),
        workflow=creation.workflow,
        webhook=creation.webhook,
        max_cost=creation.max_cost,
        words=HEADERS,
        kept_for=creation.kept_for,
        new=True,
    )

    async def accept(owner: str, job: int, acceptance: Acceptance, now: int) -> Job:
        return await context.store.message_batches.accept(owner, job, new, acceptance, now)

    try:
        await ingest(
            context,
            under_key(order, caller.key),
            lambda model: routing.to(model).route,
            requests.chunks(),
            accept=accept,
        )
    except TakenError as taken:
        return taken.external_id
    except BadLinesError as error:
        raise _refused(error) from None
    return new.external_id


def _usual(gateway: Gateway) -> OnMiss:
    return gateway.context.settings.deadline.on_miss


def _refused(error: BadLinesError) -> RefusalError:
    """The first of the requests that cannot be used, and how many they are."""
    findings = error.findings
    problem = findings.problems[0]
    more = findings.refused - 1
    also = f" ({more:,} more of the {findings.refused + findings.requests:,} requests cannot be used)" if more else ""
    return RefusalError(400, str(problem.code), f"{explained(problem)}{also}", param=problem.field)


def _everything(model: str) -> bool:
    return True

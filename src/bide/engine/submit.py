"""A sealed batch: upload its file, record the intent, create it once."""

from collections.abc import AsyncIterator

from bide.core.batch import Batch
from bide.core.errors import LeaseLostError
from bide.core.identifiers import custom_id
from bide.core.quota import Resource, Source, Told, learned
from bide.core.states import BatchOutcome
from bide.engine.attention import next_poll, next_try
from bide.engine.context import Context
from bide.engine.learn import promised
from bide.engine.outlook import hours_of
from bide.engine.quotas import documented_of
from bide.engine.step import held, note_refusal, provider_of
from bide.lanes.capacity.quota import is_shared
from bide.lanes.outcome.validation import as_note
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RejectedError,
    SlotsError,
    StorageFullError,
    UnauthorisedError,
)
from bide.providers.port import BATCH_REFUSED, TOO_FEW, Lines, Remote, RowError, Submission
from bide.providers.transport import NotSentError, ReplyLostError
from bide.store.bodies import checksum
from bide.store.filling import Line

WAITS = "waits for"
"""How it is noted that a batch is not handed in yet although nothing has failed."""

NEVER_SENT = "never_sent"
"""Cancelled before any create was sent."""

MOST_MISSES = 4
"""Tries that are told the same about something missing before it is believed: there are no batches at this address."""

PAGE = 1_000
"""Lines read from the store at a time."""

RUN = 1 << 18
"""Bytes of bodies read at a time: bodies that lie side by side are read together."""


async def submit(context: Context, batch: Batch) -> Batch | None:
    """Hand the batch to its provider. Gives the batch where it has ended already."""
    store, clock, provider = context.store, context.clock, provider_of(context, batch)
    if batch.cancel_asked:
        return await store.batches.ended(
            held(batch), outcome=BatchOutcome.CANCELLED, code=NEVER_SENT, ended_at=clock.now(), now=clock.now()
        )
    barred = hours_of(context, (batch.account, batch.model)).barred_until(clock.now())
    if clock.now() < barred:
        # It was filled before the blackout and could not be handed in: rescues take from it, and the rest goes afterwards.
        await store.batches.troubled(
            held(batch), f"{WAITS} the end of the account's blackout", barred, has_failed=False
        )
        return None
    if batch.requests < provider.limits.min_requests:
        why = f"{batch.requests:,} requests, and the provider takes no batch of fewer than {provider.limits.min_requests:,}"
        return await _refused(context, batch, RejectedError(why, code=TOO_FEW))
    submission = Submission(
        batch.tag, batch.model, batch.endpoint, batch.requests, batch.size, lambda: lines(context, batch)
    )
    input_file = batch.input_file
    if input_file is None:
        try:
            input_file = await provider.stage(submission)
        except StorageFullError as error:
            await learn_quota(context, batch, error.told)
            raise
        except RejectedError as error:
            if not error.errors:
                raise
            return await _refused(context, batch, error)
        except MissingError as error:
            if not _is_absent(batch, error):
                raise
            return await _refused(context, batch, RejectedError(str(error), code=BATCH_REFUSED))
        await store.batches.staged(held(batch), input_file)
    lease_until = clock.now() + context.settings.engine.lease
    if provider.capabilities.tagged:
        batch = await store.batches.intend(held(batch), lease_until, clock.now())
    else:
        intended = await store.batches.intend_alone(held(batch), lease_until, clock.now())
        if intended is None:
            due_at = clock.now() + context.settings.engine.poll_interval
            await store.batches.troubled(
                held(batch), f"{WAITS} another create of the account", due_at, has_failed=False
            )
            return None
        batch = intended
    if clock.now() >= lease_until:
        # We slept since. Whoever took over may have seen that nothing was created, and does the requests again: a create
        # that is sent now would be billed and nobody's, where no input file is needed that was deleted meanwhile.
        raise LeaseLostError
    # From here on a batch may exist at the provider. The create is sent once, and never again under this intent.
    try:
        remote = await provider.submit(submission, input_file)
    except (ReplyLostError, OverloadedError) as error:
        now = clock.now()
        due_at = next_try(0, context.entropy.uniform(), None, now)
        await store.batches.ambiguous(held(batch), f"{error.code}: {error}"[:500], due_at, now)
        return None
    except SlotsError as error:
        # How large it is does not matter, so it stays as it is, and its file where it is, until there is a slot.
        await learn_quota(context, batch, error.told)
        return await _withdrawn(context, batch, error, input_file)
    except QuotaError as error:
        await learn_quota(context, batch, error.told)
        return await _refused(context, batch, error)
    except RejectedError as error:
        return await _refused(context, batch, error)
    except (NotSentError, BusyError, MissingError, UnauthorisedError, OutOfCreditError) as error:
        if isinstance(error, MissingError) and _is_absent(batch, error):
            return await _refused(context, batch, RejectedError(str(error), code=BATCH_REFUSED))
        return await _withdrawn(context, batch, error, None if isinstance(error, MissingError) else input_file)
    context.troubles.pop(batch.account, None)
    await adopt(context, batch, remote)
    await _note_told(context, batch, remote)
    return None


async def adopt(context: Context, batch: Batch, remote: Remote) -> None:
    """Record the provider's id of a batch that we created, or found to be ours."""
    now = context.clock.now()
    engine = context.settings.engine
    try:
        await context.store.batches.submitted(
            held(batch),
            provider_id=remote.provider_id,
            submitted_at=remote.created_at or now,
            expires_at=remote.expires_at,
            due_at=next_poll(batch, engine.poll_interval, engine.poll_longest, now),
            now=now,
            promise=promised(context, batch),
        )
    except LeaseLostError:
        # We slept through our lease. Whoever took over has found this batch, or has given it up as never created;
        # then nobody will follow it, and it must not run.
        present = await context.store.batches.get(batch.id)
        if present.provider_id != remote.provider_id:
            await provider_of(context, batch).cancel(remote.provider_id)
        raise


def _is_absent(batch: Batch, error: MissingError) -> bool:
    """Whether what is missing is the endpoint and not a file: of files, every try has another."""
    return batch.failures >= MOST_MISSES and batch.trouble == _told(error)


def _told(error: ProviderError | NotSentError) -> str:
    """An error as it is kept with a batch."""
    return f"{error.code}: {error}"[:500]


async def _withdrawn(
    context: Context, batch: Batch, error: ProviderError | NotSentError, input_file: str | None
) -> None:
    """The provider has not taken it now; it is handed in again later."""
    now = context.clock.now()
    due_at = next_try(batch.failures, context.entropy.uniform(), note_refusal(context, batch.account, error), now)
    await context.store.batches.withdrawn(held(batch), _told(error), input_file, due_at, now)


async def _refused(context: Context, batch: Batch, error: ProviderError) -> Batch:
    """The provider has not taken it: nothing ran."""
    now = context.clock.now()
    named = error.errors[0] if isinstance(error, RejectedError) and error.errors else None
    message = as_note(named or RowError(error.code, str(error)))[:1000]
    return await context.store.batches.ended(
        held(batch), outcome=BatchOutcome.FAILED, code=error.code, message=message, ended_at=now, now=now
    )


async def learn_quota(context: Context, batch: Batch, told: Told) -> None:
    """Note the limit of a quota that a refusal of this batch shows."""
    now = context.clock.now()
    snapshot = await context.store.snapshots.take(context.host, now)
    model = _scope(context, batch, told)
    amount = {Resource.ENQUEUED_TOKENS: batch.tokens, Resource.ENQUEUED_REQUESTS: batch.requests}.get(told.resource, 1)
    if told.resource is Resource.STORED_BYTES:
        amount = batch.size
    others = max(0, snapshot.usage.of(told.resource, batch.account, model) - amount)
    limit, source = learned(told, amount, others)
    await context.store.limits.learn(batch.account, model or "", {told.resource: limit}, source, now)


async def _note_told(context: Context, batch: Batch, remote: Remote) -> None:
    """Note what the reply to the create said about quotas, less what others than us use of them."""
    now = context.clock.now()
    for told in remote.told:
        if told.limit is None:
            continue
        model = _scope(context, batch, told)
        foreign = 0
        if told.used is not None:
            snapshot = await context.store.snapshots.take(context.host, now)
            foreign = max(0, told.used - snapshot.usage.of(told.resource, batch.account, model))
        limit = max(1, told.limit - foreign)
        await context.store.limits.learn(batch.account, model or "", {told.resource: limit}, Source.HEADER, now)


def _scope(context: Context, batch: Batch, told: Told) -> str | None:
    """The model whose quota it is; None where all models of the account share it."""
    documented = documented_of(provider_of(context, batch).limits, told.resource)
    return None if is_shared(told.resource, documented) else batch.model


async def lines(context: Context, batch: Batch) -> AsyncIterator[Lines]:
    """The batch's requests, some at a time. Read anew from the bodies each time, so nothing lies on disk twice."""
    bodies = context.store.bodies
    after = (batch.first_attempt or 0) - 1
    while page := await context.store.batches.lines(batch, after, PAGE):
        position = 0
        while position < len(page):
            end = _run(page, position)
            first, last = page[position].body, page[end - 1].body
            data = await bodies.range(first.object_id, first.offset, last.offset + last.length - first.offset)
            found: list[tuple[str, bytes]] = []
            for line in page[position:end]:
                start = line.body.offset - first.offset
                body = data[start : start + line.body.length]
                if checksum(body) != line.body.check:
                    body = await bodies.read(line.body)  # raises, and says which bytes are damaged
                found.append((custom_id(batch.tag, line.attempt), body))
            yield found
            position = end
        after = page[-1].attempt


def _run(page: list[Line], position: int) -> int:
    """The end of the run of lines from `position` whose bodies lie side by side (a newline apart) and are read at once."""
    first = page[position].body
    end = position + 1
    while end < len(page):
        body, before = page[end].body, page[end - 1].body
        beside = body.object_id == first.object_id and 0 <= body.offset - (before.offset + before.length) <= 1
        if not beside or body.offset + body.length - first.offset > RUN:
            break
        end += 1
    return end

"""What the steps of a batch share: the lease under which they run, and what a failed call leads to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bide.core.batch import Batch
from bide.core.clock import MINUTE
from bide.core.errors import BideError, LeaseLostError, SettingError, StoreError
from bide.engine.attention import next_try
from bide.engine.context import Context
from bide.providers.failures import OutOfCreditError, ProviderError, StorageFullError, UnauthorisedError
from bide.providers.port import Provider
from bide.providers.transport import NotSentError
from bide.store.fence import Fenced

CREDENTIAL_PAUSE = MINUTE
"""Between tries while the account refuses us: a person has to act."""


def held(batch: Batch) -> Fenced:
    """The batch under the lease it was claimed with."""
    return batch.id, batch.fence


def provider_of(context: Context, batch: Batch) -> Provider:
    """The account the batch belongs to. Only batches of our accounts are worked on."""
    return context.providers[batch.account]


@asynccontextmanager
async def leased(context: Context, batch: Batch) -> AsyncGenerator[None]:
    """Renew the lease for as long as the steps take."""
    lease = context.settings.engine.lease

    async def renew() -> None:
        while True:
            await context.clock.sleep_until(context.clock.now() + lease // 3)
            try:
                await context.store.batches.renew(held(batch), context.clock.now() + lease)
            except LeaseLostError:
                return  # the next move will find out
            except StoreError:
                continue  # it may be back before the lease is over

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()


def note_refusal(context: Context, account: str, error: BideError) -> int | None:
    """How long the provider wants us to wait. Where it refuses to serve the account at all, or cannot be reached, a
    person who watches is told."""
    wait = error.retry_after if isinstance(error, ProviderError) else None
    if isinstance(error, NotSentError):
        context.troubles[account] = str(error)
    if isinstance(error, UnauthorisedError | OutOfCreditError | StorageFullError | SettingError):
        context.troubles[account] = str(error)
        return max(wait or 0, CREDENTIAL_PAUSE)
    return wait


async def postpone(context: Context, batch: Batch, error: BideError) -> None:
    """Note what went wrong with a call about the batch, and try again later."""
    now = context.clock.now()
    wait = note_refusal(context, batch.account, error)
    due_at = next_try(batch.failures, context.entropy.uniform(), wait, now)
    await context.store.batches.troubled(held(batch), f"{error.code}: {error}"[:500], due_at)

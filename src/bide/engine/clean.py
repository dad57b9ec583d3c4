"""A harvested batch: delete its files at the provider. What cannot be deleted expires there by itself."""

from bide.core.batch import Batch
from bide.engine.context import Context
from bide.engine.step import held, provider_of
from bide.settings import ProviderSettings

MOST_TRIES = 5
"""Failed deletions after which the files are left to expire."""


async def clean(context: Context, batch: Batch) -> None:
    """Delete input and result files, unless the account keeps them."""
    settings = context.settings.providers.get(batch.account, ProviderSettings())
    files = [file for file in (batch.input_file, batch.output_file, batch.error_file) if file is not None]
    kept = len(files)
    if not settings.keep_files and batch.failures < MOST_TRIES:
        for file in files:
            await provider_of(context, batch).discard(file)
            kept -= 1
    await context.store.batches.cleaned(held(batch), kept, context.clock.now())

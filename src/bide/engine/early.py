"""The output of a batch that still runs, at a server that shows it: what is answered is settled there and then.

Such a file grows, and its order is nobody's promise: rows may turn up before others that were read already. So this only
ever brings answers sooner. At the batch's end `harvest` reads the whole file for whatever is missing.
"""

from bide.core.batch import Batch
from bide.engine import pricing
from bide.engine.attention import is_worth_reading
from bide.engine.collect import EARLY, Collection
from bide.engine.context import Context
from bide.engine.step import provider_of
from bide.providers.failures import ProviderError
from bide.providers.port import EarlyProvider, Remote, Row, Verdict
from bide.providers.transport import NotSentError, ReplyLostError


async def read_early(context: Context, batch: Batch, remote: Remote) -> None:
    """Land the answers that a running batch has added to its output since it was last read."""
    provider = provider_of(context, batch)
    how, file = provider.capabilities.early_results, remote.output_file
    if how is None or file is None or not isinstance(provider, EarlyProvider):
        return
    if not is_worth_reading(batch, remote, how):
        return
    tariff = await context.pricing.tariff(provider.catalogue, batch.model, pricing.BATCH, context.clock.now())
    collection = Collection(context, batch, tariff, EARLY, (batch.output_rows, batch.error_rows), _is_answered)
    async with context.harvesting[batch.account]:
        try:
            async for rows in provider.finished(file, batch.endpoint, collection.before):
                await collection.take(rows)
        except (ProviderError, NotSentError, ReplyLostError):
            # The file may appear with its first row only, and what is cut comes whole the next time, or at the end. None of
            # it may keep the batch from being followed.
            pass
        await collection.land()


def _is_answered(attempt: int, row: Row) -> bool:
    """An answer is final; what failed may yet be tried again while the batch runs, and is judged at its end."""
    return row.verdict is Verdict.ANSWERED

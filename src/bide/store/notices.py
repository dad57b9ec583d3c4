"""What providers tell us by webhook: heard once each, and the batch that it is about is looked at now."""

from collections.abc import Sequence

from bide.core.clock import DAY
from bide.store import batches, queries
from bide.store.database import Transaction, Verbs, writes

SQL = queries.load("notices")

REMEMBERED = 7 * DAY
"""OpenAI repeats a webhook for 72 hours, Google for 24; one that is signed anew is told by its id only."""


class Notices(Verbs):
    """Verbs over what was heard."""

    @writes
    async def hear(
        self, transaction: Transaction, account: str, event_id: str, provider_ids: Sequence[str], now: int
    ) -> bool:
        """Remember a webhook, and make due whichever batch has one of these ids; False where it was heard before."""
        await transaction.run(SQL["forget"], before=now - REMEMBERED)
        if not await transaction.run(SQL["hear"], account=account, event_id=event_id, now=now):
            return False
        for provider_id in provider_ids:
            await batches.wake(transaction, account, provider_id, now)
        return True

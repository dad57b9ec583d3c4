"""What was spent lately, by (account, model): so that what second copies may pay twice is known before one is made."""

from collections.abc import Mapping

from bide.lanes.decision.outlook import Key
from bide.lanes.plan.copies import AGAIN, SPENT_SINCE, Spending
from bide.store.store import Store


class Purse:
    """One worker's knowledge of what was spent, by all of them. A copy that ends between two readings is in none of the two sums
    for so long: it is not under way any more, and what it cost is not known yet."""

    def __init__(self) -> None:
        self._spending: Mapping[Key, Spending] = {}
        self._read_at: int | None = None

    async def refresh(self, store: Store, now: int) -> None:
        """Read what was spent within a day, when it is time. Raises `StoreError`."""
        if self._read_at is None or now >= self._read_at + AGAIN:
            found = await store.buckets.spending(now - SPENT_SINCE)
            self._spending = {
                (account, model): Spending(listed, wasted, answered)
                for account, model, listed, wasted, answered in found
            }
            self._read_at = now

    def spending(self) -> Mapping[Key, Spending]:
        """As of the last reading."""
        return self._spending

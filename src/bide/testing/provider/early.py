"""What is finished of a batch that still runs: had once each, on from where one was, and whole at the end."""

from bide.core.clock import MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.providers.port import EarlyProvider, Remote, Row, Verdict
from bide.testing.provider.case import TURNAROUND, Account, OpenAccount, ProviderCase

PROMPTS = [f"question {number}" for number in range(20)]

HALF_TIME = 5 * MINUTE + SECOND
"""After which half of the rows are finished."""


async def finished(account: Account, running: Remote, skip: int = 0) -> list[Row]:
    """The rows that a batch shows, but for the first of them."""
    assert isinstance(account.provider, EarlyProvider)
    assert running.output_file is not None
    shown = account.provider.finished(running.output_file, account.endpoint, skip)
    return [row async for rows in shown for row in rows]


class EarlyCases(ProviderCase):
    """`finished`."""

    async def running(self, account: Account) -> Remote | None:
        """A batch of which half is done; None where the provider shows none of it, and says so."""
        if not self.grows:
            assert account.provider.capabilities.early_results is None
            return None
        assert account.provider.capabilities.early_results is not None
        created = await account.submit(*PROMPTS)
        account.clock.advance(HALF_TIME)
        return await account.provider.poll(created.provider_id)

    async def test_what_is_finished_is_had_while_the_batch_runs(self, account: Account) -> None:
        running = await self.running(account)
        if running is None:
            return
        assert (running.outcome, running.completed) == (None, 10)
        rows = await finished(account, running)
        assert {row.verdict for row in rows} == {Verdict.ANSWERED}
        account.clock.advance(HALF_TIME // 2)
        later = await finished(account, running, skip=len(rows))
        assert (len(rows), len(later)) == (10, 5)
        account.clock.advance(TURNAROUND)
        ended = await account.provider.poll(running.provider_id)
        assert ended.outcome is BatchOutcome.COMPLETED
        assert ended.output_file is not None
        whole = {row.custom_id: row for row in await account.harvest(ended.output_file)}
        assert len(whole) == 20
        assert [whole[row.custom_id] for row in rows + later] == rows + later

    async def test_nothing_new_is_nothing(self, account: Account) -> None:
        running = await self.running(account)
        if running is not None:
            assert await finished(account, running, skip=10) == []

    async def test_a_line_that_is_still_being_written_is_not_there_yet(self, open_account: OpenAccount) -> None:
        account = open_account(batch="early_torn = true")
        running = await self.running(account)
        if running is None:
            return
        rows = await finished(account, running)
        assert [row.code for row in rows] == [None] * 9
        assert [row.code for row in await finished(account, running, skip=9)] == []
        account.clock.advance(TURNAROUND)
        assert len(await account.rows(await account.provider.poll(running.provider_id))) == 20

    async def test_rows_that_turn_up_late_are_in_the_whole_file(self, open_account: OpenAccount) -> None:
        account = open_account(batch="early_gaps = 0.5")
        running = await self.running(account)
        if running is None:
            return
        assert 0 < len(await finished(account, running)) < 10
        account.clock.advance(TURNAROUND)
        assert len(await account.rows(await account.provider.poll(running.provider_id))) == 20

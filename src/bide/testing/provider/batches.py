"""Batches: submitted once, found when nobody answered, followed and cancelled."""

import contextlib

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.providers.failures import (
    BusyError,
    MissingError,
    OverloadedError,
    RejectedError,
    UnauthorisedError,
    UndecidedError,
)
from bide.providers.port import Remote, Sought, Verdict
from bide.providers.transport import NotSentError, ReplyLostError
from bide.simulator.faults import Site
from bide.testing.provider.case import TURNAROUND, Account, OpenAccount, ProviderCase

LONG_AGO = 0


class BatchCases(ProviderCase):
    """`stage`, `submit`, `find`, `poll` and `cancel`."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Cases for what the provider has."""
        for name, values in (("site", self.sites), ("quota_status", self.quota_statuses)):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values)

    async def test_a_batch_runs_to_its_end(self, account: Account) -> None:
        provider, created = account.provider, await account.submit("a", "b", "c", "d")
        assert (created.outcome, created.cancelling, created.output_file) == (None, False, None)
        assert created.created_at == account.clock.now()
        assert created.expires_at == (account.clock.now() + provider.limits.window if self.tells_expiry else None)
        account.clock.advance(5 * MINUTE)
        running = await provider.poll(created.provider_id)
        assert running.outcome is None
        assert running.total == 4 or not self.counts_while_running
        account.clock.advance(6 * MINUTE)
        ended = await provider.poll(created.provider_id)
        assert (ended.provider_id, ended.outcome) == (created.provider_id, BatchOutcome.COMPLETED)
        assert (ended.total, ended.completed, ended.failed) == ((4, 4, 0) if self.counts else (0, 0, 0))
        assert ended.output_file is not None
        assert ended.ended_at is not None
        assert account.clock.now() - MINUTE - SECOND <= ended.ended_at <= account.clock.now()

    async def test_a_create_whose_reply_is_lost_is_found_by_its_tag(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "create", "nth": 2, "kind": "reply_lost"}])
        await account.submit("another", tag="other")
        began = account.clock.now()
        with pytest.raises(ReplyLostError):
            await account.submit("a", "b")
        assert account.books.faults.calls[Site.CREATE] == 2, "a create is sent once"
        found = await self._found(account, "tag1", began - HOUR)
        account.clock.advance(MINUTE)
        assert (await account.provider.poll(found.provider_id)).total == (2 if self.counts else 0), "not the other one"
        assert await account.find("tag2", since=began - HOUR) is None

    async def _found(self, account: Account, tag: str, since: int) -> Remote:
        """The batch of a tag. Where it carries none, it shows itself at its end and not before."""
        try:
            found = await account.find(tag, since=since)
        except UndecidedError:
            assert not account.provider.capabilities.tagged
            account.clock.advance(TURNAROUND)
            found = await account.find(tag, since=since)
        assert found is not None
        return found

    async def test_what_is_known_to_be_another_batch_is_not_the_one_that_is_sought(self, account: Account) -> None:
        other = await account.submit("another", tag="other")
        since = account.clock.now() - HOUR
        assert await account.find("tag1", since=since, claimed=[other.provider_id]) is None

    async def test_a_create_that_did_not_arrive_is_not_found(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "create", "nth": 1, "kind": "request_lost"}])
        with pytest.raises(ReplyLostError):
            await account.submit("a")
        account.clock.advance(account.provider.limits.listing_delay)
        assert await account.find("tag1", since=account.clock.now() - HOUR) is None

    async def test_a_batch_without_its_metadata_is_found_by_its_input(self, open_account: OpenAccount) -> None:
        account = open_account(batch="metadata_listed = false")
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        created = await account.provider.submit(submission, staged)
        if not account.provider.capabilities.tagged:  # there is no metadata; see the cases of a lost reply
            assert staged is None
            return
        found = await account.find("tag1", staged, since=account.clock.now() - HOUR)
        assert (found and found.provider_id) == (created.provider_id if self.known_by_input else None)

    async def test_a_batch_is_found_behind_many_others(self, account: Account) -> None:
        wanted = await account.submit("a", tag="wanted")
        for number in range(230):
            account.clock.advance(self.apart)
            await account.submit("b", tag=f"tag{number}")
        found = await self._found(account, "wanted", account.clock.now() - HOUR)
        assert found.provider_id == wanted.provider_id
        calls = account.books.faults.calls[Site.LIST]
        assert calls < 48, "a page at a time"
        assert await account.find("none", since=account.clock.now() - MINUTE) is None
        assert account.books.faults.calls[Site.LIST] - calls <= 3, "what is older is not looked through"

    async def test_after_the_listing_delay_a_batch_is_listed(self, open_account: OpenAccount) -> None:
        account = open_account(batch='unlisted = "2m"')
        created = await account.submit("a")
        began = account.clock.now()
        assert await account.find("tag1", since=began - HOUR) is None
        account.clock.advance(account.provider.limits.listing_delay)
        found = await self._found(account, "tag1", began - HOUR)
        assert found.provider_id == created.provider_id

    async def test_a_new_batch_may_be_unknown_for_a_while(self, open_account: OpenAccount) -> None:
        account = open_account(batch='hidden = "30s"')
        created = await account.submit("a")
        with pytest.raises(MissingError):
            await account.provider.poll(created.provider_id)
        account.clock.advance(MINUTE)
        assert (await account.provider.poll(created.provider_id)).outcome is None

    async def test_a_batch_that_is_missing_once_is_there_again(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "retrieve", "nth": 1, "kind": "error", "status": 404}])
        created = await account.submit("a")
        with pytest.raises(MissingError):
            await account.provider.poll(created.provider_id)
        assert (await account.provider.poll(created.provider_id)).provider_id == created.provider_id

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            pytest.param({"kind": "not_sent"}, NotSentError, id="not sent"),
            pytest.param({"kind": "request_lost"}, ReplyLostError, id="request lost"),
            pytest.param({"kind": "cut"}, ReplyLostError, id="cut"),
            pytest.param({"kind": "busy", "delay": "9s"}, BusyError, id="busy"),
            pytest.param({"kind": "error", "status": 500}, OverloadedError, id="500"),
            pytest.param({"kind": "error", "status": 503}, OverloadedError, id="503"),
            pytest.param({"kind": "error", "status": 400}, RejectedError, id="400"),
        ],
    )
    async def test_what_goes_wrong_is_told_apart_and_nothing_is_repeated(
        self, open_account: OpenAccount, site: str, fault: dict[str, object], error: type[Exception]
    ) -> None:
        account = open_account(faults=[{"site": site, "nth": 1, **fault}])
        arrived = account.books.faults.calls
        with pytest.raises(error) as caught:
            await self._follow(account)
        assert arrived[Site(site)] == 1
        if isinstance(caught.value, BusyError):
            assert caught.value.retry_after == (9 * SECOND if self.tells_wait else None)

    async def _follow(self, account: Account) -> None:
        """Everything that is asked about a batch, once."""
        provider, created = account.provider, await account.submit("a")
        await provider.poll(created.provider_id)
        with contextlib.suppress(UndecidedError):
            await provider.find(Sought("tag1", None, 1, LONG_AGO))
        await provider.cancel(created.provider_id)

    async def test_a_full_quota_is_told_from_a_reached_rate(self, open_account: OpenAccount, quota_status: int) -> None:
        account = open_account(batch=f"refuses = {quota_status}")
        with pytest.raises(self.full_queue):
            await account.submit("a")
        assert await account.find("tag1", since=LONG_AGO) is None

    async def test_a_refused_key_is_told(self, open_account: OpenAccount) -> None:
        account = open_account(key="invalid")
        with pytest.raises(UnauthorisedError):
            await account.submit("a")

    async def test_a_batch_that_fails_in_validation_names_the_line(self, account: Account) -> None:
        failed = await account.ended("a", "[poison:validation]", "c")
        if not self.validates:
            rows = {row.custom_id: row.verdict for row in await account.rows(failed)}
            answered, errored = Verdict.ANSWERED, Verdict.ERRORED
            assert rows == {"tag1-0": answered, "tag1-1": errored, "tag1-2": answered}
            return
        assert failed.outcome is BatchOutcome.FAILED
        assert [error.line for error in failed.errors] == [2 if self.names_lines else None]
        assert all(error.code and error.message for error in failed.errors)

    async def test_a_cancelled_batch_ends_within_the_bound(self, open_account: OpenAccount) -> None:
        account = open_account(batch='cancelling = "5m"')
        created = await account.submit("a", "b")
        account.clock.advance(MINUTE)
        cancelling = await account.provider.cancel(created.provider_id)
        assert (cancelling.outcome, cancelling.cancelling) == (None, self.shows_cancelling)
        assert (await account.provider.cancel(created.provider_id)).outcome is None, "twice is as once"
        account.clock.advance(account.provider.limits.cancel_bound)
        ended = await account.provider.poll(created.provider_id)
        assert ended.outcome is BatchOutcome.CANCELLED or (ended.outcome and not self.ends_cancelled)
        assert not ended.cancelling
        assert await account.provider.cancel(created.provider_id) == ended

    async def test_a_batch_that_has_ended_is_not_cancelled(self, account: Account) -> None:
        ended = await account.ended("a")
        assert (await account.provider.cancel(ended.provider_id)).outcome is BatchOutcome.COMPLETED

    async def test_an_unknown_batch_is_missing(self, account: Account) -> None:
        account.clock.advance(TURNAROUND)
        with pytest.raises(MissingError):
            await account.provider.poll("batch_none")
        with pytest.raises(MissingError):
            await account.provider.cancel("batch_none")

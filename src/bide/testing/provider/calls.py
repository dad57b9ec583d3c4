"""Requests in real time: answered, refused, cut off, turned away."""

import json
from collections.abc import Mapping

import pytest

from bide.core.clock import SECOND
from bide.providers.failures import (
    BusyError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    StreamRefusedError,
    UnauthorisedError,
)
from bide.providers.port import RateHeaders, Verdict
from bide.providers.transport import NotSentError, ReplyLostError
from bide.simulator.faults import Site
from bide.testing.provider.case import Account, OpenAccount, ProviderCase

LOST = {"not_sent": NotSentError, "request_lost": ReplyLostError, "reply_lost": ReplyLostError, "cut": ReplyLostError}


class CallCases(ProviderCase):
    """`send` and `stream`."""

    async def test_an_answer_is_kept_as_it_came_with_what_it_used(self, account: Account) -> None:
        row = (await account.provider.send(account.call("hello"))).row
        assert (row.custom_id, row.verdict, row.status) == ("attempt-1", Verdict.ANSWERED, 200)
        response = json.loads(row.response)
        assert response["status_code"] == 200
        assert isinstance(response["body"], dict)
        assert b"\n" not in row.response
        assert row.usage is not None
        assert row.usage.input > 0
        assert row.usage.output == 20
        assert row.created == (account.clock.now() if self.tells_created else None)

    async def test_an_answer_with_separators_is_kept_as_it_came(self, open_account: OpenAccount) -> None:
        account = open_account(answers="odd_text = 1.0")
        row = (await account.provider.send(account.call("hello"))).row
        assert row.verdict is Verdict.ANSWERED
        assert "\u2028" in row.response.decode()

    async def test_what_the_provider_refuses_would_be_refused_again(self, account: Account) -> None:
        row = (await account.provider.send(account.call("[poison:row-error]"))).row
        assert (row.verdict, row.permanent, row.status) == (Verdict.ERRORED, True, 400)
        assert row.code
        assert row.message

    @pytest.mark.parametrize(("kind", "error"), LOST.items())
    async def test_a_call_that_brings_no_reply_is_made_once(
        self, open_account: OpenAccount, kind: str, error: type[Exception]
    ) -> None:
        account = open_account(faults=[{"site": "call", "nth": 1, "kind": kind}])
        with pytest.raises(error):
            await account.provider.send(account.call())
        assert account.books.faults.calls[Site.CALL] == 1
        await account.provider.send(account.call())

    async def test_a_reached_limit_says_how_long_to_wait(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "call", "nth": 1, "kind": "busy", "delay": "21s"}])
        with pytest.raises(BusyError) as caught:
            await account.provider.send(account.call())
        assert caught.value.retry_after == (21 * SECOND if self.tells_wait else None)

    @pytest.mark.parametrize(("status", "may_have_run"), [(500, True), (502, True), (503, False)])
    async def test_an_overload_says_whether_the_call_may_have_run(
        self, open_account: OpenAccount, status: int, may_have_run: bool
    ) -> None:
        account = open_account(faults=[{"site": "call", "nth": 1, "kind": "error", "status": status}])
        with pytest.raises(OverloadedError) as caught:
            await account.provider.send(account.call())
        assert caught.value.may_have_run is may_have_run

    async def test_a_refused_key_is_no_matter_of_the_request(self, open_account: OpenAccount) -> None:
        account = open_account(key="invalid")
        with pytest.raises(UnauthorisedError):
            await account.provider.send(account.call())

    async def test_an_account_without_credit_is_no_matter_of_waiting(self, open_account: OpenAccount) -> None:
        account = open_account(more='[[outage]]\nfrom = "0s"\nto = "1h"\nstops = ["calls"]\nrefusal = "no_credit"')
        with pytest.raises(OutOfCreditError if self.tells_credit else ProviderError):
            await account.provider.send(account.call())

    async def test_rate_headers_are_read(self, open_account: OpenAccount) -> None:
        account = open_account(more="[[limit]]\nrequests = 500\ntokens = 200_000")
        rates = (await account.provider.send(account.call())).rates
        if not self.tells_rates:
            assert rates == RateHeaders()
            return
        assert (rates.limit_requests, rates.limit_tokens) == (500, 200_000)
        assert rates.remaining_requests is not None
        assert 0 < rates.remaining_requests < 500

    async def _stream(self, account: Account) -> bytes:
        return b"".join([chunk async for chunk in account.provider.stream(account.call(stream=True))])

    async def test_a_stream_is_passed_on_as_it_comes(self, account: Account) -> None:
        chunks = [chunk async for chunk in account.provider.stream(account.call(stream=True))]
        assert len(chunks) > 1
        assert b"data: " in b"".join(chunks)

    async def test_a_stream_that_is_cut_is_lost(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "call", "nth": 1, "kind": "cut", "share": 0.5}])
        with pytest.raises(ReplyLostError):
            await self._stream(account)

    @pytest.mark.parametrize(
        ("fault", "error"),
        [({"kind": "busy"}, BusyError), ({"kind": "error", "status": 500}, OverloadedError)],
        ids=["busy", "failing"],
    )
    async def test_a_stream_that_does_not_begin_is_an_error(
        self, open_account: OpenAccount, fault: Mapping[str, object], error: type[ProviderError]
    ) -> None:
        account = open_account(faults=[{"site": "call", "nth": 1, **fault}])
        with pytest.raises(error):
            await self._stream(account)

    @pytest.mark.parametrize(
        ("script", "prompt", "status"),
        [("", "[poison:row-error]", 400), ('[account]\nmodels = ["another"]', "hello", 404)],
        ids=["refused", "no-model"],
    )
    async def test_a_refusal_in_the_place_of_a_stream_is_what_send_would_have_given(
        self, open_account: OpenAccount, script: str, prompt: str, status: int
    ) -> None:
        account = open_account(more=script)
        with pytest.raises(StreamRefusedError) as refused:
            async for _ in account.provider.stream(account.call(prompt, stream=True)):
                pass
        row = refused.value.answer.row
        sent = (await account.provider.send(account.call(prompt))).row
        assert (row.verdict, row.permanent, row.status) == (Verdict.ERRORED, True, status)
        assert (row.code, row.message) == (sent.code, sent.message)
        assert json.loads(row.response)["status_code"] == status

    async def test_a_stream_with_a_refused_key_is_no_matter_of_the_request(self, open_account: OpenAccount) -> None:
        with pytest.raises(UnauthorisedError):
            await self._stream(open_account(key="invalid"))

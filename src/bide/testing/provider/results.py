"""Result files: every row as the provider wrote it, whatever is wrong with the file, and the files' end."""

import json
from collections import Counter

import pytest

from bide.core.clock import DAY
from bide.core.states import BatchOutcome
from bide.providers.failures import MissingError, OverloadedError
from bide.providers.port import Row, Verdict
from bide.providers.transport import ReplyLostError
from bide.testing.provider.case import TURNAROUND, Account, OpenAccount, ProviderCase

PROMPTS = [f"question {number}" for number in range(20)]

IDS = {f"tag1-{number}" for number in range(20)}


def verdicts(rows: list[Row]) -> Counter[Verdict]:
    return Counter(row.verdict for row in rows)


class ResultCases(ProviderCase):
    """`harvest` and `discard`."""

    async def test_every_row_comes_back_under_its_own_id(self, account: Account) -> None:
        rows = await account.rows(await account.ended(*PROMPTS))
        assert {row.custom_id for row in rows} == IDS
        assert verdicts(rows) == {Verdict.ANSWERED: 20}
        for row in rows:
            assert row.custom_id is not None
            prompt = PROMPTS[int(row.custom_id.partition("-")[2])]
            response = json.loads(row.response)
            assert (row.status, response["status_code"]) == (200, 200)
            assert prompt in json.dumps(response["body"])
            assert row.usage is not None
            assert row.usage.output == 20

    async def test_lines_end_at_line_feeds_only(self, open_account: OpenAccount) -> None:
        account = open_account(answers="odd_text = 1.0")
        rows = await account.rows(await account.ended(*PROMPTS))
        assert {row.custom_id for row in rows} == IDS
        assert verdicts(rows) == {Verdict.ANSWERED: 20}
        for separator in ("\u2028", "\u2029", "\x85"):
            assert any(separator in row.response.decode() for row in rows)

    async def test_repeated_unknown_and_missing_rows_are_given_as_they_are(self, account: Account) -> None:
        prompts = ["a", "[poison:repeated]", "[poison:renamed]", "[poison:missing]", "e"]
        rows = await account.rows(await account.ended(*prompts))
        ids = [row.custom_id for row in rows]
        assert ids.count("tag1-0") == ids.count("tag1-4") == 1
        assert ids.count("tag1-1") == 2
        assert ids.count("tag1-2") == ids.count("tag1-3") == 0
        assert len(ids) == 5

    @pytest.mark.parametrize(
        ("setting", "verdict", "permanent"),
        [
            pytest.param("refused_rows = 1.0", Verdict.ERRORED, True, id="refused"),
            pytest.param("broken_rows = 1.0", Verdict.ERRORED, False, id="broken"),
            pytest.param("busy_rows = 1.0", Verdict.NOT_RUN, False, id="busy"),
        ],
    )
    async def test_rows_that_fail_say_whether_trying_again_helps(
        self, open_account: OpenAccount, setting: str, verdict: Verdict, permanent: bool
    ) -> None:
        account = open_account(batch=setting)
        ended = await account.ended("a", "b")
        assert ended.outcome is BatchOutcome.COMPLETED
        rows = await account.rows(ended)
        assert [(row.verdict, row.permanent) for row in rows] == [(verdict, permanent)] * 2
        assert all(row.code and row.message and row.response for row in rows)

    async def test_an_expired_batch_gives_what_it_finished(self, open_account: OpenAccount) -> None:
        account = open_account(batch='expires = 0.5\nwindow = "1h"')
        ended = await account.ended(*PROMPTS, after=DAY)
        assert ended.outcome is BatchOutcome.EXPIRED
        rows = await account.rows(ended)
        if not account.provider.limits.keeps_expired:
            assert rows == []
            return
        tally = verdicts(rows)
        assert tally[Verdict.ANSWERED] == 10
        assert tally[Verdict.NOT_RUN] == (10 if self.names_not_run else 0)
        assert {row.custom_id for row in rows} <= IDS

    async def test_a_cancelled_batch_gives_what_it_finished(self, open_account: OpenAccount) -> None:
        account = open_account(batch="cancelled_share = 0.25")
        created = await account.submit(*PROMPTS)
        account.clock.advance(TURNAROUND // 100)
        await account.provider.cancel(created.provider_id)
        account.clock.advance(account.provider.limits.cancel_bound)
        ended = await account.provider.poll(created.provider_id)
        assert ended.outcome is not None
        assert ended.outcome is BatchOutcome.CANCELLED or not self.ends_cancelled
        rows = await account.rows(ended)
        tally = verdicts(rows)
        assert (tally[Verdict.ANSWERED], tally[Verdict.NOT_RUN]) == (5, 15 if self.names_not_run else 0)
        assert len({row.custom_id for row in rows} & IDS) == len(rows)

    async def test_the_counters_do_not_matter(self, open_account: OpenAccount) -> None:
        account = open_account(batch='counters = "lying"')
        assert len(await account.rows(await account.ended(*PROMPTS))) == 20

    async def test_a_download_that_is_cut_gives_whole_rows_only(self, open_account: OpenAccount) -> None:
        if not self.serves_results:
            return
        account = open_account(faults=[{"site": "download", "nth": 1, "kind": "cut", "share": 0.5}])
        ended = await account.ended(*PROMPTS)
        assert ended.output_file is not None
        came: list[Row] = []
        with pytest.raises(ReplyLostError):
            await account.harvest(ended.output_file, came)
        assert 0 < len(came) < 20
        assert verdicts(came) == {Verdict.ANSWERED: len(came)}
        assert len(await account.harvest(ended.output_file)) == 20

    async def test_a_file_that_is_not_ready_is_an_error_and_no_empty_file(self, open_account: OpenAccount) -> None:
        if not self.serves_results:
            return
        account = open_account(faults=[{"site": "download", "nth": 1, "kind": "error", "status": 503}])
        ended = await account.ended("a")
        with pytest.raises(OverloadedError):
            await account.rows(ended)
        assert len(await account.rows(ended)) == 1

    async def test_a_discarded_file_is_gone(self, account: Account) -> None:
        ended = await account.ended("a")
        assert ended.output_file is not None
        await account.provider.discard(ended.output_file)
        await account.provider.discard(ended.output_file)
        with pytest.raises(MissingError):
            await account.harvest(ended.output_file)

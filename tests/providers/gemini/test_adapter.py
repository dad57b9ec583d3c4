"""The Gemini adapter does what every adapter has to do."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest
from tests.providers.openai.scripted import Scripted, reply

from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.lanes.outcome.validation import Divide, after_failure
from bide.providers.failures import MissingError, RejectedError, UnauthorisedError
from bide.providers.gemini.adapter import GeminiProvider
from bide.providers.gemini.kind import GEMINI
from bide.providers.port import Call, Lines, Provider, Submission, Verdict
from bide.providers.transport import ReplyLostError, Transport
from bide.simulator.faults import Site
from bide.simulator.gemini import protocol
from bide.testing.provider.case import TURNAROUND, Account, OpenAccount
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for

URL = "http://simulated.invalid/gemini"


FORMATS = [
    pytest.param(
        "/v1/messages",
        {"max_tokens": 50, "messages": [{"role": "user", "content": "hello"}]},
        ("type", "message"),
        id="messages",
    ),
    pytest.param("/v1/responses", {"input": "hello"}, ("object", "response"), id="responses"),
]


def gemini(transport: Transport, key: str, **more: int) -> Provider:
    """An account as it is; `more` are limits of its batches that are others."""
    setup = setup_for(GEMINI, URL, key)
    return GeminiProvider(replace(setup, limits=replace(setup.limits, **more)), transport)


def uploading(transport: Transport, key: str) -> Provider:
    return gemini(transport, key, inline_requests=0)


def newer(transport: Transport, key: str) -> Provider:
    setup = setup_for(GEMINI, URL, key, api_version="v1")
    return GeminiProvider(replace(setup, limits=replace(setup.limits, inline_requests=0)), transport)


class GeminiCases(ProviderConformance):
    """What holds however the requests get there."""

    tells_expiry = False
    tells_created = False
    protocol = protocol.GEMINI
    model = "gemini-3.8-flash"
    validates = False
    tells_rates = False
    quota_statuses = (400, 429)
    shows_cancelling = False
    apart = 10 * SECOND

    async def test_a_cancelled_batch_gives_what_it_finished(self, open_account: OpenAccount) -> None:
        """Google does not say what becomes of it; it is taken to be lost, as what expires is."""
        account = open_account(batch="cancelled_share = 0.25")
        created = await account.submit("a", "b", "c", "d")
        account.clock.advance(MINUTE)
        await account.provider.cancel(created.provider_id)
        account.clock.advance(account.provider.limits.cancel_bound)
        ended = await account.provider.poll(created.provider_id)
        assert (ended.outcome, ended.output_file) == (BatchOutcome.CANCELLED, None)

    async def test_results_that_are_kept_no_longer_are_missing(self, open_account: OpenAccount) -> None:
        account = open_account(more='[files]\noutput_life = "2d"')
        ended = await account.ended("a")
        assert len(await account.rows(ended)) == 1
        account.clock.advance(2 * DAY)
        with pytest.raises(MissingError):
            await account.rows(ended)

    async def test_a_call_is_priced_in_the_tier_that_answered_it(self, account: Account) -> None:
        row = (await account.provider.send(account.call(service_tier="priority", metadata={"team": "blue"}))).row
        assert (row.verdict, row.tier) == (Verdict.ANSWERED, "priority")
        assert (await account.provider.send(account.call())).row.tier == "default"

    @pytest.mark.parametrize("wants_usage", [True, False])
    async def test_a_stream_is_in_the_caller_s_words(self, account: Account, wants_usage: bool) -> None:
        call = account.call(stream=True, stream_options={"include_usage": wants_usage})
        said = b"".join([chunk async for chunk in account.provider.stream(call)])
        events = [event.removeprefix(b"data: ") for event in said.split(b"\n\n") if event]
        assert events[-1] == b"[DONE]"
        chunks = [json.loads(event) for event in events[:-1]]
        assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
        told = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
        assert [usage["completion_tokens"] for usage in told] == ([20] if wants_usage else [])

    @pytest.mark.parametrize(("endpoint", "asked", "kind"), FORMATS)
    async def test_each_format_is_answered_in_itself(
        self, account: Account, endpoint: str, asked: dict[str, object], kind: tuple[str, str]
    ) -> None:
        body = json.dumps({"model": account.model, **asked}).encode()
        call = Call(endpoint, body, "attempt-1", account.model)
        account.provider.check(endpoint, body)
        answer = json.loads((await account.provider.send(call)).row.response)["body"]
        assert answer[kind[0]] == kind[1]

        async def lines() -> AsyncIterator[Lines]:
            yield [("tag1-0", body)]

        submission = replace(account.submission("a"), endpoint=endpoint, lines=lines)
        staged = await account.provider.stage(submission)
        created = await account.provider.submit(submission, staged)
        account.clock.advance(TURNAROUND)
        ended = await account.provider.poll(created.provider_id)
        assert ended.output_file is not None
        [[row]] = [rows async for rows in account.provider.harvest(ended.output_file, endpoint)]
        assert (row.custom_id, row.verdict) == ("tag1-0", Verdict.ANSWERED)
        assert json.loads(row.response)["body"][kind[0]] == kind[1]
        failed = (
            await account.provider.send(
                msgspec.structs.replace(call, body=body.replace(b"hello", b"[poison:row-error]"))
            )
        ).row
        assert (failed.verdict, failed.permanent) == (Verdict.ERRORED, True)
        assert json.loads(failed.response)["body"]["error"]["message"]

    async def test_an_account_is_asked_for_a_batch_that_there_is_not(self, open_account: OpenAccount) -> None:
        with pytest.raises(UnauthorisedError):
            await open_account(key="invalid").provider.poll("none")
        with pytest.raises(MissingError):
            await open_account().provider.poll("none")


class TestGemini(GeminiCases):
    """Batches of uploaded files."""

    @pytest.fixture
    def connect(self) -> Connect:
        return uploading

    async def test_an_input_file_that_has_expired_is_uploaded_anew(self, account: Account) -> None:
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        account.clock.advance(2 * DAY)
        with pytest.raises(MissingError):
            await account.provider.submit(submission, staged)
        assert await account.provider.submit(submission, await account.provider.stage(submission))

    async def test_a_batch_has_neither_tiers_nor_labels(self, account: Account) -> None:
        body = account.body("a", metadata={"team": "blue"}, service_tier="flex")

        async def lines() -> AsyncIterator[Lines]:
            yield [("tag1-0", body)]

        staged = await account.provider.stage(replace(account.submission("a"), lines=lines))
        assert staged is not None
        content = account.books.files.content(staged.removeprefix("files/"), account.clock.now())
        line = json.loads(bytes(content))
        assert line["key"] == "tag1-0"
        assert not {"serviceTier", "labels"} & line["request"].keys()

    @pytest.mark.parametrize("limit", [{"max_requests": 2}, {"max_bytes": 1}])
    async def test_a_file_that_is_more_than_google_takes_is_divided(
        self, account: Account, monkeypatch: pytest.MonkeyPatch, limit: dict[str, int]
    ) -> None:
        monkeypatch.setattr("bide.providers.gemini.adapter.MOST_BYTES", limit.get("max_bytes", 10**6))
        account.provider.limits = replace(account.provider.limits, max_requests=limit.get("max_requests", 10))
        with pytest.raises(RejectedError) as caught:
            await account.provider.stage(account.submission("a", "b", "c"))
        assert after_failure(caught.value.errors, 3, 0) == Divide((), 2)
        assert account.books.faults.calls[Site.UPLOAD] == 0


class TestNewer(TestGemini):
    """The same in the version that Google's SDK speaks."""

    @pytest.fixture
    def connect(self) -> Connect:
        return newer


class TestInline(GeminiCases):
    """Batches whose requests come with their create, and whose results are in them."""

    sites = ("create", "retrieve", "list", "cancel")
    serves_results = False
    known_by_input = False

    @pytest.fixture
    def connect(self) -> Connect:
        return gemini

    async def test_nothing_is_uploaded_and_the_results_are_in_the_batch(self, account: Account) -> None:
        submission = account.submission("a", "b")
        assert await account.provider.stage(submission) is None
        assert await account.provider.stage(submission) is None, "whoever begins again decides the same"
        created = await account.provider.submit(submission, None)
        account.clock.advance(TURNAROUND)
        ended = await account.provider.poll(created.provider_id)
        assert ended.output_file == created.provider_id
        assert {row.custom_id for row in await account.rows(ended)} == {"tag1-0", "tag1-1"}
        arrived = account.books.faults.calls
        assert (arrived[Site.UPLOAD], arrived[Site.DOWNLOAD]) == (0, 0)

    async def test_a_batch_has_neither_tiers_nor_labels(self, account: Account) -> None:
        body = account.body("a", metadata={"team": "blue"}, service_tier="flex")

        async def lines() -> AsyncIterator[Lines]:
            yield [("tag1-0", body)]

        created = await account.provider.submit(replace(account.submission("a"), lines=lines), None)
        [row] = account.books.batches.get(created.provider_id, account.clock.now()).rows
        assert row.custom_id == "tag1-0"
        assert row.failure is None
        assert not {"serviceTier", "labels"} & json.loads(bytes(row.raw or b"")).keys()

    @pytest.mark.parametrize(
        "limit", [{"inline_requests": 2}, {"inline_bytes": 400}], ids=["by requests", "by bytes as they go out"]
    )
    async def test_a_batch_that_is_not_small_is_uploaded(self, account: Account, limit: dict[str, int]) -> None:
        account.provider.limits = replace(account.provider.limits, **limit)
        assert await account.provider.stage(account.submission("a", "b")) is None
        assert await account.provider.stage(account.submission("a", "b", "c" * 200)) is not None

    async def test_results_that_are_cut_are_read_again(self, open_account: OpenAccount) -> None:
        account = open_account(faults=[{"site": "retrieve", "nth": 2, "kind": "cut", "share": 0.5}])
        ended = await account.ended("a", "b")
        with pytest.raises(ReplyLostError):
            await account.rows(ended)
        assert len(await account.rows(ended)) == 2

    async def test_results_are_known_by_their_keys_in_whatever_order(self, open_account: OpenAccount) -> None:
        account = open_account(batch="shuffled = true")
        prompts = [f"question {number}" for number in range(20)]
        rows = await account.rows(await account.ended(*prompts))
        assert [row.custom_id for row in rows] != [f"tag1-{number}" for number in range(20)]
        for row in rows:
            assert row.custom_id is not None
            assert f"{prompts[int(row.custom_id.partition('-')[2])]} " in row.response.decode()

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"error": {"code": 400, "message": "Request payload size exceeds the limit: 20971520 bytes."}}),
            (413, {}),
        ],
    )
    async def test_a_create_that_is_refused_for_its_size_is_divided(self, status: int, body: object) -> None:
        provider = gemini(Scripted(reply(body, status)), "key")

        async def lines() -> AsyncIterator[Lines]:
            yield [("t-1", b'{"model":"m","messages":[{"role":"user","content":"a"}]}')] * 2

        submission = Submission("t", "gemini-3.8-flash", "/v1/chat/completions", 2, 200, lines)
        with pytest.raises(RejectedError) as caught:
            await provider.submit(submission, None)
        assert after_failure(caught.value.errors, 2, 0) == Divide((), 2)

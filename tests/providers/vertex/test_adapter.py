"""The Vertex AI adapter does what every adapter has to do."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bide.buckets.memory import MemoryBuckets
from bide.buckets.port import BucketError
from bide.core.clock import HOUR
from bide.core.states import BatchOutcome
from bide.providers.failures import BusyError, MissingError, OverloadedError, UnauthorisedError
from bide.providers.port import Lines, Provider, Row, Verdict
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.providers.vertex.adapter import VertexProvider
from bide.providers.vertex.kind import VERTEX
from bide.simulator.bucket import Bucket, SharedBucket
from bide.simulator.vertex import protocol
from bide.testing.provider.case import Account, OpenAccount
from bide.testing.provider.results import PROMPTS, verdicts
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for

URL = "http://simulated.invalid/vertex"
FOLDER = "gs://bucket/batches"


class Weary(MemoryBuckets):
    """A store of which the next `cuts` reads end after a share of the bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.cuts = 0
        self.share = 0.5

    async def read(self, uri: str, offset: int = 0) -> AsyncIterator[bytes]:
        async for chunk in super().read(uri, offset):
            if uri.endswith("predictions.jsonl") and self.cuts:
                self.cuts -= 1
                yield chunk[: int(len(chunk) * self.share)]
                raise BucketError("the store does not answer any more")
            yield chunk


class TestVertex(ProviderConformance):
    tells_expiry = False
    names_not_run = False
    protocol = protocol.VERTEX
    model = "gemini-3.8-flash"
    sites = ("create", "retrieve", "list", "cancel")
    validates = False
    tells_rates = False
    full_queue = BusyError  # there is none, so what is refused waits

    @pytest.fixture
    def store(self) -> Weary:
        self.kept = Weary()
        return self.kept

    @pytest.fixture
    def bucket(self, store: Weary) -> Bucket:
        return SharedBucket(store)

    @pytest.fixture
    def connect(self, store: Weary) -> Connect:
        def vertex(transport: Transport, key: str) -> Provider:
            setup = setup_for(VERTEX, URL, key, project="p", region="us-central1", bucket=FOLDER)
            return VertexProvider(setup, Tools(transport, store))

        return vertex

    async def test_a_download_that_is_cut_gives_whole_rows_only(self, open_account: OpenAccount) -> None:
        account, store = open_account(), self.kept
        ended = await account.ended(*PROMPTS)
        assert ended.output_file is not None
        store.cuts = 1
        came: list[Row] = []
        with pytest.raises(OverloadedError):
            await account.harvest(ended.output_file, came)
        assert 0 < len(came) < 20
        assert verdicts(came) == {Verdict.ANSWERED: len(came)}
        assert len(await account.harvest(ended.output_file)) == 20

    async def test_a_file_that_is_not_ready_is_an_error_and_no_empty_file(self, open_account: OpenAccount) -> None:
        account, store = open_account(), self.kept
        ended = await account.ended("a")
        store.cuts, store.share = 1, 0.0
        with pytest.raises(OverloadedError):
            await account.rows(ended)
        assert len(await account.rows(ended)) == 1

    async def test_only_what_is_ours_is_deleted(self, account: Account, store: Weary) -> None:
        store.objects[f"{FOLDER}/mine.jsonl"] = b"mine"
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        assert staged is not None
        created = await account.provider.submit(submission, staged)
        account.clock.advance(HOUR)
        ended = await account.provider.poll(created.provider_id)
        assert ended.output_file is not None
        assert len(store.objects) == 3
        for file in (staged, ended.output_file, f"{FOLDER}/mine.jsonl", "gs://bucket/bide-x/input.jsonl"):
            await account.provider.discard(file)
        assert list(store.objects) == [f"{FOLDER}/mine.jsonl"]

    async def test_a_job_that_never_leaves_the_queue_has_no_results(self, open_account: OpenAccount) -> None:
        account = open_account(batch='[[when]]\nnth = 1\nturnaround = "90h"\nbegins = 0.9')
        ended = await account.ended("a", after=72 * HOUR)
        assert ended.outcome is BatchOutcome.EXPIRED
        assert await account.rows(ended) == []

    async def test_a_job_that_runs_too_long_keeps_what_it_has_done(self, open_account: OpenAccount) -> None:
        account = open_account(batch='[[when]]\nnth = 1\nturnaround = "48h"')
        ended = await account.ended(*(f"question {number}" for number in range(10)), after=25 * HOUR)
        assert ended.outcome is BatchOutcome.EXPIRED
        assert len(await account.rows(ended)) == 5

    async def test_some_rows_that_fail_are_half_a_success_and_an_end(self, account: Account) -> None:
        ended = await account.ended("a", "[poison:row-error]")
        assert (ended.status, ended.outcome) == ("JOB_STATE_PARTIALLY_SUCCEEDED", BatchOutcome.COMPLETED)
        assert (ended.completed, ended.failed) == (1, 1)

    async def test_a_job_whose_input_is_gone_fails(self, account: Account, store: Weary) -> None:
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        store.objects.clear()
        created = await account.provider.submit(submission, staged)
        account.clock.advance(HOUR)
        failed = await account.provider.poll(created.provider_id)
        assert failed.outcome is BatchOutcome.FAILED
        [error] = failed.errors
        assert error.code == "INVALID_ARGUMENT"

    async def test_the_caller_s_labels_stay(self, account: Account, store: Weary) -> None:
        body = account.body("a", metadata={"team": "blue"}, service_tier="flex")

        async def lines() -> AsyncIterator[Lines]:
            yield [("tag1-0", body)]

        submission = replace(account.submission("a"), lines=lines)
        staged = await account.provider.stage(submission)
        assert staged is not None
        request = json.loads(store.objects[staged])["request"]
        assert request["labels"] == {"team": "blue", "bide_id": "tag1-0"}
        assert "serviceTier" not in request

    async def test_an_account_is_asked_for_a_batch_that_there_is_not(self, open_account: OpenAccount) -> None:
        with pytest.raises(UnauthorisedError):
            await open_account(key="invalid").provider.poll("none")
        with pytest.raises(MissingError):
            await open_account().provider.poll("none")


class TestElsewhere(TestVertex):
    """The same at the location that has flex, in the version that Google's SDK speaks."""

    @pytest.fixture
    def connect(self, store: Weary) -> Connect:
        def vertex(transport: Transport, key: str) -> Provider:
            setup = setup_for(VERTEX, URL, key, project="p", bucket=FOLDER, api_version="v1beta1")
            return VertexProvider(setup, Tools(transport, store))

        return vertex

    @pytest.mark.parametrize("tier", ["priority", "flex"])
    async def test_the_tier_is_told_in_the_head(self, open_account: OpenAccount, tier: str) -> None:
        account = open_account(more='flex_refused = 0.0\nflex_wait = "0s"')
        row = (await account.provider.send(account.call(service_tier=tier, metadata={"team": "blue"}))).row
        assert (row.verdict, row.tier) == (Verdict.ANSWERED, tier)
        assert (await account.provider.send(account.call())).row.tier == "default"

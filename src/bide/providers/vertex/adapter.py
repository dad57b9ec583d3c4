"""Vertex AI of Google Cloud: generateContent, and batch prediction jobs on objects in Cloud Storage.

Facts: Google's guides to batch inference, flex and quotas, and the description of the API, as read in November 2026. Jobs wait
in a queue for up to 72 h and run for up to 24 h; whatever their end, what is written stays.
"""

from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import quote

import msgspec

from bide.buckets.port import Buckets
from bide.core.errors import SettingError
from bide.providers.failures import MissingError
from bide.providers.gemini.calls import tier_of, without
from bide.providers.gemini.operation import instant
from bide.providers.gemini.service import CREATE_TIMEOUT, PAGE, Service, Spoken, name_of
from bide.providers.gemini.status import raise_for_create
from bide.providers.line import Line
from bide.providers.listing import search
from bide.providers.objects import objects_told
from bide.providers.port import Call, Remote, Row, Sought, Submission
from bide.providers.setup import Setup, Tools
from bide.providers.translated import rows
from bide.providers.vertex import job
from bide.providers.vertex.authority import ApplicationDefault
from bide.providers.vertex.place import ANYWHERE, Folder, Place, host_of, publisher_model, tier_headers
from bide.providers.vertex.rows import lines, read_row

VERSION = "v1"
"""The version of the API that is spoken unless the account's `api_version` says another."""


class VertexProvider(Service):
    """Implements `bide.providers.port.Provider`."""

    def __init__(self, setup: Setup, tools: Tools) -> None:
        location, version = setup.region or ANYWHERE, setup.api_version or VERSION
        token = setup.token or setup.api_key
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        authority = setup.authority or (None if token else ApplicationDefault(tools.transport))
        self._place = Place(version, setup.project or "", location)
        line = Line(tools.transport, setup.base_url or host_of(location), headers, authority)
        super().__init__(setup, line, version, f"{self._place.name}/batchPredictionJobs")
        self._buckets: Buckets | None = tools.buckets
        self._folder = Folder.of(setup.account, setup.bucket) if setup.bucket else None

    def _spoken(self, call: Call) -> Spoken:
        model = self._setup.deployment(call.model, batch=False)
        body = self._translation.request(call.endpoint, call.body, model)
        headers = {"X-Client-Request-Id": call.attempt, **tier_headers(call.tier or tier_of(body))}
        return self._place.model(model), without(body, "serviceTier"), headers

    def _shown(self, body: bytes) -> Remote:
        return job.remote(job.read_job(body))

    async def stage(self, submission: Submission) -> str | None:
        buckets, folder = self._objects()
        model = self._setup.deployment(submission.model, batch=True)
        uri = folder.input(submission.tag)
        with objects_told():
            await buckets.put(
                uri, lines(submission, partial(self._translation.request, submission.endpoint, model=model))
            )
        return uri

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        _, folder = self._objects()
        wanted = {
            "displayName": name_of(submission.tag),
            "model": publisher_model(self._setup.deployment(submission.model, batch=True)),
            "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": [input_file]}},
            "outputConfig": {
                "predictionsFormat": "jsonl",
                "gcsDestination": {"outputUriPrefix": folder.output(submission.tag)},
            },
            "labels": {job.LABEL: submission.tag},
        }
        async with self._line.exchange(
            "POST", self._batches, body=msgspec.json.encode(wanted), idle_timeout=CREATE_TIMEOUT
        ) as reply:
            body = await reply.read()
            raise_for_create(self._translation, reply, body, has_queue=False)
            return self._shown(body)

    async def find(self, sought: Sought) -> Remote | None:
        def is_sought(found: job.Job) -> bool:
            by_name = found.labels.get(job.LABEL) == sought.tag or found.display_name == name_of(sought.tag)
            return by_name or (
                sought.input_file is not None and sought.input_file in found.input_config.gcs_source.uris
            )

        found = await search(
            partial(self._page, f'labels.{job.LABEL}="{sought.tag}"'),
            is_sought,
            lambda one: instant(one.create_time) or 0,
            sought.since,
        )
        return found and job.remote(found)

    async def _page(self, condition: str, token: str) -> tuple[list[job.Job], str]:
        more = f"&pageToken={quote(token, safe='')}" if token else ""
        path = f"{self._batches}?filter={quote(condition, safe='')}&pageSize={PAGE}{more}"
        page = job.read_page(await self._ask("GET", path))
        return page.batch_prediction_jobs, page.next_page_token

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        buckets, _ = self._objects()
        with objects_told():
            names = await self._results(file)
            if not names and not file.endswith("/"):
                raise MissingError(f"there are no results in {file}")
            for name in names:
                async for some in rows(buckets.read(name), lambda line: read_row(line, endpoint, self._translation)):
                    yield some

    async def discard(self, file: str) -> None:
        buckets, folder = self._objects()
        if not folder.is_ours(file):
            return
        with objects_told():
            for name in [file] if file.endswith(".jsonl") else await self._results(file):
                await buckets.delete(name)

    async def _results(self, directory: str) -> list[str]:
        """The objects of a directory that hold rows, in an order that stays: Google writes one, and promises no name."""
        buckets, _ = self._objects()
        return sorted([name async for name in buckets.list(directory) if name.endswith(".jsonl")])

    def _objects(self) -> tuple[Buckets, Folder]:
        if self._buckets is None or self._folder is None:
            raise SettingError(f"batches need a bucket; set providers.{self.account}.bucket, as in gs://bucket/folder")
        return self._buckets, self._folder

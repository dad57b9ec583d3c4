"""AWS Bedrock as the engine uses it: calls of models in real time, and model invocation jobs on objects in S3.

Facts: AWS's user guide and API reference, and botocore 1.44.5, as read in November 2026. A create that is sent again with the
same token makes no second job, but nothing here rests on it: a lost reply is settled by the listing, which shows the token.
"""

import math
from collections.abc import AsyncIterator, Callable
from functools import partial
from urllib.parse import quote

import msgspec

from bide.buckets.port import Buckets
from bide.core.clock import HOUR, SECOND, to_datetime
from bide.core.errors import SettingError
from bide.providers.bedrock import errors, job
from bide.providers.bedrock.calls import Calls
from bide.providers.bedrock.folder import CONVERSE, NATIVE, Folder, is_native, is_result, model_of
from bide.providers.bedrock.native import is_claude, is_spoken, native_body
from bide.providers.bedrock.records import Results, converse_input, has_tools, lines, untiered
from bide.providers.failures import MissingError, RejectedError
from bide.providers.line import Line
from bide.providers.objects import objects_told
from bide.providers.port import BATCH_REFUSED, Answer, Call, Remote, Row, RowError, Sought, Submission
from bide.providers.setup import Setup, Tools
from bide.providers.translate import Options, UntranslatableError, Wire
from bide.providers.translated import Translation, date_of, rows
from bide.providers.transport import Reply

CREATE_TIMEOUT = 120.0
"""Seconds without a byte after which a create counts as unanswered; it is then looked up, not repeated."""

JOBS = "/model-invocation-jobs"
JOB = "/model-invocation-job"

PAGE = 100

SHORTEST_HOURS, LONGEST_HOURS = 24, 168
"""What a job may be given. Whoever has less time stops it."""


class BedrockProvider:
    """Implements `bide.providers.port.Provider`."""

    def __init__(self, setup: Setup, tools: Tools, control: Line, runtime: Line) -> None:
        """`control` has the jobs, `runtime` the models: two hosts of one account."""
        self.account = setup.account
        self.catalogue = setup.catalogue
        self.serves = setup.serves
        self.limits = setup.limits
        self.capabilities = setup.capabilities
        self._setup = setup
        self._buckets: Buckets | None = tools.buckets
        self._folder = Folder.of(setup.account, setup.bucket) if setup.bucket else None
        self._control = control
        self._converse = Translation(Wire.CONVERSE, lambda model: Options(model=model or None))
        self._messages = Translation(
            Wire.MESSAGES, lambda model: Options(model=model or None, max_tokens=setup.output_tokens)
        )
        self._calls = Calls(setup, runtime, self._converse, self._messages)

    def check(self, endpoint: str, body: bytes) -> None:
        self._calls.check(endpoint, body)

    async def send(self, call: Call) -> Answer:
        return await self._calls.send(call)

    def stream(self, call: Call) -> AsyncIterator[bytes]:
        return self._calls.stream(call)

    async def stage(self, submission: Submission) -> str | None:
        buckets, folder = self._objects()
        name, body_of = await self._records(submission)
        uri = folder.input(submission.tag, name)
        try:
            with objects_told():
                await buckets.put(uri, lines(submission, body_of))
        except UntranslatableError as error:  # in Converse it has been looked at long ago; with tools it cannot be
            raise _no_batch(str(error)) from error
        return uri

    async def _records(self, submission: Submission) -> tuple[str, Callable[[bytes], bytes]]:
        """The name of the input, and how its bodies are made."""
        model = self._setup.deployment(submission.model, batch=True)
        if is_spoken(submission.endpoint, model, submission.model):
            return NATIVE, partial(native_body, most_tokens=self._setup.output_tokens)
        if not await _brings_tools(submission):
            converse = partial(self._converse.request, submission.endpoint, model=model)
            return CONVERSE, lambda body: converse_input(converse(body))
        if not is_claude(model, submission.model):
            raise _no_batch(f"batches of {submission.model} take no tools")
        messages = partial(self._messages.request, submission.endpoint, model=model)
        return NATIVE, lambda body: native_body(messages(untiered(body)))

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        _, folder = self._objects()
        name = _name(submission.tag)
        wanted = {
            "jobName": name,
            "clientRequestToken": name,
            "roleArn": self._setup.role,
            "modelId": self._setup.deployment(submission.model, batch=True),
            "modelInvocationType": "InvokeModel" if is_native(input_file or "") else "Converse",
            "timeoutDurationInHours": hours(self.limits.window),
            "inputDataConfig": {"s3InputDataConfig": {"s3Uri": input_file, "s3InputFormat": "JSONL"}},
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": folder.output(submission.tag, submission.model)}},
            "tags": [{"key": "bide", "value": submission.tag}],
        }
        async with self._control.exchange(
            "POST", JOB, body=msgspec.json.encode(wanted), idle_timeout=CREATE_TIMEOUT
        ) as reply:
            body = errors.named(reply, await reply.read())
            errors.raise_for_create(self._converse, reply, body)
            at = date_of(reply)
            return job.new_remote(job.read_created(body), at * SECOND if at else None)

    async def find(self, sought: Sought) -> Remote | None:
        name = _name(sought.tag)
        since = quote(to_datetime(max(0, sought.since)).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")
        query = (
            f"nameContains={name}&submitTimeAfter={since}&sortBy=CreationTime&sortOrder=Descending&maxResults={PAGE}"
        )
        after = ""
        while True:
            page = job.read_page(await self._ask("GET", f"{JOBS}?{query}{after}"))
            for found in page.invocation_job_summaries:
                # A name may also be part of another's; a token is given out once.
                if name == (found.client_request_token or found.job_name):
                    return job.remote(found)
            if not page.next_token:
                return None
            after = f"&nextToken={quote(page.next_token, safe='')}"

    async def poll(self, provider_id: str) -> Remote:
        return job.remote(job.read_job(await self._ask("GET", _path(provider_id))))

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        buckets, _ = self._objects()
        with objects_told():
            names = await self._results(file)
            if not names and not file.endswith("/"):
                raise MissingError(f"there are no results in {file}")
            read = Results(endpoint, model_of(file), await self._ended_at(file) if names else 0).row
            for name in names:
                async for some in rows(buckets.read(name), read):
                    yield some

    async def cancel(self, provider_id: str) -> Remote:
        async with self._control.exchange("POST", f"{_path(provider_id)}/stop", body=b"") as reply:
            body = errors.named(reply, await reply.read())
        if reply.status < 300:
            return await self.poll(provider_id)  # the reply is empty
        if reply.status == 400:
            present = await self.poll(provider_id)
            if present.outcome is not None:
                return present
        errors.raise_for_status(self._converse, reply, body)
        raise AssertionError("a reply that is no 2xx is an error")

    async def discard(self, file: str) -> None:
        buckets, folder = self._objects()
        if not folder.is_ours(file):
            return
        with objects_told():
            if file.endswith(".jsonl"):
                await buckets.delete(file)
                return
            for name in [name async for name in buckets.list(file)]:
                await buckets.delete(name)

    async def _results(self, directory: str) -> list[str]:
        """The objects of a directory that hold rows, in an order that stays."""
        buckets, _ = self._objects()
        return sorted([name async for name in buckets.list(directory) if is_result(name)])

    async def _ended_at(self, directory: str) -> int:
        """When the job of a directory ended, in seconds: its rows do not tell when they were made."""
        try:
            found = job.read_job(await self._ask("GET", _path(job.identifier(directory.rstrip("/")))))
        except MissingError:
            return 0
        return (job.instant(found.end_time or found.last_modified_time) or 0) // SECOND

    def _objects(self) -> tuple[Buckets, Folder]:
        if self._buckets is None or self._folder is None:
            raise SettingError(f"batches need a bucket; set providers.{self.account}.bucket, as in s3://bucket/folder")
        return self._buckets, self._folder

    async def _ask(self, method: str, path: str) -> bytes:
        async with self._control.exchange(method, path) as reply:
            return await self._read(reply)

    async def _read(self, reply: Reply) -> bytes:
        body = errors.named(reply, await reply.read())
        errors.raise_for_status(self._converse, reply, body)
        return body


def hours(window: int) -> int:
    """How long a job is given."""
    return min(LONGEST_HOURS, max(SHORTEST_HOURS, math.ceil(window / HOUR)))


async def _brings_tools(submission: Submission) -> bool:
    async for some in submission.lines():
        if any(has_tools(body) for _, body in some):
            return True
    return False


def _no_batch(why: str) -> RejectedError:
    """These requests have no way into a batch. Each of them can be called."""
    message = f"{why}; its requests are called instead"
    return RejectedError(message, code=BATCH_REFUSED, errors=(RowError(BATCH_REFUSED, message),))


def _name(tag: str) -> str:
    """A job's name, and the token of its create: letters, digits and dashes, 63 at most."""
    return f"bide-{tag}"


def _path(provider_id: str) -> str:
    """The path of a job by its ARN, whose colons and slash are escaped, or by its short id."""
    return f"{JOB}/{quote(provider_id, safe='')}"

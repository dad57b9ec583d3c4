"""What every case starts from: an adapter that talks to a simulated provider in this process, on a clock that stands still."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol as Seam

import pytest

from bide.core.batchline import LINE_TAIL, line_head
from bide.core.clock import MINUTE, SECOND, ManualClock
from bide.providers.failures import ProviderError, QuotaError
from bide.providers.port import Call, Lines, Provider, Remote, Row, Sought, Submission
from bide.providers.transport import IDLE_TIMEOUT, Reply, Transport, Upload
from bide.simulator.books import Books
from bide.simulator.bucket import Bucket
from bide.simulator.faults import read_faults
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.openai.protocol import OPENAI
from bide.simulator.protocol import Protocol
from bide.simulator.script import parse_script

SCRIPT = """
[realtime]
latency = "0s"
tokens_per_second = 0
{more}
[answers]
output_tokens = 20
{answers}
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
{batch}
"""
"""A provider without chance: calls take no time, the rows of a batch are finished evenly over ten minutes."""

TURNAROUND = 11 * MINUTE
"""After which a batch has surely ended."""

Connect = Callable[[Transport, str], Provider]
"""Makes the adapter, on a transport and with an API key. The word "invalid" is the only key that is refused."""


class OpenAccount(Seam):
    """Opens an account at a new provider; the words are parts of its script, `faults` what goes wrong with which call."""

    def __call__(
        self,
        *,
        batch: str = "",
        answers: str = "",
        more: str = "",
        faults: Sequence[Mapping[str, object]] = (),
        key: str = "simulated",
    ) -> "Account": ...


@dataclass(frozen=True)
class Account:
    """The adapter, and the provider's side of it."""

    provider: Provider
    books: Books
    clock: ManualClock
    endpoint: str
    model: str
    inputs: dict[str, str | None] | None = None
    """The input files of batches by their tag, where they are found by nothing else."""

    def body(self, prompt: str, **fields: object) -> bytes:
        """The body of a request."""
        said = [{"role": "user", "content": prompt}]
        asked = {"input": prompt} if self.endpoint == "/v1/responses" else {"messages": said}
        table = {"model": self.model, **asked, **fields}
        return json.dumps(table).encode()

    def call(self, prompt: str = "hello", **fields: object) -> Call:
        return Call(self.endpoint, self.body(prompt, **fields), "attempt-1", self.model)

    def submission(self, *prompts: str, tag: str = "tag1") -> Submission:
        """A batch with a line for each prompt, ``tag1-0`` on."""
        requests = [(f"{tag}-{number}", self.body(prompt)) for number, prompt in enumerate(prompts)]
        size = sum(len(line_head(name, self.endpoint)) + len(body) + len(LINE_TAIL) for name, body in requests)

        async def lines() -> AsyncIterator[Lines]:
            for request in requests:
                yield [request]

        return Submission(tag, self.model, self.endpoint, len(prompts), size, lines)

    async def find(
        self, tag: str, input_file: str | None = None, *, since: int, requests: int = 1, claimed: Sequence[str] = ()
    ) -> Remote | None:
        """The batch of a tag, as it is sought after a lost reply."""
        if input_file is None and self.inputs is not None:
            input_file = self.inputs.get(tag)
        return await self.provider.find(Sought(tag, input_file, requests, since, frozenset(claimed)))

    async def submit(self, *prompts: str, tag: str = "tag1") -> Remote:
        """A batch at the provider."""
        submission = self.submission(*prompts, tag=tag)
        staged = await self.provider.stage(submission)
        if self.inputs is not None:
            self.inputs[tag] = staged
        return await self.provider.submit(submission, staged)

    async def ended(self, *prompts: str, after: int = TURNAROUND) -> Remote:
        """A batch that has come to its end."""
        created = await self.submit(*prompts)
        self.clock.advance(after)
        return await self.provider.poll(created.provider_id)

    async def rows(self, remote: Remote) -> list[Row]:
        """Every row of both result files."""
        files = [file for file in (remote.output_file, remote.error_file) if file is not None]
        return [row for file in files for row in await self.harvest(file)]

    async def harvest(self, file: str, into: list[Row] | None = None) -> list[Row]:
        """The rows of a file; those that came before an error are in `into`."""
        rows: list[Row] = [] if into is None else into
        async for chunk in self.provider.harvest(file, self.endpoint):
            rows += chunk
        return rows


class Crumbs:
    """A transport whose replies arrive a few bytes at a time, as the network may deliver them."""

    def __init__(self, transport: Transport, length: int) -> None:
        self._transport = transport
        self._length = length

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> "_Exchange":
        exchange = self._transport.exchange(method, url, headers=headers, body=body, idle_timeout=idle_timeout)
        return _Exchange(exchange, self._length)

    async def close(self) -> None:
        await self._transport.close()


class _Exchange:
    def __init__(self, exchange: AbstractAsyncContextManager[Reply], length: int) -> None:
        self._exchange = exchange
        self._length = length

    async def __aenter__(self) -> Reply:
        return _Crumbled(await self._exchange.__aenter__(), self._length)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._exchange.__aexit__(kind, error, traceback)


class _Crumbled(Reply):
    def __init__(self, reply: Reply, length: int) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._reply = reply
        self._length = length

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._reply.chunks():
            for start in range(0, len(chunk), self._length):
                yield chunk[start : start + self._length]


class ProviderCase:
    """Base of the cases. An adapter's suite overrides `connect`, and says what is different at its provider."""

    protocol: Protocol = OPENAI
    """What the simulator speaks."""
    endpoint = "/v1/chat/completions"
    model = "gpt-6-luna"
    sites: Sequence[str] = ("upload", "create", "retrieve", "list", "cancel")
    """Whom one round of a batch asks."""
    validates = True
    """Whether a bad line fails the whole batch; where not, it fails alone."""
    names_lines = True
    """Whether it says which line that was."""
    found_by_input = False
    """Whether batches carry no tag of ours and are found by their input file."""
    counts_while_running = True
    """Whether a running batch tells how far it is."""
    counts = True
    """Whether a batch tells how many requests it has, and what became of them."""
    tells_expiry = True
    """Whether a batch says when its window ends."""
    tells_created = True
    """Whether an answer says when it was made."""
    names_not_run = True
    """Whether the results name the requests that a batch did not get to."""
    known_by_input = True
    """Whether a batch whose metadata is not shown is found by its input."""
    tells_rates = True
    """Whether replies tell the rate limit."""
    tells_wait = True
    """Whether a reached limit says how long to wait."""
    tells_credit = True
    """Whether an account without credit is told from one that is busy."""
    quota_statuses: Sequence[int] = (400, 429)
    """How a full queue is refused."""
    full_queue: type[ProviderError] = QuotaError
    """What that is to us; `BusyError` where it cannot be told from a reached rate."""
    shows_cancelling = True
    """Whether a batch that is being cancelled says so."""
    ends_cancelled = True
    """Whether a batch that was cancelled says so at its end."""
    grows = False
    """Whether a batch that runs shows what it has finished."""
    apart = SECOND
    """Time between creates where there are many, so that not too many are open at once."""
    serves_results = True
    """Whether result files come from the provider itself, and not from an object store, whose drivers have a suite of their own."""
    crumbs = 61
    """Bytes of a reply that arrive at a time."""

    @pytest.fixture
    def connect(self) -> Connect:
        raise NotImplementedError("override the fixture `connect` in your subclass of ProviderConformance")

    @pytest.fixture
    def bucket(self) -> Bucket | None:
        """Where the provider's batches have their objects; override it where the adapter has to have the same."""
        return None

    @pytest.fixture
    def open_account(self, connect: Connect, bucket: Bucket | None) -> OpenAccount:
        def opened(
            *,
            batch: str = "",
            answers: str = "",
            more: str = "",
            faults: Sequence[Mapping[str, object]] = (),
            key: str = "simulated",
        ) -> Account:
            clock = ManualClock()
            script = parse_script(SCRIPT.format(batch=batch, answers=answers, more=more))
            books = Books(script, 7, clock.now(), read_faults(faults), protocol=self.protocol)
            transport = Crumbs(InProcessTransport(books, clock, bucket), self.crumbs)
            inputs = dict[str, str | None]() if self.found_by_input else None
            return Account(connect(transport, key), books, clock, self.endpoint, self.model, inputs)

        return opened

    @pytest.fixture
    def account(self, open_account: OpenAccount) -> Account:
        return open_account()

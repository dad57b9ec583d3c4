"""What adapters share whose providers speak a format of their own: bodies go out in it, rows come back in the caller's.

The caller's format is told by the endpoint of the request. A row is what it would have been at a provider that speaks
the caller's format: an answer, or an error, under a status.
"""

from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    RejectedError,
    ScarceError,
    UnauthorisedError,
)
from bide.providers.openai.errors import retry_after
from bide.providers.openai.naming import rename_model
from bide.providers.port import Call, RateHeaders, Row, Verdict
from bide.providers.translate import SPOKES, Options, UntranslatableError, Wire, error, reply, request, stream, wire_of
from bide.providers.translate.answer import Failure, Stop
from bide.providers.transport import Reply, Upload

PERMANENT = frozenset({400, 404, 405, 410, 413, 415, 422})
"""Statuses that the same request would get again."""

NO_RATES = RateHeaders()

Shown = TypeVar("Shown")

Split = Callable[[bytes], Row]
"""Makes the row of one line of a result file."""

Recognise = Callable[[Failure], bool]
"""Tells errors of one kind from all others."""


class Translation:
    """One provider's format against those of the callers."""

    def __init__(self, wire: Wire, options: Callable[[str], Options], no_credit: Recognise | None = None) -> None:
        """`options` are for a request to a model, by the name that the provider has for it; `no_credit` tells errors of
        the account that waiting does not cure."""
        self.wire = wire
        self._options = options
        self._no_credit = no_credit

    def request(self, endpoint: str, body: bytes, model: str) -> bytes:
        """A caller's body as the provider is to have it.

        Raises:
            UntranslatableError: it says something that the provider cannot be told.
        """
        source, options = wire_of(endpoint), self._options(model)
        written = request(body, source, self.wire, options)
        return rename_model(written, options.model) if source is self.wire and options.model else written

    def answered(
        self,
        custom_id: str,
        endpoint: str,
        body: bytes,
        *,
        status: int = 200,
        request_id: str = "",
        at: int = 0,
        model: str = "",
        asked: bytes = b"",
    ) -> Row:
        """The row of an answer in the provider's format. One that cannot be read is kept as it came.

        `at` is when it came, in seconds since 1970, and `model` what the caller asked: callers' formats have these, and
        an id, where the provider's has not. `asked` is the body that is answered, where it is at hand.
        """
        options = Options(created=at, id=request_id or custom_id, model=model or None, asked=asked)
        try:
            found = reply(body, self.wire, wire_of(endpoint), options)
        except UntranslatableError as problem:
            return _unreadable(custom_id, status, request_id, body, str(problem))
        if found.finish is None and found.usage is None and not _is_json(found.body):
            return _unreadable(custom_id, status, request_id, body, "the reply is not JSON")
        failed = found.finish is Stop.FAILED
        return Row(
            custom_id,
            Verdict.ERRORED if failed else Verdict.ANSWERED,
            response_of(status, request_id, found.body),
            status,
            "answer_failed" if failed else None,
            "the provider could not complete its answer" if failed else None,
            usage=found.usage,
            created=found.created,
            tier=found.tier,
        )

    def failed(
        self, custom_id: str, endpoint: str, status: int, body: bytes, *, verdict: Verdict = Verdict.ERRORED
    ) -> Row:
        """The row of an error in the provider's format."""
        found, target = self.failure(status, body), wire_of(endpoint)
        written = error(status, body, self.wire, target)
        if not _is_json(written):  # a gateway's page, in whatever API: a row is JSON
            written = SPOKES[target].write_error(found)
        return Row(
            custom_id,
            verdict,
            response_of(status, found.request_id or "", written),
            status,
            code_of(found),
            found.message,
            permanent=verdict is Verdict.ERRORED and status in PERMANENT,
        )

    async def relay(self, answer: Reply, call: Call) -> AsyncIterator[bytes]:
        """A stream in the caller's format, while it comes. One that is cut short ends in an error."""
        options = msgspec.structs.replace(
            self._options(call.model),
            created=date_of(answer),
            id=call.attempt,
            include_usage=_wants_usage(call.body),
            asked=call.body,
        )
        translated = stream(self.wire, wire_of(call.endpoint), options)
        async for chunk in answer.chunks():
            if written := translated.feed(chunk):
                yield written
        if written := translated.end():
            yield written

    def failure(self, status: int, body: bytes) -> Failure:
        """An error in the provider's format, read."""
        return SPOKES[self.wire].read_error(status, body)

    def raise_for_status(self, answer: Reply, body: bytes) -> None:
        """Raise what a reply that is not 2xx means for a request about batches or files."""
        if answer.status >= 300:
            found = self.failure(answer.status, body)
            raise account_error(found, answer.headers, no_credit=self._no_credit) or other_error(found)

    def raise_for_account(self, answer: Reply, body: bytes, rates: RateHeaders = NO_RATES) -> None:
        """Raise what concerns the account or the provider rather than the request that was sent."""
        if answer.status >= 300:
            found = account_error(self.failure(answer.status, body), answer.headers, rates, self._no_credit)
            if found is not None:
                raise found


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _Streaming(msgspec.Struct):
    stream_options: _StreamOptions | None = None


def _wants_usage(body: bytes) -> bool:
    """Whether a chat stream is to end in its usage."""
    try:
        asked = msgspec.json.decode(body, type=_Streaming).stream_options
    except UNREADABLE:
        return False
    return asked is not None and bool(asked.include_usage)


def date_of(answer: Reply) -> int:
    """When a reply was sent, by its own head, in seconds since 1970; 0 where it does not say."""
    try:
        return round(parsedate_to_datetime(answer.headers["date"]).timestamp())
    except (KeyError, ValueError):
        return 0


def code_of(failure: Failure) -> str:
    """The stable name of an error: its code, else its type."""
    return failure.code or failure.type or "unknown"


def account_error(
    failure: Failure, headers: Mapping[str, str], rates: RateHeaders = NO_RATES, no_credit: Recognise | None = None
) -> ProviderError | None:
    """What a status says about the account or the provider, None where it is about the request alone."""
    code, message, wait = code_of(failure), failure.message, retry_after(headers)
    match failure.status:
        case 402:
            return OutOfCreditError(message, code=code)
        case _ if no_credit is not None and no_credit(failure):
            return OutOfCreditError(message, code=code)
        case 401 | 403:
            return UnauthorisedError(message, code=code)
        case 429:
            return BusyError(message, code=code, retry_after=wait, rates=rates)
        case 408 | 409 | 503 | 529:  # turned away before it ran
            return OverloadedError(message, code=code, retry_after=wait, may_have_run=False)
        case status if status >= 500 or 300 <= status < 400:  # nobody runs what he sends elsewhere
            return OverloadedError(message, code=code, retry_after=wait, may_have_run=status >= 500)
        case _:
            return None


SHEDDING = frozenset({429, 503})
"""Statuses with which calls in the flex tier are turned away, where nothing tells that from a rate that is reached (Google's
guide to flex inference; AWS has no other either)."""


@contextmanager
def shedding(call: Call, reply: Reply) -> Generator[None]:
    """Whatever is raised of a call that was turned away in the flex tier is a `ScarceError`."""
    try:
        yield
    except (BusyError, OverloadedError) as error:
        if call.tier == "flex" and reply.status in SHEDDING:
            raise ScarceError(str(error), retry_after=error.retry_after) from None
        raise


def other_error(failure: Failure) -> ProviderError:
    """What a status says about the request."""
    if failure.status in (404, 410):
        return MissingError(failure.message, code=code_of(failure))
    return RejectedError(failure.message, code=code_of(failure))


def understood(decoder: "msgspec.json.Decoder[Shown]", body: bytes) -> Shown:
    """What a reply shows. Raises `OverloadedError` where a 2xx is something else: a gateway's page, half an object."""
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise OverloadedError(f"the reply is not understood ({error})") from error


async def rows(chunks: AsyncIterator[bytes], row: Split) -> AsyncIterator[list[Row]]:
    """The rows of a result file, as its bytes arrive."""
    async for some in lines_of(chunks):
        yield [row(line) for line in some]


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The lines of a file, as its bytes arrive, without empty ones. They end at b"\\n" only: an answer may contain U+2028."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        found = [line for line in whole if line.strip()]
        if found:
            yield found
    if rest.strip():
        yield [rest]


def unreadable_row(line: bytes, problem: Exception | str) -> Row:
    """The row of a line that is not understood."""
    return Row(
        None, Verdict.ERRORED, code="unreadable_row", message=f"{problem}: {line[:200].decode('utf-8', 'replace')}"
    )


async def measured(content_type: str, chunks: Callable[[], AsyncIterator[bytes]]) -> Upload:
    """An upload of what is made twice: once to know its length, once to send it. So it lies nowhere, however large."""
    length = 0
    async for chunk in chunks():
        length += len(chunk)
    return Upload(length, content_type, chunks)


def response_of(status: int, request_id: str, body: bytes) -> bytes:
    """A row's response; `body` is JSON, made into one line."""
    if b"\n" in body:
        body = msgspec.json.format(body, indent=-1)
    return b'{"status_code":%d,"request_id":%b,"body":%b}' % (status, msgspec.json.encode(request_id or None), body)


def _unreadable(custom_id: str, status: int, request_id: str, body: bytes, problem: str) -> Row:
    """The row of an answer that is none. What is no JSON is kept as text."""
    kept = body if _is_json(body) else msgspec.json.encode(body.decode("utf-8", "replace"))
    return Row(
        custom_id,
        Verdict.ERRORED,
        response_of(status, request_id, kept),
        status,
        "unreadable_reply",
        problem,
    )


def _is_json(body: bytes) -> bool:
    """Whether these bytes are an object or the like. Null, in the place of an answer, is none."""
    try:
        return msgspec.json.decode(body) is not None
    except UNREADABLE:
        return False

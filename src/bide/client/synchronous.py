"""The client for callers without an event loop: the same verbs, over an event loop in a thread of its own."""

from collections.abc import AsyncGenerator, Generator, Iterable
from typing import Self, TypeVar, Unpack, overload

from bide.client.answer import Answer
from bide.client.asynchronous import Asked, AsyncClient, Named
from bide.client.errors import ClosedError
from bide.client.handle import Handle
from bide.client.inprocess import InProcess
from bide.client.opening import Options
from bide.client.progress import Progress
from bide.client.receipt import Receipt
from bide.client.request import Request
from bide.client.submission import Requests
from bide.client.thread import LoopThread

Item = TypeVar("Item")


class Client:
    """As `AsyncClient`, for code without an event loop; it may be used from any thread::

        with bide.Client() as client:
            for answer in client.map(prompts, model="gpt-5-mini", within="8h", progress=True):
                print(answer.text)

    What its methods take, give and raise is what those of `AsyncClient` do.
    """

    def __init__(self, *, base_url: str | None = None, api_key: str | None = None, **options: Unpack[Options]) -> None:
        """Raises `SettingError` where these contradict each other."""
        self._client = AsyncClient(base_url=base_url, api_key=api_key, **options)
        self._thread: LoopThread | None = None

    def open(self) -> None:
        """Begin; `with` does it. Raises `SettingError`, `StoreError`."""
        if self._thread is not None:
            return
        thread = LoopThread()
        try:
            thread.run(self._client.open())
        except BaseException:
            thread.stop()
            raise
        self._thread = thread

    def close(self) -> None:
        """End. What was accepted goes on, wherever there is an engine."""
        thread, self._thread = self._thread, None
        if thread is not None:
            try:
                thread.run(self._client.close())
            finally:
                thread.stop()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @overload
    def submit(  # pyright: ignore[reportOverlappingOverload] - a prompt is an iterable of texts, and still one request
        self, requests: Request, **asked: Unpack[Asked]
    ) -> Handle: ...
    @overload
    def submit(self, requests: Requests, **asked: Unpack[Asked]) -> list[Handle]: ...
    def submit(self, requests: Request | Requests, **asked: Unpack[Asked]) -> Handle | list[Handle]:
        """Hand in one request or many; when this returns they are durable. See `AsyncClient.submit`."""
        return self.thread.run(self._client.submit(requests, **asked))

    def map(self, requests: Requests, *, progress: Progress = None, **asked: Unpack[Asked]) -> Generator[Answer]:
        """Answers in the order of the requests. See `AsyncClient.map`."""
        return self._each(self._client.map(requests, progress=progress, **asked))

    @overload
    def wait(self, handles: Named, *, timeout: float | None = None) -> Answer: ...
    @overload
    def wait(self, handles: Iterable[Named], *, timeout: float | None = None) -> list[Answer]: ...
    def wait(self, handles: Named | Iterable[Named], *, timeout: float | None = None) -> Answer | list[Answer]:
        """The answer of a request, or those of several once all are there. See `AsyncClient.wait`."""
        return self.thread.run(self._client.wait(handles, timeout=timeout))

    def as_completed(self, handles: Iterable[Named], *, progress: Progress = None) -> Generator[Answer]:
        """Answers as they come. See `AsyncClient.as_completed`."""
        return self._each(self._client.as_completed(handles, progress=progress))

    def find(self, identifier: str) -> Handle:
        """The handle of a request that was handed in before, by its id. Raises `NotFoundError`."""
        return self.thread.run(self._client.find(identifier))

    def receipts(self, handles: Iterable[Named]) -> list[Receipt]:
        """A receipt for each request, as it stands. See `AsyncClient.receipts`."""
        return self.thread.run(self._client.receipts(handles))

    def receipt(self, handles: Named | Iterable[Named]) -> Receipt:
        """One receipt for a request or for several together. See `AsyncClient.receipt`."""
        return self.thread.run(self._client.receipt(handles))

    def cancel(self, handles: Named | Iterable[Named]) -> None:
        """Spend no more on requests. See `AsyncClient.cancel`."""
        self.thread.run(self._client.cancel(handles))

    @property
    def thread(self) -> LoopThread:
        """Where the event loop is. Raises `ClosedError`."""
        if self._thread is None:
            raise ClosedError
        return self._thread

    @property
    def inside(self) -> InProcess:
        """The gateway in this process. Raises `ClosedError`, or `SettingError` where it is at a URL."""
        return self._client.inside

    def _each(self, items: AsyncGenerator[Item]) -> Generator[Item]:
        thread = self.thread

        async def following() -> tuple[bool, Item | None]:
            try:
                return True, await anext(items)
            except StopAsyncIteration:
                return False, None

        try:
            while True:
                there, item = thread.run(following())
                if not there:
                    return
                yield item  # type: ignore[reportReturnType]
        finally:
            thread.run(items.aclose())

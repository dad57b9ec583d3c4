"""Files of batches, read into jobs beside everything else that the gateway does.

A batch that was created is on record, and its create has been answered. Where the reading is cut off, by a crash or by the end
of the process, it is done again, by this gateway or another: the job carries the batch's id, so that there is never a second.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from bide.core.errors import BideError, NotFoundError, StoreError
from bide.core.file import File
from bide.core.identifiers import new_tag
from bide.core.job import Job
from bide.core.key import Key
from bide.core.served import ServedBatch
from bide.core.states import ServedState
from bide.engine.context import Context
from bide.gateway.access import under_key
from bide.gateway.batches.lines import WithdrawnError, chunks
from bide.gateway.batches.validation_error import ValidationError, encode, of_findings, unknown_file, wrong_purpose
from bide.gateway.cap import WORD
from bide.intake.asked import cap_of
from bide.intake.findings import BadLinesError
from bide.intake.ingest import ingest
from bide.intake.order import METADATA, Order
from bide.intake.routing import Routing
from bide.store.files import object_name

TOGETHER = 2
"""Files that are read at a time: reading is work for the processor, and there is one."""

PAUSE = 2.0
"""Seconds after the store failed."""

log = logging.getLogger("bide.gateway")


class InvalidError(Exception):
    """The file cannot be used at all."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(error.message)
        self.error = error


class Validations:
    """Reads the files of batches."""

    def __init__(self, context: Context, routing: Routing, wake: Callable[[], None]) -> None:
        """`wake` is called when there is new work for the engine."""
        self._context = context
        self._routing = routing
        self._wake = wake
        self._places = asyncio.Semaphore(TOGETHER)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._withdrawn: set[int] = set()

    def begin(self, batch: ServedBatch) -> None:
        """Read the file of a batch that is this gateway's to validate."""
        if batch.id not in self._tasks:
            self._tasks[batch.id] = asyncio.create_task(self._work(batch.id))

    def withdraw(self, batch: ServedBatch) -> None:
        """The batch was cancelled: stop reading, if it is read here."""
        if batch.id in self._tasks:
            self._withdrawn.add(batch.id)

    async def recover(self) -> None:
        """Take over from gateways that are gone."""
        store = self._context.store
        for holder in await store.served.holders():
            if holder != self._context.holder and not await store.database.is_present(holder):
                for batch in await store.served.take_over(holder, self._context.holder):
                    self.begin(batch)

    async def settle(self) -> None:
        """Wait until everything that was begun has been read."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def stop(self) -> None:
        """Read no more; what is not finished is begun again by whoever takes over."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, batch: int) -> None:
        try:
            async with self._places:
                while not await self._validate(batch):
                    await asyncio.sleep(PAUSE)
        finally:
            self._tasks.pop(batch, None)
            self._withdrawn.discard(batch)

    async def _validate(self, number: int) -> bool:
        """Bring a batch out of validation; False where the store fails for now."""
        served, clock = self._context.store.served, self._context.clock
        try:
            batch = await served.get(number)
            if batch.state is not ServedState.VALIDATING:
                return True
            try:
                await self._run(batch, await self._job(batch))
            except WithdrawnError:
                await served.withdraw(number, clock.now())
            except BadLinesError as error:
                await served.fail(number, encode(of_findings(error.findings)), clock.now())
            except InvalidError as error:
                await served.fail(number, encode([error.error]), clock.now())
            except StoreError:
                raise
            except BideError as error:
                await served.fail(number, encode([ValidationError(error.code, str(error))]), clock.now())
        except StoreError as error:
            self._context.troubles["store"] = str(error)
            return False
        except Exception:
            log.exception("a batch could not be validated")
            error = ValidationError("internal_error", "something went wrong inside bide; its log says what")
            await served.fail(number, encode([error]), clock.now())
        return True

    async def _run(self, batch: ServedBatch, job: Job) -> None:
        entropy = self._context.entropy
        names = [f"file-{new_tag(entropy)}" for _ in range(2)]
        await self._context.store.served.run(batch, job.id, names[0], names[1], self._context.clock.now())
        self._wake()

    async def _job(self, batch: ServedBatch) -> Job:
        """The job of a batch: the one that a reading that was cut off left behind, or a new one."""
        store = self._context.store
        known = await store.jobs.with_idempotency_key(batch.owner, batch.external_id)
        if known is not None:
            return known
        if batch.cancelling_at is not None:
            raise WithdrawnError
        file, key = await self._file(batch), await self._key(batch)
        with store.objects.open(object_name(file.external_id)) as content:
            found = chunks(content, file.name, batch.endpoint, self._routing, key, lambda: batch.id in self._withdrawn)
            reading = await ingest(
                self._context, _order(batch, file, key), lambda model: self._routing.to(model).route, found
            )
        return reading.job

    async def _file(self, batch: ServedBatch) -> File:
        """The input file as it was when the batch was created: it may be deleted since."""
        try:
            file = await self._context.store.files.find(batch.owner, batch.input_file, batch.created_at)
        except NotFoundError:
            raise InvalidError(unknown_file(batch.input_file)) from None
        if file.purpose != "batch" or file.object_id is None:
            raise InvalidError(wrong_purpose(file.purpose))
        return file

    async def _key(self, batch: ServedBatch) -> Key | None:
        if batch.key_id is None:
            return None
        keys = await self._context.store.keys.list(batch.owner)
        return next((key for key in keys if key.id == batch.key_id), None)


def _order(batch: ServedBatch, file: File, key: Key | None) -> Order:
    """What a batch asks of intake, as far as its key may."""
    metadata: dict[str, str] = msgspec.json.decode(batch.metadata) if batch.metadata else {}
    parameters = {"batch": batch.external_id, "endpoint": batch.endpoint, "on_miss": str(batch.on_miss)}
    order = Order(
        owner=batch.owner,
        name=f"{file.name} ({batch.external_id})",
        deadline=batch.deadline,
        on_miss=batch.on_miss,
        priority=batch.priority,
        priority_source=batch.said_by,
        parameters=msgspec.json.encode(parameters, order="sorted").decode(),
        workflow=batch.workflow,
        webhook=batch.webhook,
        max_cost=cap_of(metadata.get(WORD)),
        words=METADATA,
        idempotency_key=batch.external_id,
        key_id=batch.key_id,
        kept_for=batch.kept_for,
        new=True,
    )
    return under_key(order, key)

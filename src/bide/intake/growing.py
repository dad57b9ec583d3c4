"""An object that is written while an input is read: nobody knows its size before the end."""

from bide.engine.context import Context
from bide.store.bodies import NewObject, name_of
from bide.store.objects import ObjectWriter


class GrowingObject:
    """An object that grows while an input is read, and its row."""

    def __init__(self, context: Context, object_id: int, writer: ObjectWriter) -> None:
        self.id = object_id
        self.size = 0
        self._context = context
        self._writer = writer

    @classmethod
    async def begin(cls, context: Context, owner: str, kind: str, job: str) -> "GrowingObject":
        """Begin the object of this kind for a job that is read; `job` is its external id."""
        name = name_of(kind, job)
        object_id = await context.store.bodies.add(owner, NewObject(name, kind, 0), context.clock.now())
        return cls(context, object_id, await context.store.bodies.create(name))

    async def write(self, data: bytes) -> None:
        await self._writer.write(data)
        self.size += len(data)

    async def commit(self) -> bool:
        """Make it durable; False where there is nothing to keep."""
        if not self.size:
            await self._writer.abort()
            return False
        await self._writer.commit()
        await self._context.store.bodies.resize(self.id, self.size)
        return True

    async def abort(self) -> None:
        await self._writer.abort()

"""A wire to a PostgreSQL server that can be cut at the worst moment: around a commit."""

import asyncio
import enum
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

SOCKET = ".s.PGSQL.5432"

COMMIT = b"COMMIT\0"


class Moment(enum.Enum):
    """Where the next commit is cut."""

    BEFORE = "the server never hears of it, and sees the session break"
    UNHEARD = "the server never hears of it, and does not see the session break either"
    AFTER = "the server has committed, nobody hears of that"


class Wire:
    """Sessions through a socket in `folder`, to the server whose socket is in `server`."""

    def __init__(self, server: Path) -> None:
        self.cut: Moment | None = None
        self.cuts = 0
        self._server = server
        self._left_open: list[asyncio.StreamWriter] = []
        self._sessions: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session."""
        behind_reader, behind = await asyncio.open_unix_connection(str(self._server / SOCKET))
        self._sessions |= {writer, behind}
        back = asyncio.create_task(_copy(behind_reader, writer))
        try:
            while data := await reader.read(1 << 16):
                moment = self.cut if COMMIT in data else None
                if moment is None:
                    behind.write(data)
                    await behind.drain()
                    continue
                self.cut, self.cuts = None, self.cuts + 1
                back.cancel()
                if moment is Moment.UNHEARD:
                    self._left_open.append(behind)
                elif moment is Moment.AFTER:
                    behind.write(data)
                    await behind_reader.read(1)  # its reply: it is done
                break
        except OSError:
            pass
        finally:
            writer.close()
            if behind not in self._left_open:
                behind.close()
            back.cancel()
            await asyncio.wait([back])

    async def close(self) -> None:
        """Cut every session."""
        for session in self._sessions:
            session.close()
        for session in self._sessions:
            with suppress(OSError):
                await session.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def wire(server: Path, folder: Path) -> AsyncGenerator[Wire]:
    """A wire whose socket is in `folder`."""
    one = Wire(server)
    listening = await asyncio.start_unix_server(one.serve, str(folder / SOCKET))
    try:
        yield one
    finally:
        listening.close()
        await one.close()

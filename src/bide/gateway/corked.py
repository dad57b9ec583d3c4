"""A head and its body in one write. Each write on a socket is a call of the system, which costs more than what bide does between
the two; named after TCP_CORK, which does the same in the kernel."""

import asyncio


class Corked:
    """A transport as uvicorn writes responses to it, which keeps what is written between `cork` and `uncork`."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._kept: list[bytes] | None = None

    def cork(self) -> None:
        """Keep what is written."""
        self._kept = []

    def uncork(self) -> None:
        """Write what was kept, and everything from here on at once. Raises what the transport raises."""
        kept, self._kept = self._kept, None
        if kept:
            self._transport.writelines(kept)

    def write(self, data: bytes) -> None:
        """Write, or keep. Raises what the transport raises."""
        if self._kept is None:
            self._transport.write(data)
        else:
            self._kept.append(data)

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close, after what was kept."""
        self.uncork()
        self._transport.close()

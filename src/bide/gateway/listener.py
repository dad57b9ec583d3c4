"""The HTTP protocol as uvicorn speaks it, for requests that name a path and nothing else."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class TargetError(ValueError):
    """The target of a request is no path: it is for another server, or for a proxy."""


class Paths(HttpToolsProtocol):
    """Takes requests whose target is a path, in the origin form of RFC 9112, 3.2.1.

    One in absolute form (``GET http://other/…``) names its host twice, and what it names there counts above its Host. We are no
    proxy, and no client asks us so: it gets 400, like all that cannot be read.
    """

    def on_headers_complete(self) -> None:
        """The head has been read. What is raised here the parser reports as a request that cannot be read."""
        if not self.url.startswith(b"/"):
            raise TargetError
        super().on_headers_complete()

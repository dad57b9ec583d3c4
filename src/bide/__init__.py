"""bide: every LLM request on the cheapest path that still meets its deadline.

The library's names are imported when they are first used, so that a command that needs none of them starts at once;
`__init__.pyi` tells type checkers what they are.
"""

from typing import Any

__version__ = "0.1.0.dev0"

PLACES = {
    "AccessError": "client.errors",
    "Answer": "client.answer",
    "AsyncClient": "client.asynchronous",
    "AsyncTransport": "client.transport",
    "BideError": "core.errors",
    "BrokenOffError": "client.errors",
    "Client": "client.synchronous",
    "ClosedError": "client.errors",
    "DeadlineError": "core.errors",
    "DeadlineMissedError": "client.errors",
    "Handle": "client.handle",
    "InvalidRequestError": "client.errors",
    "LimitError": "client.errors",
    "NotFoundError": "core.errors",
    "Opened": "client.opening",
    "PartlySubmittedError": "client.submission",
    "Receipt": "client.receipt",
    "RequestError": "client.errors",
    "ResponseError": "client.errors",
    "SettingError": "core.errors",
    "StillOpenError": "client.errors",
    "StoreError": "core.errors",
    "SyncTransport": "client.transport",
    "UnavailableError": "client.errors",
    "UnreachableError": "client.errors",
    "WithdrawnError": "client.errors",
    "open": "client.opening",
    "transport": "client.transport",
}
"""Every public name, and the module that has it."""


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module 'bide' has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(f"bide.{PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *PLACES})

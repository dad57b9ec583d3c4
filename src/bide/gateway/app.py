"""The map of the gateway: every path, who may use it, and the module that answers it."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bide.gateway import calculator, health, model_list, notices, settled
from bide.gateway.api.paths import PATHS as OWN_PATHS
from bide.gateway.batches import surface as batches
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.files import surface as files
from bide.gateway.gateway import Gateway
from bide.gateway.messages import batches as message_batches
from bide.gateway.messages.counting import count_tokens
from bide.gateway.refusal import RefusalError
from bide.gateway.responses import surface as responses
from bide.gateway.surface import Handler, Surface
from bide.intake.endpoint import ENDPOINTS, Endpoint


def application(gateway: Gateway) -> ASGIApp:
    """The ASGI application. Paths with and without ``/v1`` are the same: base URLs are written either way. Twice is what
    Anthropic's clients make of a base URL that ends in it."""

    def route(method: str, path: str, handler: Handler, *, is_open: bool = False) -> Route:
        return Route(path, Surface(gateway, handler, is_open=is_open), methods=[method])

    def v1(method: str, path: str, handler: Handler) -> list[Route]:
        return [route(method, prefix + path, handler) for prefix in ("/v1", "", "/v1/v1")]

    routes = [
        *(one for url, endpoint in ENDPOINTS.items() for one in v1("POST", url.removeprefix("/v1"), _call(endpoint))),
        *v1("POST", "/messages/count_tokens", count_tokens),
        *v1("POST", "/messages/batches", message_batches.create),
        *v1("GET", "/messages/batches", message_batches.list_batches),
        *v1("GET", "/messages/batches/{batch_id}", message_batches.retrieve),
        *v1("DELETE", "/messages/batches/{batch_id}", message_batches.delete),
        *v1("POST", "/messages/batches/{batch_id}/cancel", message_batches.cancel),
        *v1("GET", "/messages/batches/{batch_id}/results", message_batches.results),
        *v1("POST", "/responses/compact", responses.compact),
        *v1("GET", "/responses/{response_id}", responses.show),
        *v1("DELETE", "/responses/{response_id}", responses.delete),
        *v1("POST", "/responses/{response_id}/cancel", responses.cancel),
        *v1("GET", "/responses/{response_id}/input_items", responses.input_items),
        *v1("GET", "/models", model_list.list_models),
        *v1("GET", "/models/{model:path}", model_list.show_model),
        *v1("POST", "/files", files.upload),
        *v1("GET", "/files", files.list_files),
        *v1("GET", "/files/{file_id}", files.show),
        *v1("DELETE", "/files/{file_id}", files.delete),
        *v1("GET", "/files/{file_id}/content", files.content),
        *v1("POST", "/batches", batches.create),
        *v1("GET", "/batches", batches.list_batches),
        *v1("GET", "/batches/{batch_id}", batches.show),
        *v1("POST", "/batches/{batch_id}/cancel", batches.cancel),
        route("POST", "/bide/v1/requests/settled", settled.settled),
        *(route(*one) for one in OWN_PATHS),
        route("POST", "/bide/v1/notices/{account}", notices.hear, is_open=True),
        route("GET", "/calculator", calculator.show, is_open=True),
        route("GET", "/healthz", health.healthz, is_open=True),
        route("GET", "/readyz", health.readyz, is_open=True),
    ]
    methods: dict[str, set[str]] = {}
    for one in routes:
        methods.setdefault(one.path, set()).update(one.methods or ())
    others = [Route(path, Surface(gateway, _not_by(allowed))) for path, allowed in methods.items()]
    return _Map([*routes, *others], _Otherwise(gateway))


class _Map(Router):
    """The router, which tries one pattern after the other; paths without braces are looked up before it does."""

    def __init__(self, routes: Sequence[Route], otherwise: ASGIApp) -> None:
        super().__init__(routes, redirect_slashes=False, default=otherwise)
        self._plain: dict[tuple[str, str], ASGIApp] = {
            (method, one.path): one.app for one in routes if "{" not in one.path for method in one.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._plain.get((scope.get("method", ""), scope.get("path", "")))
        await (found or super().__call__)(scope, receive, send)


def _call(endpoint: Endpoint) -> Callable[[Gateway, Exchange, Caller], Awaitable[None]]:
    async def serve(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
        exchange.path = endpoint.url  # whichever way it was written
        await gateway.calls.serve(exchange, caller, endpoint)

    return serve


class _Otherwise:
    """Paths that nobody knows, as an error of the caller's protocol."""

    def __init__(self, gateway: Gateway) -> None:
        self._surface = Surface(gateway, _unknown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._surface(scope, receive, send)


def _not_by(allowed: set[str]) -> Handler:
    async def refuse(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
        message = f"{exchange.path} is not for {exchange.method}; it takes {', '.join(sorted(allowed))}"
        headers = {"allow": ", ".join(sorted(allowed))}
        raise RefusalError(405, "method_not_allowed", message, headers=headers)

    return refuse


async def _unknown(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    message = f"bide does not serve {exchange.method} {exchange.path}; GET /bide/v1/openapi.json lists its own paths"
    raise RefusalError(404, "unknown_path", f"{message}, docs/gateway.md those of OpenAI and Anthropic")

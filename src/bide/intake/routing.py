"""Where each request goes, told by its model; asked once for each name, and before anything is promised."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bide.intake.body import name_model
from bide.intake.endpoint import Endpoint
from bide.intake.problem import Code, LineError, refuse
from bide.lanes.arrival.route import NoRouteError, Offer, Route, route
from bide.providers.port import Provider
from bide.providers.translate import UntranslatableError

Window = Callable[[str, str], int | None]
"""The context window of (catalogue, model) in tokens, None where it is unknown."""


@dataclass(frozen=True, slots=True)
class Destination:
    """What is known about one name of a model. `window` is in tokens."""

    route: Route
    provider: Provider
    window: int | None
    renamed: bool

    def takes_as_is(self, endpoint: str) -> bool:
        """Whether a body is sent as the user wrote it, so that nothing in it can be untranslatable."""
        capabilities = self.provider.capabilities
        if endpoint not in capabilities.endpoints:
            return False
        return not self.renamed and (capabilities.native is None or endpoint in capabilities.native)


class Routing:
    """The accounts that are switched on, seen from a line of input."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        aliases: Mapping[str, Mapping[str, str]],
        *,
        named: str | None = None,
        known: Sequence[str] = (),
        window: Window | None = None,
        failover: Mapping[str, Sequence[str]] | None = None,
        places: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`named` is the account for everything, `aliases` are by account, `known` are providers that may be off. Of the names
        that `failover` has for a model, the first is where it goes. `places` are the accounts that serve a model by its bare
        name; it goes to the first of them here, and deferred work to the best (`bide.lanes.plan.placement`)."""
        self._providers = providers
        self._offers = [
            Offer(name, provider.serves, aliases.get(name, {})) for name, provider in sorted(providers.items())
        ]
        self._named = named
        self._known = known
        self._window = window
        self._first = {name: names[0] for name, names in (failover or {}).items() if names}
        self._places = places or {}
        self._found: dict[str, Destination] = {}

    def to(self, model: str) -> Destination:
        """Where requests for a model go. Raises `NoRouteError`."""
        found = self._found.get(model)
        if found is None:
            placed = next((name for name in self._places.get(model, ()) if name in self._providers), None)
            if placed is not None and self._named is None:
                way = Route(placed, model, spread=True)
            else:
                way = route(self._first.get(model, model), self._offers, self._named, self._known)
            provider = self._providers[way.account]
            window = self._window(provider.catalogue, way.model) if self._window else None
            found = self._found[model] = Destination(way, provider, window, way.model != model)
        return found

    def window(self, model: str) -> int | None:
        """A model's context window, None where it or the model is unknown."""
        try:
            return self.to(model).window
        except NoRouteError:
            return None

    def take_as_is(self, models: Iterable[str], endpoint: str) -> bool:
        """Whether requests for all these models are sent as they were written."""
        try:
            return all(self.to(model).takes_as_is(endpoint) for model in models)
        except NoRouteError:
            return False

    def prepare(self, line: int, endpoint: Endpoint, model: str, body: bytes, path: str) -> bytes:
        """The body as its provider's account is to have it: with the account's own name of the model.

        Raises:
            LineError: no account serves the model, or the one that does cannot be asked this.
        """
        try:
            found = self.to(model)
        except NoRouteError as error:
            raise refuse(line, Code.MODEL_NOT_ROUTABLE, error.why, field=f"{path}model", remedy=error.remedy) from error
        if endpoint.url not in found.provider.capabilities.endpoints:
            raise self._unsupported(line, endpoint, found)
        if found.renamed:
            body = name_model(body, found.route.model)
        try:
            found.provider.check(endpoint.url, body)
        except UntranslatableError as error:
            field = f"{path}{error.field}"
            message = f"{field} cannot be expressed by {error.target or 'any other API than it was written for'}"
            raise refuse(
                line, Code.UNSUPPORTED_PARAMETER, message, field=field, remedy=error.remedy.rstrip(".")
            ) from error
        return body

    def _unsupported(self, line: int, endpoint: Endpoint, found: Destination) -> LineError:
        served = ", ".join(sorted(found.provider.capabilities.endpoints))
        message = f"{found.route.account} does not serve {endpoint.url}"
        return refuse(line, Code.UNSUPPORTED_URL, message, field="url", remedy=f"it serves {served}")
